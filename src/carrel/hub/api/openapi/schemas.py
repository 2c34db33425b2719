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
        self._found: list[dict[str, Any]] = [_usual(schema, names) for schema in found]
        self.components = {
            name_of(by_key[key]): _described(_usual(schema, names), by_key[key]) for key, schema in components.items()
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


def _usual(value: Any, names: dict[str, str]) -> Any:
    """With our names, and in the forms that generators know: the length of a tuple is said by its `maxItems` alone."""
    if isinstance(value, dict):
        without = {"items"} if "prefixItems" in value and value.get("items") is False else set()
        return _nullable({key: _usual(inner, names) for key, inner in value.items() if key not in without})
    if isinstance(value, list):
        return [_usual(inner, names) for inner in value]
    return names.get(value, value) if isinstance(value, str) else value


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """`{"anyOf": [{"type": "string", …}, {"type": "null"}]}` as one type, which viewers and generators show better."""
    options = schema.get("anyOf", [])
    if len(options) != 2 or options[1] != {"type": "null"} or "enum" in options[0]:
        return schema
    if not isinstance(options[0].get("type"), str):
        return schema
    others = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**others, **options[0], "type": [options[0]["type"], "null"]}


def _described(schema: dict[str, Any], cls: type) -> dict[str, Any]:
    """What the docstring says of fields, beside each; without the title, by which generators would take two for one."""
    del schema["title"]
    fields = schema.get("properties", {})
    known = {name: text for name, text in meanings(cls).items() if name in fields}
    for name, text in known.items():
        fields[name] = {**fields[name], "description": " ".join(text.split())}
    if known:
        schema["description"] = _MEANING.sub("", inspect.cleandoc(cls.__doc__ or "")).strip()
    return schema
