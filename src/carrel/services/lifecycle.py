"""A project's life: desired here, observed by the runner, reconciled one project at a time.

The state in the database is what was last observed. A sandbox that ends by itself (killed, out of memory) makes its
project `opened` with the reason, and the next call that needs it starts it again. Sandboxes outlive the hub: one that
starts finds those that run and goes on with them.
"""

import math
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Self

import anyio
import structlog
from anyio import AsyncContextManagerMixin, to_thread
from anyio.abc import TaskGroup
from structlog.contextvars import unbind_contextvars

from carrel.domain.errors import DomainError
from carrel.domain.execution import Activity, AgentLost
from carrel.domain.ids import ProjectId
from carrel.domain.projects import Project, ProjectDeleted, ProjectState, StartFailed, Usage
from carrel.domain.webhooks import Occurrence
from carrel.kit.clock import Clock
from carrel.kit.turns import Turns
from carrel.remote.agents import Agents
from carrel.remote.link import AgentLink
from carrel.runners.base import Network, Resources, Runner, Sandbox, SandboxSpec
from carrel.services.background import survive
from carrel.services.settings import ProjectSettings
from carrel.storage.homes import Homes
from carrel.store.store import Store

log = structlog.get_logger()

_MB = 1_000_000
_START_ATTEMPTS = 5
_NOTE_SECONDS = 5
_END_SECONDS = 2
_SAVE_SECONDS = 5
_GRACE_SECONDS = 5
GONE = "the sandbox was gone when the server started"


