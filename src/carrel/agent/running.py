"""A command from its start to its end: output, exit, timeout, and the death of its tree.

The command is over when its main process has exited. Children that it left in the background live on and may hold the
pipes open; what is in the pipes at that moment still belongs to the result, what comes later is theirs alone. Only a
timeout, a cancelled call or a kill takes the whole tree along.
"""

import asyncio
import fcntl
import os
import termios
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from carrel.agent.processes import Process, Tree, when_exited
from carrel.agent.spawn import Launcher, NotRunnable
from carrel.protocol.execution import STDERR, STDOUT, Command
from carrel.protocol.link import CHUNK

Sink = Callable[[int, bytes], Awaitable[None]]
"""Takes a piece of a channel, and as long as it likes: the command waits meanwhile."""


_KILLED = 137


class Pipe:
    """The reading end of a command's output."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._left: int | None = None
        self._woken: asyncio.Future[None] | None = None

    async def read(self) -> bytes:
        """The next piece; empty at the end."""
        while self._left is None or self._left > 0:
            try:
                piece = os.read(self._file, CHUNK)
            except BlockingIOError:
                if self._left is not None:
                    return b""
                await self._wait()
                continue
            if self._left is not None:
                self._left -= len(piece)
            return piece
        return b""

    def finish(self) -> None:
        """Let the reader have what is in the pipe now, and then the end."""
        size = fcntl.ioctl(self._file, termios.FIONREAD, b"\0\0\0\0")
        self._left = int.from_bytes(size, "little")
        self._wake()

    def close(self) -> None:
        os.close(self._file)

    async def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        self._woken = loop.create_future()
        loop.add_reader(self._file, self._wake)
        try:
            await self._woken
        finally:
            loop.remove_reader(self._file)
            self._woken = None

    def _wake(self) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)


class Running:
    """A started command. `totals` counts the bytes of each channel, kept or dropped."""

    def __init__(self, command: Command, script_path: str, launcher: Launcher, background: asyncio.TaskGroup) -> None:
        argv = ("bash", script_path) if script_path else command.argv
        cpu_seconds = -(-command.timeout_ms // 1000) if script_path else 0
        directory = os.path.join(launcher.home, command.directory) if command.directory else launcher.home
        child = launcher.start(argv, directory, command.environment, cpu_seconds)
        self.pid = child.pid
        self.totals = {STDOUT: 0, STDERR: 0}
        self.timed_out = False
        self.exited: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._limit = command.limit_bytes
        self._timeout = command.timeout_ms / 1000 or None
        self._pipes = {STDOUT: Pipe(child.stdout), STDERR: Pipe(child.stderr)}
        self._tree = Tree(child.pid, child.marker)
        self._background = background
        self._kill: asyncio.Task[bool] | None = None
        self._watch()

    async def finish(self, sink: Sink) -> int:
        """Pass on the output and return the exit code; if cancelled, the tree is killed in the background."""
        try:
            async with asyncio.TaskGroup() as pumps:
                for channel in self._pipes:
                    pumps.create_task(self._pump(channel, sink))
                await self._wait()
                for pipe in self._pipes.values():
                    pipe.finish()
            return self.exited.result() if self.exited.done() else _KILLED
        finally:
            if not self.exited.done():
                self._start_kill()
            for pipe in self._pipes.values():
                pipe.close()

    async def kill(self) -> None:
        """Kill the tree and return when it is gone, or when it has shown that it will not go (a hung file system)."""
        if await asyncio.shield(self._start_kill()):
            await asyncio.shield(self.exited)

    def processes(self, table: Mapping[int, Process]) -> list[Process]:
        """The members of the tree that are easy to find, for statistics."""
        return self._tree.members(table)

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                await asyncio.shield(self.exited)
        except TimeoutError:
            self.timed_out = True
            await self.kill()

    async def _pump(self, channel: int, sink: Sink) -> None:
        pipe = self._pipes[channel]
        while piece := await pipe.read():
            room = self._limit - self.totals[channel]
            self.totals[channel] += len(piece)
            if room > 0:
                await sink(channel, piece[:room])

    def _start_kill(self) -> asyncio.Task[bool]:
        if self._kill is None:
            self._kill = self._background.create_task(self._tree.kill())
        return self._kill

    def _watch(self) -> None:
        """Reap the main process as soon as it has exited, whether anybody waits for it or not."""

        def note(code: int | None) -> None:
            known = 255 if code is None else code
            self.exited.set_result(known if known >= 0 else 128 - known)

        when_exited(self.pid, note)


@contextmanager
def script_file(text: str | None, launcher: Launcher) -> Iterator[str]:
    """The path of a temporary file with a script, private to us; empty without one. Raises `NotRunnable`."""
    if text is None:
        yield ""
        return
    path = os.path.join(launcher.environment.get("TMPDIR", "/tmp"), f"carrel-{os.urandom(8).hex()}.sh")  # noqa: S108 -- opened exclusively
    try:
        try:
            with open(path, "x", encoding="utf-8", opener=_private, newline="") as file:
                file.write(text)
        except OSError as error:
            raise NotRunnable(f"the script could not be written to {path}: {error.strerror}") from error
        yield path
    finally:
        with suppress(OSError):
            os.unlink(path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)
