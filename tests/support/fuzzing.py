"""Calls of the whole API that are made up from its description, and what may not come of them.

Half of them are about things that there are (`Callers.known`), or few would come to more than a refusal.
"""

import re
from collections import Counter
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from support.hubs import ServedHub
from support.people import Person, admin_of, new_person

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ENDS_THE_RUN = ("v2_accounts_delete",)
"""It would delete the account that calls."""
_ABOUT_NOTHING = re.compile("delete|remove|ban|set_admin|revoke|expire|move|rename|leave")
"""Of operations after which others would find nothing any more: they get no ids of what there is."""
_COSTLY = re.compile("start|stop|restart|exec|jupyter|latex|kernel|create_project|createProject|call$|touch|copy_url")
"""Of operations that take a second or more if they are about a project that there is."""


@dataclass
class Callers:
    """Who calls a hub, and what there is."""

    hub: ServedHub
    is_thorough: bool
    """Also do what takes long."""
    admin: Person = field(init=False)
    ada: Person = field(init=False)
    known: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.admin, self.ada = admin_of(self.hub), new_person(self.hub, "Ada")
        project = self.ada.new_project("Known")
        self.ada.write(project, "known.txt", "text")
        ids = dict.fromkeys(("project_id", "src_project_id", "target_project_id"), project)
        accounts = dict.fromkeys(("account_id", "target_account_id", "user_account_id"), self.ada.account_id)
        paths = dict.fromkeys(("path", "src_path"), "known.txt")
        lists = {"account_ids": [self.ada.account_id], "paths": ["known.txt"], "to_ids": [self.admin.account_id]}
        self.known = {**ids, **accounts, **paths, **lists, "query": {"projects": [{"project_id": None, "title": None}]}}

    def keys(self, number: int) -> dict[str, str | None]:
        """Who calls the operation with that number: everybody, or nobody and one of the two who have keys."""
        all_of_them = {"an account": self.ada.key, "an admin": self.admin.key}
        some = all_of_them if self.is_thorough else dict([list(all_of_them.items())[number // 2 % 2]])
        return {**some, "nobody": None}


@dataclass
class Findings:
    """What was called, and what went wrong, by operation."""

    statuses: Counter[int] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)


def fuzz(callers: Callers, examples: int) -> Findings:
    """Call every operation with what it takes and with what it does not, each so many times by each caller.

    Unless that is thorough, an operation gets one of the two, from one who has a key and one who has none.
    """
    schema = schemathesis.openapi.from_url(f"{callers.hub.url}/api/openapi.json")
    findings, modes = Findings(), list(GenerationMode)
    for number, found in enumerate(schema.get_all_operations()):
        assert isinstance(found, Ok), found
        operation = found.ok()
        if operation.definition.raw["operationId"] not in ENDS_THE_RUN:
            for mode in modes if callers.is_thorough else [modes[number % 2]]:
                _fuzz_operation(operation, mode, callers, callers.keys(number), examples, findings)
    return findings


def _fuzz_operation(
    operation: Any,
    mode: GenerationMode,
    callers: Callers,
    keys: dict[str, str | None],
    examples: int,
    findings: Findings,
) -> None:
    name = operation.definition.raw["operationId"]
    reaches = callers.is_thorough or not _COSTLY.search(name)
    known = callers.known if reaches and not _ABOUT_NOTHING.search(name) else {}

    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        derandomize=not callers.is_thorough,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode), is_known=st.booleans())
    def call(case: Case[Any], is_known: bool) -> None:
        if is_known:
            case.body = _filled(case.body, known)
            case.path_parameters = _filled(case.path_parameters, known)
            case.query = _filled(case.query, known)
        for who, key in keys.items():
            headers = None if key is None else {"authorization": f"Bearer {key}"}
            try:
                response = case.call(session=session, headers=headers, timeout=60)
                findings.statuses[response.status_code] += 1
                case.validate_response(response, checks=CHECKS)
                assert key or _is_open(operation) or _is_refused(response), "needs no key"
            except (FailureGroup, Failure, AssertionError, requests.RequestException) as error:
                findings.failures.setdefault(name, f"called by {who}: {_said(error)}")

    nothing_is_wrong = suppress(Unsatisfiable) if mode is GenerationMode.NEGATIVE else nullcontext()
    with requests.Session() as session, nothing_is_wrong:
        call()


def _filled(value: Any, known: dict[str, Any]) -> Any:
    """The value with what is known in place of what was made up."""
    if isinstance(value, dict):
        return {name: known[name] if name in known else _filled(inner, known) for name, inner in value.items()}
    return [_filled(inner, known) for inner in value] if isinstance(value, list) else value


def _is_open(operation: Any) -> bool:
    return {} in operation.definition.raw["security"] or not operation.definition.raw["security"]


def _is_refused(response: Response) -> bool:
    return response.status_code >= 400 or "error" in response.json()


def _said(error: BaseException) -> str:
    return "\n".join(map(str, error.exceptions)) if isinstance(error, FailureGroup) else str(error)
