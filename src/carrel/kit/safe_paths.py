"""The only way from a path that somebody sent to a file below a directory that somebody else controls.

Whoever owns the directory may rename, link and replace anything in it at any moment, so no answer about a *path* is
worth anything: every function here works from a descriptor of the root and ends in a descriptor, or in a directory's
descriptor and one name in it (`Place`). The kernel resolves (`openat2` with `RESOLVE_BENEATH`) where it can. Where it
refuses because a step would leave, or has no such call, the path is walked by hand, one component at a time.

Paths mean what they mean to the processes of the directory's owner, who see it mounted at `Root.mount`: an absolute
path or an absolute symlink to that place is inside, every other one escapes.
"""

import errno
import os
import stat as stat_modes
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from carrel.kit import openat2

NAME_BYTES = 255
PATH_BYTES = 4095
_LINKS = 40  # as many as the kernel follows
_DEPTH = 256  # a walk by hand holds a descriptor for each level
_TRIES = 8  # of making a directory that somebody keeps taking away
_DIRECTORY = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_WALK_AFTER = frozenset({errno.EXDEV, errno.EAGAIN, errno.ENOSYS})


class PathLeavesRoot(Exception):
    """The path, its symlinks resolved, leads out of the root."""


class PathUnusable(ValueError):
    """No file can have this path; the message is the reason."""


@dataclass(frozen=True, slots=True)
class InnerPath:
    """A parsed path: components below the root, `..` among them, and whether the text can only mean a directory."""

    parts: tuple[str, ...]
    wants_directory: bool

    @property
    def text(self) -> str:
        """The path from the root, never empty."""
        return "/".join(self.parts) or "."


@dataclass(frozen=True, slots=True)
class Root:
    """An open directory; `mount` is the absolute path at which its owner sees it."""

    fd: int
    mount: str
    kernel_resolves: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A name in an open directory (`.` for the directory itself); `real` is the way there from the root, no symlinks.

    The name may be missing, and may have become anything since: use it with `dir_fd` and without following.
    """

    dir_fd: int
    name: str
    real: tuple[str, ...]

    def lstat(self) -> os.stat_result | None:
        """What stands at the place now, symlinks not followed; `None` if nothing does."""
        try:
            return os.stat(self.name, dir_fd=self.dir_fd, follow_symlinks=False)
        except FileNotFoundError:
            return None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a directory listing; a symlink is shown as what it leads to if that is inside."""

    name: str
    is_directory: bool
    size_bytes: int
    mtime: float


def parse(text: str, mount: str) -> InnerPath:
    """Read a path from outside; repeated slashes count as one.

    Raises `PathUnusable` and, for an absolute path that does not begin with `mount`, `PathLeavesRoot`.
    """
    try:
        return parse_bytes(text.encode(), mount)
    except UnicodeEncodeError as error:
        raise PathUnusable("the path is not valid Unicode") from error


def parse_bytes(raw: bytes, mount: str) -> InnerPath:
    """The same for a path whose names need not be UTF-8."""
    if b"\0" in raw:
        raise PathUnusable("the path contains a NUL character")
    if len(raw) > PATH_BYTES:
        raise PathUnusable(f"the path is longer than {PATH_BYTES} bytes")
    text = os.fsdecode(raw)
    parts, is_absolute = _components(text), text.startswith("/")
    if any(len(os.fsencode(part)) > NAME_BYTES for part in parts):
        raise PathUnusable(f"a name in the path is longer than {NAME_BYTES} bytes")
    if is_absolute:
        parts = _below_mount(parts, mount)
    return InnerPath(tuple(parts), not parts or text.endswith(("/", "/.")) or parts[-1] == "..")


def _components(text: str) -> list[str]:
    return [part for part in text.split("/") if part not in ("", ".")]


def _below_mount(parts: list[str], mount: str) -> list[str]:
    prefix = _components(mount)
    if parts[: len(prefix)] != prefix:
        raise PathLeavesRoot
    return parts[len(prefix) :]


@contextmanager
def owned(fd: int) -> Iterator[int]:
    """Close a descriptor at the end of the block."""
    try:
        yield fd
    finally:
        os.close(fd)


@contextmanager
def open_root(path: Path, mount: str) -> Iterator[Root]:
    """Open the directory at `path`, whose own name and parents are ours and trusted."""
    with owned(os.open(path, _DIRECTORY)) as fd:
        yield Root(fd, mount, openat2.is_available())


