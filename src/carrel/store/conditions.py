"""Conditions and orders as SQL that means the same on SQLite and PostgreSQL.

Texts are compared by code points (PostgreSQL would follow the database's locale), `LIKE` minds the case (SQLite's own
does not), `ILIKE` knows all of Unicode, JSON values are equal when they mean the same. What SQLite lacks for that it
gets as three functions of ours.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    String,
    and_,
    bindparam,
    case,
    false,
    func,
    not_,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.types import JSON

from carrel.domain.projects import Role
from carrel.domain.queries import Condition, Group, Membership, Operator, Order
from carrel.store.columns import JSON_VALUE, UUID_TEXT, UtcDateTime
from carrel.store.query_tables import from_clause
from carrel.store.tables import collaborators, projects, public_paths

_MILLISECOND = timedelta(milliseconds=1)
_ORDERED: dict[Operator, Callable[[Any, Any], ColumnElement[bool]]] = {
    Operator.EQUAL: lambda column, value: column == value,
    Operator.NOT_EQUAL: lambda column, value: column != value,
    Operator.LESS: lambda column, value: column < value,
    Operator.AT_MOST: lambda column, value: column <= value,
    Operator.MORE: lambda column, value: column > value,
    Operator.AT_LEAST: lambda column, value: column >= value,
}
_MOMENTS: dict[Operator, Callable[[Any, Any, Any], ColumnElement[bool]]] = {
    Operator.EQUAL: lambda column, start, end: and_(column >= start, column < end),
    Operator.NOT_EQUAL: lambda column, start, end: or_(column < start, column >= end),
    Operator.LESS: lambda column, start, end: column < start,
    Operator.AT_MOST: lambda column, start, end: column < end,
    Operator.MORE: lambda column, start, end: column >= end,
    Operator.AT_LEAST: lambda column, start, end: column >= start,
}
_LIKES = (Operator.LIKE, Operator.ILIKE, Operator.NOT_LIKE, Operator.NOT_ILIKE)
_ANY_CASE = (Operator.ILIKE, Operator.NOT_ILIKE)
_LENGTHS = {Operator.MINLEN: Operator.AT_LEAST, Operator.MAXLEN: Operator.AT_MOST}
_IS = (Operator.IS, Operator.IS_NOT)


def to_sql(table: str, condition: Condition | Membership, dialect: str, name: str) -> ColumnElement[bool]:
    """The condition on a table of ours, whatever its value is: that is a parameter, see `parameters`.

    The field and the value's type have been checked by the caller.
    """
    column: ColumnElement[Any] = from_clause(table).c[condition.field]
    if isinstance(condition, Membership):
        return column.in_(_members(condition.group, bindparam(name, type_=UUID_TEXT)))
    operator = condition.operator
    if operator in _IS:
        return _is(column, condition.value, negated=operator is Operator.IS_NOT)
    if operator in _LENGTHS:
        return _ORDERED[_LENGTHS[operator]](_length(column, dialect), bindparam(name, type_=Integer()))
    if isinstance(column.type, JSON):
        return _json(column, operator, name, dialect)
    if operator in _LIKES:
        return _like(column, operator, bindparam(name, type_=String()), dialect)
    if isinstance(column.type, UtcDateTime):
        ends = (bindparam(one, type_=column.type) for one in (name, f"{name}_end"))
        return _MOMENTS[operator](column, *ends)
    value: Any = bindparam(name, type_=column.type)
    if operator in (Operator.EQUAL, Operator.NOT_EQUAL):
        return _ORDERED[operator](column, value)  # without a collation: it would keep PostgreSQL from the index
    return _ORDERED[operator](_by_code_points(column, dialect), value)


def parameters(table: str, condition: Condition | Membership, dialect: str, name: str) -> dict[str, Any]:
    """The values for what `to_sql` makes of a condition of this form."""
    if isinstance(condition, Membership):
        return {name: condition.of}
    operator, value = condition.operator, condition.value
    kind = from_clause(table).c[condition.field].type
    if operator in _IS:
        return {}
    if operator in _LENGTHS:
        return {name: value}
    if isinstance(kind, JSON):
        if dialect == "postgresql":
            return {name: [value] if operator is Operator.ANY else value}
        return {name: msgspec.json.encode(value).decode()}
    if operator in _LIKES and dialect != "postgresql":
        return {name: _to_glob(value.lower() if operator in _ANY_CASE else value)}
    if isinstance(kind, UtcDateTime):
        start = value.replace(microsecond=value.microsecond // 1000 * 1000)
        return {name: start, f"{name}_end": start + _MILLISECOND}
    return {name: value}


def to_order(table: str, order: Order, dialect: str) -> ColumnElement[Any]:
    column = _by_code_points(from_clause(table).c[order.field], dialect)
    return (column.desc() if order.descending else column.asc()).nulls_last()


def _by_code_points(column: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    return column.collate("C") if dialect == "postgresql" and isinstance(column.type, String) else column


def _is(column: ColumnElement[Any], value: bool | None, *, negated: bool) -> ColumnElement[bool]:
    if value is None:
        found = column.is_(null())
    elif isinstance(column.type, Boolean):
        found = column.is_(true() if value else false())
    else:
        raise ValueError("only flags are true or false")
    return not_(found) if negated else found


def _length(column: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    if not isinstance(column.type, JSON):
        return func.length(column)
    if dialect == "postgresql":
        return case((func.jsonb_typeof(column) == "array", func.jsonb_array_length(column)))
    return case((func.json_type(column) == "array", func.json_array_length(column)))


def _json(column: ColumnElement[Any], operator: Operator, name: str, dialect: str) -> ColumnElement[bool]:
    if dialect == "postgresql":
        value = bindparam(name, type_=JSON_VALUE)
        if operator is Operator.ANY:
            return and_(func.jsonb_typeof(column) == "array", column.op("@>")(value))
        equal = column == value
    else:
        function = "carrel_json_has" if operator is Operator.ANY else "carrel_json_equal"
        equal = getattr(func, function)(column, bindparam(name, type_=String()), type_=Boolean) == true()
    return not_(equal) if operator is Operator.NOT_EQUAL else equal


def _like(column: ColumnElement[Any], operator: Operator, pattern: Any, dialect: str) -> ColumnElement[bool]:
    any_case = operator in _ANY_CASE
    if dialect == "postgresql":
        found = column.ilike(pattern) if any_case else column.like(pattern)
    else:
        found = (func.carrel_lower(column) if any_case else column).op("GLOB", is_comparison=True)(pattern)
    return not_(found) if operator in (Operator.NOT_LIKE, Operator.NOT_ILIKE) else found


def _to_glob(pattern: str) -> str:
    r"""SQLite's `GLOB` pattern for one of `LIKE`, in which `\` makes the next character stand for itself."""
    wild = {"%": "*", "_": "?"}
    literals = {"*": "[*]", "?": "[?]", "[": "[[]"}
    parts = []
    characters = iter(pattern)
    for character in characters:
        if character == "\\":
            escaped = next(characters, "")
            parts.append(literals.get(escaped, escaped))
        else:
            parts.append(wild.get(character) or literals.get(character, character))
    return "".join(parts)


