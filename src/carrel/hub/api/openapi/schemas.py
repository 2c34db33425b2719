"""JSON schemas of types, each Struct under the name of its module and its own, such as `v2.explorer.ListReply`."""

import inspect
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

_PREFIX = "#/components/schemas/"
_MEANING = re.compile(r"^([a-z]\w*): (.*(?:\n[ \t]+.*)*)\n?", re.MULTILINE)
_INSIDE = ("type", "item_type", "key_type", "value_type", "types", "item_types", "fields")
"""Attributes of msgspec's descriptions of types that hold further ones."""


def meanings(cls: type) -> dict[str, str]:
    """What a Struct's docstring says about its fields, each on a line that begins with its name."""
    return dict(_MEANING.findall(inspect.cleandoc(cls.__doc__ or "")))


class Schemas:
    """The schemas of types that refer to each other."""

    def __init__(self, types: Iterable[Any]) -> None:
        self._types = list(types)
        classes = dict.fromkeys(cls for info in msgspec.inspect.multi_type_info(self._types) for cls in _classes(info))
        by_key = _keys(classes)
        found, components = msgspec.json.schema_components(self._types, ref_template=_PREFIX + "{name}")
        names = {_PREFIX + key: _PREFIX + name_of(cls) for key, cls in by_key.items()}
        self._found: list[dict[str, Any]] = [_renamed(schema, names) for schema in found]
        self.components = {
            name_of(by_key[key]): _described(_renamed(schema, names), by_key[key]) for key, schema in components.items()
        }
        if len(self.components) != len(components):
            raise ValueError("two types have the same name")

    def of(self, type_: Any) -> dict[str, Any]:
        """The schema of one of the types."""
        return self._found[self._types.index(type_)]


def name_of(cls: type) -> str:
    """The name of a class in the document."""
    return f"{cls.__module__}.{cls.__qualname__}".removeprefix("carrel.hub.").removeprefix("api.")


def _keys(classes: Iterable[type]) -> dict[str, type]:
    """The classes by what msgspec calls them: their names, or those with their modules where several have one."""
    known: dict[str, list[type]] = {}
    for cls in classes:
        known.setdefault(cls.__name__, []).append(cls)
    return {
        name if len(same) == 1 else f"{cls.__module__}.{cls.__qualname__}": cls
        for name, same in known.items()
        for cls in same
    }


def _classes(info: Any, seen: frozenset[type] = frozenset()) -> Iterator[type]:
    """All classes that a type is made of."""
    cls = getattr(info, "cls", None)
    if cls is not None:
        if cls in seen:
            return
        seen |= {cls}
        yield cls
    for name in _INSIDE:
        inside = getattr(info, name, ())
        for one in inside if isinstance(inside, tuple) else (inside,):
            yield from _classes(one, seen)


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, names) for inner in value]
    return names.get(value, value) if isinstance(value, str) else value


def _described(schema: dict[str, Any], cls: type) -> dict[str, Any]:
    """What the docstring says of fields, beside each."""
    fields = schema.get("properties", {})
    known = {name: text for name, text in meanings(cls).items() if name in fields}
    for name, text in known.items():
        fields[name] = {**fields[name], "description": " ".join(text.split())}
    if known:
        schema["description"] = _MEANING.sub("", inspect.cleandoc(cls.__doc__ or "")).strip()
    return schema
