"""How much disk a home takes, and how much the host has left.

The tree is walked by descriptors, symlinks are never followed, a file with several names counts once. Only names and
sizes are looked at, and that as the hub's own user: a project could hide directories from its own user by their modes.
"""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from anyio import to_thread

from carrel.storage.homes import Home
from carrel.storage.settings import DataSettings

MAX_ENTRIES = 5_000_000
_BLOCK = 512
_OPEN_LEVELS = 200
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


async def usage_bytes(home: Home, *, beside: Path | None = None, max_entries: int = MAX_ENTRIES) -> int:
    """Bytes of disk that the home takes, like `du`, and a directory `beside` it; of at most `max_entries` each."""
    used = await to_thread.run_sync(_measure, home.path, max_entries)
    return used + (await to_thread.run_sync(_measure, beside, max_entries) if beside is not None else 0)


async def free_bytes(settings: DataSettings) -> int:
    """Bytes that ordinary users can still write on the disk of the homes, without the reserve that the host keeps."""
    return await to_thread.run_sync(_free, settings)


def _free(settings: DataSettings) -> int:
    disk = os.statvfs(settings.dir)
    return max(0, disk.f_bavail * disk.f_frsize - settings.reserve_mb * 1_000_000)


def _measure(path: Path, max_entries: int) -> int:
    try:
        fd = os.open(path, _DIRECTORY)
    except FileNotFoundError:
        return 0
    return _Walk(max_entries).run(fd)


@dataclass
class _Level:
    """A directory on the way down: its descriptor while it is open, and the directories in it still to visit."""

    fd: int | None
    inode: tuple[int, int]
    names: list[str]


class _Walk:
    """Depth first. Of a very deep tree only the lowest levels are kept open; the way back up is then checked."""

    def __init__(self, max_entries: int) -> None:
        self._left = max_entries
        self._linked: set[tuple[int, int]] = set()
        self._bytes = 0
        self._levels: list[_Level] = []

    def run(self, top: int) -> int:
        """Takes over `top`."""
        try:
            self._enter(top)
            while self._levels:
                level = self._levels[-1]
                if level.fd is None or not level.names:
                    self._leave()
                    continue
                with suppress(OSError):  # gone or replaced since
                    self._enter(os.open(level.names.pop(), _DIRECTORY, dir_fd=level.fd))
        finally:
            for level in self._levels:
                if level.fd is not None:
                    os.close(level.fd)
        return self._bytes

    def _enter(self, fd: int) -> None:
        found = os.fstat(fd)
        level = _Level(fd, (found.st_dev, found.st_ino), [])
        self._levels.append(level)
        self._count(found)
        level.names = self._scan(fd)
        if len(self._levels) > _OPEN_LEVELS:
            upper = self._levels[-_OPEN_LEVELS - 1]
            if upper.fd is not None:
                os.close(upper.fd)
                upper.fd = None

    def _leave(self) -> None:
        done = self._levels.pop()
        if done.fd is None:
            return
        upper = self._levels[-1] if self._levels else None
        if upper is not None and upper.fd is None:
            fd = os.open("..", _DIRECTORY, dir_fd=done.fd)
            found = os.fstat(fd)
            if (found.st_dev, found.st_ino) == upper.inode:
                upper.fd = fd
            else:  # the tree was moved under our feet
                os.close(fd)
        os.close(done.fd)

    def _scan(self, fd: int) -> list[str]:
        """Count the entries of one directory; the names of the directories in it."""
        names: list[str] = []
        with os.scandir(fd) as entries:
            for entry in entries:
                self._left -= 1
                if self._left < 0:
                    return []
                with suppress(OSError):
                    found = entry.stat(follow_symlinks=False)
                    if stat.S_ISDIR(found.st_mode):
                        names.append(entry.name)
                    else:
                        self._count(found)
        return names

    def _count(self, found: os.stat_result) -> None:
        if found.st_nlink > 1 and not stat.S_ISDIR(found.st_mode):
            if (found.st_dev, found.st_ino) in self._linked:
                return
            self._linked.add((found.st_dev, found.st_ino))
        self._bytes += found.st_blocks * _BLOCK
