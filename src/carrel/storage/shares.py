"""What everybody may read of a home: below one directory, or one file. Links count as what they lead to there."""

import stat
from contextlib import suppress
from dataclasses import dataclass, replace

from carrel.kit import safe_paths
from carrel.kit.safe_paths import InnerPath, PathLeavesRoot, Root
from carrel.kit.safe_trees import Way
from carrel.storage.files import open_home
from carrel.storage.homes import CONTROL_DIRECTORIES, Home
from carrel.storage.listings import Listed, kind_of, list_entries
from carrel.storage.names import inner_path, text_of


@dataclass(frozen=True, slots=True)
class Seen:
    """What a path of a share leads to; `way` is the real one, `within` the share's. `entries`: of a directory."""

    way: Way
    within: Way
    itself: Listed
    entries: list[Listed] | None
    is_complete: bool = True

    @property
    def path(self) -> str:
        return text_of(self.way)


def look(home: Home, share: str, path: str) -> Seen:
    """Both are relative to the home. Raises `FileMissing`, `FileRefused`, `PathEscapes`."""
    with open_home(home, path) as root:
        within = inner_path(root, share).parts
        way = safe_paths.real_path(root, inner_path(root, path))
        if way[: len(within)] != within or CONTROL_DIRECTORIES.intersection(way[:1]):
            raise FileNotFoundError
        found = safe_paths.stat(root, InnerPath(way, wants_directory=False))
        name = text_of(way[-1:])
        itself = Listed(name, kind_of(found.st_mode), found.st_size, found.st_mtime_ns // 1_000_000)
        seen = Seen(way, within, itself, None)
        if not stat.S_ISDIR(found.st_mode):
            return seen
    listing = list_entries(home, text_of(way))
    with open_home(home, path) as root:
        entries = [entry for entry in listing.entries if entry.link is None or _stays(root, way, entry, within)]
    return replace(seen, entries=entries, is_complete=listing.is_complete)


def _stays(root: Root, way: Way, entry: Listed, within: Way) -> bool:
    with suppress(PathLeavesRoot, OSError):
        safe_paths.demand_within(root, (*way, *inner_path(root, entry.name).parts), within)
        return True
    return False
