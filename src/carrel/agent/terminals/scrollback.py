"""The last of what a terminal was sent, cut where a terminal can begin to read it.

Positions count all bytes that ever came. A cut is never inside a character or an escape sequence (ECMA-48, as xterm
reads it: CAN, SUB and the next ESC end whatever has begun), unless one sequence alone is longer than all that is kept.
Modes that were set before the cut and may still hold, such as the alternate screen, are told to whoever begins there.
"""

import re

KEPT_BYTES = 1 << 20
KEPT_LINES = 10_500
"""No page has more: 10,000 above a screen of at most 500."""
_SLACK_BYTES = 1 << 18
"""How much may come before the next cut, for each one looks at what it drops."""
_SEQUENCE = rb"""
    \x1b\[ [0-?]* [ -/]* (?: [@-~\x18\x1a] | (?=\x1b) )
  | \x1b[\]PX^_] [^\x07\x18\x1a\x1b]* (?: [\x07\x18\x1a] | (?=\x1b) )
  | \x1b [ -/]* (?: [0-OQ-WYZ\\`-~\x18\x1a] | (?=\x1b) )
"""
_WHOLE = re.compile(rb"(?: [^\x1b]+ |" + _SEQUENCE + rb")*", re.VERBOSE)
_ONE = re.compile(_SEQUENCE + rb"| \x1b", re.VERBOSE)
_MODES = re.compile(rb"\x1b\[\?([0-9;]{1,100})([hl])|\x1bc|\x1b\[!p")
_MOST_MODES = 50
_STEP_BYTES = 1 << 14
"""Bounds the memory of one match; a possessive quantifier would, too, but is broken before Python 3.11.5."""


class Scrollback:
    """Bytes from `start` to `end`."""

    def __init__(self) -> None:
        self.start = 0
        self.modes = b""
        """What sets the private modes that hold at `start`."""
        self._data = bytearray()
        self._uncut = 0
        self._set: dict[bytes, bytes] = {}

    @property
    def end(self) -> int:
        return self.start + len(self._data)

    def append(self, data: bytes) -> None:
        self._data += data
        self._uncut += len(data)
        if self._uncut > _SLACK_BYTES:
            self._uncut = 0
            self._drop(safe_cut(self._data, max(len(self._data) - KEPT_BYTES, self._last_lines())))

    def read(self, position: int, most: int) -> bytes:
        """At most so many bytes from a position on that is not before `start`."""
        begin = position - self.start
        return bytes(self._data[begin : begin + most])

    def _last_lines(self) -> int:
        """Where the last lines begin that are worth keeping."""
        place = len(self._data)
        for _ in range(KEPT_LINES):
            place = self._data.rfind(b"\n", 0, place)
            if place < 0:
                break
        return place + 1

    def _drop(self, size: int) -> None:
        for found in _MODES.finditer(self._data, 0, size):
            if found[1] is None:
                self._set.clear()
                continue
            for mode in found[1].split(b";"):
                self._set.pop(mode, None)
                self._set[mode] = found[2]
        while len(self._set) > _MOST_MODES:
            del self._set[next(iter(self._set))]
        self.modes = b"".join(b"\x1b[?%b%b" % each for each in self._set.items())
        del self._data[:size]
        self.start += size


def safe_cut(data: bytearray, wanted: int) -> int:
    """The first place from `wanted` on where `data`, which begins at such a place, can be cut."""
    cut = 0
    while cut < wanted:
        whole = _WHOLE.match(data, cut, min(cut + _STEP_BYTES, wanted))
        assert whole is not None
        cut = whole.end()
        if cut < wanted and (one := _ONE.match(data, cut)):
            cut = one.end()
    while cut < len(data) and data[cut] & 0xC0 == 0x80 and cut < wanted + 3:
        cut += 1
    return cut
