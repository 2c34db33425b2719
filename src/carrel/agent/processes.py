"""Process trees as /proc shows them, and how to kill one that does not want to go.

A command's tree is more than its process group: children leave by `setsid`, orphans lose their parents. A process
belongs to the command if it is the root, shares a session with a member, descends from a member, or carries the
command's marker in its environment. The tree is stopped before it is killed: a stopped process forks no more and stays
a visible parent.
"""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from msgspec import Struct

MARKER_NAME = "CARREL_EXEC_ID"
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
_KILL_SECONDS = 5.0
_FREEZE_ROUNDS = 20
_PAUSE_SECONDS = 0.002


class Process(Struct, frozen=True):
    """One line of /proc/<pid>/stat (proc(5)); `cpu_ticks` with those of reaped children."""

    pid: int
    state: str
    parent: int
    group: int
    session: int
    cpu_ticks: int
    started_ticks: int
    rss_pages: int

    @property
    def key(self) -> tuple[int, int]:
        """Tells a process from a later one with the same pid."""
        return self.pid, self.started_ticks

    @property
    def is_gone(self) -> bool:
        return self.state in "ZXx"


def list_processes() -> dict[int, Process]:
    """Every process that can be seen, by pid."""
    return {process.pid: process for process in map(_read, _pids()) if process is not None}


def _pids() -> Iterator[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdigit())


def _read(pid: int) -> Process | None:
    text = _content(f"/proc/{pid}/stat")
    if not text:
        return None
    fields = text[text.rindex(b")") + 2 :].split()
    return Process(
        pid=pid,
        state=fields[0].decode(),
        parent=int(fields[1]),
        group=int(fields[2]),
        session=int(fields[3]),
        cpu_ticks=sum(map(int, fields[11:15])),
        started_ticks=int(fields[19]),
        rss_pages=int(fields[21]),
    )


def _content(path: str) -> bytes:
    """A file of /proc, or nothing if the process is gone or hides it."""
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        content = b""
        while piece := os.read(file, 1 << 16):
            content += piece
        return content
    except OSError:
        return b""
    finally:
        os.close(file)


class Tree:
    """The processes of one command, wherever they went."""

    def __init__(self, root: int, marker: str) -> None:
        self._root = root
        self._marker = f"{MARKER_NAME}={marker}".encode()
        self._sessions = {root}
        self._members: set[tuple[int, int]] = set()

    def members(self, table: Mapping[int, Process]) -> list[Process]:
        """The living members that are easy to find: by session and descent."""
        found = {pid for pid, process in table.items() if pid == self._root or process.key in self._members}
        return self._close(table, found)

    def hunt(self) -> list[Process]:
        """The living members, also those that only their environment gives away."""
        table = list_processes()
        table.pop(os.getpid(), None)
        found = {process.pid for process in self.members(table)}
        found |= {pid for pid in table.keys() - found if self._marker in _content(f"/proc/{pid}/environ")}
        living = self._close(table, found)
        self._members.update(process.key for process in living)
        return living

    def _close(self, table: Mapping[int, Process], found: set[int]) -> list[Process]:
        """Add children and session mates until nothing is added; those that live."""
        own_session = os.getsid(0)
        while True:
            self._sessions.update(table[pid].session for pid in found)
            self._sessions.discard(own_session)
            self._sessions.discard(0)
            added = {
                pid
                for pid, process in table.items()
                if pid not in found and (process.parent in found or process.session in self._sessions)
            }
            if not added:
                return [table[pid] for pid in found if not table[pid].is_gone]
            found |= added

    async def kill(self) -> bool:
        """SIGKILL until none is left; False if some could not be killed in time (a hung file system keeps them)."""
        deadline = time.monotonic() + _KILL_SECONDS
        frozen: set[tuple[int, int]] = set()
        rounds = 0
        while time.monotonic() < deadline:
            try:
                living = self.hunt()
            except OSError:  # out of descriptors
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            if not living:
                return True
            rounds += 1
            fresh = [process for process in living if process.key not in frozen]
            if fresh and rounds < _FREEZE_ROUNDS:
                frozen.update(process.key for process in fresh)
                _send(fresh, signal.SIGSTOP)
            else:
                _send(living, signal.SIGKILL)
                await asyncio.sleep(_PAUSE_SECONDS)
        return False


def _send(processes: list[Process], number: signal.Signals) -> None:
    """Signal groups first, each in one stroke that a fork cannot slip through, then what is left one by one."""
    groups = {process.group for process in processes} - {os.getpgrp(), 0, 1}
    for target in [-group for group in groups] + [process.pid for process in processes]:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(target, number)


def when_exited(pid: int, act: Callable[[int | None], object]) -> None:
    """Reap a child as soon as it has exited; `act` gets its exit code (negative: the signal), `None` if unknown."""
    loop = asyncio.get_running_loop()
    file = os.pidfd_open(pid)

    def reap() -> None:
        loop.remove_reader(file)
        os.close(file)
        code = None
        with suppress(ChildProcessError):
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        act(code)

    loop.add_reader(file, reap)
