"""Running history and code within their limits; what hits a limit ends the evaluation, and is told of in its output."""

import asyncio

from carrel.agent.evaluations.items import Items, OutputLimit
from carrel.agent.kernels.session import KernelSession
from carrel.agent.kernels.values import KernelFailed, Sink
from carrel.protocol.evaluations import Evaluate


class _TimeLimit(Exception):
    """The message says what took too long."""


async def run(session: KernelSession, request: Evaluate, items: Items) -> None:
    """Run the history, whose errors do not matter, then the code."""
    deadline = asyncio.get_running_loop().time() + request.time_ms / 1000
    try:
        if request.history:
            await _run_cell(session, "\n".join(request.history), items.discard, request, deadline)
        await _run_cell(session, request.code, items.keep, request, deadline)
    except OutputLimit as limit:
        items.truncate(limit)
    except _TimeLimit as limit:
        items.fail("TimeoutError", str(limit))
    except KernelFailed as failure:
        items.fail("KernelDied", str(failure))


async def _run_cell(session: KernelSession, code: str, sink: Sink, request: Evaluate, deadline: float) -> None:
    now = asyncio.get_running_loop().time()
    of_cell = now + request.cell_time_ms / 1000
    try:
        async with asyncio.timeout_at(min(deadline, of_cell)):
            await session.execute(code, sink, store_history=False)
    except TimeoutError as error:
        what, limit_ms = ("cell", request.cell_time_ms) if of_cell < deadline else ("global", request.time_ms)
        raise _TimeLimit(f"stopped since it exceeded the {what} time limit of {limit_ms / 1000:g} seconds") from error
