"""Looking for files by name or content, some at a time: each look ends after a while and says where the next goes on.

What is looked for is plain text, without regard to case: nothing that somebody types can take long to match.
"""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from carrel.domain.files import FileMissing
from carrel.kit import safe_paths, safe_trees
from carrel.kit.safe_paths import InnerPath, PathLeavesRoot, PathUnusable, Root
from carrel.kit.safe_trees import Found
from carrel.storage.files import open_home
from carrel.storage.homes import CONTROL_DIRECTORIES, Home
from carrel.storage.listings import ENTRIES, Kind, kind_of
from carrel.storage.names import inner_path, text_of

_SECONDS = 2.0
_HITS = 200
_HITS_IN_A_FILE = 5
_FILE_BYTES = 5_000_000
_BINARY_WITHIN = 8192
_BEFORE, _AROUND = 60, 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: in names, or `in_content`; in hidden files and directories only if `hidden`."""

    text: str
    in_content: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A file or directory, and for its content the line (from 1) and what stands there."""

    path: str
    kind: Kind
    line: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What was found, and the path behind which the search goes on; `None` at its end."""

    hits: list[Hit]
    next: str | None


def search(home: Home, path: str, wanted: Wanted, after: str | None) -> Look:
    """Look below a directory, from behind `after` on. Raises the errors of `domain.files`."""
    until, hits = time.monotonic() + _SECONDS, list[Hit]()
    with open_home(home, path) as root:
        top = safe_paths.real_path(root, inner_path(root, path))
        if CONTROL_DIRECTORIES.intersection(top[:1]):
            raise FileMissing(path)
        begin = inner_path(root, after).parts if after is not None else None
        needle = wanted.text.casefold()
        for found in _seen(root, top, begin, hidden=wanted.hidden):
            hits += _hits_in(root, found, needle) if wanted.in_content else _named(found, needle)
            if len(hits) >= _HITS or time.monotonic() > until:
                return Look(hits, text_of(found.way))
    return Look(hits, None)


def _seen(root: Root, top: tuple[str, ...], after: tuple[str, ...] | None, *, hidden: bool) -> Iterator[Found]:
    def is_seen(found: Found) -> bool:
        name = found.way[-1]
        return found.way[0] not in CONTROL_DIRECTORIES and (hidden or not name.startswith("."))

    for found in safe_trees.walk_tree(root, top, after=after, limit=ENTRIES, enters=is_seen):
        if isinstance(found, Found) and is_seen(found):
            yield found


def _named(found: Found, needle: str) -> list[Hit]:
    return [Hit(text_of(found.way), kind_of(found.mode))] if needle in found.way[-1].casefold() else []


def _hits_in(root: Root, found: Found, needle: str) -> list[Hit]:
    if not found.is_file or not 0 < found.size_bytes <= _FILE_BYTES:
        return []
    data = b""
    path = InnerPath(found.way, wants_directory=False)
    with suppress(OSError, PathLeavesRoot, PathUnusable), safe_paths.open_for_reading(root, path) as fd:
        data = os.read(fd, _FILE_BYTES)
    if b"\0" in data[:_BINARY_WITHIN]:
        return []
    text = data.decode(errors="replace")
    if needle not in text.casefold():
        return []
    lines = ((number, line) for number, line in enumerate(text.split("\n"), 1) if needle in line.casefold())
    return [
        Hit(text_of(found.way), Kind.FILE, number, _around(line, needle))
        for (number, line), _ in zip(lines, range(_HITS_IN_A_FILE), strict=False)
    ]


def _around(line: str, needle: str) -> str:
    start = max(0, line.casefold().find(needle) - _BEFORE)
    return line[start : start + _AROUND].strip()
