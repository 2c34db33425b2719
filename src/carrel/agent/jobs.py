"""Jobs: commands that nobody waits for. The agent keeps them and what they wrote, for whichever hub asks.

A job is read by byte offsets, so a reader that lost its link goes on where it was. Ended jobs are dropped after an
hour, and before that, oldest first, when there are too many of them or they hold too much output.
"""

import asyncio
import os
import time
import traceback
import uuid
from collections import deque
from collections.abc import Mapping
from contextlib import ExitStack, suppress

from carrel.agent.connection import Handler, Refused, Stream
from carrel.agent.processes import PAGE, TICKS, Process, list_processes
from carrel.agent.running import Running, script_file
from carrel.agent.spawn import Launcher, NotRunnable
from carrel.protocol.execution import (
    JOB_NOT_FOUND,
    MAX_JOBS,
    NOT_RUNNABLE,
    STDERR,
    STDOUT,
    TOO_MANY_JOBS,
    JobState,
    KillJob,
    ReadJob,
    Sample,
    StartJob,
)
from carrel.protocol.link import CHUNK

KEEP_SECONDS = 3600.0
KEEP_BYTES = 64 << 20
_SAMPLES = 1000
_SAMPLE_SECONDS = 1.0
_BROKEN = 255


class Job:
    """One job, running or ended."""

    def __init__(self, running: Running, note: str) -> None:
        self.job_id = str(uuid.UUID(bytes=os.urandom(16), version=4))
        self.running = running
        self.output = {STDOUT: bytearray(), STDERR: bytearray()}
        self.ended_at: float | None = None
        self.changed = asyncio.Event()
        self._note = note
        self._exit_code = 0
        self._started_ms = time.time_ns() // 1_000_000
        self._started_at = time.monotonic()
        self._samples: deque[Sample] = deque(maxlen=_SAMPLES)
        self._sampled_at = self._started_at
        self._cpu_ticks = 0

    @property
    def size(self) -> int:
        return sum(map(len, self.output.values()))

    async def keep(self, channel: int, piece: bytes) -> None:
        """Take a piece of output; never waits."""
        self.output[channel] += piece
        self._tell()

    def end(self, exit_code: int) -> None:
        self._exit_code = exit_code
        self.ended_at = time.monotonic()
        self._tell()

    def state(self, *, with_samples: bool = False) -> JobState:
        """The job as it is now."""
        until = time.monotonic() if self.ended_at is None else self.ended_at
        return JobState(
            job_id=self.job_id,
            pid=self.running.pid,
            started_ms=self._started_ms,
            elapsed_ms=int((until - self._started_at) * 1000),
            running=self.ended_at is None,
            exit_code=self._exit_code,
            timed_out=self.running.timed_out,
            stdout_bytes=self.running.totals[STDOUT],
            stderr_bytes=self.running.totals[STDERR],
            note=self._note,
            samples=tuple(self._samples) if with_samples else (),
        )

    def sample(self, table: Mapping[int, Process]) -> None:
        """Note what the process tree uses."""
        members = self.running.processes(table)
        now = time.monotonic()
        ticks = max(self._cpu_ticks, sum(process.cpu_ticks for process in members))
        passed = max(now - self._sampled_at, 0.001)
        self._samples.append(
            Sample(
                time_ms=time.time_ns() // 1_000_000,
                rss_bytes=sum(process.rss_pages for process in members) * PAGE,
                cpu_permille=int((ticks - self._cpu_ticks) / TICKS / passed * 1000),
                cpu_ms=ticks * 1000 // TICKS,
            )
        )
        self._cpu_ticks, self._sampled_at = ticks, now

    def _tell(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


class Jobs:
    """The jobs that are kept; `launcher` starts them."""

    def __init__(self, launcher: Launcher, tasks: asyncio.TaskGroup) -> None:
        self._launcher = launcher
        self._tasks = tasks
        self._jobs: dict[str, Job] = {}
        self._table: Mapping[int, Process] = {}
        self._table_at = 0.0

    def handlers(self) -> Mapping[type, Handler]:
        """What answers which request."""
        return {StartJob: self.start, ReadJob: self.read, KillJob: self.kill}

    def is_busy(self) -> bool:
        """Whether one runs."""
        return any(job.ended_at is None for job in self._jobs.values())

    async def start(self, stream: Stream, request: StartJob) -> JobState:
        command = request.command
        self._make_room()
        try:
            with ExitStack() as stack:
                path = stack.enter_context(script_file(command.script, self._launcher))
                job = Job(Running(command, path, self._launcher, self._tasks), command.note)
                script = stack.pop_all()
        except NotRunnable as error:
            raise Refused(NOT_RUNNABLE, str(error)) from error
        self._jobs[job.job_id] = job
        self._tasks.create_task(self._live(job, script))
        return job.state()

    async def read(self, stream: Stream, request: ReadJob) -> JobState:
        """Output and state are of the same moment, so that what was written meanwhile does not look dropped."""
        job = self._get(request.job_id)
        offsets = {STDOUT: request.stdout_offset, STDERR: request.stderr_offset}
        while True:
            changed = job.changed
            state = job.state(with_samples=request.with_samples)
            ends = {channel: len(output) for channel, output in job.output.items()}
            for channel, end in ends.items():
                while offsets[channel] < end:
                    piece = bytes(job.output[channel][offsets[channel] : min(end, offsets[channel] + CHUNK)])
                    offsets[channel] += len(piece)
                    await stream.send(channel, piece)
            if not request.follow or not state.running:
                return state
            await changed.wait()

    async def kill(self, stream: Stream, request: KillJob) -> JobState:
        job = self._get(request.job_id)
        if job.ended_at is None:
            await job.running.kill()
        while job.ended_at is None:
            await job.changed.wait()
        return job.state()

    async def _live(self, job: Job, script: ExitStack) -> None:
        """From the start of a job to its end."""
        exit_code = _BROKEN
        try:
            with script:
                async with asyncio.TaskGroup() as tasks:
                    sampling = tasks.create_task(self._sample(job))
                    exit_code = await job.running.finish(job.keep)
                    sampling.cancel()
        except Exception:  # noqa: BLE001 -- a bug with one job must not end the agent
            traceback.print_exc()
        job.end(exit_code)
        self._drop_excess()
        asyncio.get_running_loop().call_later(KEEP_SECONDS, self._jobs.pop, job.job_id, None)

    async def _sample(self, job: Job) -> None:
        while True:
            with suppress(OSError):  # out of descriptors
                if time.monotonic() - self._table_at > _SAMPLE_SECONDS / 4:  # jobs share a look at /proc
                    self._table, self._table_at = list_processes(), time.monotonic()
                job.sample(self._table)
            await asyncio.sleep(_SAMPLE_SECONDS)

    def _get(self, job_id: str) -> Job:
        try:
            return self._jobs[job_id]
        except KeyError as error:
            raise Refused(JOB_NOT_FOUND, f"there is no job {job_id}") from error

    def _make_room(self) -> None:
        if len(self._jobs) >= MAX_JOBS and not self._drop_oldest():
            raise Refused(TOO_MANY_JOBS, f"{MAX_JOBS} jobs are running")

    def _drop_excess(self) -> None:
        while sum(job.size for job in self._ended()) > KEEP_BYTES and self._drop_oldest():
            pass

    def _drop_oldest(self) -> bool:
        oldest = min(self._ended(), key=lambda job: job.ended_at or 0.0, default=None)
        if oldest is None:
            return False
        del self._jobs[oldest.job_id]
        return True

    def _ended(self) -> list[Job]:
        return [job for job in self._jobs.values() if job.ended_at is not None]
