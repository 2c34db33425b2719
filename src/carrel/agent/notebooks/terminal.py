"""Printed text as a terminal would show it: carriage returns, backspaces and moves overwrite what is there.

A progress bar that redraws itself a thousand times stays one line. Only the last lines can change; whatever is above
them is final. Colours stay in the text as the escape sequences that they are.
"""

import re

_ROWS = 40
"""Lines that the cursor can go back to."""
_MOVES = re.compile("[\r\b]|\x1b\\[[0-9;]*[ABCDGK]")
_TOKENS = re.compile("(\n|\r|\b|\x1b\\[[0-9;]*[ABCDGK])")
_GLYPHS = re.compile("(?:\x1b\\[[0-9;]*m)*[^\x1b]|(?:\x1b\\[[0-9;]*m)+\\Z|\x1b")
_COLOURS = re.compile("(?:\x1b\\[[0-9;]*m)+")
_INCOMPLETE = re.compile("\x1b(?:\\[[0-9;]{0,32})?\\Z")
_MOST_COLUMNS = 10_000


class Terminal:
    """The end of a text that grows. `change` tells what is new since it was asked last."""

    def __init__(self) -> None:
        self._lines = [""]
        self._row = 0
        self._column: int | None = None  # None: at the end of the last line
        self._final = ""
        self._shown = ""
        self._held = ""

    def write(self, text: str) -> None:
        """Print a piece."""
        text = self._held + text
        self._held = ""
        if "\x1b" in text[-40:] and (cut := _INCOMPLETE.search(text)):
            self._held, text = cut[0], text[: cut.start()]
        if self._column is None and not _MOVES.search(text):
            self._append(text)
            return
        for token in _TOKENS.split(text):
            if token:
                self._step(token)
        self._settle()

    def change(self) -> tuple[str, str]:
        """What at the end of the text is gone, and what has come in its place."""
        before, after = self._shown, self._final + "\n".join(self._lines)
        same = common(before, after)
        self._shown, self._final = "\n".join(self._lines), ""
        return before[same:], after[same:]

    def _append(self, text: str) -> None:
        self._lines[-1] += text
        if "\n" in text:
            self._lines[-1:] = self._lines[-1].split("\n")
            self._settle()

    def _settle(self) -> None:
        """Let go of the lines that cannot be reached any more, and of the place if it is the end."""
        surplus = len(self._lines) - _ROWS
        if surplus > 0:
            self._final += "".join(line + "\n" for line in self._lines[:surplus])
            del self._lines[:surplus]
            self._row = max(0, self._row - surplus)
        if self._column is None:
            self._row = len(self._lines) - 1
        elif self._row == len(self._lines) - 1 and self._column >= len(_glyphs(self._lines[-1])):
            self._column = None

    def _step(self, token: str) -> None:
        if token == "\n":
            self._next_line()
        elif _MOVES.match(token):
            self._move(token, len(_glyphs(self._lines[-1])) if self._column is None else self._column)
        elif self._column is None:
            self._lines[self._row] += token
        else:
            self._overwrite(token, self._column)

    def _next_line(self) -> None:
        self._row += 1
        self._column = 0
        if self._row == len(self._lines):
            self._lines.append("")
            self._column = None

    def _move(self, token: str, column: int) -> None:
        command = token[-1]
        count = min(int(token[2:-1].split(";")[0] or 0), _MOST_COLUMNS)
        if command == "\r":
            column = 0
        elif command in "\bD":
            column = max(0, column - (count or 1))
        elif command == "C":
            column += count or 1
        elif command == "G":
            column = max(0, count - 1)
        elif command == "A":
            self._row = max(0, self._row - (count or 1))
        elif command == "B":
            self._row = min(len(self._lines) - 1, self._row + (count or 1))
        else:
            self._erase(column, count)
        self._column = column

    def _erase(self, column: int, what: int) -> None:
        """Erase in the line: 0 what follows, 1 what precedes, 2 everything."""
        glyphs = _glyphs(self._lines[self._row])
        before = glyphs[:column] if what == 0 else [" "] * (column if what == 1 else 0)
        self._lines[self._row] = "".join(before + (glyphs[column:] if what == 1 else []))

    def _overwrite(self, text: str, column: int) -> None:
        old, new = _glyphs(self._lines[self._row]), _glyphs(text)
        end = column + sum(not _is_colour(glyph) for glyph in new)
        padding = [" "] * (column - len(old))
        rest = old[end:]
        if rest and _is_colour(rest[0]) and new and _is_colour(new[-1]):
            rest = []
        self._lines[self._row] = "".join((*old[:column], *padding, *new, *rest))
        self._column = end


def _glyphs(line: str) -> list[str]:
    """The characters of a line, each with the colours that begin at it."""
    return list(line) if "\x1b" not in line else _GLYPHS.findall(line)


def _is_colour(glyph: str) -> bool:
    return _COLOURS.fullmatch(glyph) is not None


def common(one: str, other: str) -> int:
    """How many characters the beginnings of two texts have in common."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
