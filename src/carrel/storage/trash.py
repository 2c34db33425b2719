"""What was deleted in a project, and can be put back: it lies in the home, where moving it there costs nothing.

`.carrel/trash/<id>/` holds the deleted thing as `item` and the path that it had as `path`. The project itself can do
there whatever it likes, as everywhere in its home: what is not as it should be is not in the trash.
"""

import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from carrel.domain.files import FileMissing
from carrel.kit import safe_paths, safe_trees, safe_writes
from carrel.kit.safe_paths import InnerPath, PathLeavesRoot, PathUnusable, Place, Root
from carrel.storage.changes import move_to_free, own_directory, place_of_item
from carrel.storage.files import open_home
from carrel.storage.homes import CONTROL_DIRECTORY, Home
from carrel.storage.listings import ENTRIES, Listed, listed_place
from carrel.storage.names import text_of

_TRASH = (CONTROL_DIRECTORY, "trash")
_ID = re.compile(r"[0-9]{13}-[0-9a-f]{16}", re.ASCII)
_ITEM, _PATH = "item", "path"
_SHOWN = 2000


@dataclass(frozen=True, slots=True)
class Deleted:
    """A thing in the trash: the path that it had, and what it is."""

    id: str
    path: str
    deleted_ms: int
    what: Listed


def throw_away(home: Home, paths: list[str]) -> list[str]:
    """Move things into the trash; their ids there. Raises what `place_of_item` raises; those before are gone then."""
    ids = []
    for path in paths:
        with open_home(home, path) as root, place_of_item(root, path) as place:
            if place.lstat() is None:
                raise FileNotFoundError
            ids.append(_throw(root, place))
    return ids


def _throw(root: Root, place: Place) -> str:
    name = f"{time.time_ns() // 1_000_000:013d}-{secrets.token_hex(8)}"
    with own_directory(root, (*_TRASH, name)) as there:
        try:
            note = os.fsencode("/".join(place.real))
            safe_writes.replace_file(_in(there, _PATH), lambda fd: safe_writes.write_all(fd, note), 0o600)
            safe_trees.move(place, _in(there, _ITEM))
        except BaseException:
            with suppress(OSError):
                os.unlink(_PATH, dir_fd=there.dir_fd)
            raise
    return name


def list_trash(home: Home) -> list[Deleted]:
    """What is in the trash, what was deleted last first."""
    with suppress(FileMissing), open_home(home, CONTROL_DIRECTORY) as root:
        found = safe_trees.list_level(root, _TRASH, limit=ENTRIES)
        names = sorted((one.way[-1] for one in found if _ID.fullmatch(one.way[-1])), reverse=True)
        return [deleted for name in names[:_SHOWN] if (deleted := _find(root, name)) is not None]
    return []


def _find(root: Root, name: str) -> Deleted | None:
    try:
        with _kept(root, name) as (item, way):
            what = listed_place(item, way[-1])
    except (OSError, PathLeavesRoot, PathUnusable):
        return None
    return None if what is None else Deleted(name, text_of(way), int(name[:13]), what)


def restore(home: Home, ids: list[str]) -> list[str]:
    """Put things back, beside what has their name meanwhile; the paths that they have now.

    Raises `FileMissing` for what is not in the trash; those before are back then.
    """
    return [_restore(home, name) for name in ids]


def _restore(home: Home, name: str) -> str:
    with open_home(home, name) as root, _kept(root, name) as (item, way):
        path = InnerPath(way, wants_directory=False)
        with safe_paths.walk(root, path, makes_parents=True, follows_last=False) as target:
            now = move_to_free(item, target)
        with suppress(OSError):
            safe_trees.remove_tree(Place(item.dir_fd, _PATH, ()))
            with safe_paths.walk(root, InnerPath((*_TRASH, name), wants_directory=False), follows_last=False) as entry:
                os.rmdir(entry.name, dir_fd=entry.dir_fd)
        return text_of((*target.real[:-1], now))


def empty(home: Home, ids: list[str] | None) -> None:
    """Remove these things for ever, or all that is in the trash."""
    with suppress(FileMissing), open_home(home, CONTROL_DIRECTORY) as root:
        ways = [_TRASH] if ids is None else [(*_TRASH, name) for name in ids if _ID.fullmatch(name)]
        for way in ways:
            with safe_paths.walk(root, InnerPath(way, wants_directory=False), follows_last=False) as place:
                safe_trees.remove_tree(place)


def empty_old(home: Home, before_ms: int) -> int:
    """Remove for ever what was deleted before then; how many things that were."""
    count = 0
    with suppress(FileMissing), open_home(home, CONTROL_DIRECTORY) as root:
        for found in safe_trees.list_level(root, _TRASH, limit=ENTRIES):
            if not _ID.fullmatch(found.way[-1]) or int(found.way[-1][:13]) >= before_ms:
                continue
            with suppress(OSError, PathLeavesRoot):  # another thing may go; this one is tried again
                with safe_paths.walk(root, InnerPath(found.way, wants_directory=False), follows_last=False) as place:
                    safe_trees.remove_tree(place)
                count += 1
    return count


@contextmanager
def _kept(root: Root, name: str) -> Iterator[tuple[Place, tuple[str, ...]]]:
    """The deleted thing with this id, and the way that it had."""
    if not _ID.fullmatch(name):
        raise FileNotFoundError
    path = InnerPath((*_TRASH, name, _ITEM), wants_directory=False)
    with safe_paths.walk(root, path, follows_last=False) as item:
        if item.lstat() is None:
            raise FileNotFoundError
        with safe_paths.owned(os.open(_PATH, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=item.dir_fd)) as fd:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise FileNotFoundError
            noted = os.read(fd, safe_paths.PATH_BYTES + 1)
        way = safe_paths.parse_bytes(noted, root.mount).parts
        if not way or ".." in way or way[0] == CONTROL_DIRECTORY:
            raise FileNotFoundError
        yield item, way


def _in(directory: Place, name: str) -> Place:
    return Place(directory.dir_fd, name, (*directory.real, name))
