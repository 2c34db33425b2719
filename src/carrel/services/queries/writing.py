"""Set queries: an upsert by primary key in one transaction, rights checked and the row locked inside it.

What is more than a row (starting a project, deleting it) is not done here but returned as `Effects`, to be carried out
after the commit.
"""

import hashlib
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from carrel.domain.ids import is_uuid
from carrel.domain.projects import OnlyOwnersManage, Permission, ProjectAccess
from carrel.domain.queries import QueryRefused, RowConflict
from carrel.services.queries import rules
from carrel.services.queries.caller import ADMIN_NEEDED, Caller
from carrel.services.queries.fields import Kind, Unfit, checked, merged
from carrel.services.queries.parse import has_null
from carrel.services.queries.tables import Table, Target, Writing
from carrel.store.store import Transaction

_TOKEN_LENGTH = 8
_SAID = ("title", "description")
"""What is told in a project's log when it is changed."""


@dataclass(frozen=True, slots=True)
class Effects:
    """What remains to be done with a project after the commit."""

    access: ProjectAccess
    deleted: bool | None = None
    action: Mapping[str, Any] | None = None
    is_use: bool = False


@dataclass(frozen=True, slots=True)
class _Write:
    """One set query: its typed values and what they are written to."""

    transaction: Transaction
    caller: Caller
    table: Table
    writing: Writing
    values: dict[str, Any]
    now: datetime

    def place(self, field: str) -> str:
        return f"{self.table.name}.{field}"

    def given(self, field: str) -> str:
        if field not in self.values:
            raise QueryRefused(f"FATAL: must specify {self.place(field)}")
        value: str = self.values[field]
        return value


async def write(
    transaction: Transaction, caller: Caller, table: Table, values: Mapping[str, Any], now: datetime
) -> Effects | None:
    """Raises `QueryRefused`."""
    writing = table.writing
    if writing is None or (caller.project_id is not None and not writing.project_key):
        raise QueryRefused(f"FATAL: user set queries not allowed for table '{table.name}'")
    allowed = writing.fields if caller.project_id is None else writing.project_key
    for field, value in values.items():
        if field not in allowed:
            raise QueryRefused(f"FATAL: changing {table.name}.{field} not allowed")
        if has_null(value):
            raise QueryRefused(f"FATAL: null cannot be written to {table.name}.{field}")
    typed = {name: checked(f"{table.name}.{name}", table.fields[name], value) for name, value in values.items()}
    query = _Write(transaction, caller, table, writing, typed, now)
    try:
        return await _TARGETS[writing.target](query)
    except RowConflict:
        raise QueryRefused(f"FATAL: a row of {table.name} with this key or name exists already") from None


async def remove(transaction: Transaction, table: Table, values: Mapping[str, Any]) -> None:
    """Delete one row by its key."""
    key = values.get(table.key)
    if not isinstance(key, str):
        raise QueryRefused("FATAL: delete query must set primary key")
    await transaction.queries.delete(table.source, table.key, key)


async def _own_account(query: _Write) -> None:
    own = query.caller.account_id
    assert own is not None
    if query.values.pop("account_id", own) != own:
        raise QueryRefused(f"FATAL: changing {query.place('account_id')} not allowed")
    await rules.check_account(query.transaction.queries, own, query.values)
    before = await query.transaction.queries.find_locked(query.table.source, query.table.key, own)
    await _update(query, own, before or {})


async def _project(query: _Write) -> Effects:
    project_id, rows = query.given("project_id"), query.transaction.queries
    access = await query.caller.writable(query.transaction, project_id)
    before = await rows.find_locked(query.table.source, query.table.key, project_id) or {}
    values = query.values
    del values["project_id"]
    for field in query.writing.owner & values.keys():
        if values[field] != before[field] and Permission.OWN not in access.grants:
            raise rules.setting_failed(field, "only an owner of the project may change it")
    await rules.check_project(rows, access, values)
    people, deleted, action = (values.pop(field, None) for field in ("users", "deleted", "action_request"))
    if people is not None:
        await rules.write_people(rows, access, people)
    if action is not None:
        action = rules.action_of(action, before["action_request"])
    await _update(query, project_id, before)
    said = {name: values[name] for name in _SAID if name in values}
    if said:
        await query.transaction.project_log.add(
            access.project_id, access.caller, {"event": "set", **said}, at=query.now
        )
    fresh = await query.caller.writable(query.transaction, project_id)
    return Effects(fresh, deleted if deleted != before["deleted"] else None, action)


