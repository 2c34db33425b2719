"""JSON that keeps its bytes: where in a text the members of an object or the elements of a list are."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

_SPACE = re.compile(r"[ \t\r\n]*")
_INDENT = re.compile(r"[\[{](\r?\n)([ \t]*)\S")
_ESCAPED = re.compile(r"\\u(?!00[0-7])[0-9a-fA-F]{4}")
_decoder = json.JSONDecoder()
Span = tuple[int, int]


class Layout(msgspec.Struct, frozen=True):
    """How a file writes JSON; `indent` None: everything on one line."""

    indent: str | None = " "
    line_end: str = "\n"
    item: str = ", "
    key: str = ": "
    is_ascii: bool = False

    @classmethod
    def of(cls, text: str) -> "Layout":
        """The layout that a text seems to have."""
        found = _INDENT.search(text)
        return cls(
            indent=found[2] if found else None,
            line_end=found[1] if found else "\n",
            item=", " if ", " in text else ",",
            key=": " if '": ' in text else ":",
            is_ascii=text.isascii() and _ESCAPED.search(text) is not None,
        )

    def dump(self, value: Any, depth: int) -> str:
        """A value as the text would have it at this depth."""
        separators = (self.item, self.key) if self.indent is None else (",", self.key)
        text = json.dumps(value, indent=self.indent, ensure_ascii=self.is_ascii, separators=separators)
        return text.replace("\n", self.line_end + (self.indent or "") * depth)

    def object(self, members: Mapping[str, str], depth: int) -> str:
        """An object of members that are text already."""
        return self._join("{", [f"{self.dump(name, 0)}{self.key}{text}" for name, text in members.items()], "}", depth)

    def list(self, items: Sequence[str], depth: int) -> str:
        """A list of elements that are text already."""
        return self._join("[", items, "]", depth)

    def _join(self, opening: str, items: Sequence[str], closing: str, depth: int) -> str:
        if not items:
            return opening + closing
        if self.indent is None:
            return opening + self.item.join(items) + closing
        end = self.line_end + self.indent * depth
        return opening + end + self.indent + f",{end}{self.indent}".join(items) + end + closing


def members(text: str, start: int) -> dict[str, Span]:
    """Where the members of the object at `start` have their values; the text is valid JSON."""
    found: dict[str, Span] = {}
    at = _skip(text, start + 1)
    while text[at] != "}":
        name, at = _decoder.raw_decode(text, at)
        begin = _skip(text, _skip(text, at) + 1)
        _, end = _decoder.raw_decode(text, begin)
        found[name] = (begin, end)
        at = _next(text, end)
    return found


def elements(text: str, start: int) -> list[Span]:
    """Where the elements of the list at `start` are; the text is valid JSON."""
    found: list[Span] = []
    at = _skip(text, start + 1)
    while text[at] != "]":
        _, end = _decoder.raw_decode(text, at)
        found.append((at, end))
        at = _next(text, end)
    return found


def beginning(text: str) -> int:
    """Where the value of a whole text begins."""
    return _skip(text, 0)


def end_of(text: str, start: int) -> int:
    """Where the value at `start` ends."""
    return int(_decoder.raw_decode(text, start)[1])


def _next(text: str, end: int) -> int:
    at = _skip(text, end)
    return _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    assert found is not None
    return found.end()
