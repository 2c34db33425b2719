"""Copies of paths between homes with the rules of rsync (`spec/api-v1.md` §8.8); no project is started.

`Copier.run` finds out where the copy begins and ends, then takes one of two ways that have the same results: a single
ordinary file or a small plain tree is copied directly, everything else by rsync in a sandbox of its own.
"""

import ctypes
import os
import secrets
import signal
import subprocess
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

import anyio
import structlog
from anyio import AsyncContextManagerMixin, CapacityLimiter, to_thread

from carrel.domain.copies import CopyFailed, CopyPlan
from carrel.kit.processes import find_children
from carrel.storage import direct, direct_trees, rsync
from carrel.storage.copy_sandbox import CopySandbox, kill_orphans, open_user_namespace
from carrel.storage.ends import Ends, find_ends, make_target_directory
from carrel.storage.homes import Home, Homes, close_to_others
from carrel.storage.settings import DataSettings
from carrel.storage.unfinished import make_unfinished, remove_unfinished, unfinished_path
from carrel.storage.usage import free_bytes

T = TypeVar("T")

log = structlog.get_logger()

_libc = ctypes.CDLL(None, use_errno=True)
_RUNS = 3
_STDERR_BYTES = 20_000
_LOOK_SECONDS = 0.5
_KILL_SECONDS = 5


class Copied(Enum):
    """What a copy has come to."""

    NOTHING = "there was nothing to copy"
    DURABLY = "it is there, whatever happens"
    UNSYNCED = "it is there, and durable after `Copier.write_out`"


@dataclass
class Copier(AsyncContextManagerMixin):
    """Carries out copies; open it with `async with` in the thread that the hub lives in."""

    homes: Homes
    _limiter: CapacityLimiter = field(init=False)
    _sandbox: CopySandbox = field(init=False)

    @asynccontextmanager
    async def __asynccontextmanager__(self) -> AsyncGenerator[Self]:
        self._limiter = CapacityLimiter(self.homes.settings.file_workers)
        namespace = None
        if os.geteuid() == 0:
            await to_thread.run_sync(kill_orphans, self.homes.copier)
            namespace = await to_thread.run_sync(open_user_namespace, self.homes.copier)
        try:
            self._sandbox = CopySandbox(self.homes.copier, namespace)
            yield self
        finally:
            if namespace is not None:
                os.close(namespace)

    async def run(self, source: Home, target: Home, plan: CopyPlan, *, label: str = "") -> Copied:
        """Copy, and return when everything has arrived. Cancelling stops it; what was copied by then stays.

        `label` (letters, digits, dashes) is the same for every try of one copy: the next clears up after the last.

        Raises `FileMissing` if there is no source, `SourceEscapes`, `TargetEscapes`, `DiskFull`, else `CopyFailed`.
        """
        ends = await self._in_thread(partial(_directly, source, target, plan, self.homes.settings, label))
        if isinstance(ends, Copied):
            return ends
        label = label or secrets.token_hex(8)
        await self._in_thread(partial(_prepare, target, plan, ends, label))
        command = rsync.command(plan, ends, unfinished_path(label), is_one_project=source.path == target.path)
        try:
            await self._rsync(source, target, command)
        finally:
            with anyio.CancelScope(shield=True):
                await self._in_thread(partial(_clear_up, target, ends, label))
        return Copied.UNSYNCED

    async def write_out(self) -> None:
        """See that all that was copied survives a power cut, as the database will say that it is there."""
        await self._in_thread(partial(write_out, self.homes.settings.dir))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await to_thread.run_sync(work, limiter=self._limiter)

    async def _rsync(self, source: Home, target: Home, command: list[str]) -> None:
        """Run again if files of a living source vanished meanwhile: others may have appeared in their places."""
        for _ in range(_RUNS):
            try:
                status, stderr = await self._run(source, target, command)
            except (OSError, ValueError) as error:  # no room for the arguments, or text that no argument can hold
                log.warning("copy_not_started", project_id=target.project_id, reason=type(error).__name__)
                raise CopyFailed("the copy could not be started: its options are too long or not valid") from error
            if status != rsync.VANISHED:
                break
        if stderr.startswith((b"bwrap: ", b"setpriv: ", b"sh: ")):
            log.error("copy_sandbox_failed", project_id=target.project_id, said=stderr.decode(errors="replace"))
            raise CopyFailed("the sandbox of the copy could not be started")
        if status not in (0, rsync.VANISHED):
            raise CopyFailed(rsync.failure(command, stderr))

    async def _run(self, source: Home, target: Home, command: list[str]) -> tuple[int, bytes]:
        """One run of rsync: its exit status and what it said."""
        said, write_end = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(said, False)
        try:
            try:
                process = self._sandbox.spawn(source, target, command, write_end)
            finally:
                os.close(write_end)
            try:
                stderr = await self._read(said)
                return await _ended(process), stderr
            finally:
                if process.returncode is None:
                    await _kill(process, said)
        finally:
            os.close(said)

    async def _read(self, said: int) -> bytes:
        """Everything until the last process of the sandbox is gone, shortened; looks after the disk meanwhile."""
        stderr = bytearray()
        while True:
            with anyio.move_on_after(_LOOK_SECONDS) as pause:
                await anyio.wait_readable(said)
            if pause.cancelled_caught:
                if await free_bytes(self.homes.settings) == 0:
                    raise CopyFailed("ENOSPC: no space left on device: the server keeps its last free space for itself")
                continue
            chunk = os.read(said, _STDERR_BYTES)
            if not chunk:
                return bytes(stderr)
            stderr += chunk[: _STDERR_BYTES - len(stderr)]


