"""Text files of a project, read and written without starting it.

All work is done in worker threads under the identity of the project's user, through `kit.safe_paths`; what the file
system and the paths refuse becomes the domain's errors here.
"""

import errno
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import anyio
from anyio import CapacityLimiter, to_thread

from carrel.domain.errors import DomainError
from carrel.domain.files import (
    TEXT_FILE_BYTES,
    DiskFull,
    FileExists,
    FileMissing,
    FileRefused,
    FileTooLarge,
    IsDirectory,
    PathEscapes,
)
from carrel.kit import safe_paths, safe_writes
from carrel.kit.safe_paths import Entry, PathLeavesRoot, PathUnusable, Place, Root
from carrel.kit.unix_users import acting_as
from carrel.storage.homes import Home
from carrel.storage.settings import DataSettings

T = TypeVar("T")

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")
_NEW_FILE_MODE = 0o644
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class FileStat:
    """What a path leads to."""

    is_directory: bool
    size_bytes: int
    modified_at: datetime


@contextmanager
def open_home(home: Home, path: str) -> Iterator[Root]:
    """Work in a home as its user, in this thread; foreign errors come out as the domain's, about `path`."""
    try:
        with acting_as(home.user), safe_paths.open_root(home.path, home.mount) as root:
            yield root
    except (PathLeavesRoot, PathUnusable, OSError) as error:
        raise as_domain_error(error, path) from error


def as_domain_error(error: Exception, path: str) -> DomainError:
    """The domain's error for what went wrong with `path` (as the caller wrote it)."""
    shown = printable(path)
    match error:
        case PathLeavesRoot():
            return PathEscapes()
        case PathUnusable():
            return FileRefused(f"EINVAL: {error}: '{shown[:100]}'")
        case FileNotFoundError():
            return FileMissing(shown)
        case FileExistsError():
            return FileExists(shown)
        case IsADirectoryError():
            return IsDirectory()
        case OSError() if error.errno in NO_ROOM:
            return DiskFull(f"ENOSPC: no space left on device, write '{shown}'")
        case OSError():
            number = error.errno or 0
            return FileRefused(f"{errno.errorcode.get(number, 'EIO')}: {os.strerror(number).lower()}: '{shown}'")
    raise error


def printable(text: str) -> str:
    """`text` without lone surrogates, which no encoder takes."""
    return _LONE_SURROGATES.sub("\ufffd", text)


def demand_room(root: Root, size_bytes: int, settings: DataSettings) -> None:
    """Raise `DiskFull` if so many more bytes would use the space that the host keeps."""
    disk = os.fstatvfs(root.fd)
    if disk.f_bavail * disk.f_frsize < size_bytes + settings.reserve_mb * 1_000_000:
        raise DiskFull("ENOSPC: no space left on device: the server keeps its last free space for itself")


@dataclass(frozen=True, slots=True)
class ProjectFiles:
    """Files in homes at rest. Paths are the caller's: relative to the home, or absolute as the project sees it.

    Every method raises `PathEscapes`, `FileRefused` and, where it reads, `FileMissing`.
    """

    settings: DataSettings
    _limiter: CapacityLimiter = field(init=False, repr=False, compare=False)
    _long_limiter: CapacityLimiter = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_limiter", anyio.CapacityLimiter(self.settings.file_workers))
        object.__setattr__(self, "_long_limiter", anyio.CapacityLimiter(self.settings.file_workers))

    async def read_text(self, home: Home, path: str, *, limit_bytes: int = TEXT_FILE_BYTES) -> str:
        """The whole file, undecodable bytes replaced. Raises `FileTooLarge`, `IsDirectory`."""
        return await self.do(partial(_read_text, home, path, limit_bytes))

    async def read_bytes(self, home: Home, path: str, *, limit_bytes: int) -> bytes:
        """The whole file. Raises `FileTooLarge`, `IsDirectory`."""
        return await self.do(partial(_read, home, path, limit_bytes))

    async def write_text(self, home: Home, path: str, content: str) -> None:
        """Make missing directories and put the file there in one step; an existing file keeps its mode.

        Raises `IsDirectory` and `DiskFull`; then nothing has changed but perhaps new directories.
        """
        await self.do(partial(_write_text, home, path, content, self.settings))

    async def stat(self, home: Home, path: str) -> FileStat:
        return await self.do(partial(_stat, home, path))

    async def real_path(self, home: Home, path: str) -> str:
        """Where a path really leads, symlinks resolved, relative to the home."""
        return await self.do(partial(_real_path, home, path))

    async def list_directory(self, home: Home, path: str, *, limit: int) -> list[Entry]:
        """At most `limit` entries, unsorted; a file instead of a directory is `FileRefused`."""
        return await self.do(partial(_list, home, path, limit))

    async def do(self, work: Callable[[], T]) -> T:
        """Do something in a home, in a worker thread."""
        return await to_thread.run_sync(work, limiter=self._limiter)

    async def do_long(self, work: Callable[[], T]) -> T:
        """The same for what may take its time, and must not keep short work waiting."""
        return await to_thread.run_sync(work, limiter=self._long_limiter)


def _read_text(home: Home, path: str, limit_bytes: int) -> str:
    return _read(home, path, limit_bytes).decode(errors="replace")


def _read(home: Home, path: str, limit_bytes: int) -> bytes:
    with open_home(home, path) as root:
        with safe_paths.open_for_reading(root, safe_paths.parse(path, root.mount)) as fd:
            size_bytes = os.fstat(fd).st_size
            if size_bytes > limit_bytes:
                raise FileTooLarge(size_bytes)
            data = _read_up_to(fd, limit_bytes + 1)
        if len(data) > limit_bytes:  # it grew meanwhile
            raise FileTooLarge(len(data))
        return data


def _read_up_to(fd: int, size_bytes: int) -> bytes:
    data = bytearray()
    while chunk := os.read(fd, min(_CHUNK, size_bytes - len(data))):
        data += chunk
    return bytes(data)


def _write_text(home: Home, path: str, content: str, settings: DataSettings) -> None:
    data = printable(content).encode()
    with open_home(home, path) as root:
        demand_room(root, len(data), settings)
        with safe_paths.place_for_file(root, safe_paths.parse(path, root.mount)) as place:
            mode = _mode_for_writing(place, path)
            safe_writes.replace_file(place, lambda fd: safe_writes.write_all(fd, data), mode)


def _mode_for_writing(place: Place, path: str) -> int:
    """The mode of the file that is replaced; refuses what an ordinary write would not have changed either."""
    found = place.lstat()
    if found is None:
        return _NEW_FILE_MODE
    if stat.S_ISDIR(found.st_mode):
        raise IsDirectory
    if not stat.S_ISREG(found.st_mode):
        raise FileRefused(f"EINVAL: not a regular file: '{printable(path)}'")
    if not found.st_mode & stat.S_IWUSR:
        raise FileRefused(f"EACCES: permission denied, open '{printable(path)}'")
    return stat.S_IMODE(found.st_mode) & 0o777


def _stat(home: Home, path: str) -> FileStat:
    with open_home(home, path) as root:
        found = safe_paths.stat(root, safe_paths.parse(path, root.mount))
    return FileStat(stat.S_ISDIR(found.st_mode), found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))


def _real_path(home: Home, path: str) -> str:
    with open_home(home, path) as root:
        return "/".join(safe_paths.real_path(root, safe_paths.parse(path, root.mount)))


def _list(home: Home, path: str, limit: int) -> list[Entry]:
    with open_home(home, path) as root:
        return safe_paths.list_directory(root, safe_paths.parse(path, root.mount), limit=limit)
