"""Fields of tables as the `query` event knows them: what kind of value each has, and how a caller's JSON becomes one.

Every value is checked here before it reaches the database: types, lengths, ranges. So the two databases, of which one
would take anything and the other fails in its own words, are never asked to judge.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

import msgspec

from carrel.domain.queries import QueryRefused
from carrel.kit import timestamps

TEXT_LENGTH = 1_000_000
JSON_BYTES = 1_000_000
_Json = TypeVar("_Json")
_INT32 = 2**31
_YEARS = range(1000, 9999)


class Kind(Enum):
    """`GIVEN` fields are parameters that the caller states and gets back, `PEOPLE` is the map of a project's
    collaborators, `RECIPIENTS` the list of those to whom a message was sent; `UNSET` fields never have a value: the
    compatible API has them, Carrel has no use for them. The values are the reference's words."""

    TEXT = "string"
    WHOLE = "integer"
    FLAG = "boolean"
    TIME = "timestamp"
    MAP = "map"
    LIST = "list"
    GIVEN = "as given"
    PEOPLE = "map of the people"
    RECIPIENTS = "list of accounts"
    ANY = "any"
    UNSET = "never set"


@dataclass(frozen=True, slots=True)
class Field:
    kind: Kind
    default: Any = None
    max_length: int = TEXT_LENGTH

    @property
    def is_stored(self) -> bool:
        """Whether it is a column, that conditions and orders can be about."""
        return self.kind not in (Kind.GIVEN, Kind.PEOPLE, Kind.RECIPIENTS, Kind.UNSET)

    def filled(self, value: Any) -> Any:
        """The value as it is shown: with defaults, timestamps as text."""
        if isinstance(value, datetime):
            return timestamps.to_text(value)
        if value is None:
            return self.default
        if isinstance(self.default, dict) and isinstance(value, dict):
            return self.default | value
        return value


def text(max_length: int = TEXT_LENGTH, default: str | None = None) -> Field:
    """A text of at most so many characters."""
    return Field(Kind.TEXT, default, max_length)


ID, TEXT, WHOLE, FLAG, TIME, MAP, LIST, UNSET = (
    text(36),
    text(),
    Field(Kind.WHOLE),
    Field(Kind.FLAG),
    Field(Kind.TIME),
    Field(Kind.MAP),
    Field(Kind.LIST),
    Field(Kind.UNSET),
)
AVATAR = text(10_000_000)


class Unfit(Exception):
    """A value is not of its field's kind; the message says what it should be."""


def text_of(value: Any, max_length: int = TEXT_LENGTH) -> str:
    if not isinstance(value, str):
        raise Unfit("must be a string")
    if len(value) > max_length:
        raise Unfit(f"must be at most {max_length} characters long")
    return value


def whole_of(value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Unfit("must be an integer")
    if not -_INT32 <= value < _INT32:
        raise Unfit("is out of range")
    return value


def flag_of(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unfit("must be true or false")
    return value


def time_of(value: Any) -> datetime:
    if not isinstance(value, str):
        raise Unfit("must be a timestamp in ISO 8601 form")
    try:
        moment = timestamps.from_text(value)
    except (ValueError, OverflowError):
        raise Unfit("must be a timestamp in ISO 8601 form") from None
    return bounded_time(moment)


def bounded_time(moment: datetime) -> datetime:
    if moment.year not in _YEARS:
        raise Unfit("is out of range")
    return moment


def map_of(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unfit("must be an object")
    return _sized(value)


def list_of(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Unfit("must be a list")
    return _sized(value)


def any_of(value: Any) -> Any:
    return _sized(value)


def _sized(value: _Json) -> _Json:
    if len(msgspec.json.encode(value)) > JSON_BYTES:
        raise Unfit(f"must take at most {JSON_BYTES} bytes")
    return value


_READERS = {
    Kind.WHOLE: whole_of,
    Kind.FLAG: flag_of,
    Kind.TIME: time_of,
    Kind.MAP: map_of,
    Kind.LIST: list_of,
    Kind.PEOPLE: map_of,
    Kind.RECIPIENTS: list_of,
    Kind.ANY: any_of,
}


def value_of(field: Field, value: Any) -> Any:
    """The value for the database; raises `Unfit`."""
    if field.kind in (Kind.TEXT, Kind.GIVEN):
        return text_of(value, field.max_length)
    return _READERS[field.kind](value)


def checked(place: str, field: Field, value: Any) -> Any:
    """`value_of`, with a refusal that names the place (`table.field`)."""
    try:
        return value_of(field, value)
    except Unfit as error:
        raise QueryRefused(f"FATAL: invalid value for {place} -- it {error}") from None


def merged(stored: Any, new: Mapping[str, Any]) -> dict[str, Any]:
    """The stored map with the new one merged in, maps inside maps too; raises `Unfit` when it grows too large."""
    return _sized(_merge(stored, new))


def _merge(stored: Any, new: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(stored) if isinstance(stored, dict) else {}
    for key, value in new.items():
        result[key] = _merge(result.get(key), value) if isinstance(value, dict) else value
    return result


def is_storable(value: Any) -> bool:
    """Whether a scalar of JSON survives both databases: no NUL, no lone surrogate, no infinity, at most 64 bits."""
    if isinstance(value, str):
        whole = value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)
        return whole and "\x00" not in value
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, int) or -(2**63) <= value < 2**63
