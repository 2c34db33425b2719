"""What has to be done from time to time: forget what has expired, and see that no project outgrows its disk quota.

The portable way to bound a project's disk use is to measure it: a running project above its quota that still grows is
stopped, and its state says why. It can be started again to clean up; it is stopped again if it grows on.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

import anyio
import structlog
from anyio import AsyncContextManagerMixin

from carrel.domain.ids import ProjectId
from carrel.kit.clock import Clock
from carrel.services.background import repeat
from carrel.services.lifecycle import Lifecycle
from carrel.services.settings import ProjectSettings
from carrel.storage.homes import Homes
from carrel.storage.usage import free_bytes, usage_bytes
from carrel.store.store import Store

log = structlog.get_logger()

_EXPIRY_EVERY_SECONDS = 3600
_MEASURE_SECONDS = 300
_NOTICED_BYTES = 16_000_000
_MB = 1_000_000


@dataclass
class Housekeeping(AsyncContextManagerMixin):
    store: Store
    homes: Homes
    lifecycle: Lifecycle
    clock: Clock
    settings: ProjectSettings
    _measured: dict[ProjectId, "_Measurement"] = field(default_factory=dict)

    @asynccontextmanager
    async def __asynccontextmanager__(self) -> AsyncGenerator[Self]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(repeat, "forget what has expired", self._expire)
            tasks.start_soon(repeat, "watch disks", self._watch_disks)
            yield self
            tasks.cancel_scope.cancel()

    async def _expire(self) -> None:
        now = self.clock.now()
        async with self.store.begin() as transaction:
            copies = await transaction.copies.delete_expired(at=now)
            await transaction.auth_tokens.delete_expired(at=now)
        if copies:
            log.info("copies_expired", count=copies)
        await anyio.sleep(_EXPIRY_EVERY_SECONDS)

    async def _watch_disks(self) -> None:
        """Measure the running projects; those whose disk cannot have grown much since the last time are left out."""
        free = await free_bytes(self.homes.settings)
        for sandbox in self.lifecycle.sandboxes:
            before = self._measured.get(sandbox.project_id)
            if before is None or before.is_stale(free):
                await self._check_disk(sandbox.project_id, before, free)
        await anyio.sleep(self.settings.disk_check_s)

    async def _check_disk(self, project_id: ProjectId, before: "_Measurement | None", free: int) -> None:
        async with self.store.read() as transaction:
            project = await transaction.projects.find(project_id)
        if project is None:
            return
        used = await usage_bytes(self.homes.home(project_id, project.number))
        self._measured[project_id] = _Measurement(used, free, anyio.current_time())
        over = used > project.quota.disk_mb * _MB
        if over and (before is None or used > before.used_bytes):
            reason = f"disk quota exceeded: {used // _MB} MB used of {project.quota.disk_mb} MB"
            await self.lifecycle.stop(project_id, reason=reason)


@dataclass(frozen=True, slots=True)
class _Measurement:
    """A project's disk use, with the host's free space at that moment."""

    used_bytes: int
    free_bytes: int
    at: float

    def is_stale(self, free_bytes: int) -> bool:
        """Whether the host has lost so much space, or so much time has passed, that it is worth measuring again."""
        return self.free_bytes - free_bytes > _NOTICED_BYTES or anyio.current_time() - self.at > _MEASURE_SECONDS
