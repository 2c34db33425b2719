"""The hub's end of one agent: its commands and jobs as typed calls."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import msgspec
from anyio import AsyncContextManagerMixin

from carrel.domain.documents import DocumentVersion
from carrel.domain.errors import Overloaded
from carrel.domain.evaluations import EvaluationLimits, EvaluationSpec, KernelSpec, RunningKernel
from carrel.domain.execution import (
    OUTPUT_BYTES,
    Activity,
    AgentLost,
    ExecKilled,
    ExecResult,
    ExecSpec,
    Job,
    RunningTerminal,
)
from carrel.protocol.activity import ActivityRead, ReadActivity
from carrel.protocol.documents import OpenDocument, ReadHistory, SaveDocument
from carrel.protocol.evaluations import KernelStopped, ListKernels, ListRunningKernels, StopKernel
from carrel.protocol.execution import (
    STDERR,
    STDOUT,
    Exec,
    ExecEnded,
    JobState,
    KillJob,
    Ping,
    Pong,
    ReadJob,
    StartJob,
)
from carrel.protocol.terminals import EndTerminal, ListTerminals, OpenTerminal, TerminalEnded
from carrel.remote.connection import Connection
from carrel.remote.documents import DocumentStream, finish_saving, read_history
from carrel.remote.evaluations import patience, read_kernels, read_output, read_running, read_terminals, to_evaluate
from carrel.remote.held import Held
from carrel.remote.output import Output
from carrel.remote.values import bytes_for, exit_code_of, job_of, limit_of, program_line, to_command, to_text

JOB_OUTPUT = 1 << 20
"""Characters kept of each of a job's streams unless the caller says otherwise."""
GRACE_SECONDS = 15.0
"""How much longer than a command's own timeout the hub waits for an agent that does not keep it."""
PING_EVERY_SECONDS = 30.0
_JOB_LIMITS = {STDOUT: OUTPUT_BYTES, STDERR: OUTPUT_BYTES}
_activity = msgspec.msgpack.Decoder(ActivityRead)
_ended = msgspec.msgpack.Decoder(ExecEnded)
_job_state = msgspec.msgpack.Decoder(JobState)
_kernel_stopped = msgspec.msgpack.Decoder(KernelStopped)
_terminal_ended = msgspec.msgpack.Decoder(TerminalEnded)
_pong = msgspec.msgpack.Decoder(Pong)


class ExecStream:
    """A running command: iterate over `(STDOUT or STDERR, bytes)`; afterwards `exit_code` and `timed_out` are known."""

    def __init__(self, output: Output[ExecEnded]) -> None:
        self._output = output

    def __aiter__(self) -> AsyncIterator[tuple[int, bytes]]:
        return self._output.chunks()

    @property
    def exit_code(self) -> int:
        return exit_code_of(self._output.end.exit_code)

    @property
    def timed_out(self) -> bool:
        return self._output.end.timed_out


