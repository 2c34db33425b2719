"""What the whole world may read of a project: its enabled public paths, and everything below them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from carrel.domain.errors import DomainError
from carrel.domain.files import FileMissing, FileRefused, FileTooLarge, IsDirectory, PathEscapes
from carrel.domain.ids import AccountId, is_uuid
from carrel.domain.projects import Permission, Project, ProjectAccess
from carrel.kit.safe_paths import Entry
from carrel.services.access import public_access
from carrel.storage.files import ProjectFiles
from carrel.storage.homes import Home, Homes
from carrel.store.store import Store

PUBLIC_FILE_BYTES = 20_000_000
_ENTRIES = 20_000
_PATH_LENGTH = 4096


class NotPublic(DomainError):
    """The path is not public, or there is no such project: callers cannot tell which."""

    code = "not-public"

    def __init__(self, project_id: str, path: str) -> None:
        super().__init__(f"path '{path}' of project with id '{project_id}' is not public")


class PathNotPublic(DomainError):
    """The path does not lie in that public path, or there is no such public path."""

    code = "path-not-public"

    def __init__(self) -> None:
        super().__init__("path is not public")


class NothingPublic(DomainError):
    """The project has no public path at all, or does not exist."""

    code = "nothing-public"

    def __init__(self) -> None:
        super().__init__("not_public")


class PublicFileMissing(DomainError):
    code = "public-file-missing"

    def __init__(self, path: str) -> None:
        super().__init__(f"path (={path}) does not exist")


class PublicFileTooLarge(DomainError):
    code = "public-file-too-large"

    def __init__(self, path: str, size_bytes: int) -> None:
        super().__init__(f"path (={path}) must be at most {PUBLIC_FILE_BYTES} bytes, but it is {size_bytes} bytes")


def with_parents(path: str) -> list[str] | None:
    """The path and the directories above it up to the home (`""`); `None` if it may leave them, or is no path."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or ".." in parts or "\x00" in path or len(path) > _PATH_LENGTH:
        return None
    return ["/".join(parts[:count]) for count in range(len(parts) + 1)]


def leads_to(path: str, public: Sequence[str]) -> bool:
    """Whether `path` is, is below, or is a directory above one of these public paths."""
    return any(p in ("", path) or path.startswith(f"{p}/") or p.startswith(f"{path}/") for p in public)


@dataclass(frozen=True, slots=True)
class PublicPaths:
    """Reads of public paths; they are published and unpublished by `query`.

    `signed_in` says whether the caller has an account: some public paths are for those only.
    """

    store: Store
    homes: Homes
    files: ProjectFiles

    async def is_public(self, project_id: str, path: str, *, signed_in: bool = False) -> bool:
        """Whether an enabled public path equals `path` or is a directory above it. Links are not followed."""
        candidates = with_parents(path)
        if candidates is None or not is_uuid(project_id):
            return False
        async with self.store.read() as reading:
            return await reading.public_paths.is_any_enabled(project_id, candidates, signed_in=signed_in)

    async def source(self, caller: AccountId, project_id: str, path: str, public_id: str) -> ProjectAccess:
        """The right to copy a path out of a public path. A link counts as what it leads to. Raises `PathNotPublic`."""
        async with self.store.read() as reading:
            found = await reading.public_paths.find_enabled(public_id)
            project = await reading.projects.find(project_id)
        if found is None or project is None or project.deleted or found[0] != project.project_id:
            raise PathNotPublic
        home = self.homes.home(project.project_id, project.number)
        try:
            real = await self.files.real_path(home, path)
        except (FileMissing, FileRefused, PathEscapes) as error:
            raise PathNotPublic from error
        if any(found[1] not in (with_parents(one) or ()) for one in (path, real)):
            raise PathNotPublic
        return public_access(project, caller)

    async def project_of(self, public_id: str) -> str:
        """The project of an enabled public path. Raises `PathNotPublic`."""
        async with self.store.read() as reading:
            found = await reading.public_paths.find_enabled(public_id)
        if found is None:
            raise PathNotPublic
        return found[0]

    async def note_saved(self, access: ProjectAccess, public_id: str, *, at: datetime) -> None:
        """What is public is what the project has now, so there is nothing to save but when that was asked for."""
        access.demand(Permission.WRITE)
        async with self.store.begin() as transaction:
            await transaction.public_paths.note_saved(access.project_id, public_id, at=at)

    async def source_of_path(self, caller: AccountId, project_id: str, path: str) -> ProjectAccess:
        """The right to copy a path that an account may read. A link counts as what it leads to. Raises `NotPublic`."""
        project = await self._project(project_id)
        if project is None or not await self.is_public(project_id, path, signed_in=True):
            raise NotPublic(project_id, path)
        with suppress(FileMissing):  # the copy will tell
            real = await self.files.real_path(self.homes.home(project.project_id, project.number), path)
            if not await self.is_public(project_id, real, signed_in=True):
                raise NotPublic(project_id, path)
        return public_access(project, caller)

    async def list_paths(self, project_id: str, *, signed_in: bool = False) -> list[str]:
        """The enabled public paths of a project."""
        if not is_uuid(project_id):
            return []
        async with self.store.read() as reading:
            return await reading.public_paths.list_enabled(project_id, signed_in=signed_in)

    async def read_text(self, project_id: str, path: str, *, signed_in: bool) -> str:
        """A public text file, undecodable bytes replaced. A link counts as what it leads to, which must be public too.

        Raises `NotPublic`, `PublicFileMissing`, `PublicFileTooLarge`.
        """
        home = await self._home(project_id)
        if home is None or not await self.is_public(project_id, path, signed_in=signed_in):
            raise NotPublic(project_id, path)
        try:
            if not await self.is_public(project_id, await self.files.real_path(home, path), signed_in=signed_in):
                raise NotPublic(project_id, path)
            size_bytes = (await self.files.stat(home, path)).size_bytes
            if size_bytes > PUBLIC_FILE_BYTES:
                raise PublicFileTooLarge(path, size_bytes)
            return await self.files.read_text(home, path, limit_bytes=PUBLIC_FILE_BYTES)
        except (FileMissing, IsDirectory, FileRefused, FileTooLarge, PathEscapes) as error:
            raise PublicFileMissing(path) from error

    async def list_directory(self, project_id: str, path: str, *, signed_in: bool) -> list[Entry]:
        """What is public in a directory, by name; of one that is not public itself, what is or leads to public paths.

        An unreadable directory is empty. Raises `NothingPublic`.
        """
        public = await self.list_paths(project_id, signed_in=signed_in)
        home = await self._home(project_id)
        parents = with_parents(path)
        if not public or home is None:
            raise NothingPublic
        if parents is None:
            return []
        try:
            here = await self.files.real_path(home, path)
            entries = await self.files.list_directory(home, path, limit=_ENTRIES)
        except (FileMissing, FileRefused, PathEscapes):
            return []
        shown = [entry for entry in entries if leads_to("/".join(filter(None, (here, entry.name))), public)]
        return sorted(shown, key=lambda entry: entry.name)

    async def _home(self, project_id: str) -> Home | None:
        project = await self._project(project_id)
        return None if project is None else self.homes.home(project.project_id, project.number)

    async def _project(self, project_id: str) -> Project | None:
        if not is_uuid(project_id):
            return None
        async with self.store.read() as reading:
            project = await reading.projects.find(project_id)
        return None if project is None or project.deleted else project
