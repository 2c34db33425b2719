"""The answers of one call, checked: data within the limits that were asked for, then an end of the right shape."""

from collections.abc import AsyncIterator, Mapping
from typing import Generic, NoReturn, TypeVar

import msgspec

from carrel.domain.errors import DomainError
from carrel.domain.evaluations import KernelNotStarted, KernelUnknown
from carrel.domain.execution import AgentLost, ExecNotRunnable, JobNotFound, TooManyJobs
from carrel.protocol.codec import GarbledFrame, unpack
from carrel.protocol.evaluations import KERNEL_FAILED, KERNEL_UNKNOWN
from carrel.protocol.execution import (
    JOB_NOT_FOUND,
    MAX_JOBS,
    NOT_RUNNABLE,
    STDERR,
    STDOUT,
    TOO_MANY_JOBS,
    ExecStarted,
)
from carrel.protocol.messages import BAD_REQUEST, Data, Failed, Started
from carrel.remote.connection import Call
from carrel.remote.held import Share

_SENTENCE = 2000
_E = TypeVar("_E")
_T = TypeVar("_T")
_SAID_BY_AGENT: dict[str, type[DomainError]] = {
    NOT_RUNNABLE: ExecNotRunnable,
    KERNEL_UNKNOWN: KernelUnknown,
    KERNEL_FAILED: KernelNotStarted,
}
"""Failures whose words are the agent's."""
_started = msgspec.msgpack.Decoder(ExecStarted)


class Output(Generic[_E]):
    """Reads a call to its end. `limits` are the most bytes that each channel may have; others may have none."""

    end: _E
    """The body of `Ended`, once it has come."""

    def __init__(
        self,
        call: Call,
        decoder: "msgspec.msgpack.Decoder[_E]",
        limits: Mapping[int, int] | None = None,
        job_id: str = "",
    ) -> None:
        self.script_path = ""
        self._call = call
        self._decoder = decoder
        self._left = dict(limits or {})
        self._job_id = job_id

    async def chunks(self) -> AsyncIterator[tuple[int, bytes]]:
        """The data as it comes. Raises the domain's error if the call failed, and `AgentLost`."""
        while True:
            answer = await self._call.receive()
            if isinstance(answer, Data):
                self._count(answer)
                yield answer.channel, answer.chunk
            elif isinstance(answer, Started):
                self.script_path = self._unpack(_started, answer.body).script_path[:_SENTENCE]
            elif isinstance(answer, Failed):
                raise self._error(answer)
            else:
                self.end = self._unpack(self._decoder, answer.body)
                return

    async def collect(self, share: Share) -> dict[int, bytearray]:
        """All data by channel, kept on that account; raises `Overloaded` when it has no more room."""
        kept = {STDOUT: bytearray(), STDERR: bytearray()}
        async for channel, chunk in self.chunks():
            share.take(len(chunk))
            kept[channel] += chunk
        return kept

    async def finish(self) -> None:
        """Wait for the end of a call that has no data."""
        async for _ in self.chunks():
            pass

    def _count(self, data: Data) -> None:
        left = self._left.get(data.channel, 0) - len(data.chunk)
        if left < 0:
            self._distrust("more data than was asked for")
        self._left[data.channel] = left

    def _unpack(self, decoder: "msgspec.msgpack.Decoder[_T]", body: msgspec.Raw) -> _T:
        try:
            return unpack(decoder, body)
        except GarbledFrame as error:
            self._distrust(str(error))

    def _distrust(self, what: str) -> NoReturn:
        reason = f"it broke the protocol: {what}"
        self._call.connection.close(reason)
        raise AgentLost(reason)

    def _error(self, failed: Failed) -> DomainError:
        if (said := _SAID_BY_AGENT.get(failed.code)) is not None:
            return said(failed.message[:_SENTENCE])
        if failed.code == JOB_NOT_FOUND:
            return JobNotFound(self._job_id)
        if failed.code == TOO_MANY_JOBS:
            return TooManyJobs(MAX_JOBS)
        if failed.code == BAD_REQUEST:
            return AgentLost("it runs with another version of Carrel; restart the project")
        return AgentLost(f"it could not do the work ({failed.code[:_SENTENCE]})")
