"""Set queries: an upsert by primary key in one transaction, rights checked and the row locked inside it.

What is more than a row (starting a project, deleting it) is not done here but returned as `Effects`, to be carried out
after the commit.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from carrel.domain.accounts import AccountNotFound
from carrel.domain.ids import AccountId
from carrel.domain.projects import Permission, ProjectAccess
from carrel.domain.queries import QueryRefused, RowConflict
from carrel.services.queries import rules
from carrel.services.queries.caller import ADMIN_NEEDED
from carrel.services.queries.fields import Kind, Unfit, merged
from carrel.services.queries.rows_of_projects import PREPARATIONS
from carrel.services.queries.table import Table, Target
from carrel.services.queries.write import Write
from carrel.store.store import Transaction

_TOKEN_LENGTH = 8
_SAID = ("title", "description")
"""What is told in a project's log when it is changed."""


@dataclass(frozen=True, slots=True)
class Effects:
    """What remains to be done after the commit."""

    access: ProjectAccess | None = None
    """The project with which it is done."""
    deleted: bool | None = None
    action: Mapping[str, Any] | None = None
    is_use: bool = False
    ban: tuple[AccountId, bool] | None = None
    """Which account, and whether it is banned."""


async def write(query: Write) -> Effects | None:
    """Raises `QueryRefused`."""
    try:
        return await _TARGETS[query.writing.target](query)
    except RowConflict:
        raise QueryRefused(f"FATAL: a row of {query.table.name} with this key or name exists already") from None


async def remove(transaction: Transaction, table: Table, values: Mapping[str, Any]) -> None:
    """Delete one row by its key."""
    key = values.get(table.key)
    if not isinstance(key, str):
        raise QueryRefused("FATAL: delete query must set primary key")
    await transaction.queries.delete(table.source, table.key, key)


async def _own_account(query: Write) -> None:
    own = query.caller.account_id
    assert own is not None
    if query.values.pop("account_id", own) != own:
        raise QueryRefused(f"FATAL: changing {query.place('account_id')} not allowed")
    await rules.check_account(query.transaction.queries, own, query.values)
    before = await query.transaction.queries.find_locked(query.table.source, query.table.key, own)
    await _update(query, own, before or {})


async def _account(query: Write) -> Effects:
    account_id, rows = AccountId(query.given("account_id")), query.transaction.queries
    before = await rows.find_locked(query.table.source, query.table.key, account_id)
    if before is None:
        raise QueryRefused(f"FATAL: {AccountNotFound(account_id)}")
    await rules.check_account(rows, account_id, query.values)
    banned = query.values.pop("banned", before["banned"])
    await _update(query, account_id, before)
    return Effects(ban=(account_id, banned) if banned != before["banned"] else None)


async def _message_marks(query: Write) -> None:
    if "id" not in query.values:
        raise QueryRefused(f"FATAL: must specify {query.place('id')}")
    message_id, own = query.values.pop("id"), query.caller.account_id
    assert own is not None
    if not await query.transaction.messages.set_marks(message_id, own, query.values, as_sender=False):
        raise QueryRefused(f"FATAL: there is no message {message_id} to you")


async def _project(query: Write) -> Effects:
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


async def _row_of_project(query: Write) -> Effects:
    access = await query.caller.writable(query.transaction, query.given("project_id"))
    await query.transaction.queries.lock_project(access.project_id)
    plan = await PREPARATIONS[query.table.source](query, access)
    key = query.values[query.table.key]
    before = await query.transaction.queries.find_locked(query.table.source, query.table.key, key)
    if before is None:
        await _insert(query, plan.on_insert)
    elif before["project_id"] != access.project_id or before.get("account_id") != query.values.get("account_id"):
        raise QueryRefused(ADMIN_NEEDED)
    else:
        await _update(query, key, before)
    return Effects(access, is_use=plan.is_use and query.caller.project_id is None)


async def _any_row(query: Write) -> None:
    key = query.given(query.table.key)
    before = await query.transaction.queries.find_locked(query.table.source, query.table.key, key)
    if before is None:
        await _insert(query, {})
    else:
        await _update(query, key, before)


async def _insert(query: Write, defaults: Mapping[str, Any]) -> None:
    await query.transaction.queries.insert(query.table.source, {**defaults, **query.values})


async def _update(query: Write, key: str, before: Mapping[str, Any]) -> None:
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


_TARGETS: Mapping[Target, Callable[[Write], Awaitable[Effects | None]]] = {
    Target.OWN_ACCOUNT: _own_account,
    Target.ACCOUNT: _account,
    Target.PROJECT: _project,
    Target.MESSAGE_MARKS: _message_marks,
    Target.ROW_OF_PROJECT: _row_of_project,
    Target.ANY: _any_row,
}
