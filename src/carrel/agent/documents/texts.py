"""Differences of texts, and two ways to bring changed texts together.

`merge` knows what both sides started from: changes of both are kept, the same change counts once. `unite` does not:
what is in either text is in the result.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

_WORDS = re.compile(r"\w+|\s|[^\w\s]")
_FINE = 2000
_COARSE = 100_000
"""Lines or words up to which differences are looked for exactly, and at all."""


class Hunk(NamedTuple):
    """`old[start:end]` becomes `text`."""

    start: int
    end: int
    text: str


def hunks(old: str, new: str) -> list[Hunk]:
    """What to replace in `old` to get `new`: in order, without overlap, lines first and then words."""
    found: list[Hunk] = []
    for start, end, text in _compare(old.splitlines(keepends=True), new.splitlines(keepends=True)):
        if start == end or not text:
            found.append(Hunk(start, end, text))
            continue
        for inner in _compare(_WORDS.findall(old[start:end]), _WORDS.findall(text)):
            found.append(Hunk(start + inner.start, start + inner.end, inner.text))
    return found


def merge(base: str, ours: str, theirs: str) -> str:
    """`ours` with what `theirs` changed since `base`."""
    if theirs in (base, ours):
        return ours
    if ours == base:
        return theirs
    mine, other = hunks(base, ours), hunks(base, theirs)
    ours_at = {hunk.start: hunk for hunk in mine}
    theirs_at = {hunk.start: hunk for hunk in other}
    cuts = sorted({0, len(base), *(at for hunk in (*mine, *other) for at in (hunk.start, hunk.end))})
    gone = [hunk for hunk in (*mine, *other) if hunk.end > hunk.start]
    pieces: list[str] = []
    for start, end in (*pairwise(cuts), (len(base), len(base))):
        pieces.append(_both(ours_at.get(start), theirs_at.get(start)))
        if not any(hunk.start <= start and end <= hunk.end for hunk in gone):
            pieces.append(base[start:end])
    return "".join(pieces)


def unite(ours: str, theirs: str) -> str:
    """A text with every line of both; of two forms of a line, the longer one stands for both."""
    pieces: list[str] = []
    at = 0
    for start, end, text in _compare(ours.splitlines(keepends=True), theirs.splitlines(keepends=True)):
        pieces += (ours[at:start], _union(ours[start:end], text))
        at = end
    return "".join((*pieces, ours[at:]))


def _both(mine: Hunk | None, other: Hunk | None) -> str:
    """What two sides put in one place; lines that both have put there, or of which one goes on, are the same."""
    first, second = (mine.text if mine else ""), (other.text if other else "")
    if second.startswith(first):
        return second
    if first.startswith(second):
        return first
    pieces: list[str] = []
    at = 0
    for _, end, text in _compare(first.splitlines(keepends=True), second.splitlines(keepends=True)):
        pieces += (first[at:end], text)
        at = end
    return "".join((*pieces, first[at:]))


def _union(mine: str, other: str) -> str:
    kept = mine.splitlines(keepends=True)
    free = set(range(len(kept)))
    for line in other.splitlines(keepends=True):
        place = next((each for each in sorted(free) if _is_form_of(line, kept[each])), None)
        if place is None:
            if kept and not kept[-1].endswith("\n"):
                kept[-1] += "\n"
            kept.append(line)
        else:
            free.discard(place)
            forms = [kept[place].rstrip("\n"), line.rstrip("\n")]
            kept[place] = max(forms, key=len) + "\n" * ("\n" in kept[place] + line)
    return "".join(kept)


def _is_form_of(one: str, other: str) -> bool:
    """Whether a line is another one with something put in at one place, and not much."""
    short, long = sorted((one.rstrip("\n"), other.rstrip("\n")), key=len)
    return len(long) <= 2 * len(short) and _common(short, long) + _common(short[::-1], long[::-1]) >= len(short)


def _compare(old: Sequence[str], new: Sequence[str]) -> Iterator[Hunk]:
    """Hunks in positions of the joined `old`."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    starts = [0]
    for item in old:
        starts.append(starts[-1] + len(item))
    left, right = old[head : len(old) - tail], new[head : len(new) - tail]
    for i1, i2, j1, j2 in _opcodes(left, right):
        yield Hunk(starts[head + i1], starts[head + i2], "".join(right[j1:j2]))


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    for index, (one, other) in enumerate(zip(old, new, strict=False)):
        if one != other:
            return index
    return min(len(old), len(new))


def _opcodes(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    size = max(len(old), len(new))
    if not old or not new or size > _COARSE:
        if size:
            yield 0, len(old), 0, len(new)
        return
    matcher = SequenceMatcher(None, old, new, autojunk=size > _FINE)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            yield i1, i2, j1, j2
