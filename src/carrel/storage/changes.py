"""Making and moving what is in a home. Nothing is ever replaced, and what is the platform's own is left alone."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from carrel.domain.files import FileExists, FileRefused
from carrel.kit import safe_paths, safe_trees, safe_writes
from carrel.kit.safe_paths import NAME_BYTES, InnerPath, PathUnusable, Place, Root
from carrel.storage.files import demand_room, open_home
from carrel.storage.homes import CONTROL_DIRECTORIES, Home
from carrel.storage.names import inner_path, text_of
from carrel.storage.settings import DataSettings

_TRIES = 1000


@contextmanager
def place_of_item(root: Root, path: str, *, makes_parents: bool = False) -> Iterator[Place]:
    """The place of something in the home, a link itself and not what it leads to.

    Raises like `safe_paths.walk`, and `FileRefused` for the home itself and for what is the platform's own.
    """
    inner = inner_path(root, path)
    with safe_paths.walk(
        root, replace(inner, wants_directory=False), makes_parents=makes_parents, follows_last=False
    ) as place:
        if place.name == ".":
            raise PathUnusable("this directory has to stay where it is")
        if place.real[0] in CONTROL_DIRECTORIES:
            raise FileRefused(f"EPERM: operation not permitted: '{place.real[0]}' is the server's own")
        yield place


@contextmanager
def own_directory(root: Root, way: tuple[str, ...]) -> Iterator[Place]:
    """A directory of the platform's own in the home, made if missing; raises `FileRefused` if it is a link."""
    with safe_paths.walk(root, InnerPath((*way, "."), wants_directory=True), makes_parents=True) as place:
        if place.real != way:
            raise FileRefused(f"'{way[0]}' in the home must be a directory of its own")
        yield place


def make_directory(home: Home, path: str) -> None:
    """Make a directory, and those above it that are missing. Raises `FileExists`."""
    with open_home(home, path) as root, place_of_item(root, path, makes_parents=True) as place:
        os.mkdir(place.name, 0o755, dir_fd=place.dir_fd)


def make_file(home: Home, path: str, content: str, settings: DataSettings) -> None:
    """Make a new file, and the directories above it that are missing. Raises `FileExists`, `DiskFull`."""
    data = content.encode()
    with open_home(home, path) as root:
        demand_room(root, len(data), settings)
        with place_of_item(root, path, makes_parents=True) as place:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            with safe_paths.owned(os.open(place.name, flags, 0o644, dir_fd=place.dir_fd)) as fd:
                safe_writes.write_all(fd, data)


def move(home: Home, old: str, new: str) -> None:
    """Give something another path; missing directories are made. Raises `FileExists`, `FileMissing`."""
    with open_home(home, old) as root, place_of_item(root, old) as source:
        if source.lstat() is None:
            raise FileNotFoundError
        with place_of_item(root, new, makes_parents=True) as target:
            if target.real[: len(source.real)] == source.real and target.real != source.real:
                raise FileRefused(f"EINVAL: '{text_of(source.real)}' cannot be moved into itself")
            try:
                safe_trees.move(source, target)
            except FileExistsError as error:
                raise FileExists(new) from error


def move_to_free(source: Place, target: Place) -> str:
    """Move something to a place, or beside what is there already; the name that it has now."""
    for name in free_names(target.name):
        try:
            safe_trees.move(source, replace(target, name=name))
        except FileExistsError:
            continue
        return name
    raise FileExists(target.name)


def free_names(name: str) -> Iterator[str]:
    """The name, then others like it: `a.txt`, `a (2).txt`, `a (3).txt`; none is too long."""
    yield name
    stem, dot, ending = name.rpartition(".") if "." in name.lstrip(".") else (name, "", "")
    raw = os.fsencode(stem)
    for number in range(2, _TRIES):
        tail = f" ({number}){dot}{ending}"
        room = NAME_BYTES - len(os.fsencode(tail))
        if room < 1:
            return
        yield os.fsencode(stem)[:room].decode(errors="ignore") + tail if len(raw) > room else stem + tail
