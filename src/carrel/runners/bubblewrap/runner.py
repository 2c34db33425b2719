"""The bubblewrap runner: the contract of `runners.base`, with the blocking work of `launch` in worker threads.

While it is open it watches every sandbox that it started or found: one that ends is cleared up after at once. Closing
it stops nothing; sandboxes belong to the machine, and the next hub's runner goes on with them.
"""

import os
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Self

import anyio
import anyio.to_thread
import structlog

from carrel.domain.ids import ProjectId
from carrel.domain.projects import StartFailed
from carrel.kit.cgroups import Hierarchy, find_hierarchies
from carrel.runners.base import Network, Sandbox, SandboxSpec
from carrel.runners.bubblewrap.launch import Launcher, Started
from carrel.runners.bubblewrap.places import Places
from carrel.runners.bubblewrap.proxy import AllowList, Proxy
from carrel.runners.bubblewrap.runtime import NoRuntime, RuntimeSource, choose_python, remove_unused, stage
from carrel.runners.bubblewrap.sandbox import BubblewrapSandbox, wait_ended
from carrel.runners.settings import RunnerSettings

log: structlog.stdlib.BoundLogger = structlog.get_logger()

_THREADS = 32
_SHORTEST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.002, 0.1


class BubblewrapRunner(anyio.AsyncContextManagerMixin):
    """Starts, stops and finds sandboxes on this machine; opened with `async with`."""

    def __init__(self, settings: RunnerSettings, data_dir: Path, *, source: RuntimeSource | None = None) -> None:
        self._settings = settings
        self._places = Places(data_dir.absolute())
        self._source = source or RuntimeSource.installed()
        self._allowed = AllowList.parse(settings.proxy_allow)
        self._watched: dict[ProjectId, BubblewrapSandbox] = {}
        self._children: dict[int, subprocess.Popen[bytes]] = {}

    @asynccontextmanager
    async def __asynccontextmanager__(self) -> AsyncGenerator[Self]:
        self._limiter = anyio.CapacityLimiter(_THREADS)
        self._launcher = await anyio.to_thread.run_sync(self._open)
        async with anyio.create_task_group() as self._tasks:
            try:
                running = await self.observe()
                await anyio.to_thread.run_sync(self._remove_old_runtimes)
                log.info("runner_opened", runner="bubblewrap", sandboxes=len(running))
                yield self
            finally:
                self._tasks.cancel_scope.cancel()
                self._reap()
                for child in self._children.values():
                    child.returncode = 0  # it goes on without us; without this Popen would warn

    def _open(self) -> Launcher:
        self._places.make()
        if os.geteuid() != 0:
            log.warning("projects_share_one_user", uid=os.geteuid(), reason="the hub does not run as root")
        self._runtime: Path | None = None
        self._no_runtime = ""
        try:
            python = choose_python(self._settings.python)
        except NoRuntime as error:  # files and copies work without sandboxes: said again at each start
            log.error("no_runtime_for_sandboxes", reason=str(error))
            self._no_runtime, python = str(error), Path("/usr/bin/python3")
        else:
            self._runtime = stage(self._source, self._places.runtimes)
        return Launcher(self._settings, self._places, open_hierarchies(self._settings), python)

    def _remove_old_runtimes(self) -> None:
        used = {sandbox.record.runtime for sandbox in self._watched.values()}
        remove_unused(self._places.runtimes, used | ({self._runtime.name} if self._runtime else set()))

    async def start(self, spec: SandboxSpec) -> Sandbox:
        """Start, or return the one that runs already (also one started by another hub). Raises `StartFailed`."""
        if spec.user.uid == 0 or (os.geteuid() == 0 and spec.user.gid == 0):
            raise StartFailed(spec.project_id, "refusing to run a project as uid or gid 0")
        started = await anyio.to_thread.run_sync(self._start, spec, limiter=self._limiter)
        return await self._watch(started)

    def _start(self, spec: SandboxSpec) -> Started:
        if self._runtime is None:
            raise StartFailed(spec.project_id, self._no_runtime)
        if not self._runtime.is_dir():  # another hub of another version thought that nobody needs it
            stage(self._source, self._places.runtimes)
        started = self._launcher.start(spec, self._runtime)
        if started.child is not None:
            self._children[started.child.pid] = started.child
        return started

    async def stop(self, project_id: ProjectId, *, grace_seconds: float = 0) -> None:
        """Kill every process of the sandbox and return when none is left; no error if it is not running.

        Those that end within `grace_seconds` of being asked to are not killed.
        """
        self._places.socket(project_id)  # refuses what is no project id
        if grace_seconds > 0:
            with anyio.move_on_after(grace_seconds), suppress(OSError):
                await self._ask_to_end(project_id)
        await anyio.to_thread.run_sync(self._stop, project_id, limiter=self._limiter)
        log.info("sandbox_stopped", project_id=project_id)

    async def _ask_to_end(self, project_id: ProjectId) -> None:
        """Return when nothing but the agent is left; holds no thread while it waits, for that may be long."""
        farewell = await anyio.to_thread.run_sync(self._launcher.farewell, project_id, limiter=self._limiter)
        pause = _SHORTEST_PAUSE_SECONDS
        while farewell is not None and not await anyio.to_thread.run_sync(farewell.ask, limiter=self._limiter):
            await anyio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _stop(self, project_id: ProjectId) -> None:
        self._launcher.stop(project_id)
        self._reap()

    def _reap(self) -> None:
        for pid, child in list(self._children.items()):
            if child.poll() is not None:
                self._children.pop(pid, None)

    async def observe(self) -> list[Sandbox]:
        """Every sandbox that is running now, with those that an earlier hub started."""
        found = await anyio.to_thread.run_sync(self._find_all, limiter=self._limiter)
        return [await self._watch(started) for started in found]

    def _find_all(self) -> list[Started]:
        found = (self._launcher.find(project_id) for project_id in self._places.projects_with_sockets())
        return [started for started in found if started is not None]

    async def _watch(self, started: Started) -> BubblewrapSandbox:
        project_id = started.record.project_id
        watched = self._watched.get(project_id)
        if watched is not None and watched.first == started.first:
            return watched
        sandbox = BubblewrapSandbox(started.record, started.first, self._launcher.settle, self._limiter)
        self._watched[project_id] = sandbox
        if started.record.network is Network.PROXY:
            await self._tasks.start(self._serve_proxy, sandbox)
        self._tasks.start_soon(self._clear_up_after, sandbox)
        return sandbox

    async def _clear_up_after(self, sandbox: BubblewrapSandbox) -> None:
        ended = await sandbox.wait()
        self._reap()
        if self._watched.get(sandbox.project_id) is sandbox:
            del self._watched[sandbox.project_id]
        log.info("sandbox_ended", project_id=sandbox.project_id, reason=ended.reason)

    async def _serve_proxy(
        self, sandbox: BubblewrapSandbox, *, task_status: anyio.abc.TaskStatus[None] = anyio.TASK_STATUS_IGNORED
    ) -> None:
        proxy = Proxy(self._allowed, sandbox.project_id, self._settings.proxy_connections)
        async with anyio.create_task_group() as tasks:
            await tasks.start(proxy.serve, self._places.proxy(sandbox.project_id) / "p")
            task_status.started()
            await wait_ended(sandbox.first)
            tasks.cancel_scope.cancel()


def open_hierarchies(settings: RunnerSettings) -> tuple[Hierarchy, ...]:
    """The control group hierarchies in which we may make groups; says in the log what cannot be bounded."""
    mountinfo, membership = Path("/proc/self/mountinfo").read_text(), Path("/proc/self/cgroup").read_text()
    usable = []
    problem = "no control groups are mounted"
    for hierarchy in find_hierarchies(mountinfo, membership, parent=settings.cgroup_parent):
        try:
            hierarchy.prepare()
        except OSError as error:
            problem = str(error)
        else:
            usable.append(hierarchy)
    missing = {"memory", "pids", "cpu"} - {name for hierarchy in usable for name in hierarchy.controllers}
    if missing:
        log.warning(
            "cgroups_unavailable", missing=sorted(missing), reason=problem, instead="resource limits of each process"
        )
    return tuple(usable)