class AgentLink(AsyncContextManagerMixin):
    """A connection to an agent and everything that can be asked of it; every call may raise `AgentLost`.

    Calls may be made by many tasks at once. A cancelled `exec` kills the command's process tree.
    """

    def __init__(self, address: Path, held: Held) -> None:
        self._connection = Connection(address)
        self._held = held

    @classmethod
    def connect(cls, address: Path, held: Held | None = None) -> "AgentLink":
        """To be entered with `async with`; raises `AgentLost` if nobody answers properly.

        `held` is the account on which the link keeps output; without it, one of its own.
        """
        return cls(address, held or Held().part())

    @asynccontextmanager
    async def __asynccontextmanager__(self) -> AsyncIterator["AgentLink"]:
        async with self._connection as connection:
            connection.start_soon(self._stay_alive)
            yield self

    @property
    def closed_reason(self) -> str | None:
        """Why the link is closed; None while it is open."""
        return self._connection.closed_reason

    def close(self, reason: str) -> None:
        """Give the link up; calls under way raise `AgentLost(reason)`."""
        self._connection.close(reason)

    async def wait_closed(self) -> str:
        """Return `closed_reason` when the link is closed, by whomever."""
        return await self._connection.wait_closed()

    async def ping(self) -> None:
        """Return when the agent has answered."""
        with self._connection.call(Ping()) as call:
            await Output(call, _pong).finish()

    async def activity(self, *, save: bool = False) -> Activity:
        """What goes on; with `save` documents are written to their files first."""
        with self._connection.call(ReadActivity(save)) as call:
            output = Output(call, _activity)
            await output.finish()
            return Activity(output.end.busy, output.end.count)

    async def exec(self, spec: ExecSpec) -> ExecResult:
        """Run a command to its end; raises `ExecKilled` after its timeout, `ExecNotRunnable`, `Overloaded`."""
        limit = limit_of(spec.max_output)
        most_bytes = bytes_for(limit)
        patience = spec.timeout_seconds + GRACE_SECONDS if spec.timeout_seconds > 0 else None
        command = Exec(to_command(spec, most_bytes))
        with self._held.share() as share, self._connection.call(command) as call, anyio.move_on_after(patience):
            output = Output(call, _ended, {STDOUT: most_bytes, STDERR: most_bytes})
            kept = await output.collect(share)
            end = output.end
            line = program_line(spec, output.script_path)
            if end.timed_out:
                raise ExecKilled(line)
            return ExecResult(
                stdout=to_text(kept[STDOUT], end.stdout_bytes, limit),
                stderr=to_text(kept[STDERR], end.stderr_bytes, limit),
                exit_code=exit_code_of(end.exit_code),
                program_line=line,
            )
        raise ExecKilled(program_line(spec, output.script_path))

    @asynccontextmanager
    async def exec_stream(self, spec: ExecSpec) -> AsyncIterator[ExecStream]:
        """Run a command and read its output as it comes, up to `max_output` bytes of each stream.

        A slow reader slows the command. Leaving the block early kills the process tree. Raises like `exec`, but a
        timeout only ends the output (`timed_out`).
        """
        limit = limit_of(spec.max_output)
        with self._connection.call(Exec(to_command(spec, limit))) as call:
            yield ExecStream(Output(call, _ended, {STDOUT: limit, STDERR: limit}))

    async def start_job(self, spec: ExecSpec) -> Job:
        """Run a command in the background; raises `ExecNotRunnable`, `TooManyJobs`."""
        limit = JOB_OUTPUT if spec.max_output is None else limit_of(spec.max_output)
        with self._connection.call(StartJob(to_command(spec, bytes_for(limit), note=str(limit)))) as call:
            output = Output(call, _job_state)
            await output.finish()
            return job_of(output.end, {})

    async def job(self, job_id: str, *, with_samples: bool = False, wait: bool = False) -> Job:
        """A job with all of its output; with `wait` not before it has ended. Raises `JobNotFound`."""
        with self._held.share() as share, self._connection.call(ReadJob(job_id, wait, with_samples)) as call:
            output = Output(call, _job_state, _JOB_LIMITS, job_id)
            kept = await output.collect(share)
            return job_of(output.end, kept)

    @asynccontextmanager
    async def follow_job(
        self, job_id: str, *, stdout_offset: int = 0, stderr_offset: int = 0
    ) -> AsyncIterator[AsyncIterator[tuple[int, bytes]]]:
        """A job's output from these byte offsets on, as it comes, until the job ends; leaving early is harmless."""
        with self._connection.call(ReadJob(job_id, True, False, stdout_offset, stderr_offset)) as call:
            yield Output(call, _job_state, _JOB_LIMITS, job_id).chunks()

    async def kill_job(self, job_id: str) -> Job:
        """Kill a job's process tree and return when it is gone; an ended job stays as it is. Raises `JobNotFound`."""
        with self._connection.call(KillJob(job_id)) as call:
            await Output(call, _job_state, job_id=job_id).finish()
        return await self.job(job_id)

    async def evaluate(self, spec: EvaluationSpec, limits: EvaluationLimits) -> bytes:
        """Run code in a kernel of its own, which ends with the call; the output items, as JSON.

        Raises `KernelUnknown`, `KernelNotStarted`, `CodeNotSendable`, and `Overloaded` if its turn does not come.
        """
        request = to_evaluate(spec, limits)
        with self._connection.call(request) as call, anyio.move_on_after(patience(limits)):
            return await read_output(call, self._held, limits)
        raise Overloaded("the project is busy with other evaluations")

    async def kernels(self) -> list[KernelSpec]:
        """The kernels that can be started in the project."""
        with self._connection.call(ListKernels()) as call:
            return await read_kernels(call, self._held)

    async def running_kernels(self) -> list[RunningKernel]:
        """The kernels that run in the project."""
        with self._connection.call(ListRunningKernels()) as call:
            return await read_running(call, self._held)

    async def stop_kernel(self, pid: int) -> bool:
        """Kill a kernel and return when it is gone; whether there was one with that process."""
        with self._connection.call(StopKernel(pid)) as call:
            output = Output(call, _kernel_stopped)
            await output.finish()
            return output.end.was_kernel

    async def terminals(self) -> list[RunningTerminal]:
        """The terminals whose shells run in the project."""
        with self._connection.call(ListTerminals()) as call:
            return await read_terminals(call, self._held)

    async def end_terminal(self, path: str) -> bool:
        """End the shell of a terminal and return when it has ended; whether there was one."""
        with self._connection.call(EndTerminal(path)) as call:
            output = Output(call, _terminal_ended)
            await output.finish()
            return output.end.was_running

    @asynccontextmanager
    async def open_document(self, request: OpenDocument | OpenTerminal) -> AsyncIterator[DocumentStream]:
        """Take part in a document or terminal until the block ends.

        Raises `DocumentRefused`, also where its messages are read, and there `Overloaded` for those that are too large
        together.
        """
        with self._held.share() as share, self._connection.call(request) as call:
            yield await DocumentStream.start(call, share)

    async def history(self, path: str) -> list[DocumentVersion]:
        """What a document has been, oldest first, whether it is open or not. Raises `DocumentRefused`, `Overloaded`."""
        with self._held.share() as share, self._connection.call(ReadHistory(path, with_patches=True)) as call:
            return await read_history(call, share)

    async def save_document(self, path: str) -> None:
        """Have what is in a document written to its file, if it is open. Raises `DocumentRefused`."""
        with self._connection.call(SaveDocument(path)) as call:
            await finish_saving(call)

    async def _stay_alive(self) -> None:
        """Notice an agent that has stopped answering, so that no call waits for it forever."""
        while self.closed_reason is None:
            await anyio.sleep(PING_EVERY_SECONDS)
            try:
                with anyio.fail_after(PING_EVERY_SECONDS):
                    await self.ping()
            except TimeoutError:
                self._connection.close(f"it did not answer a ping in {PING_EVERY_SECONDS:.0f} seconds")
            except AgentLost:
                return
            except Overloaded:
                continue