def _directly(source: Home, target: Home, plan: CopyPlan, settings: DataSettings, label: str) -> Ends | Copied:
    """Copy without a process if that can be done; else where rsync shall begin and end."""
    ends = find_ends(source, target, plan, settings)
    if ends.is_same:
        return Copied.NOTHING
    with suppress(direct.Declined):
        if direct.suits(ends, plan, settings):
            return Copied.DURABLY if direct.copy_file(source, target, ends, plan, settings) else Copied.NOTHING
        if direct_trees.suits(source, target, ends, plan):
            if label:
                remove_unfinished(target, label)  # an earlier try may have been rsync's
            return Copied.UNSYNCED if direct_trees.copy_tree(source, target, ends, plan, settings) else Copied.NOTHING
    return ends


def _prepare(target: Home, plan: CopyPlan, ends: Ends, label: str) -> None:
    make_target_directory(target, plan, ends)
    make_unfinished(target, label)


def _clear_up(target: Home, ends: Ends, label: str) -> None:
    remove_unfinished(target, label)
    if ends.way == ():
        close_to_others(target)


def write_out(path: Path) -> None:
    """Write the file system of that directory to the disk (syncfs(2))."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if _libc.syncfs(fd) != 0:
            raise CopyFailed("the copy could not be written to the disk: " + os.strerror(ctypes.get_errno()))
    finally:
        os.close(fd)


async def _ended(process: subprocess.Popen[bytes]) -> int:
    """The exit status of a process that nobody else waits for."""
    pidfd = os.pidfd_open(process.pid)
    try:
        await anyio.wait_readable(pidfd)
    finally:
        os.close(pidfd)
    return process.wait()


async def _kill(process: subprocess.Popen[bytes], said: int) -> None:
    """Kill bubblewrap and its sandbox, also one that is only half made; return when the last process is gone."""
    process.send_signal(signal.SIGSTOP)
    children = find_children(process.pid)
    process.kill()
    for child in children:
        child.kill()
    with anyio.move_on_after(_KILL_SECONDS, shield=True):
        await _ended(process)
        await anyio.wait_readable(said)
        while os.read(said, _STDERR_BYTES):
            await anyio.wait_readable(said)