class _Walk:
    """Resolution by hand: a stack of open directories from the root, a queue of components still to go."""

    def __init__(self, root: Root, path: InnerPath) -> None:
        self._root = root
        self._todo = deque(path.parts)
        self._fds = [os.open(".", _DIRECTORY, dir_fd=root.fd)]
        self._names: list[str] = []
        self._links = 0

    def close(self) -> None:
        for fd in self._fds:
            os.close(fd)
        self._fds.clear()

    def run(self, *, makes_parents: bool, follows_last: bool) -> Place:
        """Go the whole way; the place's descriptor is open until `close`."""
        tries = _TRIES
        while self._todo:
            name = self._todo.popleft()
            if name == "..":
                self._up()
                continue
            try:
                fd = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self._fds[-1])
            except FileNotFoundError:
                if not self._todo:
                    return self._place(name)
                tries -= 1
                if not makes_parents or not tries:
                    self._todo.appendleft(name)
                    raise
                self._make_directory(name)
                continue
            tries = _TRIES
            if self._step(fd, name, follows_last):
                return self._place(name)
        return self._place(".")

    def real_path(self) -> tuple[str, ...]:
        """The whole way, not made: what is missing counts as the directories that it would become."""
        try:
            return self.run(makes_parents=False, follows_last=True).real
        except FileNotFoundError:
            if ".." in self._todo:
                raise
            return (*self._names, *self._todo)

    def _step(self, fd: int, name: str, follows_last: bool) -> bool:
        """Go on through what `name` turned out to be, taking over `fd`; true if the walk ends here."""
        mode = os.fstat(fd).st_mode
        if stat_modes.S_ISLNK(mode) and (self._todo or follows_last):
            with owned(fd):
                self._follow(os.readlink("", dir_fd=fd))
        elif self._todo and stat_modes.S_ISDIR(mode):
            self._down(fd, name)
        else:
            os.close(fd)
            if self._todo:
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), name)
            return True
        return False

    def _place(self, name: str) -> Place:
        return Place(self._fds[-1], name, (*self._names, *(() if name == "." else (name,))))

    def _up(self) -> None:
        if not self._names:
            raise PathLeavesRoot
        self._names.pop()
        os.close(self._fds.pop())

    def _down(self, fd: int, name: str) -> None:
        self._fds.append(fd)
        self._names.append(name)
        if len(self._fds) > _DEPTH:
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), name)

    def _make_directory(self, name: str) -> None:
        with suppress(FileExistsError):
            os.mkdir(name, 0o755, dir_fd=self._fds[-1])
        self._todo.appendleft(name)

    def _follow(self, target: str) -> None:
        self._links += 1
        if self._links > _LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), target)
        parts = _components(target)
        if target.startswith("/"):
            parts = _below_mount(parts, self._root.mount)
            while self._names:
                self._up()
        self._todo.extendleft(reversed(parts))


@contextmanager
def walk(root: Root, path: InnerPath, *, makes_parents: bool = False, follows_last: bool = True) -> Iterator[Place]:
    """Find the place that `path` means, its real way included; missing parents are made if `makes_parents`.

    Raises `PathLeavesRoot`, or `OSError` for what stands in the way (`ENOENT`, `ENOTDIR`, `ELOOP`, `EACCES`).
    """
    with closing(_Walk(root, path)) as steps:
        yield steps.run(makes_parents=makes_parents, follows_last=follows_last)


def real_path(root: Root, path: InnerPath) -> tuple[str, ...]:
    """The way that `path` means, symlinks resolved; what is missing of it counts as it would be made.

    Raises `PathLeavesRoot` and `OSError`.
    """
    with closing(_Walk(root, path)) as steps:
        return steps.real_path()


def demand_within(root: Root, way: tuple[str, ...], within: tuple[str, ...]) -> None:
    """Raise `PathLeavesRoot` if what is at `way`, links resolved, is not below `within`, a way without links."""
    if within and real_path(root, InnerPath(way, wants_directory=False))[: len(within)] != within:
        raise PathLeavesRoot


@contextmanager
def place_for_file(root: Root, path: InnerPath) -> Iterator[Place]:
    """The place that a file written to `path` has; makes missing parents.

    Raises like `walk`, and `IsADirectoryError` if the path can only mean a directory.
    """
    if path.wants_directory and path.parts[-1:] != ("..",):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path.text)
    with walk(root, path, makes_parents=True) as place:
        yield place


def _open(root: Root, path: InnerPath, flags: int) -> int:
    if root.kernel_resolves:
        try:
            return openat2.open_beneath(root.fd, path.text, flags)
        except OSError as error:
            if error.errno not in _WALK_AFTER:
                raise
    with walk(root, path) as place:
        return os.open(place.name, flags | os.O_NOFOLLOW, dir_fd=place.dir_fd)


@contextmanager
def open_for_reading(root: Root, path: InnerPath) -> Iterator[int]:
    """Open a regular file; never waits for a FIFO's writer or a lease.

    Raises `PathLeavesRoot`, `PathUnusable` if it is neither file nor directory, `IsADirectoryError` and `OSError`.
    """
    with owned(_open(root, path, _READ)) as fd:
        mode = os.fstat(fd).st_mode
        if stat_modes.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path.text)
        if not stat_modes.S_ISREG(mode):
            raise PathUnusable("not a regular file")
        if path.wants_directory:
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path.text)
        yield fd


@contextmanager
def open_directory(root: Root, path: InnerPath) -> Iterator[int]:
    """Open a directory for listing. Raises `PathLeavesRoot` and `OSError`."""
    with owned(_open(root, path, _READ | os.O_DIRECTORY)) as fd:
        yield fd


def stat(root: Root, path: InnerPath) -> os.stat_result:
    """What `path` leads to. Raises `PathLeavesRoot` and `OSError`."""
    with owned(_open(root, path, os.O_PATH)) as fd:
        found = os.fstat(fd)
    if path.wants_directory and not stat_modes.S_ISDIR(found.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path.text)
    return found


def list_directory(root: Root, path: InnerPath, *, limit: int) -> list[Entry]:
    """At most `limit` entries of a directory in no particular order; bytes that are not UTF-8 are replaced in names.

    Raises `PathLeavesRoot` and `OSError`.
    """
    entries: list[Entry] = []
    with open_directory(root, path) as fd, os.scandir(fd) as found:
        for item in found:
            if len(entries) == limit:
                break
            with suppress(FileNotFoundError):  # gone since
                entries.append(_entry(root, path, item))
    return entries


def _entry(root: Root, path: InnerPath, item: os.DirEntry[str]) -> Entry:
    status = item.stat(follow_symlinks=False)
    if stat_modes.S_ISLNK(status.st_mode):
        with suppress(OSError, PathLeavesRoot):
            status = stat(root, InnerPath((*path.parts, item.name), wants_directory=False))
    name = os.fsencode(item.name).decode(errors="replace")
    return Entry(name, stat_modes.S_ISDIR(status.st_mode), status.st_size, status.st_mtime)
