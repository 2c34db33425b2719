"""Workers that carry copies out: claimed from the database with a lease, a bounded number at a time.

A hub that has room claims a copy in the same transaction that records it. One that dies leaves its leases to run out;
then any hub claims those copies again (rsync is idempotent). Only the worker that holds a copy's lease can finish it.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Self

import anyio
import structlog
from anyio import AsyncContextManagerMixin, to_thread
from anyio.abc import TaskGroup

from carrel.domain.copies import Copy, CopyFailed, CopyNotFound, CopyWaitTimeout
from carrel.domain.errors import DomainError
from carrel.domain.ids import CopyId, ProjectId
from carrel.kit.clock import Clock
from carrel.kit.secrets import random_text
from carrel.kit.wakeup import Wakeup
from carrel.services.background import repeat, survive
from carrel.services.settings import CopySettings
from carrel.storage.copier import Copier
from carrel.storage.homes import Home, Homes
from carrel.store.store import Store

log = structlog.get_logger()

_LONGEST_PAUSE_SECONDS = 30.0
_POLL_SECONDS = 1.0


@dataclass(slots=True)
class _Job:
    """A copy that this hub is carrying out."""

    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    done: anyio.Event = field(default_factory=anyio.Event)
    killed_after_seconds: float | None = None
    outcome: Copy | None = None


@dataclass
class CopyWorkers(AsyncContextManagerMixin):
    """Entered, it works; `accept` gives it a copy, `wait` tells when one is done."""

    store: Store
    copier: Copier
    homes: Homes
    clock: Clock
    settings: CopySettings
    alone: bool = False
    """Whether no other hub uses this database (SQLite): then every lease found at the start is a dead one."""
    owner: str = field(default_factory=lambda: random_text(20))
    _jobs: dict[CopyId, _Job] = field(default_factory=dict)
    _due: Wakeup = field(default_factory=Wakeup)
    _tasks: TaskGroup = field(init=False)

    @asynccontextmanager
    async def __asynccontextmanager__(self) -> AsyncGenerator[Self]:
        if self.alone:
            async with self.store.begin() as transaction:
                await transaction.copies.release_leases(not_owner=self.owner)
        try:
            async with anyio.create_task_group() as tasks:
                self._tasks = tasks
                tasks.start_soon(repeat, "claim copies", self._claim)
                tasks.start_soon(repeat, "keep leases", self._keep_leases)
                yield self
                tasks.cancel_scope.cancel()
        finally:
            with anyio.move_on_after(5, shield=True):
                async with self.store.begin() as transaction:
                    await transaction.copies.release_leases(owner=self.owner)

    async def accept(self, copy: Copy) -> None:
        """Record a copy durably; it is carried out at once if it is due and there is room, else when its turn comes."""
        now = self.clock.now()
        due = copy.scheduled is None or copy.scheduled <= now
        if not due or not self._room:
            async with self.store.begin() as transaction:
                await transaction.copies.add(copy)
            self._due.set()
            return
        copy = replace(copy, started=now)
        self._jobs[copy.copy_id] = _Job()
        try:
            async with self.store.begin() as transaction:
                await transaction.copies.add(copy, lease_owner=self.owner, lease_expires=now + self._lease)
        except BaseException:
            del self._jobs[copy.copy_id]
            raise
        self._tasks.start_soon(self._work, copy)

    @property
    def _room(self) -> int:
        return self.settings.parallel - len(self._jobs)

    @property
    def _lease(self) -> timedelta:
        return timedelta(seconds=self.settings.lease_s)

    async def wait(self, copy_id: CopyId, *, kill_after_seconds: float | None = None) -> Copy:
        """The finished copy. Kills it if this hub has worked on it for so long; `CopyWaitTimeout` if it goes on."""
        with anyio.move_on_after(self.settings.wait_s):
            while True:
                job = self._jobs.get(copy_id)
                if job is not None:
                    await self._wait_for(job, kill_after_seconds)
                    if job.outcome is not None:
                        return job.outcome
                async with self.store.read() as transaction:
                    copy = await transaction.copies.find(copy_id)
                if copy is None:
                    raise CopyNotFound(copy_id)
                if copy.finished is not None:
                    return copy
                with anyio.move_on_after(_POLL_SECONDS):
                    await self._claimed_or_finished()
        raise CopyWaitTimeout(copy_id)

    async def _claimed_or_finished(self) -> None:
        """Sleep until this hub's work moves on; another hub's is seen by asking again."""
        job = next(iter(self._jobs.values()), None)
        if job is None:
            await anyio.sleep(_POLL_SECONDS)
        else:
            await job.done.wait()

    async def _wait_for(self, job: _Job, kill_after_seconds: float | None) -> None:
        with anyio.move_on_after(kill_after_seconds or None) as scope:
            await job.done.wait()
        if scope.cancelled_caught:
            job.killed_after_seconds = kill_after_seconds
            job.scope.cancel()
            await job.done.wait()

    async def _claim(self) -> None:
        """Claim what is due and fits; then sleep until something may be due again."""
        self._due.clear()
        now = self.clock.now()
        if self._room > 0:
            async with self.store.begin() as transaction:
                claimed = await transaction.copies.claim(
                    self.owner, at=now, lease_expires=now + self._lease, limit=self._room
                )
            for copy in claimed:
                self._jobs[copy.copy_id] = _Job()
                self._tasks.start_soon(self._work, replace(copy, started=copy.started or now))
        with anyio.move_on_after(await self._pause()):
            await self._due.wait()

    async def _pause(self) -> float:
        """Seconds until something may become due by itself."""
        now = self.clock.now()
        async with self.store.read() as transaction:
            moment = await transaction.copies.next_scheduled(after=now)
        if moment is None:
            return _LONGEST_PAUSE_SECONDS
        return min(max((moment - now).total_seconds(), 0.01), _LONGEST_PAUSE_SECONDS)

    async def _keep_leases(self) -> None:
        await anyio.sleep(self.settings.lease_s / 3)
        if self._jobs:
            async with self.store.begin() as transaction:
                await transaction.copies.extend_leases(
                    self.owner, list(self._jobs), lease_expires=self.clock.now() + self._lease
                )

    async def _work(self, copy: Copy) -> None:
        job = self._jobs[copy.copy_id]
        try:
            await survive("copy", lambda: self._complete(copy, job))
        finally:
            del self._jobs[copy.copy_id]
            job.done.set()
            self._due.set()

    async def _complete(self, copy: Copy, job: _Job) -> None:
        """Carry the copy out and record its end; if that cannot be recorded, the lease runs out and it runs again."""
        error = None
        with job.scope:
            error = await self._carry_out(copy)
        if job.scope.cancelled_caught:
            error = f"copy killed: it took longer than {job.killed_after_seconds:g} seconds"
        finished = self.clock.now()
        async with self.store.begin() as transaction:
            if await transaction.copies.finish(copy.copy_id, self.owner, at=finished, error=error):
                job.outcome = replace(copy, finished=finished, error=error)
        log.info("copy_finished", copy_id=copy.copy_id, error=error)

    async def _carry_out(self, copy: Copy) -> str | None:
        """Copy; the error's text if it failed."""
        try:
            source = await self._home(copy.source_project_id)
            target = await self._home(copy.target_project_id)
            await self.copier.run(source, target, copy.plan, label=copy.copy_id)
        except DomainError as error:
            return str(error)
        except Exception:
            log.exception("copy_crashed", copy_id=copy.copy_id)
            return "internal error; the operator's log has the details"
        return None

    async def _home(self, project_id: ProjectId) -> Home:
        async with self.store.read() as transaction:
            project = await transaction.projects.find(project_id)
        if project is None:
            raise CopyFailed(f"project {project_id} does not exist")
        return await to_thread.run_sync(self.homes.ensure, project.project_id, project.number)
