"""Directories as ZIP files, made while they are sent: nothing is stored, and little is held at a time.

Links to files are followed within the home, what is neither file nor directory is left out, and what cannot be read is
named in a list at the end.
"""

import os
import stat
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from carrel.domain.files import FileMissing, FileRefused
from carrel.kit import safe_paths, safe_trees
from carrel.kit.safe_paths import InnerPath, PathLeavesRoot, PathUnusable, Root
from carrel.kit.safe_trees import Found, Unseen, Way
from carrel.kit.unix_users import acting_as
from carrel.storage.files import ProjectFiles, as_domain_error
from carrel.storage.homes import CONTROL_DIRECTORIES, Home
from carrel.storage.names import inner_path, shown, text_of

MOST_ENTRIES = 100_000
_READ_BYTES = 1 << 18
_SENT_BYTES = 1 << 19
_OLDEST, _NEWEST = 315_532_800, 4_354_819_198  # what dates of ZIP files reach
_LEFT_OUT = "_not_included.txt"
_NAMED = 1000


@dataclass
class _Sink:
    """What `ZipFile` writes to: it cannot go back."""

    pieces: list[bytes] = field(default_factory=list)
    held: int = 0

    def write(self, data: bytes) -> int:
        self.pieces.append(bytes(data))
        self.held += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is behind it."""

    def take(self) -> bytes:
        taken = b"".join(self.pieces)
        self.pieces.clear()
        self.held = 0
        return taken


class Archive:
    """A ZIP file that is being made; the first piece, which is empty, comes when it is known that it can be."""

    def __init__(self, files: ProjectFiles, home: Home, path: str, names: Sequence[str], *, within: Way = ()) -> None:
        """Links that lead out of `within`, a way from the home, are not followed."""
        self._files = files
        self._home = home
        self._path = path
        self._work = _make(home, path, names, within)

    async def read(self) -> bytes | None:
        """The next piece; `None` at the end. Raises the errors of `domain.files`."""
        return await self._files.do_long(self._step)

    def close(self) -> None:
        self._work.close()

    def _step(self) -> bytes | None:
        try:
            with acting_as(self._home.user):
                return next(self._work, None)
        except (PathLeavesRoot, PathUnusable, OSError) as error:
            raise as_domain_error(error, self._path) from error


def _make(home: Home, path: str, names: Sequence[str], within: Way) -> Generator[bytes]:
    with safe_paths.open_root(home.path, home.mount) as root:
        top = safe_paths.real_path(root, inner_path(root, path))
        if CONTROL_DIRECTORIES.intersection(top[:1]):
            raise FileMissing(path)
        roots = [_root(root, top, name) for name in names] or [_found(root, top)]
        _demand_few(root, roots)
        yield b""
        yield from _zip(root, roots, within, above=len(top) if names else len(top) - 1)


def _root(root: Root, top: Way, name: str) -> Found:
    parts = inner_path(root, name).parts
    if len(parts) != 1 or parts == ("..",) or (not top and parts[0] in CONTROL_DIRECTORIES):
        raise FileMissing(name)
    return _found(root, (*top, *parts))


def _found(root: Root, way: Way) -> Found:
    with safe_paths.walk(root, InnerPath(way, wants_directory=False), follows_last=False) as place:
        status = place.lstat()
        if status is None:
            raise FileNotFoundError
        return Found(way, status.st_mode, status.st_size, status.st_mtime_ns)


def _demand_few(root: Root, roots: Sequence[Found]) -> None:
    for number, _ in enumerate(_all(root, roots)):
        if number >= MOST_ENTRIES:
            raise FileRefused(f"EFBIG: more than {MOST_ENTRIES} files; take them in smaller parts")


def _all(root: Root, roots: Sequence[Found]) -> Iterator[Found | Unseen]:
    for one in roots:
        if one.way:
            yield one
        if one.is_directory:
            for found in safe_trees.walk_tree(root, one.way, limit=MOST_ENTRIES):
                if found.way[0] not in CONTROL_DIRECTORIES:
                    yield found


def _zip(root: Root, roots: Sequence[Found], within: Way, above: int) -> Generator[bytes]:
    sink, left_out = _Sink(), []
    with ZipFile(sink, "w", ZIP_DEFLATED, compresslevel=1) as archive:  # type: ignore[call-overload]  # it only writes
        for found in _all(root, roots):
            try:
                if isinstance(found, Unseen):
                    left_out.append(found.way)
                elif found.is_directory:
                    archive.mkdir(_info(found, above, "/"))
                else:
                    safe_paths.demand_within(root, found.way, within)
                    yield from _add(root, archive, sink, found, above)
            except (PathLeavesRoot, PathUnusable, OSError):
                left_out.append(found.way)
            if sink.held >= _SENT_BYTES:
                yield sink.take()
        if left_out:
            lines = [text_of(way).replace("\n", " ") for way in left_out[:_NAMED]]
            archive.writestr(_LEFT_OUT, "\n".join([*lines, ""]))
    yield sink.take()


def _add(root: Root, archive: ZipFile, sink: _Sink, found: Found, above: int) -> Generator[bytes]:
    """A file as long as it is now, also if it grows meanwhile."""
    with safe_paths.open_for_reading(root, InnerPath(found.way, wants_directory=False)) as fd:
        status = os.fstat(fd)
        info = _info(Found(found.way, status.st_mode, status.st_size, status.st_mtime_ns), above, "")
        info.file_size = rest = status.st_size
        with archive.open(info, "w") as out:
            while rest and (data := os.read(fd, min(_READ_BYTES, rest))):
                rest -= len(data)
                out.write(data)
                if sink.held >= _SENT_BYTES:
                    yield sink.take()


def _info(found: Found, above: int, end: str) -> ZipInfo:
    """Names are relative, and have no separators of other systems."""
    name = "/".join(shown(part).replace("\\", "_") for part in found.way[above:])
    moment = min(max(found.mtime_ns / 1e9, _OLDEST), _NEWEST)
    info = ZipInfo(name + end, time.gmtime(moment)[:6])
    info.compress_type = ZIP_STORED if end else ZIP_DEFLATED
    info.CRC = 0
    info.external_attr = ((stat.S_IFDIR if end else stat.S_IFREG) | stat.S_IMODE(found.mode) & 0o777) << 16
    return info
