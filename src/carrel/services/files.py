"""Files of a project, read and written in its stored home; the project is not started for that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from anyio import to_thread

from carrel.domain.documents import FileAccess
from carrel.domain.embed_sessions import Ability
from carrel.domain.projects import Permission, PermissionMissing, ProjectAccess
from carrel.storage import changes, trash
from carrel.storage.archives import Archive
from carrel.storage.downloads import OpenFile, open_file
from carrel.storage.files import ProjectFiles
from carrel.storage.homes import Home, Homes
from carrel.storage.listings import Listing, list_entries
from carrel.storage.search import Look, Wanted, search

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Files:
    homes: Homes
    files: ProjectFiles

    async def read_text(self, access: ProjectAccess, path: str) -> str:
        """UTF-8 with undecodable bytes replaced; raises the errors of `domain.files`."""
        access.demand(Permission.READ)
        return await self.files.read_text(await self._home(access), path)

    async def write_text(self, access: ProjectAccess, path: str, content: str) -> None:
        """Create or replace the file, and the directories that are missing."""
        access.demand(Permission.WRITE)
        await self.files.write_text(await self._home(access), path, content)

    async def real_path(self, access: ProjectAccess, path: str) -> str:
        """Where a path leads, links resolved, relative to the home. Raises the errors of `domain.files`."""
        access.demand(Permission.READ)
        return await self.files.real_path(await self._home(access), path)

    async def open(self, access: FileAccess) -> OpenFile:
        """The bytes of a file, for a page; the caller closes it. Raises the errors of `domain.files`."""
        access.demand(Ability.EXPORT)
        return await open_file(await self._home(access.project), access.path)

    async def read_saved(self, access: FileAccess, *, limit_bytes: int) -> bytes:
        """What is in a file, to be kept for somebody who may save it. Raises the errors of `domain.files`."""
        access.demand(Ability.SAVE)
        return await self.files.read_bytes(await self._home(access.project), access.path, limit_bytes=limit_bytes)

    async def list_directory(self, access: FileAccess) -> Listing:
        """What is in a directory and may be seen. Raises the errors of `domain.files`."""
        listing = await self._do(access, lambda home: list_entries(home, access.path))
        if access.only is None:
            return listing
        shown = [entry for entry in listing.entries if entry.name in access.only]
        return Listing(listing.path, shown, listing.is_complete)

    async def search(self, access: FileAccess, wanted: Wanted, after: str | None) -> Look:
        """Look for some seconds below a directory, which must be within the scope."""
        _demand_all(access)
        home = await self._home(access.project)
        return await self.files.do_long(partial(search, home, access.path, wanted, after))

    async def archive(self, access: FileAccess, names: Sequence[str]) -> Archive:
        """A directory as a ZIP file, or some of what is in it; the caller reads and closes it."""
        _demand_all(access)
        access.demand(Ability.EXPORT)
        return Archive(self.files, await self._home(access.project), access.path, names)

    async def make_directory(self, access: FileAccess) -> None:
        """Raises `FileExists` and the errors of `domain.files`, as all that follows."""
        access.demand(Ability.SAVE)
        await self._do(access, lambda home: changes.make_directory(home, access.path))

    async def make_file(self, access: FileAccess, content: str) -> None:
        access.demand(Ability.SAVE)
        settings = self.files.settings
        await self._do(access, lambda home: changes.make_file(home, access.path, content, settings))

    async def move(self, old: FileAccess, new: FileAccess) -> None:
        """Rename or move something within its project; nothing is replaced."""
        for access in (old, new):
            access.demand(Ability.SAVE)
        await self._do(old, lambda home: changes.move(home, old.path, new.path))

    async def delete(self, items: Sequence[FileAccess]) -> list[str]:
        """Move things of one project into its trash; their ids there."""
        for access in items:
            access.demand(Ability.SAVE)
        paths = [access.path for access in items]
        return await self._do(items[0], lambda home: trash.throw_away(home, paths)) if items else []

    async def restore(self, home: FileAccess, ids: Sequence[str]) -> list[str]:
        """Put things back from the trash, for whoever knows their ids; the paths that they have now."""
        home.project.demand(Permission.WRITE)
        return await self._do(home, lambda place: trash.restore(place, list(ids)))

    async def list_trash(self, home: FileAccess) -> list[trash.Deleted]:
        _demand_all(home)
        return await self._do(home, trash.list_trash)

    async def empty_trash(self, home: FileAccess, ids: Sequence[str] | None) -> None:
        """Remove these things for ever, or all that is in the trash."""
        _demand_all(home)
        home.demand(Ability.SAVE)
        where = await self._home(home.project)
        await self.files.do_long(partial(trash.empty, where, None if ids is None else list(ids)))

    async def _do(self, access: FileAccess, work: Callable[[Home], T]) -> T:
        return await self.files.do(partial(work, await self._home(access.project)))

    async def _home(self, access: ProjectAccess) -> Home:
        return await to_thread.run_sync(self.homes.ensure, access.project_id, access.project.number)


def _demand_all(directory: FileAccess) -> None:
    """The whole directory must be within the scope."""
    if directory.only is not None:
        raise PermissionMissing(directory.project.caller, directory.project.project_id, Permission.READ)
