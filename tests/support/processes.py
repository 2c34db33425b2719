"""Looking at the machine's processes from a test."""

import os
from pathlib import Path

import anyio


def marked(marker: str) -> set[int]:
    """The living processes whose environment or command line contains `marker` (the test's own excepted)."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                text = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if marker.encode() in text and state not in "ZX":
                found.add(int(entry.name))
    return found


async def until_none(marker: str) -> None:
    """Return when no marked process lives; to be used under `anyio.fail_after`."""
    while marked(marker):
        await anyio.lowlevel.checkpoint()


async def until_exists(path: Path) -> None:
    """Return when `path` is there; to be used under `anyio.fail_after`."""
    while not path.exists():
        await anyio.lowlevel.checkpoint()


def descendants(root: int) -> set[int]:
    """The living descendants of a process."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if state not in "ZX":
                parents[int(entry.name)] = int(parent)
    found = {root}
    while added := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= added
    return found - {root}
