"""The Unix user that a piece of work is done as.

A hub that runs as root gives every project a user of its own and must never touch a project's files as root:
`acting_as` switches the file-system identity of the calling *thread* (see setfsuid(2)), which also takes away root's
power to ignore permissions, for the length of a block. A hub that runs as an ordinary user has one user for all.
"""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class UnixUser:
    """A numeric user and group; neither needs an entry in the host's `/etc/passwd`."""

    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Whether work for this user needs a change of identity."""
        return self.uid != os.geteuid()


def current_user() -> UnixUser:
    """The user that this process runs as."""
    return UnixUser(os.geteuid(), os.getegid())


@contextmanager
def acting_as(user: UnixUser) -> Iterator[None]:
    """Do file-system work of this thread as `user`; never await inside, the identity belongs to the thread.

    In a block within a block the inner user counts.
    Supplementary groups of the process stay: the hub must run without any that projects' files are shared with.
    """
    if not user.is_other:
        yield
        return
    gid_before, uid_before = _libc.setfsgid(user.gid), _libc.setfsuid(user.uid)
    try:
        if _libc.setfsuid(-1) != user.uid or _libc.setfsgid(-1) != user.gid:
            raise PermissionError(f"cannot act as uid {user.uid}: the hub is neither root nor that user")
        yield
    finally:
        _libc.setfsuid(uid_before)
        _libc.setfsgid(gid_before)
