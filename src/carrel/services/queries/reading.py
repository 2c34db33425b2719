"""Get queries: which rows a caller sees, and how they look.

Conditions and orders are only about fields that the caller may read, and they come on top of the rows that the caller
may see; so no answer depends on rows of others.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from carrel.domain.projects import Permission
from carrel.domain.queries import Condition, Group, Membership, Operator, Order, QueryRefused, Selection
from carrel.services.queries.caller import Caller
from carrel.services.queries.conditions import conditions_of
from carrel.services.queries.fields import Kind
from carrel.services.queries.parse import MAX_LIMIT, Query, Verb
from carrel.services.queries.table import Rows, Table
from carrel.store.store import Transaction

_Scope = list[Condition | Membership]
_SHA1 = re.compile("[0-9a-f]{40}")
_UNORDERED = (Kind.MAP, Kind.LIST)


async def read(transaction: Transaction, caller: Caller, table: Table, query: Query, now: datetime) -> Any:
    """The rows asked for, or the one row, `{}` if there is none. Raises `QueryRefused`."""
    for field in query.values:
        _demand_readable(table, field)
    scope = await _SCOPES[_rows_of(table)](transaction, caller, query.values)
    if table.rows is Rows.SHOWN:
        scope.append(Condition("date", Operator.AT_MOST, now))
    wanted = Selection(
        table.source,
        _columns(table, query.values),
        (*scope, *_conditions(table, query.values, now)),
        _order(table, query.options.order),
        _limit(table, query),
    )
    rows = await transaction.queries.select(wanted, now=now)
    shown = await _shown(transaction, table, query.values, rows)
    return shown if query.verb is Verb.GET_MANY else (shown[0] if shown else {})


def read_settings(settings: Mapping[str, Any], locked: Callable[[str], bool], table: Table, query: Query) -> Any:
    """The settings asked for, or the one; they are no rows of the database. Raises `QueryRefused`."""
    for field in query.values:
        _demand_readable(table, field)
    name = query.values.get("name")
    if any(value is not None for field, value in query.values.items() if field != "name") or query.options.order:
        raise QueryRefused(f"FATAL: {table.name} can only be looked up by name")
    told = [
        {"name": known, "value": value, "readonly": locked(known)}
        for known, value in sorted(settings.items())
        if name in (None, known)
    ]
    found = [{field: one[field] for field in query.values if one[field] is not None} for one in told]
    found = found[: _limit(table, query)]
    return found if query.verb is Verb.GET_MANY else (found[0] if found else {})


def _rows_of(table: Table) -> Rows:
    if table.rows is None:
        raise QueryRefused(f"FATAL: get queries not allowed for table '{table.name}'")
    return table.rows


def _demand_readable(table: Table, field: str) -> None:
    if field not in table.readable:
        raise QueryRefused(f"FATAL: user get query not allowed for {table.name}.{field}")


def _columns(table: Table, values: Mapping[str, Any]) -> tuple[str, ...]:
    """The wanted columns, and the key, by which maps of people are found."""
    return tuple({table.key: None} | {name: None for name in values if table.fields[name].is_stored})


def _conditions(table: Table, values: Mapping[str, Any], now: datetime) -> list[Condition]:
    found = [
        condition
        for name, value in values.items()
        if table.fields[name].kind is not Kind.GIVEN
        for condition in conditions_of(f"{table.name}.{name}", name, table.fields[name], value, now)
    ]
    if table.max_age is not None and table.order is not None:
        found.append(Condition(table.order.field, Operator.AT_LEAST, now - table.max_age))
    return found


def _order(table: Table, asked: Iterable[Order]) -> tuple[Order, ...]:
    """As asked for or as the table's default is, at last by the key."""
    found = tuple(asked)
    for order in found:
        _demand_readable(table, order.field)
        field = table.fields[order.field]
        if not field.is_stored or field.kind in _UNORDERED:
            raise QueryRefused(f"FATAL: rows cannot be ordered by {table.name}.{order.field}")
    default = (table.order,) if table.order is not None else ()
    return (*(found or default), Order(table.key))


def _limit(table: Table, query: Query) -> int:
    limit = query.options.limit if query.options.limit is not None else table.limit
    limit = MAX_LIMIT if limit is None else limit
    return min(limit, 1) if query.verb is Verb.GET_ONE else limit


