"""Workers that carry copies out: claimed from the database with a lease, a bounded number at a time.

A hub that has room claims a copy in the same transaction that records it. One that dies leaves its leases to run out;
then any hub claims those copies again (rsync is idempotent). Only the worker that holds a copy's lease can finish it.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import groupby
from typing import Self

import anyio
import structlog
from anyio import AsyncContextManagerMixin, to_thread
from anyio.abc import TaskGroup

from carrel.domain.copies import Copy, CopyFailed, CopyNotFound, CopyWaitTimeout
from carrel.domain.distributions import Distribution
from carrel.domain.errors import DomainError
from carrel.domain.ids import CopyId, DistributionId, ProjectId
from carrel.domain.webhooks import Occurrence
from carrel.kit.clock import Clock
from carrel.kit.secrets import random_text
from carrel.kit.wakeup import Wakeup
from carrel.services.background import repeat, survive
from carrel.services.settings import CopySettings
from carrel.storage.copier import Copied, Copier
from carrel.storage.homes import Home, Homes
from carrel.store.store import Store

log = structlog.get_logger()

_LONGEST_PAUSE_SECONDS = 30.0
_POLL_SECONDS = 1.0
_TOGETHER = 32
"""Copies of a distribution that one job carries out: they are synced and recorded together."""
_RECORD_SECONDS = 0.5


@dataclass(slots=True)
class _Job:
    """Copies that this hub is carrying out one after the other: one, or some of a distribution."""

    copies: Sequence[Copy]
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    done: anyio.Event = field(default_factory=anyio.Event)
    killed_after_seconds: float | None = None
    outcomes: dict[CopyId, Copy] = field(default_factory=dict)


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
    _jobs: list[_Job] = field(default_factory=list)
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
        job = _Job([copy])
        self._jobs.append(job)
        try:
            async with self.store.begin() as transaction:
                await transaction.copies.add(copy, lease_owner=self.owner, lease_expires=now + self._lease)
        except BaseException:
            self._jobs.remove(job)
            raise
        self._tasks.start_soon(self._work, job)

    async def accept_all(self, distribution: Distribution, copies: Sequence[Copy]) -> None:
        """Record a distribution and its copies durably; they are carried out as their turns come, here or elsewhere."""
        async with self.store.begin() as transaction:
            await transaction.distributions.add(distribution)
            if copies:
                await transaction.copies.add_all(copies)
        self._due.set()

    def stop(self, distribution_id: DistributionId) -> None:
        """Stop at once what this hub carries out of a distribution that has been cancelled."""
        for job in self._jobs:
            if job.copies[0].distribution_id == distribution_id:
                job.scope.cancel()

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
                job = next((job for job in self._jobs if copy_id in {copy.copy_id for copy in job.copies}), None)
                if job is not None:
                    await self._wait_for(job, kill_after_seconds)
                    if copy_id in job.outcomes:
                        return job.outcomes[copy_id]
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
        if self._jobs:
            await self._jobs[0].done.wait()
        else:
            await anyio.sleep(_POLL_SECONDS)

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
                    self.owner, at=now, lease_expires=now + self._lease, limit=self._room, together=_TOGETHER
                )
            for job in _jobs([replace(copy, started=copy.started or now) for copy in claimed], self._room):
                self._jobs.append(job)
                self._tasks.start_soon(self._work, job)
        with anyio.move_on_after(await self._pause()):
            await self._due.wait()

    async def _pause(self) -> float:
        """Seconds until something may become due by itself; while there is no room for it, that does not matter."""
        if self._room <= 0:
            return _LONGEST_PAUSE_SECONDS
        now = self.clock.now()
        async with self.store.read() as transaction:
            moment = await transaction.copies.next_scheduled(after=now)
        if moment is None:
            return _LONGEST_PAUSE_SECONDS
        return min(max((moment - now).total_seconds(), 0.01), _LONGEST_PAUSE_SECONDS)

    async def _keep_leases(self) -> None:
        await anyio.sleep(self.settings.lease_s / 3)
        held = {copy.copy_id: job for job in self._jobs for copy in job.copies if copy.copy_id not in job.outcomes}
        if held:
            async with self.store.begin() as transaction:
                lost = await transaction.copies.extend_leases(
                    self.owner, list(held), lease_expires=self.clock.now() + self._lease
                )
            for copy_id in lost:  # by another hub, which has cancelled what it is a part of; or it has just finished
                if copy_id not in held[copy_id].outcomes:
                    held[copy_id].scope.cancel()

    async def _work(self, job: _Job) -> None:
        try:
            await survive("copy", lambda: self._complete(job))
        finally:
            self._jobs.remove(job)
            job.done.set()
            self._due.set()

    async def _complete(self, job: _Job) -> None:
        """Carry the copies out and record their ends; what cannot be recorded runs again when its lease runs out."""
        ended: list[tuple[Copy, Copied]] = []
        recorded_at = anyio.current_time()
        with job.scope:
            numbers = await self._numbers(job.copies)
            for copy in job.copies:
                ended.append(await self._carry_out(copy, numbers))
                if anyio.current_time() - recorded_at > _RECORD_SECONDS:
                    await self._record(job, ended)
                    ended, recorded_at = [], anyio.current_time()
        if job.scope.cancelled_caught and job.killed_after_seconds is not None:
            error = f"copy killed: it took longer than {job.killed_after_seconds:g} seconds"
            ended.append((replace(job.copies[-1], error=error), Copied.NOTHING))
        await self._record(job, ended)

    async def _record(self, job: _Job, ended: Sequence[tuple[Copy, Copied]]) -> None:
        """Sync what was copied, then say so."""
        if any(copied is Copied.UNSYNCED for _, copied in ended):
            await self.copier.write_out()
        now = self.clock.now()
        finished = [replace(copy, finished=now) for copy, _ in ended]
        alike = groupby(sorted(finished, key=_end_of), key=_end_of)
        with anyio.CancelScope(shield=True):
            async with self.store.begin() as transaction:
                ours = {
                    copy_id
                    for _, copies in alike
                    for copy_id in await transaction.copies.finish(list(copies), self.owner)
                }
                told = (Occurrence.copy_finished(copy) for copy in finished if copy.copy_id in ours)
                await transaction.webhooks.post(*told, at=now)
        for copy in finished:
            if copy.copy_id in ours:
                job.outcomes[copy.copy_id] = copy
            log.info("copy_finished", copy_id=copy.copy_id, error=copy.error)

    async def _carry_out(self, copy: Copy, numbers: Mapping[ProjectId, int]) -> tuple[Copy, Copied]:
        """Copy; with the error's text if it failed, and how much has been done."""
        try:
            source, target = await to_thread.run_sync(self._ends, copy, numbers)
            copied = await self.copier.run(source, target, copy.plan, label=copy.copy_id)
            return replace(copy, unchanged=copied is Copied.NOTHING), copied
        except DomainError as error:
            return replace(copy, error=str(error)), Copied.NOTHING
        except Exception:
            log.exception("copy_crashed", copy_id=copy.copy_id)
            return replace(copy, error="internal error; the operator's log has the details"), Copied.NOTHING

    async def _numbers(self, copies: Sequence[Copy]) -> Mapping[ProjectId, int]:
        """The numbers of all projects that the copies are about."""
        wanted = {project_id for copy in copies for project_id in (copy.source_project_id, copy.target_project_id)}
        async with self.store.read() as transaction:
            return await transaction.projects.numbers(wanted)

    def _ends(self, copy: Copy, numbers: Mapping[ProjectId, int]) -> tuple[Home, Home]:
        """The two homes, made if they are missing."""
        ends = (copy.source_project_id, copy.target_project_id)
        if gone := [project_id for project_id in ends if project_id not in numbers]:
            raise CopyFailed(f"project {gone[0]} does not exist")
        source, target = (self.homes.ensure(project_id, numbers[project_id]) for project_id in ends)
        return source, target


def _end_of(copy: Copy) -> tuple[str, bool]:
    return copy.error or "", copy.unchanged


def _jobs(copies: Sequence[Copy], room: int) -> list[_Job]:
    """A job for each copy that somebody waits for, and the rest of the room for those of a distribution."""
    single = [_Job([copy]) for copy in copies if copy.distribution_id is None]
    others, left = [copy for copy in copies if copy.distribution_id is not None], room - len(single)
    return [*single, *(_Job(part) for number in range(left) if (part := others[number::left]))]
