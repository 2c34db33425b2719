"""Trees of files that somebody else controls: gone through, moved and removed, whatever is in them.

As in `safe_paths`, on which all of this stands, descriptors and single names are used and links are never followed. A
tree may be deeper than there are descriptors and longer in its names than a path can be, and may change meanwhile.
"""

import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from carrel.kit import safe_paths
from carrel.kit.renameat2 import CANNOT, RENAME_NOREPLACE, renameat2
from carrel.kit.safe_paths import InnerPath, PathLeavesRoot, Place, Root

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_ROUNDS = 100_000
_BATCH = 10_000

Way = tuple[str, ...]


class Found(NamedTuple):
    """Something in a tree: the way to it from the root, and what it is itself. A tuple, as there are very many."""

    way: Way
    mode: int
    size_bytes: int
    mtime_ns: int

    @classmethod
    def of(cls, way: Way, status: os.stat_result) -> "Found":
        return cls(way, status.st_mode, status.st_size, status.st_mtime_ns)

    @property
    def is_directory(self) -> bool:
        return stat.S_ISDIR(self.mode)

    @property
    def is_file(self) -> bool:
        return stat.S_ISREG(self.mode)

    @property
    def is_link(self) -> bool:
        return stat.S_ISLNK(self.mode)


@dataclass(frozen=True, slots=True)
class Unseen:
    """A directory that could not be looked at."""

    way: Way


def list_level(root: Root, way: Way, *, limit: int) -> list[Found]:
    """What is in a directory, in no particular order. Raises `PathLeavesRoot` and `OSError`."""
    level: list[Found] = []
    with safe_paths.open_directory(root, InnerPath(way, wants_directory=True)) as fd, os.scandir(fd) as entries:
        for entry in islice(entries, limit):
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:  # gone since
                continue
            level.append(Found((*way, entry.name), status.st_mode, status.st_size, status.st_mtime_ns))
    return level


def walk_tree(
    root: Root, top: Way, *, limit: int, after: Way | None = None, enters: Callable[[Found], bool] = lambda _: True
) -> Iterator[Found | Unseen]:
    """All below a directory: by name, each directory before what is in it.

    `after`: go on behind this way. Of one directory at most `limit` entries are seen, and only directories that
    `enters` allows are looked into.
    """
    levels = [_level(root, top, after, limit)]
    while levels:
        found = next(levels[-1], None)
        if found is None:
            levels.pop()
            continue
        if after is None or found.way > after:
            yield found
        if isinstance(found, Found) and found.is_directory and enters(found):
            levels.append(_level(root, found.way, after, limit))


def _level(root: Root, way: Way, after: Way | None, limit: int) -> Iterator[Found | Unseen]:
    first = after[len(way)] if after is not None and len(after) > len(way) and after[: len(way)] == way else ""
    try:
        level = list_level(root, way, limit=limit)
    except (PathLeavesRoot, OSError):
        yield Unseen(way)
        return
    yield from sorted((found for found in level if found.way[-1] >= first), key=lambda found: found.way[-1])


def move(source: Place, target: Place) -> None:
    """Rename without replacing anything; raises `FileExistsError` and `OSError`."""
    old, new = source.dir_fd, target.dir_fd
    try:
        renameat2(source.name, target.name, RENAME_NOREPLACE, src_dir_fd=old, dst_dir_fd=new)
    except OSError as error:
        if error.errno not in CANNOT:
            raise
        if target.lstat() is not None:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target.name) from error
        os.rename(source.name, target.name, src_dir_fd=old, dst_dir_fd=new)


def remove_tree(place: Place) -> None:
    """Remove what is there, a directory with all that is in it; raises `OSError` for what does not go.

    What lies deep is lifted to the top before it is removed, so that no more than two directories are open.
    """
    found = place.lstat()
    if found is None:
        return
    if not stat.S_ISDIR(found.st_mode):
        os.unlink(place.name, dir_fd=place.dir_fd)
        return
    with _opened(place.name, place.dir_fd) as top:
        for _ in range(_ROUNDS):
            names = _some_names(top)
            if not names:
                break
            for name in names:
                _remove_flat(name, top)
    os.rmdir(place.name, dir_fd=place.dir_fd)


def _remove_flat(name: str, top: int) -> None:
    if not _is_directory(name, top):
        os.unlink(name, dir_fd=top)
        return
    with _opened(name, top) as fd:
        while inner := _some_names(fd):
            for one in inner:
                if _is_directory(one, fd):
                    with _opened(one, fd):  # a directory can be moved only if it can be written
                        os.rename(one, secrets.token_hex(16), src_dir_fd=fd, dst_dir_fd=top)
                else:
                    os.unlink(one, dir_fd=fd)
    os.rmdir(name, dir_fd=top)


def _is_directory(name: str, dir_fd: int) -> bool:
    return stat.S_ISDIR(os.stat(name, dir_fd=dir_fd, follow_symlinks=False).st_mode)


def _some_names(fd: int) -> list[str]:
    with os.scandir(fd) as entries:
        return [entry.name for entry in islice(entries, _BATCH)]


@contextmanager
def _opened(name: str, dir_fd: int) -> Iterator[int]:
    """Open a directory, whatever its mode is; its owner may change that."""
    flags = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    with safe_paths.owned(os.open(name, flags, dir_fd=dir_fd)) as handle:
        if os.fstat(handle).st_mode & stat.S_IRWXU != stat.S_IRWXU:
            Path(f"/proc/self/fd/{handle}").chmod(stat.S_IRWXU)
        with safe_paths.owned(os.open(".", _DIRECTORY, dir_fd=handle)) as fd:
            yield fd
