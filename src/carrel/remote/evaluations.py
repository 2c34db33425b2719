"""Evaluations, kernels and terminals between the domain and the wire: what is asked, and answers that are checked."""

from typing import TypeVar

import msgspec

from carrel.domain.evaluations import CodeNotSendable, EvaluationLimits, EvaluationSpec, KernelSpec, RunningKernel
from carrel.domain.execution import AgentLost, RunningTerminal
from carrel.protocol.codec import MAX_FRAME
from carrel.protocol.evaluations import (
    ANSWER_CHANNEL,
    MAX_ITEMS,
    Answered,
    Evaluate,
    KernelInfo,
    OutputItem,
    RunningKernelInfo,
)
from carrel.protocol.terminals import TerminalInfo
from carrel.remote.connection import Call
from carrel.remote.held import Held
from carrel.remote.output import Output

_OVERHEAD = 4096
_BYTES_A_CHARACTER = 6  # "\\u0000" in JSON
_BYTES_AN_ITEM = 200
_KERNELS_BYTES = 1 << 20
_PATIENCE_SECONDS = 90.0
"""For the start of the kernel and, before that, for the evaluations that came first."""
_V = TypeVar("_V")
_answered = msgspec.msgpack.Decoder(Answered)
_items = msgspec.json.Decoder(list[OutputItem])
_terminals = msgspec.json.Decoder(list[TerminalInfo])
_kernels = msgspec.json.Decoder(list[KernelInfo])
_running = msgspec.json.Decoder(list[RunningKernelInfo])


def to_evaluate(spec: EvaluationSpec, limits: EvaluationLimits) -> Evaluate:
    """What the agent is told; raises `CodeNotSendable`."""
    texts = (spec.kernel, spec.code, *spec.history, spec.directory)
    try:
        size = sum(len(text.encode()) + 5 for text in texts)
    except UnicodeEncodeError as error:
        raise CodeNotSendable("the code contains characters that are not Unicode") from error
    if size > MAX_FRAME - _OVERHEAD:
        raise CodeNotSendable(f"input and history are larger than {MAX_FRAME - _OVERHEAD} bytes")
    return Evaluate(
        kernel=spec.kernel,
        code=spec.code,
        history=spec.history,
        directory=spec.directory,
        time_ms=round(limits.seconds * 1000),
        cell_time_ms=round(limits.cell_seconds * 1000),
        output=limits.output,
        cell_output=limits.cell_output,
    )


def patience(limits: EvaluationLimits) -> float:
    """How long to wait for an evaluation, in seconds."""
    return limits.seconds + _PATIENCE_SECONDS


async def read_output(call: Call, held: Held, limits: EvaluationLimits) -> bytes:
    """The output items as JSON."""
    most_bytes = limits.cell_output * _BYTES_A_CHARACTER + MAX_ITEMS * _BYTES_AN_ITEM
    return msgspec.json.encode(await _read(call, held, most_bytes, _items))


async def read_kernels(call: Call, held: Held) -> list[KernelSpec]:
    """The kernels that an agent tells of."""
    return [
        KernelSpec(info.name, info.display_name, info.language, info.interrupt_mode, info.env, info.metadata)
        for info in await _read(call, held, _KERNELS_BYTES, _kernels)
    ]


async def read_running(call: Call, held: Held) -> list[RunningKernel]:
    """The kernels that an agent says are running."""
    found = await _read(call, held, _KERNELS_BYTES, _running)
    return [RunningKernel(info.pid, info.connection_file, info.name) for info in found]


async def read_terminals(call: Call, held: Held) -> list[RunningTerminal]:
    """The terminals that an agent says are running."""
    found = await _read(call, held, _KERNELS_BYTES, _terminals)
    return [RunningTerminal(info.path, info.viewers, info.busy) for info in found]


async def _read(call: Call, held: Held, most_bytes: int, decoder: "msgspec.json.Decoder[_V]") -> _V:
    """The whole answer; an agent that does not answer as it should is given up."""
    with held.share() as share:
        output = Output(call, _answered, {ANSWER_CHANNEL: most_bytes})
        answer = (await output.collect(share))[ANSWER_CHANNEL]
        try:
            return decoder.decode(answer)
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
            reason = f"it broke the protocol: {type(error).__name__} in an answer"
            call.connection.close(reason)
            raise AgentLost(reason) from error
