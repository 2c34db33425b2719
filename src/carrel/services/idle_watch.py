"""Stopping projects that nobody uses: no page shows anything of them, nothing runs in them, no call asks for them.

What counts as use is seen by the agent (requests, kernels, jobs, terminals), in the database (`last_edited`, which
calls and open pages of any hub move), and by the processor time of what was left running in the background. How long
ago it was is told by this hub's clock at each look, so a hub that has just started gives everybody their time.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Self

import anyio
from anyio import AsyncContextManagerMixin

from carrel.domain.execution import Activity, AgentLost
from carrel.domain.ids import ProjectId
from carrel.domain.projects import Project
from carrel.kit.clock import Clock
from carrel.runners.base import Sandbox
from carrel.services.background import repeat, survive
from carrel.services.lifecycle import Lifecycle
from carrel.services.settings import ProjectSettings
from carrel.store.store import Store

_ANSWER_SECONDS = 30
_IDLE_CORES = 0.1
"""Kernels and agents that do nothing take less."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What was seen of a sandbox, `at` a moment of the event loop, and when it was last in use."""

    pid: int
    count: int
    last_use: datetime | None
    cpu_seconds: float
    at: float
    used_at: datetime

    def is_use_since(self, before: "_Look") -> bool:
        """Whether anything was done between two looks."""
        if (self.pid, self.count, self.last_use) != (before.pid, before.count, before.last_use):
            return True
        return self.cpu_seconds - before.cpu_seconds > _IDLE_CORES * (self.at - before.at)


@dataclass
class IdleWatch(AsyncContextManagerMixin):
    """Entered, it watches the projects that run on this hub's machine."""

    store: Store
    lifecycle: Lifecycle
    clock: Clock
    settings: ProjectSettings
    _looks: dict[ProjectId, _Look] = field(default_factory=dict)

    @asynccontextmanager
    async def __asynccontextmanager__(self) -> AsyncGenerator[Self]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(repeat, "stop projects that nobody uses", self._watch)
            yield self
            tasks.cancel_scope.cancel()

    async def _watch(self) -> None:
        await anyio.sleep(self.settings.life_check_s)
        running = {sandbox.project_id: sandbox for sandbox in self.lifecycle.sandboxes}
        self._looks = {project_id: look for project_id, look in self._looks.items() if project_id in running}
        async with self.store.read() as transaction:
            found = await transaction.projects.last_uses(list(running))
        async with anyio.create_task_group() as tasks:  # agents that do not answer must not keep others from being seen
            for project, last_use in found:
                check = partial(self._check, project, running[project.project_id], last_use)
                tasks.start_soon(survive, "look whether a project is in use", check)

    async def _check(self, project: Project, sandbox: Sandbox, last_use: datetime | None) -> None:
        timeout = project.quota.idle_timeout_s
        timeout = self.settings.idle_timeout_s if timeout is None else timeout
        activity = await self._activity(sandbox)
        if timeout == 0 or project.quota.always_running or activity is None:
            self._looks.pop(project.project_id, None)
            return
        now, usage = self.clock.now(), await sandbox.usage()
        look = _Look(sandbox.pid, activity.count, last_use, usage.cpu_seconds or 0, anyio.current_time(), now)
        before = self._looks.get(project.project_id)
        if before is not None and not activity.is_busy and not look.is_use_since(before):
            look = replace(look, used_at=before.used_at)
        self._looks[project.project_id] = look
        if now - look.used_at >= timedelta(seconds=timeout):
            await self._stop(sandbox, look)

    async def _stop(self, sandbox: Sandbox, look: _Look) -> None:
        """Stop it unless somebody has come meanwhile."""
        activity = await self._activity(sandbox)
        if activity == Activity(is_busy=False, count=look.count):
            idle = self.clock.now() - look.used_at
            await self.lifecycle.stop(sandbox.project_id, reason=f"it was not used for {_in_words(idle)}")

    async def _activity(self, sandbox: Sandbox) -> Activity | None:
        """What goes on; `None` if the agent does not tell, as an older one, which is then left alone."""
        with anyio.move_on_after(_ANSWER_SECONDS):
            try:
                return await self.lifecycle.activity(sandbox)
            except AgentLost:
                return None
        return None


def _in_words(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes} minutes" if minutes != 1 else "a minute"
