"""The system call `renameat2(2)`, which Python does not wrap: rename without replacing, or exchange two names.

Numbers: `linux/fs.h`. Not every file system can do it (`EINVAL`), nor every kernel or libc (`ENOSYS`).
"""

import ctypes
import errno
import os

RENAME_NOREPLACE = 1
RENAME_EXCHANGE = 2
CANNOT = (errno.ENOSYS, errno.EINVAL, errno.EPERM)
_AT_FDCWD = -100
_libc = ctypes.CDLL(None, use_errno=True)


def renameat2(old: str, new: str, flags: int, *, src_dir_fd: int = _AT_FDCWD, dst_dir_fd: int = _AT_FDCWD) -> None:
    """Rename a path to another one, each seen from its directory.

    Raises `OSError`, one of `CANNOT` if it takes another way here.
    """
    function = getattr(_libc, "renameat2", None)
    if function is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), old)
    arguments = (src_dir_fd, os.fsencode(old), dst_dir_fd, os.fsencode(new), ctypes.c_uint(flags))
    if function(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), old)
