"""The short way to copy one regular file: no process is started, and the result is that of rsync.

The source is opened as its project's user, everything else is done as the target's. Whatever is unusual (options, what
stands at the target, a source that changes meanwhile) is left to rsync: `Declined`. The contract tests run every case
both ways.
"""

import errno
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Protocol

from carrel.domain.copies import CopyPlan
from carrel.kit import safe_paths, safe_writes
from carrel.kit.safe_paths import InnerPath, PathLeavesRoot, PathUnusable, Place, Root
from carrel.kit.safe_trees import Found
from carrel.kit.unix_users import acting_as
from carrel.storage.ends import Ends, Way
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


def copy_file(source: Home, target: Home, ends: Ends, plan: CopyPlan, settings: DataSettings) -> bool:
    """Copy the file, in this thread; whether there was anything to do. Raises `Declined`, `DiskFull`."""
    with declining(plan), ExitStack() as stack:
        fd = stack.enter_context(opened_source(source, ends.source))
        with acting_as(target.user), safe_paths.open_root(target.path, target.mount) as root:
            demand_room(root, ends.found.st_size, settings)
            with target_place(root, ends.way) as place:
                return copy_to(place, fd, plan, safe_writes.replace_file)


@contextmanager
def declining(plan: CopyPlan) -> Iterator[None]:
    """What goes wrong in the block is left to rsync, which knows what to say of it: `Declined`, but `DiskFull`."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise as_domain_error(error, plan.target_path) from error
        raise Declined from error
    except (PathLeavesRoot, PathUnusable) as error:
        raise Declined from error


@contextmanager
def opened_source(source: Home, way: Way) -> Iterator[int]:
    """A file of the source, opened as its project's user."""
    with ExitStack() as stack:
        with acting_as(source.user):
            root = stack.enter_context(safe_paths.open_root(source.path, source.mount))
            fd = stack.enter_context(safe_paths.open_for_reading(root, InnerPath(way, wants_directory=False)))
        yield fd


@contextmanager
def target_place(root: Root, way: Way) -> Iterator[Place]:
    """The place of a file at the target; missing directories are made."""
    path = InnerPath(way, wants_directory=False)
    with safe_paths.walk(root, path, makes_parents=True, follows_last=False) as place:
        if place.real != way:
            raise Declined  # swapped for a link since the ends were found
        yield place


def wants(source: Found, there: Found, plan: CopyPlan) -> bool:
    """Whether rsync would copy this file over what is there. Raises `Declined` if it would do anything else."""
    if plan.keep_existing:
        return False
    if not there.is_file:
        raise Declined
    # rsync compares whole seconds.
    newer_by = there.mtime_ns // 10**9 - source.mtime_ns // 10**9
    if newer_by > 0 and not plan.overwrite_newer:
        return False
    if newer_by == 0 and there.size_bytes == source.size_bytes:
        if stat.S_IMODE(there.mode) != stat.S_IMODE(source.mode):
            raise Declined
        return False
    return True


class Putting(Protocol):
    """A way to make a file: `safe_writes.replace_file`, or `put_file` for many that are synced together."""

    def __call__(self, place: Place, fill: Callable[[int], None], mode: int, *, replaces: bool) -> None: ...


def copy_to(place: Place, fd: int, plan: CopyPlan, put: Putting) -> bool:
    """Copy an open file to its place, if the plan wants it; whether it did."""
    source, there = os.fstat(fd), place.lstat()
    if there is not None:
        if not wants(Found.of((), source), Found.of((), there), plan):
            return False
        if plan.backup:
            _back_up(place)
    put(place, lambda out: _fill(out, fd, source), stat.S_IMODE(source.st_mode), replaces=there is not None)
    return True


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
