"""The system call `openat2(2)`, which neither Python nor glibc wraps.

`RESOLVE_BENEATH` lets the kernel itself refuse every step of a path (`..`, a symlink, an absolute path) that would
leave the directory it starts from, without a moment between checking and opening. Layout and numbers:
`linux/openat2.h`.
"""

import ctypes
import errno
import os
import platform
from functools import cache

RESOLVE_NO_MAGICLINKS = 0x02
RESOLVE_BENEATH = 0x08

# Since Linux 5.1 new calls get the same number on every architecture; these two are the ones that Carrel runs on.
_NUMBER = {"x86_64": 437, "aarch64": 437}.get(platform.machine())
_libc = ctypes.CDLL(None, use_errno=True)


class _OpenHow(ctypes.Structure):
    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


def open_beneath(dir_fd: int, path: str, flags: int) -> int:
    """Open `path` (relative, not empty) without leaving `dir_fd`; the descriptor closes on exec.

    Raises `OSError`: `EXDEV` when a step would leave, `ENOSYS` where the kernel has no such call.
    """
    if _NUMBER is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), path)
    how = _OpenHow(flags | os.O_CLOEXEC, 0, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS)
    arguments = (ctypes.c_long(_NUMBER), ctypes.c_int(dir_fd), ctypes.c_char_p(os.fsencode(path)))
    fd: int = _libc.syscall(*arguments, ctypes.byref(how), ctypes.c_size_t(ctypes.sizeof(how)))
    if fd < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), path)
    return fd


@cache
def is_available() -> bool:
    """Whether this kernel, and the seccomp filter the hub may run under, allow the call."""
    root = os.open("/", os.O_PATH | os.O_DIRECTORY)
    try:
        os.close(open_beneath(root, ".", os.O_PATH))
    except OSError:
        return False
    finally:
        os.close(root)
    return True
