"""The page of API v1's events: who may call each, its parameters, its replies, from the registry that serves them."""

import inspect
import re
import sys
import types
import typing
from collections.abc import Iterator
from typing import Any

import msgspec

from carrel.hub.api.v1 import all_events
from carrel.hub.api.v1.registry import Event, Reply, Success
from reference.markdown import code, page, table

_MEANING = re.compile(r"^([a-z]\w*): (.*(?:\n[ \t]+.*)*)", re.MULTILINE)
_WORDS = {
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    Any: "any",
    msgspec.Raw: "any",
    type(None): "absent",
}


def events_page() -> str:
    """The whole page."""
    events = list(all_events())
    modules = dict.fromkeys(event.handler.__module__ for event in events)
    used = {reply for event in events for reply in _replies(event)}
    return page(
        "# Events of API v1",
        "Made from the code. How calls, keys, types and replies work in general is said in {doc}`/api`. "
        "Every event also takes `id`, which its reply echoes.",
        *(
            block
            for module in modules
            for block in _group(module, [event for event in events if event.handler.__module__ == module], used)
        ),
    )


def meanings(struct: type[msgspec.Struct]) -> dict[str, str]:
    """What a parameters' Struct says about its fields in its docstring."""
    return dict(_MEANING.findall(inspect.getdoc(struct) or ""))


def _group(module: str, events: list[Event], used: set[type[Reply]]) -> Iterator[str]:
    yield f"## {module.rpartition('.')[2].replace('_', ' ').capitalize()}"
    yield inspect.getdoc(sys.modules[module]) or ""
    for event in events:
        yield from _event(event)
    for value in vars(sys.modules[module]).values():
        if inspect.isclass(value) and issubclass(value, Reply) and value.__module__ == module and value not in used:
            yield "An event of this group answers to a failure of its own kind with this:"
            yield from _reply(value)


def _event(event: Event) -> Iterator[str]:
    yield f"### {event.name}"
    yield event.summary
    yield f"Who may call it: {event.may_call.value}."
    known = meanings(event.parameters.struct)
    yield table(
        ("Parameter", "Type", "Default", "Meaning"),
        (
            (code(field.name), field.kind, _default(event, field.name), known.get(field.name, ""))
            for field in event.parameters.fields.values()
        ),
    )
    for reply in _replies(event):
        yield from _reply(reply)


def _default(event: Event, name: str) -> str:
    field = next(field for field in msgspec.structs.fields(event.parameters.struct) if field.name == name)
    if field.required:
        return "**required**"
    value = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
    if value is None:
        return ""
    return code(msgspec.json.encode(int(value) if isinstance(value, float) and value.is_integer() else value).decode())


def _replies(event: Event) -> list[type[Reply]]:
    union = isinstance(event.reply, types.UnionType)
    return list(typing.get_args(event.reply)) if union else [event.reply]


def _reply(reply: type[Reply]) -> Iterator[str]:
    tag = reply.__struct_config__.tag
    fields = msgspec.structs.fields(reply)
    said = "" if reply is Success else _own_doc(reply)
    yield f"Reply `{tag}`" + (f": {said}" if said else "")
    hints = typing.get_type_hints(reply)
    yield table(
        ("Field of the reply", "Type"),
        (
            (code(field.name) + ("" if field.required else " (optional)"), _type(hints[field.name], field.required))
            for field in fields
        ),
    )
    for struct in dict.fromkeys(_structs(hints)):
        yield _struct(struct)


def _struct(struct: type[msgspec.Struct]) -> str:
    hints = typing.get_type_hints(struct)
    fields = (
        f"`{field.name}`{'' if field.required else ' (optional)'} {_type(hints[field.name], field.required)}"
        for field in msgspec.structs.fields(struct)
    )
    doc = _own_doc(struct)
    return f"{struct.__name__}: {', '.join(fields)}." + (f" {doc}" if doc else "")


def _own_doc(cls: type) -> str:
    return inspect.cleandoc(cls.__doc__ or "") if "__doc__" in vars(cls) else ""


def _structs(hints: dict[str, Any]) -> Iterator[type[msgspec.Struct]]:
    waiting = list(hints.values())
    for hint in waiting:
        waiting.extend(typing.get_args(hint))
        if inspect.isclass(hint) and issubclass(hint, msgspec.Struct):
            yield hint


def _type(hint: Any, required: bool) -> str:
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return " or ".join(_type(part, True) for part in parts if required or part is not type(None))
    if origin is list:
        return f"list of {_type(parts[0], True)}"
    if origin is dict:
        return f"object of {_type(parts[1], True)}"
    return _WORDS.get(hint) or str(hint.__name__)
