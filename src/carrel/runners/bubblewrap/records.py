"""What is written down about a sandbox, so that a hub that did not start it can go on with it.

A record is written before the sandbox begins (see `gated` in `kit.processes`) and replaced atomically. Whoever starts,
stops or clears up holds the project's lock, an flock that the kernel drops when its holder dies.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path

import msgspec

from carrel.domain.ids import ProjectId
from carrel.kit.cgroups import Group
from carrel.kit.processes import Process, find_children
from carrel.runners.base import Network

_RECORD, _LOCK = "sandbox.json", "lock"


class SandboxRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One sandbox; `ended` is the reason once it has. Process times are in ticks since the boot `boot_id`."""

    project_id: ProjectId
    boot_id: str
    monitor_pid: int
    monitor_start_ticks: int
    pid: int | None = None
    start_ticks: int | None = None
    address: str
    started_at: datetime
    runtime: str
    cgroups: tuple[str, ...]
    oom_kills_before: int
    memory_bytes: int
    network: Network
    ended: str | None = None

    @property
    def group(self) -> Group:
        return Group(tuple(Path(path) for path in self.cgroups))

    @property
    def monitor(self) -> Process:
        """The bubblewrap process outside."""
        return Process(self.monitor_pid, self.monitor_start_ticks)

    @property
    def first(self) -> Process | None:
        """Process 1 of the sandbox, with whose end every other has ended too; `None` if that is so already."""
        if self.ended is not None or self.boot_id != boot_id():
            return None
        if self.pid is not None and self.start_ticks is not None:
            process = Process(self.pid, self.start_ticks)
            return process if process.is_running else None
        # The hub died between the start and the second writing of the record.
        return next(iter(find_children(self.monitor_pid)), None) if self.monitor.is_running else None


def save_record(state: Path, record: SandboxRecord) -> None:
    """Write atomically. Not synced to disk: what it speaks of does not outlive a power cut either."""
    temporary = state / f".{_RECORD}.{secrets.token_hex(4)}"
    temporary.write_bytes(msgspec.json.encode(record))
    temporary.replace(state / _RECORD)


def find_record(state: Path) -> SandboxRecord | None:
    """The record; `None` if there is none, or none that can be read."""
    try:
        return msgspec.json.decode((state / _RECORD).read_bytes(), type=SandboxRecord)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def remove_record(state: Path) -> None:
    (state / _RECORD).unlink(missing_ok=True)


@contextmanager
def locked(state: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the project's lock; blocks, so only in a worker thread. Without `wait`, `BlockingIOError` if it is taken."""
    state.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(state / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


@cache
def boot_id() -> str:
    """Tells this boot of the machine from all others."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
