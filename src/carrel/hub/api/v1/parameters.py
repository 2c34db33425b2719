"""Typed parameters of HTTP API v1: strict about names, generous about spelling.

A procedure declares a msgspec Struct; the annotation of each field decides how its value is converted, identically for
JSON and form bodies. A `wait_until_done=False` of a form, which arrives as the text `False`, so means what its author
meant.
"""

import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

import msgspec

from carrel.hub.api.v1.body import decode_json
from carrel.kit import timestamps

P = TypeVar("P", bound=msgspec.Struct)


class AnyParams(msgspec.Struct):
    """Parameters: whatever is sent is accepted and ignored."""


Truthy = Annotated[bool, "truthy"]
"""A flag for which any text that is not a false word is true."""
TextOrList = str | list[str]

_TRUE = frozenset({"true", "1", "yes", "on", "t", "y"})
_FALSE = frozenset({"false", "0", "no", "off", "f", "n", "null", "none", "undefined", ""})
_ABSENT = object()
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_BEYOND_NUMBERS = 1e300


class ParametersInvalid(Exception):
    """The message is the whole error text of the reply."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"invalid parameters 'Error: {reason}'")

    @classmethod
    def missing(cls, name: str) -> "ParametersInvalid":
        return cls(f"misc.defaults -- TypeError: property '{name}' must be specified: ")


Converter = Callable[[str, Any], Any]


def _boolean(name: str, value: Any) -> Any:
    if isinstance(value, str):
        value = value.strip().lower()
        if value in _TRUE or value in _FALSE:
            return value in _TRUE
    elif isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    raise ParametersInvalid(f"'{name}' must be a boolean")


def _truthy(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return value.strip().lower() not in _FALSE
    return _boolean(name, value)


def _number(name: str, value: Any) -> Any:
    if isinstance(value, str):
        text = value.strip()
        if text in ("", "None"):
            return _ABSENT
        value = float(text) if _DECIMAL.fullmatch(text) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _BEYOND_NUMBERS:
        raise ParametersInvalid(f"'{name}' must be a number")
    return float(value)


def _text(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return msgspec.json.encode(value).decode()
    raise ParametersInvalid(f"'{name}' must be a string")


def _texts(name: str, value: Any) -> Any:
    if isinstance(value, str) and value.lstrip().startswith("["):
        value = _from_json(name, value, "a list of strings")
    items = value if isinstance(value, list) else [value]
    return [_text(name, item) for item in items]


def _text_or_texts(name: str, value: Any) -> Any:
    return _texts(name, value) if isinstance(value, list) else _text(name, value)


def _object(name: str, value: Any) -> Any:
    value = _raw(name, value)
    if not isinstance(value, dict):
        raise ParametersInvalid(f"'{name}' must be an object")
    return value


def _objects(name: str, value: Any) -> Any:
    value = _raw(name, value)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ParametersInvalid(f"'{name}' must be a list of objects")
    return value


def _raw(name: str, value: Any) -> Any:
    """Any value; text that looks like a JSON object or list is taken as one."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        return _from_json(name, value, "JSON")
    return value


def _timestamp(name: str, value: Any) -> Any:
    try:
        return timestamps.from_text(_text(name, value))
    except (ValueError, OverflowError):
        raise ParametersInvalid(f"'{name}' must be an ISO 8601 timestamp") from None


def _from_json(name: str, text: str, wanted: str) -> Any:
    try:
        return decode_json(text)
    except ValueError:
        raise ParametersInvalid(f"'{name}' must be {wanted}") from None


_CONVERTERS: dict[Any, tuple[str, Converter]] = {
    bool: ("boolean", _boolean),
    Truthy: ("truthy flag", _truthy),
    float: ("number", _number),
    str: ("string", _text),
    list[str]: ("list of string", _texts),
    TextOrList: ("string or list", _text_or_texts),
    dict[str, Any]: ("object", _object),
    list[dict[str, Any]]: ("list of object", _objects),
    datetime: ("timestamp", _timestamp),
    Any: ("any", _raw),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One declared parameter; `kind` is the reference's word for its type."""

    name: str
    kind: str
    required: bool
    default: Any
    convert: Converter


@dataclass(frozen=True, slots=True)
class Parameters(Generic[P]):
    """Parses the parameters of one procedure into its Struct."""

    struct: type[P]
    fields: Mapping[str, Field]

    @classmethod
    def of(cls, struct: type[P]) -> "Parameters[P]":
        """Read the declaration; raises `TypeError` for an annotation that has no conversion."""
        hints = typing.get_type_hints(struct, include_extras=True)
        return cls(
            struct, {field.name: _declared(field, hints[field.name]) for field in msgspec.structs.fields(struct)}
        )

    def parse(self, given: Mapping[str, Any], *, strict: bool = True) -> P:
        """Raises `ParametersInvalid` for missing and unconvertible fields, and if `strict` for unknown ones."""
        values = {}
        for name, value in given.items():
            if name not in self.fields:
                if not strict or self.struct is AnyParams:
                    continue
                raise ParametersInvalid(f"misc.defaults -- TypeError: got an unexpected argument '{name}' ")
            if value is None:
                continue
            converted = self.fields[name].convert(name, value)
            if converted is not _ABSENT:
                values[name] = converted
        for field in self.fields.values():
            if field.required and field.name not in values:
                raise ParametersInvalid.missing(field.name)
        return self.struct(**values)


def _declared(field: msgspec.structs.FieldInfo, hint: Any) -> Field:
    bare = _without_none(hint)
    if bare not in _CONVERTERS:
        raise TypeError(f"parameter {field.name!r} has a type without conversion: {hint}")
    kind, convert = _CONVERTERS[bare]
    return Field(field.name, kind, field.required, None if field.required else field.default, convert)


def _without_none(hint: Any) -> Any:
    """`X | None` → `X`."""
    if typing.get_origin(hint) not in (types.UnionType, typing.Union):
        return hint
    others = [part for part in typing.get_args(hint) if part is not type(None)]
    return typing.Union[tuple(others)] if len(others) > 1 else others[0]  # noqa: UP007 - built from a list
