"""Files of a project, read and written in its stored home; the project is not started for that."""

from dataclasses import dataclass

from anyio import to_thread

from carrel.domain.documents import FileAccess
from carrel.domain.embed_sessions import Ability, AbilityMissing
from carrel.domain.projects import Permission, ProjectAccess
from carrel.storage.downloads import OpenFile, open_file
from carrel.storage.files import ProjectFiles
from carrel.storage.homes import Home, Homes


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

    async def open(self, access: FileAccess) -> OpenFile:
        """The bytes of a file, for a page; the caller closes it. Raises the errors of `domain.files`."""
        if Ability.EXPORT not in access.allow:
            raise AbilityMissing(Ability.EXPORT)
        return await open_file(await self._home(access.project), access.path)

    async def _home(self, access: ProjectAccess) -> Home:
        return await to_thread.run_sync(self.homes.ensure, access.project_id, access.project.number)
