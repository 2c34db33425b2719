"""Real agents on temporary sockets, without a sandbox around them, and impostors that only look like agents."""

import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import anyio
from anyio.abc import Process, SocketStream

from carrel.runners.bubblewrap.runtime import RuntimeSource
from support.leftovers import MARK, marks

_tenants = count(1_000_000 + 100 * os.getpid() + 50)  # tests that run at the same time do not share users
MAIN = "from carrel.agent.serve import main\nmain()\n"


@dataclass(frozen=True, slots=True)
class RunningAgent:
    """An agent's process, where it listens, and the home directory of its commands."""

    address: Path
    home: Path
    process: Process

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)


def stage_agent(directory: Path, main: str = MAIN) -> Path:
    """The directory that the agent's interpreter is given: what sandboxes have, and nothing else."""
    stage = directory / "stage"
    (stage / "carrel").mkdir(parents=True)
    for place, source in RuntimeSource.installed().parts:
        (stage / place).symlink_to(source)
    (stage / "__main__.py").unlink()
    (stage / "__main__.py").write_text(main)
    return stage


@asynccontextmanager
async def running_agent(
    directory: Path, *, as_tenant: bool = False, main: str = MAIN, environment: Path | None = None
) -> AsyncIterator[RunningAgent]:
    """Start an agent as a runner would; `as_tenant`: as an ordinary user of its own, also when root runs the tests."""
    user = next(_tenants) if as_tenant and os.geteuid() == 0 else None
    stage, home, address = stage_agent(directory, main), directory / "home", directory / "agent.sock"
    home.mkdir()
    (directory / "tmp").mkdir()
    if user is not None:
        os.chown(home, user, user)
        os.chown(directory / "tmp", user, user)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(address))
        listener.listen(16)
        process = await anyio.open_process(
            agent_command(stage, listener.fileno()),
            pass_fds=[listener.fileno()],
            stdin=None,
            stdout=None,
            stderr=None,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            env={
                "HOME": str(home),
                "PATH": os.environ["PATH"],
                "LANG": "C.UTF-8",
                "TMPDIR": str(directory / "tmp"),
                **marks(),
                **({"CARREL_ENVIRONMENT": str(environment)} if environment is not None else {}),
            },
        )
    try:
        yield RunningAgent(address, home, process)
    finally:
        with anyio.CancelScope(shield=True):
            if process.returncode is None:
                process.kill()
            await process.wait()


def agent_command(stage: Path, listener: int) -> list[str]:
    """The command line of `carrel.agent`'s docstring."""
    return [sys.executable, "-I", "-S", "-X", "frozen_modules=on", "-X", MARK, str(stage), "--listen-fd", str(listener)]


@asynccontextmanager
async def impostor(directory: Path, behave: Callable[[SocketStream], Awaitable[None]]) -> AsyncIterator[Path]:
    """A socket whose other side does what `behave` says; yields its address."""
    address = directory / "impostor.sock"
    async with await anyio.create_unix_listener(address) as listener, anyio.create_task_group() as tasks:

        async def serve(stream: SocketStream) -> None:
            async with stream:
                try:
                    await behave(stream)
                except (anyio.BrokenResourceError, anyio.EndOfStream):
                    return

        tasks.start_soon(listener.serve, serve)
        yield address
        tasks.cancel_scope.cancel()
