"""The requests that evaluate code and list kernels; what evaluating needs is imported with the first of them."""

import asyncio
import os
import traceback
from collections.abc import Mapping
from typing import TYPE_CHECKING

from carrel.agent.connection import Handler, Refused, Stream
from carrel.agent.kernels.sessions import Kernels, KernelSession
from carrel.agent.kernels.values import KernelFailed, KernelUnknown
from carrel.protocol.evaluations import (
    KERNEL_FAILED,
    KERNEL_UNKNOWN,
    Answered,
    Evaluate,
    KernelInfo,
    KernelStopped,
    ListKernels,
    ListRunningKernels,
    RunningKernelInfo,
    StopKernel,
)

if TYPE_CHECKING:
    from carrel.agent.evaluations.items import Items

AT_ONCE = 4
"""Evaluations that may have a kernel at the same time; further ones wait for their turn."""


class Evaluations:
    """Answers with the kernels of the project, which lives at `home`."""

    def __init__(self, kernels: Kernels, home: str, tasks: asyncio.TaskGroup) -> None:
        self._kernels = kernels
        self._home = home
        self._tasks = tasks
        self._places = asyncio.Semaphore(AT_ONCE)

    def handlers(self) -> Mapping[type, Handler]:
        """What answers which request."""
        return {
            Evaluate: self.evaluate,
            ListKernels: self.list_kernels,
            ListRunningKernels: self.list_running,
            StopKernel: self.stop,
        }

    async def evaluate(self, stream: Stream, request: Evaluate) -> Answered:
        from carrel.agent.evaluations.items import Items

        items = Items(request.output, request.cell_output)
        await self._places.acquire()
        starting = self._tasks.create_task(self._start(request, items))
        try:
            started = await asyncio.shield(starting)
            if isinstance(started, Exception):
                raise started
            await _run(started, request, items)
        finally:
            self._tasks.create_task(self._end(starting))
        return await stream.answer(items.items)

    async def list_kernels(self, stream: Stream, request: ListKernels) -> Answered:
        from carrel.agent.documents.notebook import plain

        specs = await self._kernels.specs()
        return await stream.answer(
            [
                KernelInfo(
                    spec.name,
                    spec.display_name,
                    spec.language,
                    spec.interrupt_mode,
                    spec.environment,
                    plain(spec.metadata),
                )
                for spec in specs
            ],
        )

    async def list_running(self, stream: Stream, request: ListRunningKernels) -> Answered:
        running = self._kernels.running()
        return await stream.answer([RunningKernelInfo(one.pid, one.connection_file, one.name) for one in running])

    async def stop(self, stream: Stream, request: StopKernel) -> KernelStopped:
        return KernelStopped(await self._kernels.kill(request.pid))

    async def _start(self, request: Evaluate, items: "Items") -> KernelSession | Exception:
        """A new kernel in the directory that is asked for; if that cannot be, at home, and the output says so.

        Goes on when its call is cancelled: a kernel that is half started belongs to nobody. So it raises nothing.
        """
        directory = os.path.join(self._home, request.directory)
        if problem := _problem_with(directory):
            directory = self._home
            items.print("stderr", f"{problem}\n")
        try:
            return await self._kernels.start(request.kernel, directory)
        except KernelUnknown as error:
            return Refused(KERNEL_UNKNOWN, str(error))
        except KernelFailed as error:
            return Refused(KERNEL_FAILED, str(error))
        except Exception as error:  # noqa: BLE001 -- the call that waits for it raises it
            return error

    async def _end(self, starting: "asyncio.Task[KernelSession | Exception]") -> None:
        """End a kernel, which may take a moment that nobody waits for, and give its place to the next."""
        try:
            started = await starting
            if isinstance(started, KernelSession):
                await started.shutdown()
        except Exception:  # noqa: BLE001 -- one kernel that does not end as it should must not end the agent
            traceback.print_exc()
        finally:
            self._places.release()


def _problem_with(directory: str) -> str:
    """Why a process cannot be in a directory; empty if it can."""
    try:
        os.chdir(directory)
    except (OSError, ValueError) as error:
        return str(error)
    os.chdir("/")
    return ""


async def _run(session: KernelSession, request: Evaluate, items: "Items") -> None:
    from carrel.agent.evaluations.run import run

    await run(session, request, items)
