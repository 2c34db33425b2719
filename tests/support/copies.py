"""Trees of files to copy from and to, and a bench to copy on."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace

from carrel.domain.copies import CopyPlan
from carrel.storage.copier import Copier
from carrel.storage.homes import Home

OLD, NOW, LATER = 1_600_000_000, 1_700_000_000, 1_800_000_000


@dataclass(frozen=True, slots=True)
class Link:
    """A symlink in a tree."""

    target: str


@dataclass(frozen=True, slots=True)
class File:
    content: str
    time: int = NOW
    mode: int = 0o644


Tree = Mapping[str, "str | File | Link | None"]


def plant(home: Home, tree: Tree) -> None:
    """Make files (text or `File`), symlinks and directories (`None`), owned by the project.

    All have a time of their own: whether something newer of another kind makes way differs among versions of rsync.
    """
    for name, what in tree.items():
        path = home.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        match what:
            case None:
                path.mkdir(exist_ok=True)
            case Link(target):
                path.symlink_to(target)
            case str() | File():
                file = File(what) if isinstance(what, str) else what
                path.write_text(file.content)
                os.chown(path, home.user.uid, home.user.gid)
                path.chmod(file.mode)
                os.utime(path, (file.time, file.time))
    for path in home.path.rglob("*"):
        if path.is_symlink() or path.is_dir():
            os.chown(path, home.user.uid, home.user.gid, follow_symlinks=False)
            os.utime(path, (NOW, NOW), follow_symlinks=False)


def tree_of(home: Home) -> dict[str, str | Link | None]:
    """Everything in a home but directories that are not empty."""
    found: dict[str, str | Link | None] = {}
    for path in home.path.rglob("*"):
        name = str(path.relative_to(home.path))
        if path.is_symlink():
            found[name] = Link(os.readlink(path))
        elif path.is_file():
            found[name] = path.read_text()
        elif not any(path.iterdir()):
            found[name] = None
    return found


@dataclass(frozen=True, slots=True)
class Bench:
    """A source and a target project, and a copier between them."""

    copier: Copier
    source: Home
    target: Home

    async def copy(self, source_path: str, target_path: str, plan: CopyPlan | None = None) -> None:
        plan = replace(plan or CopyPlan("", ""), source_path=source_path, target_path=target_path)
        await self.copier.run(self.source, self.target, plan)

    def plant(self, source: Tree, target: Tree | None = None) -> None:
        plant(self.source, source)
        plant(self.target, target or {})
