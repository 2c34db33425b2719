"""Where a copy really begins and ends.

rsync decides by the look of its arguments and by what it finds (a trailing slash, a directory, a symlink) what goes
where. Here that is decided once, for both ways of copying, and written down as real paths below the two homes.
Nothing is changed yet. What the homes' owners change afterwards cannot lead out: the direct way goes by descriptors,
and the sandbox of rsync shows nothing but the homes.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from carrel.domain.copies import CopyFailed, CopyPlan, SourceEscapes, TargetEscapes
from carrel.domain.files import FileMissing, FileRefused, PathEscapes
from carrel.kit import safe_paths
from carrel.kit.safe_paths import InnerPath, PathLeavesRoot, Root
from carrel.storage.files import demand_room, open_home, printable
from carrel.storage.homes import CONTROL_DIRECTORIES, Home
from carrel.storage.settings import DataSettings

Way = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ends:
    """Both ends of a copy, as names from the homes down.

    For a directory, `target` is the directory that its contents are merged into. For anything else `target` is the
    directory that it is put into, and `name` what it is called there. `found` is the source itself (a symlink is
    copied as one); `is_same` if both ends are one and there is nothing to do.
    """

    source: Way
    target: Way
    name: str | None
    found: os.stat_result
    is_same: bool

    @property
    def way(self) -> Way:
        """The way to what is copied to."""
        return self.target if self.name is None else (*self.target, self.name)

    @property
    def is_regular_file(self) -> bool:
        return stat.S_ISREG(self.found.st_mode)


@dataclass(frozen=True, slots=True)
class _Source:
    """`way` leads to the source itself, `real` to what it leads to if it is a link."""

    way: Way
    real: Way
    found: os.stat_result


def find_ends(source: Home, target: Home, plan: CopyPlan, settings: DataSettings) -> Ends:
    """Resolve both paths of the plan.

    Raises `FileMissing` (the source), `SourceEscapes`, `TargetEscapes`, `DiskFull`, and `CopyFailed` for the rest.
    """
    with _source_errors(plan.source_path), open_home(source, plan.source_path) as root:
        begin = _find_source(root, plan.source_path)
    if CONTROL_DIRECTORIES.intersection(begin.way[:1] + begin.real[:1]):
        raise FileMissing(printable(plan.source_path))
    with _target_errors(), open_home(target, plan.target_path) as root:
        demand_room(root, 0, settings)
        ends = _find_target(root, begin, plan.target_path, is_one_project=source.project_id == target.project_id)
    if CONTROL_DIRECTORIES.intersection(ends.way[:1]):
        raise TargetEscapes
    return ends


def make_target_directory(target: Home, plan: CopyPlan, ends: Ends) -> None:
    """Make the directory that the copy goes into, with its parents. Raises like `find_ends`."""
    with _target_errors(), open_home(target, plan.target_path) as root:
        path = InnerPath((*ends.target, "."), wants_directory=True)
        with safe_paths.walk(root, path, makes_parents=True) as place:
            if place.real != ends.target:
                raise TargetEscapes  # swapped for a link since the ends were found


def _find_source(root: Root, text: str) -> _Source:
    path = safe_paths.parse(text, root.mount)
    real = safe_paths.real_path(root, path)
    found = safe_paths.stat(root, path)
    if stat.S_ISDIR(found.st_mode):
        return _Source(real, real, found)
    with safe_paths.walk(root, path, follows_last=False) as place:
        itself = place.lstat()
        if itself is None:
            raise FileMissing(printable(text))
        return _Source(place.real, real, itself)


def _find_target(root: Root, begin: _Source, text: str, *, is_one_project: bool) -> Ends:
    path = safe_paths.parse(text, root.mount)
    real = safe_paths.real_path(root, path)
    if stat.S_ISDIR(begin.found.st_mode):
        return Ends(begin.way, real, None, begin.found, is_one_project and real == begin.real)
    if path.wants_directory or _is_directory(root, path):
        name, parent = begin.way[-1], real
        with suppress(PathLeavesRoot):  # a link that the file replaces
            real = safe_paths.real_path(root, InnerPath((*parent, name), wants_directory=False))
    else:
        name, parent = path.parts[-1], safe_paths.real_path(root, InnerPath(path.parts[:-1], wants_directory=True))
    return Ends(begin.way, parent, name, begin.found, is_one_project and real == begin.real)


def _is_directory(root: Root, path: InnerPath) -> bool:
    try:
        return stat.S_ISDIR(safe_paths.stat(root, path).st_mode)
    except FileNotFoundError:
        return False


@contextmanager
def _source_errors(path: str) -> Iterator[None]:
    try:
        yield
    except PathEscapes as error:
        raise SourceEscapes from error
    except FileRefused as error:
        raise CopyFailed(str(error)) from error


@contextmanager
def _target_errors() -> Iterator[None]:
    try:
        yield
    except PathEscapes as error:
        raise TargetEscapes from error
    except (FileRefused, FileMissing) as error:
        raise CopyFailed(str(error)) from error
