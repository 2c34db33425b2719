"""Files on disk: read whole, replaced whole, and never at the cost of what somebody else has written meanwhile.

A new content is written beside the file and then takes its name in exchange, so that whatever had the name until that
moment can be looked at: if it is not what was last read, it is handed back as an outside change.

Everything here blocks.
"""

import os
import secrets
import stat
from contextlib import suppress
from hashlib import sha256
from typing import NamedTuple

from carrel.agent.documents.files import MAX_BYTES, Unsupported
from carrel.kit.renameat2 import CANNOT, RENAME_EXCHANGE, RENAME_NOREPLACE, renameat2

_NAME_DIGITS = 8


class Signature(NamedTuple):
    """What tells one state of a file from another without reading it; `device` and `inode` tell files apart."""

    device: int
    inode: int
    size: int
    mtime_ns: int


class NotAFile(Exception):
    """Something else than a regular file has the name."""


def signature(path: str) -> Signature | None:
    """The file's state now; None if there is none. Raises `NotAFile`."""
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return _signature(found)


def load(path: str) -> tuple[bytes, Signature]:
    """The file's bytes and the state that they are of; never waits, whatever has the name.

    Raises `Unsupported` if they are too many, `NotAFile` and `OSError`.
    """
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(fd, "rb") as file:
        found = _signature(os.fstat(fd))
        if found.size > MAX_BYTES:
            raise Unsupported(f"The file is larger than {MAX_BYTES // 1_000_000} MB.")
        data = file.read(MAX_BYTES + 1)
    return data, found._replace(size=len(data))


class Hold:
    """Keeps a file in sight, so that one finds it again when it has another name."""

    def __init__(self) -> None:
        self._fd: int | None = None

    def take(self, path: str, known: Signature) -> None:
        """Hold this file from now on, if it is the one that is known."""
        if self._fd is not None:
            held = os.fstat(self._fd)
            if (held.st_dev, held.st_ino) == (known.device, known.inode):
                return
        self.drop()
        with suppress(OSError):
            self._fd = os.open(path, os.O_PATH | os.O_CLOEXEC)

    def whereabouts(self) -> str | None:
        """The path of the file now; None if it has no name any more."""
        if self._fd is None:
            return None
        path = os.readlink(f"/proc/self/fd/{self._fd}")
        with suppress(OSError):
            return path if os.path.samestat(os.lstat(path), os.fstat(self._fd)) else None
        return None

    def drop(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def replace(path: str, data: bytes, known: Signature | None, tag: str) -> tuple[Signature, str | None]:
    """Give the file a new content; `known` is the state of what it replaces, None if there was no file.

    Until that is done there is another file, by whose name `leftovers` finds it with the same `tag`.

    Returns the new state, and where what was replaced is now if it was not what is known: the caller reads and unlinks
    it. Raises `FileExistsError` or `FileNotFoundError` if there is a file now, or none, and `OSError` (`ENOSPC` …);
    the file is then as it was.
    """
    temporary = f"{_beside(path, tag)}-{secrets.token_hex(4)}.tmp"
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with open(fd, "wb", buffering=0) as file:
            if known is not None:
                if not os.access(path, os.W_OK):
                    os.stat(path)
                    raise PermissionError(13, "the file is read-only", path)
                os.fchmod(fd, stat.S_IMODE(os.stat(path).st_mode))
            rest = memoryview(data)
            while rest:
                rest = rest[file.write(rest) :]
            os.fsync(fd)
            written = _signature(os.fstat(fd))
        displaced = _put(temporary, path, known)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_directory(os.path.dirname(path))
    return written, displaced


def leftovers(path: str, tag: str = "") -> list[tuple[str, bytes]]:
    """What an agent that was killed has left beside the file, of a tag or of all: its own new content, or what that
    replaced.
    """
    found: list[tuple[str, bytes]] = []
    directory, prefix = os.path.split(_beside(path, tag))
    with suppress(OSError):
        for name in os.listdir(directory):
            if name.startswith(prefix):
                place = os.path.join(directory, name)
                with suppress(OSError, NotAFile, Unsupported):
                    found.append((place, load(place)[0]))
    return found


def _beside(path: str, tag: str) -> str:
    directory, name = os.path.split(path)
    return os.path.join(directory, f".carrel-{sha256(os.fsencode(name)).hexdigest()[:_NAME_DIGITS]}-{tag}")


def _put(temporary: str, path: str, known: Signature | None) -> str | None:
    """Give a temporary file its name; the path of what had it, if that is not what is known."""
    if known is None:
        _rename_new(temporary, path)
        return None
    try:
        renameat2(temporary, path, RENAME_EXCHANGE)
    except OSError as error:
        if error.errno not in CANNOT:
            raise
        return _put_plainly(temporary, path, known)
    found = os.lstat(temporary)
    if not stat.S_ISREG(found.st_mode):
        renameat2(temporary, path, RENAME_EXCHANGE)
        raise NotAFile
    if _signature(found) != known:
        return temporary
    os.unlink(temporary)
    return None


def _put_plainly(temporary: str, path: str, known: Signature) -> str | None:
    """Where names cannot be exchanged: what somebody writes between the look and the rename is lost."""
    if signature(path) != known:
        raise FileExistsError(17, "the file has changed", path)
    os.rename(temporary, path)
    return None


def _rename_new(temporary: str, path: str) -> None:
    try:
        renameat2(temporary, path, RENAME_NOREPLACE)
    except OSError as error:
        if error.errno not in CANNOT:
            raise
        os.link(temporary, path)
        os.unlink(temporary)


def _signature(found: os.stat_result) -> Signature:
    if not stat.S_ISREG(found.st_mode):
        raise NotAFile
    return Signature(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def _sync_directory(path: str) -> None:
    with suppress(OSError):
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
