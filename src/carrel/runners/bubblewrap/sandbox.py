"""A running sandbox as its users hold it."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import anyio
import anyio.to_thread

from carrel.domain.ids import ProjectId
from carrel.domain.projects import Usage
from carrel.kit.processes import Process
from carrel.runners.base import SandboxExit
from carrel.runners.bubblewrap.records import SandboxRecord


@dataclass(frozen=True, eq=False, slots=True)
class BubblewrapSandbox:
    """One sandbox, started by this hub or an earlier one; `first` is its process 1 as the host sees it.

    `settle` clears up after it and says why it ended; it blocks.
    """

    record: SandboxRecord
    first: Process
    settle: Callable[[SandboxRecord], str] = field(repr=False)
    limiter: anyio.CapacityLimiter = field(repr=False)

    @property
    def project_id(self) -> ProjectId:
        return self.record.project_id

    @property
    def address(self) -> Path:
        return Path(self.record.address)

    @property
    def pid(self) -> int:
        return self.first.pid

    @property
    def started_at(self) -> datetime:
        return self.record.started_at

    async def usage(self) -> Usage:
        """What its processes use now, as its control group counts it."""
        return await anyio.to_thread.run_sync(self._usage, limiter=self.limiter)

    def _usage(self) -> Usage:
        group = self.record.group
        return Usage(group.memory_bytes(), group.cpu_seconds(), group.process_count())

    async def wait(self) -> SandboxExit:
        """Return when it has ended, however that came."""
        await wait_ended(self.first)
        return SandboxExit(await anyio.to_thread.run_sync(self.settle, self.record, limiter=self.limiter))


async def wait_ended(process: Process) -> None:
    """Return when the process has ended; it need not be our child."""
    with anyio.CancelScope(shield=True):  # or a cancelled task would leave the descriptor open
        descriptor = await anyio.to_thread.run_sync(process.open_pidfd)
    if descriptor is None:
        return
    try:
        await anyio.wait_readable(descriptor)
    finally:
        os.close(descriptor)
