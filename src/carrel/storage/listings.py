"""What is in a directory, for people: every name, what it is, and where links lead."""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from carrel.domain.files import FileMissing
from carrel.kit import safe_paths, safe_trees
from carrel.kit.safe_paths import InnerPath, PathLeavesRoot, Place, Root
from carrel.storage.files import open_home
from carrel.storage.homes import CONTROL_DIRECTORIES, Home
from carrel.storage.names import inner_path, shown

ENTRIES = 100_000


class Kind(StrEnum):
    """What something is, or what a link leads to. `OTHER`: nothing that can be opened, or outside."""

    FILE = "file"
    DIRECTORY = "directory"
    OTHER = "other"


class Listed(NamedTuple):
    """An entry of a directory; `link`: where it leads if it is a link. A tuple, as there are very many."""

    name: str
    kind: Kind
    size_bytes: int
    mtime_ms: int
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """`path` is the real one, links resolved. Of very many entries not all are there."""

    path: str
    entries: list[Listed]
    is_complete: bool


def list_entries(home: Home, path: str) -> Listing:
    """A directory's entries in no particular order. Raises `FileMissing`, `FileRefused`, `PathEscapes`."""
    with open_home(home, path) as root:
        inner = inner_path(root, path)
        way = safe_paths.real_path(root, inner)
        if CONTROL_DIRECTORIES.intersection(way[:1]):
            raise FileMissing(path)
        hidden = CONTROL_DIRECTORIES if not way else frozenset()
        level = safe_trees.list_level(root, way, limit=ENTRIES + 1)
        entries = [_listed(root, found) for found in level[:ENTRIES] if found.way[-1] not in hidden]
    return Listing(shown("/".join(way)), entries, len(level) <= ENTRIES)


def _listed(root: Root, found: safe_trees.Found) -> Listed:
    name = shown(found.way[-1])
    if not found.is_link:
        return Listed(name, kind_of(found.mode), found.size_bytes, found.mtime_ns // 1_000_000)
    path = InnerPath(found.way, wants_directory=False)
    target, mode, size = "", 0, 0
    with suppress(OSError, PathLeavesRoot):
        with safe_paths.walk(root, path, follows_last=False) as place:
            target = os.readlink(place.name, dir_fd=place.dir_fd)
        status = safe_paths.stat(root, path)
        mode, size = status.st_mode, status.st_size
    return Listed(name, kind_of(mode), size, found.mtime_ns // 1_000_000, shown(target))


def listed_place(place: Place, name: str) -> Listed | None:
    """What is at a place, as an entry of that name; `None` if nothing is."""
    found = place.lstat()
    return (
        None
        if found is None
        else Listed(shown(name), kind_of(found.st_mode), found.st_size, found.st_mtime_ns // 1_000_000)
    )


def kind_of(mode: int) -> Kind:
    """Of the type bits of a mode; 0 is nothing that can be opened."""
    return Kind.DIRECTORY if stat.S_ISDIR(mode) else Kind.FILE if stat.S_ISREG(mode) else Kind.OTHER
