"""Files that people send into projects in pieces, as much as the project's quota has room for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import anyio
import structlog
from anyio import CancelScope, CapacityLimiter, Event, WouldBlock, to_thread

from carrel.domain.documents import FileAccess
from carrel.domain.embed_sessions import Ability
from carrel.domain.errors import Overloaded
from carrel.domain.files import DiskFull
from carrel.domain.ids import ProjectId
from carrel.domain.projects import ProjectAccess
from carrel.domain.uploads import Upload, UploadBusy, UploadInvalid, upload_id
from carrel.storage import uploads
from carrel.storage.files import ProjectFiles
from carrel.storage.homes import Home, Homes
from carrel.storage.uploads import Receiver
from carrel.storage.usage import usage_bytes

log = structlog.get_logger()

_AT_MOST = 64
_MEASURED_SECONDS = 60
_MEASURED_PROJECTS = 1000
_MB = 1_000_000


@dataclass
class _Use:
    bytes: int
    at: float

    @property
    def is_old(self) -> bool:
        return anyio.current_time() - self.at > _MEASURED_SECONDS


@dataclass(frozen=True, slots=True)
class _Active:
    """A request that adds to an upload."""

    scope: CancelScope = field(default_factory=CancelScope)
    ended: Event = field(default_factory=Event)


@dataclass(frozen=True, slots=True)
class Uploads:
    """How far each is stands in its project's home, not here."""

    homes: Homes
    files: ProjectFiles
    _places: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_AT_MOST))
    _uses: dict[ProjectId, _Use] = field(default_factory=dict)
    _active: dict[tuple[ProjectId, str], _Active] = field(default_factory=dict)

    @asynccontextmanager
    async def receive(self, access: FileAccess, upload: Upload, offset: int) -> AsyncIterator["Piece"]:
        """Add to an upload from `offset`, where it ends; what has been written stays, however the block ends.

        Raises the errors of `domain.uploads` and `domain.files`, and `Overloaded`.
        """
        access.demand(Ability.SAVE)
        upload_id(upload.id)
        if not 0 <= offset <= upload.size_bytes:
            raise UploadInvalid("an upload goes on within its size")
        who = object()
        try:
            self._places.acquire_on_behalf_of_nowait(who)
        except WouldBlock:
            raise Overloaded("too many uploads at the same time; try again in a moment") from None
        try:
            home = await self._home(access.project)
            use = await self._demand_quota(access.project, home, upload.size_bytes - offset)
            work = partial(uploads.receive, home, upload, offset, self.files.settings)
            async with self._alone((access.project.project_id, upload.id)):
                receiver = await self.files.do(work)
                try:
                    yield Piece(receiver, self.files, use)
                finally:
                    receiver.close()
        finally:
            self._places.release_on_behalf_of(who)

    @asynccontextmanager
    async def _alone(self, key: tuple[ProjectId, str]) -> AsyncIterator[None]:
        """End an earlier request to the same upload: its line may be cut, which nobody has told us yet."""
        while earlier := self._active.get(key):
            earlier.scope.cancel()
            await earlier.ended.wait()
        active = self._active[key] = _Active()
        try:
            with active.scope:
                yield
        finally:
            del self._active[key]
            active.ended.set()
        if active.scope.cancelled_caught:
            raise UploadBusy

    async def offset(self, access: FileAccess, id_: str) -> tuple[int, bool]:
        """How much of an upload has arrived, and whether something has its path already."""
        access.demand(Ability.SAVE)
        home = await self._home(access.project)
        arrived = await self.files.do(partial(uploads.offset_of, home, upload_id(id_)))
        return arrived, await self.files.do(partial(uploads.exists, home, access.path))

    async def cancel(self, access: FileAccess, id_: str) -> None:
        """Forget what has arrived."""
        access.demand(Ability.SAVE)
        await self.files.do(partial(uploads.cancel, await self._home(access.project), upload_id(id_)))

    async def _demand_quota(self, access: ProjectAccess, home: Home, more_bytes: int) -> _Use:
        """The project's disk use, measured now and then, and before it is too much. Raises `DiskFull`."""
        limit_mb = access.project.quota.disk_mb
        use = self._uses.get(access.project_id)
        if use is None or use.is_old or use.bytes + more_bytes > limit_mb * _MB:
            use = await self._measure(access, home)
        if use.bytes + more_bytes > limit_mb * _MB:
            raise DiskFull(
                f"the project's disk quota of {limit_mb} MB has no room for {more_bytes // _MB} MB: "
                f"{use.bytes // _MB} MB are used"
            )
        return use

    async def _measure(self, access: ProjectAccess, home: Home) -> _Use:
        if len(self._uses) >= _MEASURED_PROJECTS:
            self._uses.clear()
        measured = await usage_bytes(home, beside=self.homes.documents_dir(access.project_id))
        use = self._uses[access.project_id] = _Use(measured, anyio.current_time())
        return use

    async def _home(self, access: ProjectAccess) -> Home:
        return await to_thread.run_sync(self.homes.ensure, access.project_id, access.project.number)


@dataclass(frozen=True, slots=True)
class Piece:
    """What arrives with one request."""

    receiver: Receiver
    files: ProjectFiles
    use: _Use

    @property
    def offset(self) -> int:
        return self.receiver.offset

    @property
    def missing_bytes(self) -> int:
        return self.receiver.upload.size_bytes - self.receiver.offset

    async def write(self, parts: list[bytes]) -> None:
        """In order, and no more than is missing."""
        before = self.receiver.offset
        await self.files.do(partial(self.receiver.write, parts))
        self.use.bytes += self.receiver.offset - before

    async def finish(self) -> str | None:
        """The path of the file if it is whole."""
        if self.missing_bytes:
            return None
        return await self.files.do(self.receiver.finish)
