"""The short way to copy a small tree of plain files and directories, and to see that there is nothing to copy.

Both trees are looked through once, by what rsync looks at: kind, size, whole seconds of the time, mode. What is to be
copied then goes file by file as in `direct`, and is synced together. Nothing is remembered from one copy to the next,
so nothing can be missed. A tree with anything else in it, or with too much to copy, is left to rsync: `Declined`.
"""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from carrel.domain.copies import CopyPlan
from carrel.kit import safe_paths, safe_trees, safe_writes
from carrel.kit.safe_paths import InnerPath, Root
from carrel.kit.safe_trees import Found
from carrel.kit.unix_users import acting_as
from carrel.storage.direct import Declined, copy_to, declining, opened_source, target_place, wants
from carrel.storage.ends import Ends, Way
from carrel.storage.files import demand_room
from carrel.storage.homes import Home
from carrel.storage.settings import DataSettings

_ENTRIES = 5000

Tree = Mapping[Way, Found]
"""By the ways from its top, which is in it with the empty way."""


@dataclass(frozen=True, slots=True)
class _Work:
    """What there is to do: files to copy, and directories to see to, those above others first."""

    files: list[Found]
    directories: list[Found]


def suits(source: Home, target: Home, ends: Ends, plan: CopyPlan) -> bool:
    """Whether the short way should be tried: for one that is not nested, has no filters and no limits."""
    return (
        stat.S_ISDIR(ends.found.st_mode)
        and bool(ends.source and ends.target)
        and source.path != target.path
        and not (plan.exclude or plan.exclude_history or plan.delete_missing or plan.bwlimit or plan.timeout_seconds)
    )


def copy_tree(source: Home, target: Home, ends: Ends, plan: CopyPlan, settings: DataSettings) -> bool:
    """Copy what is to be copied, in this thread; whether there was anything. Raises `Declined`, `DiskFull`."""
    with declining(plan):
        with acting_as(source.user), safe_paths.open_root(source.path, source.mount) as root:
            begin = _tree(root, ends.source)
        with acting_as(target.user), safe_paths.open_root(target.path, target.mount) as root:
            end = _tree(root, ends.target, within=begin)
            work = _work(begin, end, plan)
            size_bytes = sum(file.size_bytes for file in work.files)
            if size_bytes >= settings.direct_copy_mb * 1_000_000:
                raise Declined
            demand_room(root, size_bytes, settings)
            copied = [_copy(source, root, ends, file.way, plan) for file in work.files]
            for directory in reversed(work.directories):
                _see_to(root, (*ends.target, *directory.way), directory, plan)
        return any(copied) or any(directory.way not in end for directory in work.directories)


def _tree(root: Root, top: Way, within: Tree | None = None) -> Tree:
    """A whole tree, or of it what is in directories that another one has, too; empty if it is missing."""
    try:
        with safe_paths.walk(root, InnerPath(top, wants_directory=False), follows_last=False) as place:
            there = place.lstat()
    except FileNotFoundError:
        there = None
    if there is None:
        return {}
    tree: dict[Way, Found] = {(): Found.of((), there)}
    walked = safe_trees.walk_tree(
        root, top, limit=_ENTRIES, enters=lambda found: within is None or found.way[len(top) :] in within
    )
    for found in islice(walked, _ENTRIES):
        if not isinstance(found, Found):
            raise Declined
        way = found.way[len(top) :]
        tree[way] = Found(way, found.mode, found.size_bytes, found.mtime_ns)
    if len(tree) > _ENTRIES:
        raise Declined
    return tree


def _work(begin: Tree, end: Tree, plan: CopyPlan) -> _Work:
    work = _Work([], [])
    for way, found in begin.items():
        there = end.get(way)
        if found.is_directory:
            if there is None or not _is_alike(found, there, plan):
                work.directories.append(found)
        elif not found.is_file:
            raise Declined
        elif there is None or wants(found, there, plan):
            work.files.append(found)
    changed = {file.way[:-1] for file in work.files} - {directory.way for directory in work.directories}
    work.directories.extend(begin[way] for way in sorted(changed))
    return work


def _is_alike(found: Found, there: Found, plan: CopyPlan) -> bool:
    if not there.is_directory:
        raise Declined
    has_time = plan.keep_existing or there.mtime_ns // 10**9 == found.mtime_ns // 10**9
    return has_time and stat.S_IMODE(there.mode) == stat.S_IMODE(found.mode)


def _copy(source: Home, root: Root, ends: Ends, way: Way, plan: CopyPlan) -> bool:
    with opened_source(source, (*ends.source, *way)) as fd, target_place(root, (*ends.target, *way)) as place:
        return copy_to(place, fd, plan, safe_writes.put_file)


def _see_to(root: Root, way: Way, directory: Found, plan: CopyPlan) -> None:
    """Make the directory if it is missing, and give it its mode and, if they count, its times."""
    with safe_paths.walk(root, InnerPath((*way, "."), wants_directory=True), makes_parents=True) as place:
        if place.real != way:
            raise Declined
        with safe_paths.owned(os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=place.dir_fd)) as fd:
            os.fchmod(fd, stat.S_IMODE(directory.mode))
            if not plan.keep_existing:
                os.utime(fd, ns=(directory.mtime_ns, directory.mtime_ns))