def _members(group: Group, of: Any) -> Any:
    """The sub-select of the ids in a group."""
    on = collaborators.c
    match group:
        case Group.PROJECTS_OF_ACCOUNT:
            return select(on.project_id).where(on.account_id == of)
        case Group.PROJECTS_MANAGED_BY_ACCOUNT:
            may = or_(on.group == Role.OWNER, and_(on.group == Role.COLLABORATOR, ~projects.c.manage_users_owner_only))
            return select(on.project_id).join(projects).where(on.account_id == of, may)
        case Group.ACCOUNTS_AROUND_ACCOUNT:
            mine = select(on.project_id).where(on.account_id == of)
            other = collaborators.alias("other")
            return select(other.c.account_id).where(other.c.project_id.in_(mine))
        case Group.ACCOUNTS_ON_PROJECT:
            return select(on.account_id).where(on.project_id == of)
        case Group.PROJECTS_PUBLIC_TO_ACCOUNTS:
            return select(public_paths.c.project_id).where(~public_paths.c.disabled)
        case Group.PROJECTS_PUBLIC_TO_ALL:
            return select(public_paths.c.project_id).where(~public_paths.c.disabled, ~public_paths.c.authenticated)


def add_sqlite_functions(connection: Any) -> None:
    """Give a new SQLite connection what `to_sql` counts on."""
    connection.create_function("carrel_lower", 1, _lower, deterministic=True)
    connection.create_function("carrel_json_equal", 2, _json_equal, deterministic=True)
    connection.create_function("carrel_json_has", 2, _json_has, deterministic=True)


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


def _json_equal(stored: str | None, wanted: str) -> bool | None:
    return None if stored is None else _same(msgspec.json.decode(stored), msgspec.json.decode(wanted))


def _json_has(stored: str | None, wanted: str) -> bool | None:
    if stored is None:
        return None
    found, element = msgspec.json.decode(stored), msgspec.json.decode(wanted)
    return isinstance(found, list) and any(_same(one, element) for one in found)


def _same(one: Any, other: Any) -> bool:
    """Equality of JSON values: `1` is `1.0`, but `true` is not `1`."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)