async def _row_of_project(query: _Write) -> Effects:
    access = await query.caller.writable(query.transaction, query.given("project_id"))
    await query.transaction.queries.lock_project(access.project_id)
    on_insert = await _PREPARATIONS[query.table.source](query, access)
    key = query.values[query.table.key]
    before = await query.transaction.queries.find_locked(query.table.source, query.table.key, key)
    if before is None:
        await _insert(query, on_insert)
    elif before["project_id"] != access.project_id or before.get("account_id") != query.values.get("account_id"):
        raise QueryRefused(ADMIN_NEEDED)
    else:
        await _update(query, key, before)
    return Effects(access, is_use=query.caller.project_id is None and query.table.source == "project_log")


async def _prepare_public_path(query: _Write, access: ProjectAccess) -> dict[str, Any]:
    path = query.given("path").rstrip("/") if query.given("path") != "/" else "/"
    query.values.update(path=path, id=public_path_id(access.project_id, path))
    await rules.check_public_path(query.transaction.queries, access, query.values)
    return {"created": query.now, "last_edited": query.now}


async def _prepare_log_entry(query: _Write, access: ProjectAccess) -> dict[str, Any]:
    if query.values.get("account_id", access.caller) != access.caller:
        raise QueryRefused(f"FATAL: changing {query.place('account_id')} not allowed")
    query.values["account_id"] = access.caller
    if not is_uuid(query.values.setdefault("id", str(uuid.uuid4()))):
        raise QueryRefused(f"FATAL: invalid value for {query.place('id')} -- it must be a uuid")
    return {"time": query.now}


async def _prepare_invite_token(query: _Write, access: ProjectAccess) -> dict[str, Any]:
    if access.project.manage_users_owner_only and Permission.OWN not in access.grants:
        raise QueryRefused(f"FATAL: {OnlyOwnersManage()}")
    if len(query.given("token")) < _TOKEN_LENGTH:
        raise QueryRefused(
            f"FATAL: invalid value for {query.place('token')} -- it must be at least {_TOKEN_LENGTH} characters long"
        )
    return {"created": query.now}


async def _any_row(query: _Write) -> None:
    key = query.given(query.table.key)
    before = await query.transaction.queries.find_locked(query.table.source, query.table.key, key)
    if before is None:
        await _insert(query, {})
    else:
        await _update(query, key, before)


async def _insert(query: _Write, defaults: Mapping[str, Any]) -> None:
    await query.transaction.queries.insert(query.table.source, {**defaults, **query.values})


async def _update(query: _Write, key: str, before: Mapping[str, Any]) -> None:
    """Maps are merged into what is stored, everything else replaces it."""
    values = {
        name: _merged(query.place(name), before.get(name), value)
        if query.table.fields[name].kind is Kind.MAP
        else value
        for name, value in query.values.items()
        if name != query.table.key
    }
    if values:
        await query.transaction.queries.update(query.table.source, query.table.key, key, values)


def _merged(place: str, before: Any, value: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return merged(before, value)
    except Unfit as error:
        raise QueryRefused(f"FATAL: invalid value for {place} -- it {error}") from None


def public_path_id(project_id: str, path: str) -> str:
    """40 hex digits: SHA-1 of the project id followed by the path."""
    return hashlib.sha1((project_id + path).encode(), usedforsecurity=False).hexdigest()


_PREPARATIONS: Mapping[str, Callable[[_Write, ProjectAccess], Awaitable[dict[str, Any]]]] = {
    "public_paths": _prepare_public_path,
    "project_log": _prepare_log_entry,
    "project_invite_tokens": _prepare_invite_token,
}
_TARGETS: Mapping[Target, Callable[[_Write], Awaitable[Effects | None]]] = {
    Target.OWN_ACCOUNT: _own_account,
    Target.PROJECT: _project,
    Target.ROW_OF_PROJECT: _row_of_project,
    Target.ANY: _any_row,
}
