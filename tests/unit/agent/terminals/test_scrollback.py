"""Where what a terminal was sent is cut."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.agent.terminals.scrollback import KEPT_BYTES, KEPT_LINES, Scrollback, safe_cut

WHOLE = [
    "plain",
    "é",
    "漢",
    "🎈",
    "\r\n",
    "\x1b[1;31m",
    "\x1b[?25h",
    "\x1b]0;a title\x07",
    "\x1b]8;;https://example.org\x1b\\",
    "\x1bPq#0\x1b\\",
    "\x1b(B",
    "\x1bM",
    "\x1b[31\x18",
]


@given(st.lists(st.sampled_from(WHOLE), min_size=1, max_size=30), st.data())
def test_a_cut_is_never_inside_a_character_or_sequence(pieces: list[str], data: st.DataObject) -> None:
    encoded = [one for piece in pieces for one in ([piece] if "\x1b" in piece else piece)]
    places, at = {0}, 0
    for one in encoded:
        at += len(one.encode())
        places.add(at)
    text = "".join(encoded).encode()
    for found in re.finditer(rb"\x1b\\", text):  # a string ends before the sequence that follows it
        places.add(found.start())
    wanted = data.draw(st.integers(0, len(text)))
    cut = safe_cut(bytearray(text), wanted)
    assert cut in places
    assert cut >= wanted
    assert cut - wanted < max(len(piece.encode()) for piece in pieces)


@pytest.mark.parametrize("garbage", [b"\x1b", b"\x1b]", b"\x1b[", b"\x1b\0", b"\x1b]x\r", b"\xff", b"\x9b"])
def test_what_is_no_sequence_is_cut_all_the_same(garbage: bytes) -> None:
    scrollback = Scrollback()
    for _ in range(40):
        scrollback.append(garbage * (60_000 // len(garbage)))
    assert scrollback.end == 40 * (60_000 // len(garbage)) * len(garbage)
    assert KEPT_BYTES - 100 < scrollback.end - scrollback.start <= KEPT_BYTES + (1 << 18)


def test_modes_that_were_set_before_the_cut_are_known_after_it() -> None:
    scrollback = Scrollback()
    scrollback.append(b"\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?2004l\x1b[?1002;1006h")
    assert scrollback.modes == b""
    scrollback.append(b"x" * (2 * KEPT_BYTES))
    assert scrollback.modes == b"\x1b[?1049h\x1b[?25l\x1b[?2004l\x1b[?1002h\x1b[?1006h"
    scrollback.append(b"\x1bc" + b"x" * (2 * KEPT_BYTES))
    assert scrollback.modes == b""


def test_what_is_kept_can_be_read_from_every_position() -> None:
    scrollback = Scrollback()
    for number in range(500_000):
        scrollback.append(b"%07d\n" % number)
    assert KEPT_LINES * 8 <= scrollback.end - scrollback.start <= KEPT_LINES * 8 + (1 << 18)
    assert scrollback.read(scrollback.end - 8, 100) == b"0499999\n"
    assert scrollback.read(scrollback.end, 100) == b""
    assert scrollback.read(scrollback.start, 8) == b"%07d\n" % (scrollback.start // 8)
