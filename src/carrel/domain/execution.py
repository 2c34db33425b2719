"""Commands run in a project: what is asked, what came of it, and how a command can fail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from carrel.domain.errors import DomainError

OUTPUT_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class ExecSpec:
    """One command. `script` is bash text and excludes `program`; `directory` is absolute or relative to home.

    `timeout_seconds` 0 means none; `max_output` limits each stream and is in characters.
    """

    program: str = ""
    arguments: tuple[str, ...] = ()
    script: str | None = None
    directory: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout_seconds: float = 10.0
    max_output: int | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """What goes on in a project: whether something runs there, and a number that grows with all that is done."""

    is_busy: bool
    count: int


@dataclass(frozen=True, slots=True)
class RunningTerminal:
    """A terminal whose shell runs: its file, how many pages show it, and whether a program runs in it."""

    path: str
    viewers: int
    is_busy: bool


class JobStatus(StrEnum):
    RUNNING = "running"
    COMPLETED = "completed"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class JobSample:
    """Use of the job's process tree at one moment; `cpu_percent` of one core, `cpu_seconds` in total."""

    time: datetime
    memory_rss_mb: float
    cpu_percent: float
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class ExecResult:
    """A finished command. Texts are decoded with replacement and already cut to `max_output` (`…_truncated` tells)."""

    stdout: str
    stderr: str
    exit_code: int
    program_line: str = ""
    """What was really executed, for messages: `bash <script path>` for a script."""


@dataclass(frozen=True, slots=True)
class Job:
    """An async command as last observed."""

    job_id: str
    pid: int
    status: JobStatus
    started_at: datetime
    stdout: str
    stderr: str
    exit_code: int
    elapsed_seconds: float
    samples: tuple[JobSample, ...] = ()


class ExecKilled(DomainError):
    """The timeout passed and the whole process tree was killed."""

    code = "exec-killed"

    def __init__(self, program_line: str) -> None:
        super().__init__(f"killed command '{program_line}'")


class ExecNotRunnable(DomainError):
    """The program or the directory is missing, or may not be executed."""

    code = "exec-not-runnable"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ExecFailed(DomainError):
    """The command ran and its exit code is not 0."""

    code = "exec-failed"

    def __init__(self, exit_code: int, stderr: str) -> None:
        super().__init__(f"the command exited with nonzero code {exit_code}")
        self.exit_code = exit_code
        self.stderr = stderr


class JobNotFound(DomainError):
    code = "job-not-found"

    def __init__(self, job_id: str) -> None:
        super().__init__(f"Async operation '{job_id}' does not exist.")


class TooManyJobs(DomainError):
    code = "too-many-jobs"

    def __init__(self, limit: int) -> None:
        super().__init__(f"at most {limit} async operations may be kept at a time; wait for one to finish")


class AgentLost(DomainError):
    """The project's agent went away (killed, out of memory, stopped) or broke the protocol during the call."""

    code = "agent-lost"

    def __init__(self, reason: str) -> None:
        super().__init__(f"connection to the project was lost: {reason}")
        self.reason = reason