async def _shown(
    transaction: Transaction, table: Table, values: Mapping[str, Any], rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Rows with exactly the fields asked for, without those that have neither a value nor a default."""
    fields = {name: table.fields[name] for name in values}
    keys = [row[table.key] for row in rows]
    for name, field in fields.items():
        found: Mapping[Any, Any]
        match field.kind:
            case Kind.GIVEN:
                found = dict.fromkeys(keys, values[name])
            case Kind.PEOPLE:
                found = await transaction.queries.people_of(keys)
            case Kind.RECIPIENTS:
                found = await transaction.messages.recipients_of(keys)
            case _:
                continue
        for key, row in zip(keys, rows, strict=True):
            row[name] = found.get(key)
    return [
        {name: value for name, field in fields.items() if (value := field.filled(row.get(name))) is not None}
        for row in rows
    ]


def _given(values: Mapping[str, Any], field: str) -> str:
    """The value that a field must be equal to."""
    value = values.get(field)
    if not isinstance(value, str):
        raise QueryRefused(f"FATAL: must specify {field}")
    return value


async def _own_account(_: Transaction, caller: Caller, values: Mapping[str, Any]) -> _Scope:
    return [Condition("account_id", Operator.EQUAL, caller.account_id)]


async def _any_account(_: Transaction, caller: Caller, values: Mapping[str, Any]) -> _Scope:
    return [Condition("account_id", Operator.EQUAL, _given(values, "account_id"))]


async def _accounts_around_me(_: Transaction, caller: Caller, values: Mapping[str, Any]) -> _Scope:
    return [Membership("account_id", Group.ACCOUNTS_AROUND_ACCOUNT, str(caller.account_id))]


async def _accounts_on_one_project(transaction: Transaction, caller: Caller, values: Mapping[str, Any]) -> _Scope:
    access = await caller.readable(transaction, _given(values, "project_id"))
    return [Membership("account_id", Group.ACCOUNTS_ON_PROJECT, access.project_id)]


async def _my_projects(_: Transaction, caller: Caller, values: Mapping[str, Any]) -> _Scope:
    if caller.project_id is not None:
        return [Condition("project_id", Operator.EQUAL, caller.project_id)]
    return [Membership("project_id", Group.PROJECTS_OF_ACCOUNT, str(caller.account_id))]


async def _my_projects_or_one(transaction: Transaction, caller: Caller, values: Mapping[str, Any]) -> _Scope:
    if not isinstance(values.get("project_id"), str):
        return await _my_projects(transaction, caller, values)
    access = await caller.readable(transaction, values["project_id"])
    return [Condition("project_id", Operator.EQUAL, access.project_id)]


async def _my_managed_projects(_: Transaction, caller: Caller, values: Mapping[str, Any]) -> _Scope:
    return [Membership("project_id", Group.PROJECTS_MANAGED_BY_ACCOUNT, str(caller.account_id))]


async def _public_project(_: Transaction, caller: Caller, values: Mapping[str, Any]) -> _Scope:
    project_id = _given(values, "project_id")
    group = Group.PROJECTS_PUBLIC_TO_ALL if caller.account_id is None else Group.PROJECTS_PUBLIC_TO_ACCOUNTS
    return [Condition("project_id", Operator.EQUAL, project_id), Membership("project_id", group)]


async def _public_of_one_project(transaction: Transaction, caller: Caller, values: Mapping[str, Any]) -> _Scope:
    project_id = _given(values, "project_id")
    access = await caller.access(transaction, project_id)
    if access is not None and Permission.READ in access.grants:
        return [Condition("project_id", Operator.EQUAL, project_id)]
    is_known = isinstance(values.get("path"), str) or isinstance(values.get("id"), str)
    scope: _Scope = [Condition("project_id", Operator.EQUAL, project_id), *_what_is_public_to(caller)]
    return scope if is_known else [*scope, Condition("unlisted", Operator.EQUAL, False)]


async def _public_by_id(transaction: Transaction, caller: Caller, values: Mapping[str, Any]) -> _Scope:
    path_id = values.get("id")
    if not isinstance(path_id, str) or not _SHA1.fullmatch(path_id):
        raise QueryRefused("id must be a sha1 hash")
    this = Condition("id", Operator.EQUAL, path_id)
    wanted = Selection("public_paths", ("project_id",), (this,))
    for row in await transaction.queries.select(wanted, now=None):
        access = await caller.access(transaction, row["project_id"])
        if access is not None and Permission.READ in access.grants:
            return [this]
    return [this, *_what_is_public_to(caller)]


def _what_is_public_to(caller: Caller) -> list[Condition]:
    """What someone who is not on the project sees of its public paths."""
    enabled = Condition("disabled", Operator.EQUAL, False)
    if caller.account_id is not None:
        return [enabled]
    return [enabled, Condition("authenticated", Operator.EQUAL, False)]


async def _received(_: Transaction, caller: Caller, values: Mapping[str, Any]) -> _Scope:
    return [Condition("account_id", Operator.EQUAL, caller.account_id)]


async def _sent(_: Transaction, caller: Caller, values: Mapping[str, Any]) -> _Scope:
    return [Condition("from_id", Operator.EQUAL, caller.account_id)]


async def _shown_to_all(_: Transaction, caller: Caller, values: Mapping[str, Any]) -> _Scope:
    return [Condition("hide", Operator.EQUAL, False)]


async def _all(_: Transaction, caller: Caller, values: Mapping[str, Any]) -> _Scope:
    return []


_SCOPES: Mapping[Rows, Callable[[Transaction, Caller, Mapping[str, Any]], Awaitable[_Scope]]] = {
    Rows.OWN_ACCOUNT: _own_account,
    Rows.ANY_ACCOUNT: _any_account,
    Rows.ACCOUNTS_AROUND_ME: _accounts_around_me,
    Rows.ACCOUNTS_ON_ONE_PROJECT: _accounts_on_one_project,
    Rows.MY_PROJECTS: _my_projects,
    Rows.MY_PROJECTS_OR_ONE: _my_projects_or_one,
    Rows.MY_MANAGED_PROJECTS: _my_managed_projects,
    Rows.PUBLIC_PROJECT: _public_project,
    Rows.PUBLIC_OF_ONE_PROJECT: _public_of_one_project,
    Rows.PUBLIC_BY_ID: _public_by_id,
    Rows.RECEIVED: _received,
    Rows.SENT: _sent,
    Rows.SHOWN: _shown_to_all,
    Rows.ALL: _all,
}
