"""Where rsync keeps the files that it has not finished: a directory of the copy's own in the target's home.

A killed rsync leaves its temporary files. Beside their targets they would stay for ever; here the copy that is tried
again, which has the same label, finds and removes them. It has to be in the home, as files can be renamed only within
one mount; `.carrel` is a control directory, which no copy takes along.
"""

import os
from contextlib import suppress

from carrel.domain.copies import CopyFailed
from carrel.domain.errors import DomainError
from carrel.domain.files import FileMissing, FileRefused, PathEscapes
from carrel.kit import safe_paths
from carrel.kit.safe_paths import InnerPath
from carrel.storage.files import open_home
from carrel.storage.homes import CONTROL_DIRECTORY, Home

_TRIES = 100
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def unfinished_path(label: str) -> tuple[str, ...]:
    """The way from the home to the directory of the copy with this label (letters, digits and dashes)."""
    return (CONTROL_DIRECTORY, f"copy-{label}")


def make_unfinished(target: Home, label: str) -> None:
    """Make the directory, empty also if an earlier try has left it. Raises `CopyFailed`."""
    remove_unfinished(target, label)
    for _ in range(_TRIES):
        try:
            return _make(target, label)
        except FileMissing:  # another copy has taken `.carrel` away between our two steps
            continue
        except (FileRefused, PathEscapes) as error:
            raise CopyFailed(str(error)) from error
    raise CopyFailed(f"{CONTROL_DIRECTORY} in the target's home keeps going away")


def _make(target: Home, label: str) -> None:
    path = InnerPath((*unfinished_path(label), "."), wants_directory=True)
    with open_home(target, CONTROL_DIRECTORY) as root, safe_paths.walk(root, path, makes_parents=True) as place:
        if place.real != unfinished_path(label):
            raise CopyFailed(f"{CONTROL_DIRECTORY} in the target's home must be a directory of its own")


def remove_unfinished(target: Home, label: str) -> None:
    """Remove the directory and what rsync has left in it; what does not go stays."""
    with suppress(DomainError), open_home(target, CONTROL_DIRECTORY) as root:
        path = InnerPath(unfinished_path(label), wants_directory=False)
        with safe_paths.walk(root, path, follows_last=False) as place:
            _remove(place.name, place.dir_fd)
        with safe_paths.walk(root, InnerPath((CONTROL_DIRECTORY,), wants_directory=False), follows_last=False) as place:
            os.rmdir(place.name, dir_fd=place.dir_fd)  # unless another copy is at work there


def _remove(name: str, dir_fd: int) -> None:
    """A flat directory: rsync makes no others in it."""
    with safe_paths.owned(os.open(name, _DIRECTORY, dir_fd=dir_fd)) as fd:
        with os.scandir(fd) as entries:
            names = [entry.name for entry in entries]
        for entry in names:
            with suppress(OSError):
                os.unlink(entry, dir_fd=fd)
    os.rmdir(name, dir_fd=dir_fd)
