"""Request bodies of HTTP API v1: one JSON object, or a form with PHP-style brackets, as a plain dictionary.

In a form, repeated keys (`args=a&args=b`), `args[]=a` and `args[0]=a` make lists, `query[projects][title]=x` makes
nested objects. Values stay texts here; `parameters` converts them to the declared types, alike for both kinds of body.
"""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

import msgspec

_FIELDS_AT_MOST = 10_000
_BRACKETS_AT_MOST = 10
_NESTING_AT_MOST = 100
_BRACKET = re.compile(r"\[([^\[\]]*)\]")


class BodyInvalid(Exception):
    """The body cannot be taken; the message is the whole error text of the reply."""


def parse_body(body: bytes, content_type: str) -> dict[str, Any]:
    """The parameters of a call; an empty body has none."""
    if not body.strip():
        return {}
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        return _parse_json(body)
    if kind in ("application/x-www-form-urlencoded", ""):
        return _parse_form(body)
    raise BodyInvalid(f"unsupported content type '{kind}': send JSON or application/x-www-form-urlencoded")


def decode_json(text: bytes | str) -> Any:
    """A JSON value; raises `ValueError` also for one that is nested so deeply that code below could stumble over it."""
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ValueError("not JSON") from error
    level = [value]
    for _ in range(_NESTING_AT_MOST):
        level = [item for node in level for item in _children(node) if isinstance(item, dict | list)]
        if not level:
            return value
    raise ValueError("nested too deeply")


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _parse_json(body: bytes) -> dict[str, Any]:
    try:
        value = decode_json(body)
    except ValueError as error:
        raise BodyInvalid("invalid JSON body") from error
    if not isinstance(value, dict):
        raise BodyInvalid("invalid parameters 'the body must be a JSON object'")
    return value


def _parse_form(body: bytes) -> dict[str, Any]:
    try:
        text = body.decode()
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS_AT_MOST, errors="strict")
    except ValueError as error:
        raise BodyInvalid("invalid parameters 'the form is not UTF-8, or has too many fields'") from error
    fields: dict[str, Any] = {}
    for name, value in pairs:
        base, keys = _split(name)
        _put(fields, [base, *keys], value)
    return {name: _lists(value) for name, value in fields.items()}


def _split(name: str) -> tuple[str, list[str]]:
    """`a[b][]` → `a`, [`b`, ``]; a name whose brackets do not match is taken as it is."""
    base, bracket, _ = name.partition("[")
    rest = name[len(base) :]
    keys = _BRACKET.findall(rest)
    if not bracket or not base or "".join(f"[{key}]" for key in keys) != rest or len(keys) > _BRACKETS_AT_MOST:
        return name, []
    return base, keys


def _put(node: dict[str, Any], keys: list[str], value: str) -> None:
    for key in keys[:-1]:
        key = _next(node, key)
        inner = node.setdefault(key, {})
        if not isinstance(inner, dict):
            inner = node[key] = {"0": inner}
        node = inner
    last = _next(node, keys[-1])
    if last not in node:
        node[last] = value
    elif isinstance(node[last], list):
        node[last].append(value)
    elif isinstance(node[last], dict):
        node[last][_next(node[last], "")] = value
    else:
        node[last] = [node[last], value]


def _next(node: dict[str, Any], key: str) -> str:
    """The key itself; for `[]` the next free number."""
    return key or str(len(node))


def _lists(value: Any) -> Any:
    """Dictionaries whose keys are numbers become lists, in the numbers' order."""
    if isinstance(value, list):
        return [_lists(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value and all(key.isdecimal() and key.isascii() and len(key) < 10 for key in value):
        return [_lists(value[key]) for key in sorted(value, key=int)]
    return {key: _lists(item) for key, item in value.items()}
