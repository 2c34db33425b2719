"""What an operator's settings change about API v1."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from support.hubs import ServedHub, served_hub
from support.people import PASSWORD, Person, admin_of, new_person
from support.rpc import reply_of
from support.v2 import ask

NOT_ENABLED = "Jupyter API is not enabled on this server."


@pytest.fixture(scope="module")
def open_hub(session_dir: Path) -> Iterator[ServedHub]:
    """A hub below a path, on which everyone may sign others up, with an own help address, a limit for each key, and
    without the Jupyter API."""
    with served_hub(
        session_dir / "settings",
        CARREL_SITE_OPEN_SIGNUP="true",
        CARREL_SITE_HELP_EMAIL="ops@example.org",
        CARREL_SITE_KEY_REQUESTS_PER_MINUTE="20",
        CARREL_PROJECTS_EXEC_TIMEOUT_MAX_S="0.5",
        CARREL_PROJECTS_JUPYTER_API="false",
    ) as hub:
        yield hub


@pytest.fixture
def caller(open_hub: ServedHub) -> Person:
    return new_person(open_hub, "Caller")


def test_while_sign_up_is_open_an_account_may_create_and_delete_others(caller: Person) -> None:
    reply = caller.call(
        "create_account",
        first_name="Made",
        last_name="By",
        email_address=f"by-{caller.email_address}",
        password=PASSWORD,
        agreed_to_terms=True,
    )
    assert reply["event"] == "account_created"
    assert caller.call("delete_account", account_id=reply["account_id"])["event"] == "account_deleted"
    text = "you may only delete your own account or an account that you created"
    assert caller.refusal("delete_account", account_id=admin_of(caller.hub).account_id) == text


def test_a_key_that_asks_too_often_is_told_when_to_come_back(caller: Person, open_hub: ServedHub) -> None:
    responses = [caller.post("ping") for _ in range(25)]
    assert {response.status_code for response in responses[:20]} == {200}
    refused = responses[-1]
    assert (refused.status_code, refused.json()) == (429, {"error": "too many requests"})
    assert 1 <= int(refused.headers["retry-after"]) <= 4
    assert requests.post(f"{open_hub.url}/api/v1/ping", auth=("", ""), timeout=30).status_code == 200
    assert new_person(open_hub, "Other").post("ping").status_code == 200


def test_the_timeout_of_commands_is_capped(caller: Person) -> None:
    project_id = caller.new_project()
    for timeout in (0, 60):
        text = caller.refusal("project_exec", project_id=project_id, command="sleep 60", timeout=timeout)
        assert "killed command 'bash " in text


def test_the_help_address_is_the_operators(caller: Person) -> None:
    command = "echo Connection refused >&2; exit 1"
    text = caller.refusal("project_exec", project_id=caller.new_project(), command=command)
    assert text.endswith("ops@example.org")


def test_with_the_jupyter_api_off_all_of_it_says_so(caller: Person, open_hub: ServedHub) -> None:
    project = {"project_id": caller.new_project()}
    run = {"input": "1", "kernel": "python3"}

    def called(endpoint: str, name: str, argument: dict[str, Any]) -> Any:
        body = {"name": name, "args": [argument], "timeout": 60_000} | (project if endpoint == "project" else {})
        return reply_of(open_hub, endpoint, body, auth=(caller.key, ""))

    events: list[tuple[str, dict[str, Any]]] = [
        ("jupyter_kernels", {}),
        ("jupyter_kernels", project),
        ("jupyter_execute", run),
        ("jupyter_execute", run | project),
        ("jupyter_execute", {"hash": "0" * 40}),
    ]
    assert {caller.refusal(event, **params) for event, params in events} == {f"Error: {NOT_ENABLED}"}
    functions: list[tuple[str, str, dict[str, Any]]] = [
        ("hub", "jupyter.kernels", {}),
        ("hub", "jupyter.kernels", project),
        ("hub", "jupyter.execute", run | project),
        ("project", "system.jupyterExecute", run),
        ("project", "system.listJupyterKernels", {}),
        ("project", "system.stopJupyterKernel", {"pid": 1}),
    ]
    for function in functions:
        assert called(*function) == {"error": f"Error: {NOT_ENABLED}"}, function
    for path in ("kernels", "execute"):
        assert ask(caller, f"jupyter/{path}", **run, **project) == {"error": NOT_ENABLED}
    assert called("project", "system.configuration", {})["capabilities"]["jupyter"] is False
