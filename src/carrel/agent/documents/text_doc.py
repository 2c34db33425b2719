"""A text file as a document; and how a shared text is changed, here and in cells.

pycrdt counts the places in a text in bytes of UTF-8.
"""

from collections.abc import Sequence
from typing import Any

from pycrdt import Doc, Map, Text

from carrel.agent.documents.notebook import lines
from carrel.agent.documents.texts import hunks, merge, unite


class TextDoc:
    """The text in `doc`, with `\\n` at the end of lines."""

    kind = "text"
    roots: Sequence[str] = ("source", "state")
    changed_cells = False

    def __init__(self, doc: "Doc[Any]") -> None:
        self.doc = doc
        self._source = doc.get("source", type=Text)
        doc.get("state", type=Map)

    def read(self) -> str:
        """The text now, as a file can hold it."""
        return lines(str(self._source)).replace("\0", "\ufffd")

    def change(self, new: str) -> None:
        """Make it `new`; what is the same in both is not touched."""
        with self.doc.transaction():
            change_text(self._source, new)

    def merge(self, base: str, theirs: str) -> None:
        """Add what somebody else made of `base`."""
        self.change(merge(base, self.read(), theirs))

    def unite(self, other: "TextDoc") -> None:
        """Add every line that another document has and this one has not."""
        self.change(unite(self.read(), other.read()))

    def shed(self, base: str, size: int) -> bool:
        """Nothing of a text can be made again."""
        return False

    def mend(self) -> None:
        """Nothing can be wrong with a text."""


def change_text(text: Text, new: str) -> None:
    """Give a shared text a new content by the differences to what it has."""
    old = str(text)
    if old == new:
        return
    at, places = 0, []
    size = 0
    for hunk in hunks(old, new):
        size += len(old[at : hunk.start].encode())
        begin = size
        size += len(old[hunk.start : hunk.end].encode())
        at = hunk.end
        places.append((begin, size, hunk.text))
    for begin, end, piece in reversed(places):
        if end > begin:
            del text[begin:end]
        if piece:
            text.insert(begin, piece)
