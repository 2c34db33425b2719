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
    """A text with every line of both; of two forms of a line, one that holds all of the other stands for both."""
    pieces: list[str] = []
    at = 0
    for start, end, text in _compare(ours.splitlines(keepends=True), theirs.splitlines(keepends=True)):
        pieces += (ours[at:start], _union(ours[start:end], text))
        at = end
    return "".join((*pieces, ours[at:]))


def _both(mine: Hunk | None, other: Hunk | None) -> str:
    """What two sides put in one place; where one only goes on from the other, it is taken for the same."""
    first, second = (mine.text if mine else ""), (other.text if other else "")
    if second.startswith(first):
        return second
    return first if first.startswith(second) else first + second


def _union(mine: str, other: str) -> str:
    if _is_within(other, mine):
        return mine
    if _is_within(mine, other):
        return other
    return mine + other if mine.endswith("\n") else f"{mine}\n{other}"


def _is_within(short: str, long: str) -> bool:
    """Whether `long` is `short` with insertions."""
    rest = iter(long)
    return all(character in rest for character in short)


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
