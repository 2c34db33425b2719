"""Set queries on rows that belong to a project: what they must be, and what a new one has besides."""

import hashlib
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from carrel.domain.ids import is_uuid, path_id
from carrel.domain.projects import OnlyOwnersManage, Permission, ProjectAccess
from carrel.domain.queries import QueryRefused
from carrel.kit import timestamps
from carrel.services.queries import rules
from carrel.services.queries.write import Write

_TOKEN_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Plan:
    """What a row that is new has besides, and whether writing it is a use of the project."""

    on_insert: Mapping[str, Any] = field(default_factory=dict)
    is_use: bool = False


async def _prepare_public_path(query: Write, access: ProjectAccess) -> Plan:
    path = query.given("path").rstrip("/") if query.given("path") != "/" else "/"
    query.values.update(path=path, id=path_id(access.project_id, path))
    await rules.check_public_path(query.transaction.queries, access, query.values)
    return Plan({"created": query.now, "last_edited": query.now})


async def _prepare_log_entry(query: Write, access: ProjectAccess) -> Plan:
    if query.values.get("account_id", access.caller) != access.caller:
        raise QueryRefused(f"FATAL: changing {query.place('account_id')} not allowed")
    query.values["account_id"] = access.caller
    if not is_uuid(query.values.setdefault("id", str(uuid.uuid4()))):
        raise QueryRefused(f"FATAL: invalid value for {query.place('id')} -- it must be a uuid")
    return Plan({"time": query.now}, is_use=True)


async def _prepare_invite_token(query: Write, access: ProjectAccess) -> Plan:
    if access.project.manage_users_owner_only and Permission.OWN not in access.grants:
        raise QueryRefused(f"FATAL: {OnlyOwnersManage()}")
    if len(query.given("token")) < _TOKEN_LENGTH:
        raise QueryRefused(
            f"FATAL: invalid value for {query.place('token')} -- it must be at least {_TOKEN_LENGTH} characters long"
        )
    return Plan({"created": query.now})


async def _prepare_file_use(query: Write, access: ProjectAccess) -> Plan:
    query.values["id"] = path_id(access.project_id, query.given("path"))
    users = query.values.get("users", {})
    rules.check_own_entry(access.caller, users)
    return Plan(is_use=rules.has_just_used(users.get(access.caller, {}), query.now))


async def _prepare_mention(query: Write, access: ProjectAccess) -> Plan:
    if "time" not in query.values:
        raise QueryRefused(f"FATAL: must specify {query.place('time')}")
    if not is_uuid(query.given("target")):
        raise QueryRefused(f"FATAL: invalid value for {query.place('target')} -- it must be a uuid")
    parts = [timestamps.to_text(query.values["time"]), access.project_id, query.given("path"), query.given("target")]
    mention_id = hashlib.sha1("\n".join(parts).encode(), usedforsecurity=False).hexdigest()
    before = await query.transaction.queries.find_locked(query.table.source, query.table.key, mention_id)
    source = before["source"] if before else access.caller
    if query.values.setdefault("source", source) != source:
        raise QueryRefused(f"FATAL: changing {query.place('source')} not allowed")
    rules.check_own_entry(access.caller, query.values.get("users", {}))
    query.values["id"] = mention_id
    return Plan()


PREPARATIONS: Mapping[str, Callable[[Write, ProjectAccess], Awaitable[Plan]]] = {
    "public_paths": _prepare_public_path,
    "project_log": _prepare_log_entry,
    "project_invite_tokens": _prepare_invite_token,
    "file_use": _prepare_file_use,
    "mentions": _prepare_mention,
}
