"""The process of a kernel, whoever its parent is, and starting one as a program."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from carrel.agent.processes import MARKER_NAME, Tree
from carrel.agent.running import Pipe
from carrel.agent.spawn import Launcher

KNOWN_SECONDS = 10.0
"""How long to wait for the exit status of a process that is somebody else's child."""
_TAIL = 2000
StatusOf = Callable[[int], Awaitable[int | None]]


class Tail:
    """The last of what processes write to the pipes that they were started with."""

    def __init__(self) -> None:
        self._text = b""

    async def read(self, file: int) -> None:
        """Read a pipe to its end and close it."""
        pipe = Pipe(file)
        try:
            while piece := await pipe.read():
                self._text = (self._text + piece)[-_TAIL:]
        finally:
            pipe.close()

    @property
    def last_line(self) -> str:
        lines = [line for line in self._text.decode(errors="replace").splitlines() if line.strip()]
        return lines[-1].strip() if lines else ""


class KernelProcess:
    """A kernel's process and everything that it starts; `file` is its pidfd, which is closed at its end."""

    def __init__(self, pid: int, file: int, marker: str, status_of: StatusOf, tasks: asyncio.TaskGroup) -> None:
        self.pid = pid
        self.exited: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        """The exit status, or minus a signal's number; `None` if nobody knows."""
        self.tail = Tail()
        self._file = file
        self._status_of = status_of
        self._tree = Tree(pid, marker)
        tasks.create_task(self._watch())

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        loop.add_reader(self._file, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._file)
            os.close(self._file)
        self.exited.set_result(await self._status_of(self.pid))

    def poll(self) -> int | None:
        """The exit status, 255 if it is not known; `None` while the process runs."""
        if not self.exited.done():
            return None
        status = self.exited.result()
        return 255 if status is None else status

    def signal(self, number: int) -> None:
        """Send a signal to the kernel and to what it has started in its process group."""
        if not self.exited.done():
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    async def kill(self) -> None:
        """Kill it with everything that it has started, and return when that is gone."""
        if await asyncio.shield(self._tree.kill()):
            await asyncio.shield(self.exited)

    @property
    def reason(self) -> str:
        """Why it has ended, in a sentence."""
        return describe_end(self.exited.result() if self.exited.done() else None, self.tail.last_line)


def describe_end(status: int | None, last_line: str) -> str:
    """A sentence about an exit status."""
    if status is None:
        return "the kernel has ended"
    if status == -signal.SIGKILL:
        return "the kernel was killed (SIGKILL), most likely because memory ran out"
    if status < 0:
        return f"the kernel was ended by signal {-status} ({signal.strsignal(-status)})"
    if status == 0:
        return "the kernel has ended by itself"
    return f"the kernel has ended with exit status {status}" + (f": {last_line}" if last_line else "")


def spawn_kernel(
    argv: Sequence[str], directory: str, environment: dict[str, str], launcher: Launcher, tasks: asyncio.TaskGroup
) -> KernelProcess:
    """Start a program that is a kernel. Raises `NotRunnable`."""
    child = launcher.start(tuple(argv), directory, environment, 0)
    process = KernelProcess(child.pid, os.pidfd_open(child.pid), child.marker, reap, tasks)
    tasks.create_task(process.tail.read(child.stdout))
    tasks.create_task(process.tail.read(child.stderr))
    return process


async def reap(pid: int) -> int | None:
    """The exit status of a child of ours that has ended."""
    with suppress(ChildProcessError):
        return os.waitstatus_to_exitcode(os.waitpid(pid, os.WNOHANG)[1])  # noqa: ASYNC222 -- it has ended
    return None


def new_marker() -> tuple[str, dict[str, str]]:
    """A marker by which the processes of a kernel are found, and the variable that carries it."""
    marker = os.urandom(16).hex()
    return marker, {MARKER_NAME: marker}
