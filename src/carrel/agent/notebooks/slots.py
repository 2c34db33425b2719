"""Single outputs of a cell as they should be in the document, and how to bring them there."""

from typing import Any

from pycrdt import Array, Map, Text

from carrel.agent.notebooks.limits import cut, size_of
from carrel.agent.notebooks.terminal import Terminal, common

Json = Any


class Slot:
    """One output. `is_live` until it was cleared away."""

    def __init__(self, value: dict[str, Json]) -> None:
        self.is_live = True
        self.is_changed = True
        self._value = value

    def replace(self, value: dict[str, Json]) -> None:
        """Show something else in its place."""
        self._value = value
        self.is_changed = True

    def value(self) -> dict[str, Json]:
        """The output as a value; without its content once that was let go of."""
        return self._value

    def make(self) -> "Map[Any]":
        """The output as a new part of a document."""
        self.is_changed = False
        return Map(dict(self.value()))

    def write(self, outputs: "Array[Any]", index: int) -> None:
        """Bring the output at `index` to what it should be."""
        outputs[index] = self.make()

    def let_go(self) -> None:
        """Keep the content no longer than the document needs it."""
        self._value = {name: self._value[name] for name in ("output_type", "execution_count") if name in self._value}


class StreamSlot(Slot):
    """Printed text of one name; `size` is what is kept of it, in bytes."""

    def __init__(self, name: str) -> None:
        super().__init__({"output_type": "stream", "name": name})
        self.name = name
        self.size = 0
        self._terminal = Terminal()
        self._text = ""
        self._written = ""

    def print(self, text: str, room: int) -> int:
        """Print a piece; returns how many bytes more than `room` that would have been. They are not kept."""
        self._terminal.write(text)
        gone, new = self._terminal.change()
        self.is_changed = True
        surplus = max(0, size_of(new) - size_of(gone) - room)
        if surplus:
            new = cut(new, size_of(new) - surplus)
        self._text = self._text[: len(self._text) - len(gone)] + new
        self.size += size_of(new) - size_of(gone)
        return surplus

    def value(self) -> dict[str, Json]:
        return {**self._value, "text": self._text}

    def make(self) -> "Map[Any]":
        self.is_changed = False
        self._written = self._text
        return Map({**self._value, "text": Text(self._text)})

    def write(self, outputs: "Array[Any]", index: int) -> None:
        output = outputs[index]
        text = output.get("text") if isinstance(output, Map) else None
        before = size_of(self._written)
        if not isinstance(text, Text) or len(text) != before:
            outputs[index] = self.make()
            return
        kept = common(self._written, self._text)
        if kept < len(self._written):
            del text[before - size_of(self._written[kept:]) : before]
        if kept < len(self._text):
            text += self._text[kept:]
        self._written = self._text
        self.is_changed = False

    def let_go(self) -> None:
        """The text stays: what a thread prints later goes on from it."""
