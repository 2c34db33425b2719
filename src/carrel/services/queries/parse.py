"""The syntax of the `query` event: from a caller's JSON to `Query` values.

`{"<table>": {field: value}}` with a null in it asks for one row, without one it sets; `{"<table>": [{…}]}` asks for
many. The caller's JSON is hostile: its depth, the number of queries and every scalar are bounded before anything else.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import msgspec

from carrel.domain.queries import Order, QueryRefused
from carrel.services.queries.fields import is_storable

MAX_QUERIES = 100
MAX_OPTIONS = 100
MAX_DEPTH = 32
MAX_LIMIT = 100_000
_IGNORED = frozenset({"only_changes", "heartbeat"})


class Verb(Enum):
    GET_ONE = auto()
    GET_MANY = auto()
    SET = auto()
    DELETE = auto()


@dataclass(frozen=True, slots=True)
class Options:
    limit: int | None = None
    order: tuple[Order, ...] = ()
    set: bool | None = None
    delete: bool = False
    account_id: Any = None


@dataclass(frozen=True, slots=True)
class Query:
    """One table's query: `values` are wanted (`None`) and conditional fields for a get, what to write for a set."""

    table: str
    verb: Verb
    values: Mapping[str, Any]
    options: Options


def read_options(options: object) -> Options:
    """Raises `QueryRefused`."""
    if options is None:
        return Options()
    _check(options, MAX_DEPTH)
    if not isinstance(options, list):
        raise QueryRefused(f"FATAL: options (={msgspec.json.encode(options).decode()}) must be an array")
    if len(options) > MAX_OPTIONS:
        raise QueryRefused(f"FATAL: at most {MAX_OPTIONS} options are allowed")
    found: dict[str, Any] = {"order": ()}
    for option in options:
        if not isinstance(option, dict):
            raise QueryRefused("FATAL: each option must be an object")
        for name, value in option.items():
            _read_option(name, value, found)
    return Options(**found)


def _read_option(name: str, value: Any, found: dict[str, Any]) -> None:
    match name:
        case "limit":
            found["limit"] = _limit(value)
        case "order_by":
            found["order"] = (*found["order"], _order(value))
        case "set" | "delete":
            if not isinstance(value, bool):
                raise QueryRefused(f"FATAL: option '{name}' must be true or false")
            found[name] = value
        case "account_id":
            found["account_id"] = value
        case "slice":
            raise QueryRefused("slice not implemented")
        case _ if name not in _IGNORED:
            raise QueryRefused(f"unknown option '{name}'")


def _limit(value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise QueryRefused("FATAL: option 'limit' must be an integer from 0")
    return min(value, MAX_LIMIT)


def _order(value: Any) -> Order:
    if not isinstance(value, str):
        raise QueryRefused("FATAL: option 'order_by' must be the name of a field")
    return Order(value.removeprefix("-"), descending=value.startswith("-"))


def read_queries(query: object) -> list[Mapping[str, Any]]:
    """The queries of a request: objects that are not too large; raises `QueryRefused`."""
    queries: list[Any] = query if isinstance(query, list) else [query]
    if len(queries) > MAX_QUERIES:
        raise QueryRefused(f"FATAL: at most {MAX_QUERIES} queries are allowed at a time")
    for one in queries:
        if not isinstance(one, dict):
            raise QueryRefused("malformed query")
        _check(one, MAX_DEPTH)
    return queries


def read_query(query: Mapping[str, Any], options: Options) -> Query:
    """Raises `QueryRefused`."""
    if len(query) != 1:
        raise QueryRefused("FATAL: must specify exactly one key in the query")
    table, values = next(iter(query.items()))
    is_many = isinstance(values, list)
    if isinstance(values, list):
        if len(values) > 1:
            raise QueryRefused("FATAL: array of length > 1 not yet implemented")
        values = values[0] if values else None
    if not isinstance(values, dict):
        raise QueryRefused(f"FATAL: invalid user_query of '{table}' -- query must be an object")
    return Query(table, _verb(values, options, is_many=is_many), values, options)


def _verb(values: Mapping[str, Any], options: Options, *, is_many: bool) -> Verb:
    if options.delete:
        return Verb.DELETE
    sets = options.set if options.set is not None else not is_many and not has_null(values)
    if sets:
        return Verb.SET
    return Verb.GET_MANY if is_many else Verb.GET_ONE


def has_null(value: Any) -> bool:
    """Whether there is a null in it, at any depth."""
    return any(inner is None for inner in _scalars(value))


def _scalars(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _scalars(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _scalars(inner)
    else:
        yield value


def _check(value: Any, depth: int) -> None:
    """Refuse what is nested too deeply or cannot be stored."""
    if depth == 0:
        raise QueryRefused(f"FATAL: the query is nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, dict):
        for key, inner in value.items():
            _check(key, depth - 1)
            _check(inner, depth - 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, depth - 1)
    elif not is_storable(value):
        raise QueryRefused("FATAL: the query contains a character or number that cannot be stored")


def substituted(value: Any, meaning: Callable[[str], str | None]) -> Any:
    """The value with the placeholders in it replaced, as values and (not `{now}`) as keys."""
    if isinstance(value, str):
        return meaning(value) or value
    if isinstance(value, dict):
        return {
            key if key == "{now}" else substituted(key, meaning): substituted(inner, meaning)
            for key, inner in value.items()
        }
    return [substituted(inner, meaning) for inner in value] if isinstance(value, list) else value
