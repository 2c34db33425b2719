"""Seeing that no project outgrows its disk quota, and that none takes the last room of the disk that all share.

The portable way to bound disk use is to measure it. A running project above its quota that still grows is stopped, and
its state says why; it can be started again to clean up, and is stopped again if it grows on. When the disk has no room
left but the server's reserve, the running project that has grown most since it was last measured is stopped.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

import anyio
import structlog
from anyio import AsyncContextManagerMixin

from carrel.domain.ids import ProjectId
from carrel.domain.projects import Project
from carrel.kit.turns import Turns
from carrel.services.background import repeat
from carrel.services.lifecycle import Lifecycle
from carrel.services.settings import ProjectSettings
from carrel.storage.homes import Homes
from carrel.storage.usage import free_bytes, usage_bytes
from carrel.store.store import Store

log = structlog.get_logger()

_MEASURE_SECONDS = 300
_NOTICED_BYTES = 16_000_000
_KNOWN_SECONDS, _KNOWN_AT_MOST = 30, 10_000
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Measurement:
    """A project's disk use and how much it has grown since it was measured before; the host's free space with it."""

    used_bytes: int
    grown_bytes: int
    free_bytes: int
    at: float

    def is_stale(self, free_bytes: int) -> bool:
        """Whether the host has lost so much space, or so much time has passed, that it is worth measuring again."""
        lost = self.free_bytes - free_bytes
        return free_bytes == 0 or lost > _NOTICED_BYTES or anyio.current_time() - self.at > _MEASURE_SECONDS


@dataclass
class DiskWatch(AsyncContextManagerMixin):
    """Entered, it watches the projects that run on this hub's machine."""

    store: Store
    homes: Homes
    lifecycle: Lifecycle
    settings: ProjectSettings
    _measured: dict[ProjectId, Measurement] = field(default_factory=dict)
    _asked: dict[ProjectId, Measurement] = field(default_factory=dict)
    """What somebody has asked for, of projects that run and that do not."""
    _turns: Turns[ProjectId] = field(default_factory=Turns)

    @asynccontextmanager
    async def __asynccontextmanager__(self) -> AsyncGenerator[Self]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(repeat, "watch disks", self._watch)
            yield self
            tasks.cancel_scope.cancel()

    async def used_bytes(self, project: Project) -> int:
        """What the project takes of the disk, as it was measured within the last half minute."""
        async with self._turns.of(project.project_id):
            known = self._asked.get(project.project_id)
            if known is None or anyio.current_time() - known.at > _KNOWN_SECONDS:
                if len(self._asked) >= _KNOWN_AT_MOST:
                    self._asked.clear()
                known = self._asked[project.project_id] = Measurement(
                    await self._measure(project), 0, 0, anyio.current_time()
                )
            return known.used_bytes

    async def _measure(self, project: Project) -> int:
        home = self.homes.home(project.project_id, project.number)
        return await usage_bytes(home, beside=self.homes.documents_dir(project.project_id))

    async def _watch(self) -> None:
        """Measure the running projects, but those whose disk use cannot have grown much since the last time."""
        free = await free_bytes(self.homes.settings)
        running = [sandbox.project_id for sandbox in self.lifecycle.sandboxes]
        self._measured = {one: self._measured[one] for one in running if one in self._measured}
        for project_id in running:
            before = self._measured.get(project_id)
            if before is None or before.is_stale(free):
                await self._check(project_id, before, free)
        if free == 0:
            await self._stop_the_fastest()
        await anyio.sleep(self.settings.disk_check_s)

    async def _check(self, project_id: ProjectId, before: Measurement | None, free: int) -> None:
        async with self.store.read() as transaction:
            project = await transaction.projects.find(project_id)
        if project is None:
            return
        used = await self._measure(project)
        grown = used - before.used_bytes if before else 0
        self._measured[project_id] = Measurement(used, grown, free, anyio.current_time())
        if used > project.quota.disk_mb * _MB and (before is None or grown > 0):
            reason = f"disk quota exceeded: {used // _MB} MB used of {project.quota.disk_mb} MB"
            await self.lifecycle.stop(project_id, reason=reason, at_once=True)

    async def _stop_the_fastest(self) -> None:
        grown, project_id = max(((m.grown_bytes, p) for p, m in self._measured.items()), default=(0, None))
        if project_id is not None and grown > 0:
            reason = f"the server's disk is full, and this project was filling it ({grown // _MB} MB lately)"
            await self.lifecycle.stop(project_id, reason=reason, at_once=True)
