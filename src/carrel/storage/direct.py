"""The short way to copy one regular file: no process is started, and the result is that of rsync.

The source is opened as its project's user, everything else is done as the target's. Whatever is unusual (options, what
stands at the target, a source that changes meanwhile) is left to rsync: `Declined`. The contract tests run every case
both ways.
"""

import errno
import os
import stat
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from carrel.domain.copies import CopyPlan
from carrel.kit import safe_paths
from carrel.kit.safe_paths import InnerPath, PathLeavesRoot, PathUnusable, Place, Root
from carrel.kit.unix_users import acting_as
from carrel.storage.ends import Ends
from carrel.storage.files import NO_ROOM, as_domain_error, demand_room
from carrel.storage.homes import Home
from carrel.storage.settings import DataSettings

_CHUNK = 1 << 23
_NO_RANGES = frozenset({errno.EXDEV, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.EPERM})
_SUFFIX = "~"


class Declined(Exception):
    """This copy is not for the short way; nothing has changed but perhaps new directories."""


def suits(ends: Ends, plan: CopyPlan, settings: DataSettings) -> bool:
    """Whether the short way should be tried."""
    return (
        ends.is_regular_file
        and ends.found.st_size < settings.direct_copy_mb * 1_000_000
        and not (plan.exclude or plan.bwlimit or plan.timeout_seconds)
        and not (plan.exclude_history and ends.source[-1].endswith(".sage-history"))
    )


def copy_file(source: Home, target: Home, ends: Ends, plan: CopyPlan, settings: DataSettings) -> None:
    """Copy the file, in this thread. Raises `Declined`, `DiskFull`."""
    try:
        with ExitStack() as stack:
            with acting_as(source.user):
                begin = stack.enter_context(safe_paths.open_root(source.path, source.mount))
                path = InnerPath(ends.source, wants_directory=False)
                fd = stack.enter_context(safe_paths.open_for_reading(begin, path))
            with acting_as(target.user), safe_paths.open_root(target.path, target.mount) as root:
                demand_room(root, ends.found.st_size, settings)
                with _target_place(root, ends) as place:
                    _copy_to(place, fd, plan)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise as_domain_error(error, plan.target_path) from error
        raise Declined from error
    except (PathLeavesRoot, PathUnusable) as error:
        raise Declined from error


@contextmanager
def _target_place(root: Root, ends: Ends) -> Iterator[Place]:
    path = InnerPath(ends.way, wants_directory=False)
    with safe_paths.walk(root, path, makes_parents=True, follows_last=False) as place:
        if place.real != ends.way:
            raise Declined  # swapped for a link since the ends were found
        yield place


def _copy_to(place: Place, fd: int, plan: CopyPlan) -> None:
    source, there = os.fstat(fd), place.lstat()
    if there is not None:
        if not stat.S_ISREG(there.st_mode):
            raise Declined
        # rsync compares whole seconds.
        newer_by = int(there.st_mtime) - int(source.st_mtime)
        if newer_by > 0 and not plan.overwrite_newer:
            return
        if newer_by == 0 and there.st_size == source.st_size:
            if stat.S_IMODE(there.st_mode) != stat.S_IMODE(source.st_mode):
                raise Declined
            return
        if plan.backup:
            _back_up(place)
    safe_paths.replace_file(place, lambda out: _fill(out, fd, source), stat.S_IMODE(source.st_mode))


def _back_up(place: Place) -> None:
    """Give the old file a second name, so that its own is never missing."""
    kept = replace(place, name=place.name + _SUFFIX)
    there = kept.lstat()
    if there is not None:
        if not stat.S_ISREG(there.st_mode):
            raise Declined
        os.unlink(kept.name, dir_fd=kept.dir_fd)
    os.link(place.name, kept.name, src_dir_fd=place.dir_fd, dst_dir_fd=kept.dir_fd, follow_symlinks=False)


def _fill(out: int, fd: int, source: os.stat_result) -> None:
    """Copy contents and time; raises `Declined` if the source is being changed."""
    copied = _copy_contents(out, fd)
    now = os.fstat(fd)
    if copied != source.st_size or (now.st_size, now.st_mtime_ns) != (source.st_size, source.st_mtime_ns):
        raise Declined
    os.utime(out, ns=(time.time_ns(), source.st_mtime_ns))


def _copy_contents(out: int, fd: int) -> int:
    """By the file system itself where it can (a reflink costs nothing), else within the kernel."""
    copied = 0
    try:
        while count := os.copy_file_range(fd, out, _CHUNK):
            copied += count
    except OSError as error:
        if copied or error.errno not in _NO_RANGES:
            raise
        while count := os.sendfile(out, fd, copied, _CHUNK):
            copied += count
    return copied
