"""Files that appear whole or not at all, at places that `safe_paths` has found."""

import errno
import os
import secrets
from collections.abc import Callable
from contextlib import suppress

from carrel.kit.safe_paths import Place, owned

_NO_TMPFILE = (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT)  # what file systems without O_TMPFILE say


def replace_file(place: Place, fill: Callable[[int], None], mode: int, *, replaces: bool = True) -> None:
    """Put a new regular file at `place` in one step: `fill` writes to a descriptor, then it appears whole and durable.

    Whatever was there is replaced, a symlink too, but no directory (`IsADirectoryError`); unless it `replaces`, what is
    there stays (`FileExistsError`). A failure leaves nothing, nor does being killed where files can be without names.
    """
    _put(place, fill, mode, os.fsync, replaces=replaces)
    sync_directory(place.dir_fd)


def put_file(place: Place, fill: Callable[[int], None], mode: int, *, replaces: bool = True) -> None:
    """Like `replace_file`, but durable only once the file system is synced."""
    _put(place, fill, mode, lambda _: None, replaces=replaces)


def _put(place: Place, fill: Callable[[int], None], mode: int, sync: Callable[[int], None], *, replaces: bool) -> None:
    if place.name == ".":
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), place.name)
    temporary = f".{secrets.token_hex(8)}.tmp"
    fd, is_nameless = _open_new(temporary, place.dir_fd)
    made = temporary if replaces or not is_nameless else place.name
    try:
        with owned(fd):
            fill(fd)
            os.fchmod(fd, mode)
            sync(fd)
            if is_nameless:
                os.link(f"/proc/self/fd/{fd}", made, dst_dir_fd=place.dir_fd)
        if made == temporary:
            into_place = os.rename if replaces else os.link
            into_place(made, place.name, src_dir_fd=place.dir_fd, dst_dir_fd=place.dir_fd)
    finally:
        if made == temporary:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=place.dir_fd)


def _open_new(temporary: str, dir_fd: int) -> tuple[int, bool]:
    """A new file, if possible without a name; else called `temporary`. Whether it has no name."""
    try:
        return os.open(".", os.O_WRONLY | os.O_TMPFILE | os.O_CLOEXEC, 0o600, dir_fd=dir_fd), True
    except OSError as error:
        if error.errno not in _NO_TMPFILE:
            raise
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(temporary, flags, 0o600, dir_fd=dir_fd), False


def sync_directory(dir_fd: int) -> None:
    """Make the names in a directory durable, if its owner lets us read it."""
    with suppress(PermissionError), owned(os.open(".", os.O_RDONLY | os.O_CLOEXEC, dir_fd=dir_fd)) as fd:
        os.fsync(fd)


def write_all(fd: int, data: bytes) -> None:
    """Write all of `data`, however many calls that takes."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]
