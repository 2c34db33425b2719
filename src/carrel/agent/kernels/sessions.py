"""The kernels of a project: which can be started, which run, and what makes them start fast."""

import asyncio
import importlib
import shutil
import tempfile
from collections.abc import Mapping
from functools import partial
from itertools import count
from typing import Any

from carrel.agent.kernels.fork_server import ForkServer
from carrel.agent.kernels.life import Life, Listener
from carrel.agent.kernels.process import KernelProcess, spawn_kernel
from carrel.agent.kernels.session import KernelSession
from carrel.agent.kernels.specs import find_specs, forked_arguments
from carrel.agent.kernels.strangers import find_strangers, kill_stranger
from carrel.agent.kernels.values import (
    ExecuteReply,
    KernelFailed,
    KernelSpec,
    KernelUnknown,
    Message,
    RunningKernel,
    Sink,
)
from carrel.agent.spawn import Launcher, NotRunnable

__all__ = ["ExecuteReply", "KernelFailed", "KernelSession", "KernelSpec", "KernelUnknown", "Kernels", "Message", "Sink"]

_DEFAULT_ENVIRONMENT = "/opt/environment"
_NONE = (
    "none at all, because this server has no Python environment for projects; whoever runs it makes one with "
    "`carrel environment make`, and projects that are started after that have it"
)
_FORKED = "python3"
_FORKED_MESSAGES = 20
_OTHER_MESSAGES = 1000


class Kernels:
    """The kernels of the project; `launcher` starts their processes."""

    def __init__(self, launcher: Launcher, tasks: asyncio.TaskGroup) -> None:
        self._launcher = launcher
        self._tasks = tasks
        self._environment = launcher.environment.get("CARREL_ENVIRONMENT", _DEFAULT_ENVIRONMENT)
        self._sessions: set[KernelSession] = set()
        self._fork_server: ForkServer | None = None
        self._numbers = count(1)
        self._place = ""
        self._context: Any = None
        self._warming: asyncio.Task[Any] | None = None

    async def specs(self) -> list[KernelSpec]:
        """The kernels that can be started."""
        return list(find_specs(self._launcher.home, self._environment).values())

    def running(self) -> list[RunningKernel]:
        """The kernels that run, the agent's own first; last what they are forked from, which is one as well."""
        found = [
            RunningKernel(life.pid, life.connection_file, session.name)
            for session in self._sessions
            if (life := session.running) is not None
        ]
        known = {kernel.pid for kernel in found}
        found += [RunningKernel(pid, file, "") for pid, file in find_strangers().items() if pid not in known]
        if self._fork_server is not None and self._fork_server.is_alive:
            found.append(RunningKernel(self._fork_server.pid, "", _FORKED))
        return found

    def is_busy(self) -> bool:
        """Whether one of the agent's own has something to do."""
        return any(session.state in ("starting", "busy") for session in self._sessions)

    async def kill(self, pid: int) -> bool:
        """Kill a kernel, and return when it is gone; False if there is none with that process."""
        for session in self._sessions:
            if (life := session.running) is not None and life.pid == pid:
                await life.kill("the kernel was stopped")
                return True
        if self._fork_server is not None and self._fork_server.is_alive and self._fork_server.pid == pid:
            await self._fork_server.kill()
            return True
        if pid not in find_strangers():
            return False
        await kill_stranger(pid)
        return True

    def warm(self) -> None:
        """Prepare in the background for a kernel to start soon."""
        self._find_fork_server()
        self._warming = self._tasks.create_task(self._jupyter())

    async def start(self, name: str, directory: str, *, environment: Mapping[str, str] | None = None) -> KernelSession:
        """Start a kernel in `directory`; raises `KernelUnknown`, `KernelFailed`."""
        specs = find_specs(self._launcher.home, self._environment)
        spec = specs.get(name.lower())
        if spec is None:
            raise KernelUnknown(f"there is no kernel '{name}' here; there is {', '.join(specs) or _NONE}")
        begin = partial(self._begin, spec, directory, dict(environment or {}))
        session = KernelSession(spec, begin, self._sessions.discard)
        self._sessions.add(session)
        try:
            await session.start()
        except BaseException:
            self._sessions.discard(session)
            raise
        return session

    async def close(self) -> None:
        """End all kernels and what has been prepared for them."""
        async with asyncio.TaskGroup() as tasks:
            for session in list(self._sessions):
                tasks.create_task(session.shutdown())
        if self._fork_server is not None:
            await self._fork_server.close()
        if self._warming is not None:
            self._warming.cancel()
        if self._context is not None:
            self._context.destroy(linger=0)
        shutil.rmtree(self._place, ignore_errors=True)

    async def _begin(self, spec: KernelSpec, directory: str, environment: dict[str, str], listener: Listener) -> Life:
        arguments = forked_arguments(spec, self._environment, environment)
        is_forked = arguments is not None and self._find_fork_server() is not None
        jupyter = await self._jupyter()
        launch = partial(self._fork, len(spec.argv) - len(arguments or ())) if is_forked else self._spawn
        place = f"{self._place}/{next(self._numbers)}"
        manager, provisioner = jupyter.new_manager(spec, place, self._context, launch)
        life = Life(spec, manager, provisioner, listener)
        messages = _FORKED_MESSAGES if is_forked else _OTHER_MESSAGES
        await life.begin(directory, environment, lambda: jupyter.Channels(manager, messages), self._tasks)
        return life

    async def _fork(self, skipped: int, argv: list[str], directory: str, environment: dict[str, str]) -> KernelProcess:
        """Fork; a fork server that has ended unnoticed is started again once."""
        for attempt in range(2):
            server = self._find_fork_server()
            if server is None:
                break
            try:
                return await server.fork(argv[skipped:], directory, environment)
            except KernelFailed:
                if attempt:
                    raise
        return await self._spawn(argv, directory, environment)

    async def _spawn(self, argv: list[str], directory: str, environment: dict[str, str]) -> KernelProcess:
        return spawn_kernel(argv, directory, environment, self._launcher, self._tasks)

    def _find_fork_server(self) -> ForkServer | None:
        """The fork server, started if need be; `None` without an environment."""
        if self._fork_server is None or not self._fork_server.is_alive:
            try:
                self._fork_server = ForkServer(self._environment, self._launcher, self._tasks)
            except NotRunnable:
                return None
        return self._fork_server

    async def _jupyter(self) -> Any:
        """The module that stands on jupyter_client, which is imported beside the event loop."""
        module = await asyncio.to_thread(importlib.import_module, "carrel.agent.kernels.jupyter")
        if self._context is None:
            self._context = module.new_context()
            self._place = tempfile.mkdtemp(prefix="carrel-kernels-", dir=self._launcher.environment.get("TMPDIR"))
        return module