@dataclass
class Lifecycle(AsyncContextManagerMixin):
    """Starts and stops projects; entered, it watches the sandboxes that run."""

    store: Store
    runner: Runner
    agents: Agents
    homes: Homes
    clock: Clock
    settings: ProjectSettings
    _running: dict[ProjectId, Sandbox] = field(default_factory=dict)
    _ends: dict[ProjectId, str] = field(default_factory=dict)
    """Why projects that ran do not run now."""
    _turns: Turns[ProjectId] = field(default_factory=Turns)
    _changing: set[ProjectId] = field(default_factory=set)
    _tasks: TaskGroup = field(init=False)

    @asynccontextmanager
    async def __asynccontextmanager__(self) -> AsyncGenerator[Self]:
        async with anyio.create_task_group() as tasks:
            self._tasks = tasks
            await self._adopt()
            yield self
            tasks.cancel_scope.cancel()

    @property
    def sandboxes(self) -> list[Sandbox]:
        """What runs now, as far as this hub knows."""
        return list(self._running.values())

    def is_running(self, project_id: ProjectId) -> bool:
        """Whether the project's sandbox runs, as far as this hub knows."""
        return project_id in self._running

    def is_changing(self, project_id: ProjectId) -> bool:
        """Whether this hub is just starting or stopping it."""
        return project_id in self._changing

    def find_sandbox(self, project_id: ProjectId) -> Sandbox | None:
        """What runs of a project, as far as this hub knows."""
        return self._running.get(project_id)

    async def usage(self, project_id: ProjectId) -> Usage:
        """What the project's processes use now; nothing if it does not run."""
        sandbox = self._running.get(project_id)
        return Usage() if sandbox is None else await sandbox.usage()

    async def activity(self, sandbox: Sandbox) -> Activity:
        """What goes on in a sandbox. Raises `AgentLost`."""
        return await (await self.agents.link(sandbox.project_id, sandbox.address)).activity()

    async def link(self, project: Project, *, within_s: float = math.inf) -> AgentLink:
        """A live link to the project's agent; starts the project if it does not run. Raises `StartFailed`."""
        try:
            with anyio.fail_after(min(within_s, self.settings.start_timeout_s)):
                for _ in range(_START_ATTEMPTS):
                    sandbox = await self.start(project)
                    try:
                        return await self.agents.link(project.project_id, sandbox.address)
                    except AgentLost as error:
                        reason = await self._discard(sandbox, error.reason)
        except TimeoutError as error:
            raise StartFailed(project.project_id, "timeout waiting for the project to start") from error
        raise StartFailed(project.project_id, reason)

    async def start(self, project: Project) -> Sandbox:
        """Start the project unless it runs; returns when its agent can be connected to."""
        sandbox = self._running.get(project.project_id)
        if sandbox is not None:
            return sandbox
        async with self._change(project.project_id):
            sandbox = self._running.get(project.project_id)
            return sandbox if sandbox is not None else await self._start(project)

    @asynccontextmanager
    async def _change(self, project_id: ProjectId) -> AsyncGenerator[None]:
        """The project's turn, to start or to stop it."""
        async with self._turns.of(project_id):
            self._changing.add(project_id)
            try:
                yield
            finally:
                self._changing.remove(project_id)

    async def _start(self, project: Project) -> Sandbox:
        if project.deleted:
            raise ProjectDeleted(project.project_id)
        before = self.clock.now()
        error = "the start was interrupted"
        try:
            sandbox = await self._launch(project)
        except BaseException as failure:
            if isinstance(failure, StartFailed):
                error = str(failure)
            log.warning("project_start_failed", project_id=project.project_id, reason=error)
            with anyio.move_on_after(_NOTE_SECONDS, shield=True):
                await self._note(project.project_id, ProjectState.OPENED, error=error)
            raise
        self._ends.pop(project.project_id, None)
        self._watch(sandbox)
        with anyio.move_on_after(_NOTE_SECONDS, shield=True):  # it runs, whether the caller has given up or not
            await self._note(project.project_id, ProjectState.RUNNING)
        took = (self.clock.now() - before).total_seconds()
        log.info("project_started", project_id=project.project_id, took_seconds=round(took, 3))
        return sandbox

    async def _launch(self, project: Project) -> Sandbox:
        """Start the sandbox, and meanwhile say so in the project's state."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._note, project.project_id, ProjectState.STARTING)
            home = await to_thread.run_sync(self.homes.ensure, project.project_id, project.number)
            spec = SandboxSpec(
                project_id=project.project_id,
                home=home.path,
                user=home.user,
                resources=self._resources(project),
                network=Network(project.quota.network),
                environment=project.environment,
                documents=self.homes.documents_dir(project.project_id),
            )
            try:
                outcome: Sandbox | StartFailed = await self.runner.start(spec)
            except StartFailed as failure:  # raised below, where no task group wraps it
                outcome = failure
        if isinstance(outcome, StartFailed):
            raise outcome
        return outcome

    def _resources(self, project: Project) -> Resources:
        quota = project.quota
        return Resources(
            memory_bytes=int(quota.memory_mb * _MB),
            cores=quota.cores,
            processes=quota.processes,
            tmp_bytes=self.settings.tmp_mb * _MB,
            file_bytes=int(quota.disk_mb * _MB),
            memory_request_bytes=int(min(quota.memory_request_mb, quota.memory_mb) * _MB),
            cpu_shares=quota.cpu_shares,
        )

    async def stop(self, project_id: ProjectId, *, reason: str | None = None, at_once: bool = False) -> None:
        """End everything in the sandbox; fine if it does not run. `reason` is kept as the state's error.

        Unless it has to go `at_once`, documents are saved, and processes have a few seconds to end by themselves.
        """
        async with self._change(project_id):
            with anyio.CancelScope(shield=True):  # half a stop would leave a sandbox that nobody knows of
                await self._stop(project_id, reason, 0 if at_once else _GRACE_SECONDS)
        log.info("project_stopped", project_id=project_id, reason=reason)

    async def _stop(self, project_id: ProjectId, reason: str | None, grace_seconds: float) -> None:
        await self._note(project_id, ProjectState.STOPPING)
        sandbox = self._running.pop(project_id, None)
        self._ends[project_id] = reason or "it was stopped"
        if sandbox is not None and grace_seconds > 0:
            await self._save_documents(sandbox)
        await self.agents.drop(project_id)
        await self.runner.stop(project_id, grace_seconds=grace_seconds)
        await self._note(project_id, ProjectState.OPENED, error=reason)

    async def _save_documents(self, sandbox: Sandbox) -> None:
        """Have acknowledged edits in the files; those of an agent that does not answer stay in its logs."""
        with anyio.move_on_after(_SAVE_SECONDS), suppress(DomainError):
            link = await self.agents.link(sandbox.project_id, sandbox.address)
            await link.activity(save=True)

    async def why_lost(self, project_id: ProjectId, reason: str) -> str:
        """Why the link to an agent was lost: the reason for which its sandbox has ended, else the link's own."""
        sandbox = self._running.get(project_id)
        if sandbox is not None:
            with anyio.move_on_after(_END_SECONDS) as patience:
                await sandbox.wait()
            if not patience.cancelled_caught:
                await self._wait_for_end(sandbox)
        async with self._turns.of(project_id):  # a stop that is under way knows why
            return self._ends.get(project_id, reason)

    async def _discard(self, sandbox: Sandbox, reason: str) -> str:
        """End a sandbox whose agent cannot be reached, unless another call has done so; returns the better reason."""
        reason = await self.why_lost(sandbox.project_id, reason)
        if self._running.get(sandbox.project_id) is sandbox:
            await self.stop(sandbox.project_id, reason=reason, at_once=True)
        return reason

    async def _adopt(self) -> None:
        """Go on with the sandboxes that run, and with stops; set right what the database believes of all others."""
        async with self.store.read() as transaction:
            believed = {project.project_id: project.state for project in await transaction.projects.list_not_opened()}
        for sandbox in await self.runner.observe():
            project_id = sandbox.project_id
            self._watch(sandbox)
            if believed.pop(project_id, None) is ProjectState.STOPPING:
                self._tasks.start_soon(survive, "go on with a stop", partial(self.stop, project_id, at_once=True))
                continue
            await self._note(project_id, ProjectState.RUNNING)
            log.info("sandbox_adopted", project_id=project_id, pid=sandbox.pid)
        for project_id, state in believed.items():
            await self._note(project_id, ProjectState.OPENED, error=None if state is ProjectState.STOPPING else GONE)

    def _watch(self, sandbox: Sandbox) -> None:
        self._running[sandbox.project_id] = sandbox
        self._tasks.start_soon(self._wait_in_background, sandbox)

    async def _wait_in_background(self, sandbox: Sandbox) -> None:
        unbind_contextvars("request_id")  # this goes on long after the call that has started it
        await survive("watch a sandbox", lambda: self._wait_for_end(sandbox))

    async def _wait_for_end(self, sandbox: Sandbox) -> None:
        ended = await sandbox.wait()
        project_id = sandbox.project_id
        async with self._turns.of(project_id):
            if self._running.get(project_id) is not sandbox:
                return
            del self._running[project_id]
            self._ends[project_id] = ended.reason
            await self.agents.drop(project_id)
            await self.runner.stop(project_id)
            async with self.store.read() as transaction:
                project = await transaction.projects.find(project_id)
            if project is not None and project.state is ProjectState.OPENED:
                return  # another hub has stopped it, and has said so
            await self._note(project_id, ProjectState.OPENED, error=ended.reason)
        log.warning("sandbox_ended", project_id=project_id, reason=ended.reason)

    async def _note(self, project_id: ProjectId, state: ProjectState, *, error: str | None = None) -> None:
        async with self.store.begin() as transaction:
            now = self.clock.now()
            await transaction.projects.set_state(project_id, state, at=now, error=error)
            await transaction.webhooks.post(Occurrence.project_state_changed(project_id, state, error), at=now)
            if error is not None:
                event = {"event": "project_ended", "reason": error}
                await transaction.project_log.add(project_id, None, event, at=now)
