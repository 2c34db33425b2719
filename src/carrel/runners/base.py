"""The contract of every runner. Nothing above this module may know which runner is at work.

A runner starts a sandbox in which the agent serves the link on a socket that the *hub* has bound in a directory that
the project cannot reach; `Sandbox.address` is where the hub connects. A sandbox outlives the hub that started it: after
a restart `observe` finds what is running and the next hub goes on with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from carrel.domain.ids import ProjectId
from carrel.domain.projects import Usage
from carrel.kit.unix_users import UnixUser


class Network(StrEnum):
    """What a sandbox can reach: only itself, or an allow-list of hosts through the hub's CONNECT proxy."""

    NONE = "none"
    PROXY = "proxy"


@dataclass(frozen=True, slots=True)
class Resources:
    """Upper bounds that the runner enforces on the whole sandbox.

    The last two are what it is given before others where memory or processors are short, if the runner can; 0: nothing
    special. A whole core is 1024 shares.
    """

    memory_bytes: int
    cores: float
    processes: int
    tmp_bytes: int
    file_bytes: int
    memory_request_bytes: int = 0
    cpu_shares: int = 0


@dataclass(frozen=True, slots=True)
class SandboxSpec:
    """Everything a runner needs to start one project's sandbox."""

    project_id: ProjectId
    home: Path
    user: UnixUser
    resources: Resources
    network: Network = Network.NONE
    environment: Mapping[str, str] = field(default_factory=dict)
    documents: Path | None = None
    """Where the agent keeps the logs of documents, writable like the home."""


@dataclass(frozen=True, slots=True)
class SandboxExit:
    """How a sandbox ended; `reason` is a sentence for people, e.g. `out of memory (limit 1000 MB)`."""

    reason: str


class Sandbox(Protocol):
    """A running sandbox."""

    @property
    def project_id(self) -> ProjectId: ...
    @property
    def address(self) -> Path:
        """The Unix socket on which the agent serves the link."""
        ...

    @property
    def pid(self) -> int: ...
    @property
    def started_at(self) -> datetime: ...
    async def usage(self) -> Usage:
        """What its processes use now."""
        ...

    async def wait(self) -> SandboxExit:
        """Return when the sandbox has ended, however that came; may be awaited by several tasks."""
        ...


class Runner(Protocol):
    """Starts, stops and finds sandboxes; opened with `async with`."""

    async def start(self, spec: SandboxSpec) -> Sandbox:
        """Start, or return the one that runs already (also one started by another hub). Raises `StartFailed`."""
        ...

    async def stop(self, project_id: ProjectId, *, grace_seconds: float = 0) -> None:
        """Kill every process of the sandbox and return when none is left; no error if it is not running.

        Before that they are asked to end (SIGTERM; SIGHUP for interactive shells) and have `grace_seconds` to do so.
        """
        ...

    async def observe(self) -> list[Sandbox]:
        """Every sandbox that is running now, with those that an earlier hub started."""
        ...
