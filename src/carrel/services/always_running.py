"""Projects that are to run all the time: started with the hub, and again when they have ended by themselves.

One that somebody has stopped stays so until the hub is started again. One that ends soon again and again is started
less and less often.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

import anyio
import structlog
from anyio import AsyncContextManagerMixin

from carrel.domain.errors import DomainError
from carrel.domain.ids import ProjectId
from carrel.domain.projects import Project, ProjectState
from carrel.kit.clock import Clock
from carrel.services.background import repeat
from carrel.services.lifecycle import Lifecycle
from carrel.services.settings import ProjectSettings
from carrel.store.store import Store

log = structlog.get_logger()

FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
_HELD_PAUSES = 10
"""One that has run for so many pauses counts as sound again."""


@dataclass(frozen=True, slots=True)
class _Start:
    """The last start of a project, and how long at least until the next."""

    at: datetime
    pause: timedelta


@dataclass
class AlwaysRunning(AsyncContextManagerMixin):
    """Entered, it starts them. Several hubs may: a project that runs is not started twice."""

    store: Store
    lifecycle: Lifecycle
    clock: Clock
    settings: ProjectSettings
    _starts: dict[ProjectId, _Start] = field(default_factory=dict)
    _is_first: bool = True

    @asynccontextmanager
    async def __asynccontextmanager__(self) -> AsyncGenerator[Self]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(repeat, "keep projects running", self._keep)
            yield self
            tasks.cancel_scope.cancel()

    async def _keep(self) -> None:
        async with self.store.read() as transaction:
            projects = await transaction.projects.list_always_running()
        for project in projects:
            has_ended = project.state is ProjectState.OPENED and (self._is_first or project.state_error is not None)
            if has_ended and self._is_due(project.project_id):
                await self._start(project)
        self._is_first = False
        await anyio.sleep(self.settings.life_check_s)

    def _is_due(self, project_id: ProjectId) -> bool:
        """Whether it may be started now, which is then noted."""
        now, last = self.clock.now(), self._starts.get(project_id)
        if last is not None and now - last.at < last.pause:
            return False
        has_held = last is None or now - last.at > _HELD_PAUSES * last.pause
        pause = FIRST_PAUSE if has_held or last is None else min(2 * last.pause, LONGEST_PAUSE)
        self._starts[project_id] = _Start(now, pause)
        return True

    async def _start(self, project: Project) -> None:
        try:
            await self.lifecycle.link(project)
        except DomainError as error:
            log.warning("always_running_start_failed", project_id=project.project_id, reason=str(error))
