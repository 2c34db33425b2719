"""The event that runs commands in a project."""

import math
import shlex
from typing import Any

import msgspec

from carrel.domain.errors import DomainError, Overloaded
from carrel.domain.execution import (
    AgentLost,
    ExecFailed,
    ExecKilled,
    ExecNotRunnable,
    ExecResult,
    ExecSpec,
    Job,
    JobNotFound,
    TooManyJobs,
)
from carrel.domain.projects import ProjectDeleted, StartFailed
from carrel.hub.api.v1.parameters import ParametersInvalid
from carrel.hub.api.v1.registry import Caller, Events, Failure, Reply
from carrel.hub.call import Call
from carrel.kit import timestamps

events = Events()

_ASYNC_OUTPUT = 1 << 20


class ExecParams(msgspec.Struct):
    """Parameters.

    project_id: where to run; a stopped project is started
    command: a program, a path, or shell text (when it contains white space and there are no args)
    args: arguments of the program
    path: working directory, relative to the home directory or absolute
    timeout: seconds after which the whole process tree is killed; 0: none
    max_output: characters that are kept of stdout and of stderr; 10 MB without it
    bash: run the command as a bash script
    err_on_exit: whether a nonzero exit code is an error
    aggregate: let equal calls share a run: a call is served by one with the same or a greater value
    env: extra environment variables (an extension)
    async_call: start the command and return at once with its `job_id` (an extension)
    async_get: `job_id` of which to tell the state (an extension)
    async_stats: with async_get, also tell memory and processor use (an extension)
    async_await: with async_get, return when the job has ended (an extension)
    """

    project_id: str
    command: str | None = None
    args: list[str] = msgspec.field(default_factory=list)
    path: str = ""
    timeout: float = 10
    max_output: float | None = None
    bash: bool = False
    err_on_exit: bool = True
    aggregate: Any = None
    env: dict[str, Any] | None = None
    async_call: bool = False
    async_get: str | None = None
    async_stats: bool = False
    async_await: bool = False

    def __post_init__(self) -> None:
        if self.command is None and self.async_get is None:
            raise ParametersInvalid.missing("command")
        if isinstance(self.aggregate, list | bool):
            raise ParametersInvalid("'aggregate' must be a number, a string or an object")

    @property
    def text(self) -> str:
        return self.command or ""

    @property
    def is_script(self) -> bool:
        return self.bash or (not self.args and any(char.isspace() for char in self.text))

    @property
    def script(self) -> str:
        """The script text; with args, `command` is a program, and all of it is quoted."""
        return shlex.join([self.text, *self.args]) if self.args else self.text

    @property
    def described(self) -> str:
        """The command as error texts name it."""
        return self.script if self.is_script else f"'{self.text}' (args={' '.join(self.args)})"

    def spec(self) -> ExecSpec:
        max_output = _ASYNC_OUTPUT if self.async_call and self.max_output is None else self.max_output
        return ExecSpec(
            program="" if self.is_script else self.text,
            arguments=() if self.is_script else tuple(self.args),
            script=self.script if self.is_script else None,
            directory=self.path,
            environment={str(name): str(value) for name, value in (self.env or {}).items()},
            timeout_seconds=max(0.0, self.timeout),
            max_output=None if max_output is None else max(0, int(max_output)),
        )

    def aggregate_value(self) -> Any:
        """Decimal text counts as a number: a form cannot say it otherwise."""
        if not isinstance(self.aggregate, str):
            return self.aggregate
        try:
            number = float(self.aggregate)
        except ValueError:
            return self.aggregate
        return number if math.isfinite(number) else self.aggregate


class Sample(msgspec.Struct):
    """Use of a job's process tree: milliseconds since the epoch, MB, percent of a core, seconds."""

    timestamp: int
    mem_rss: float
    cpu_pct: float
    cpu_secs: float


class Executed(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What a command wrote and its exit code; the fields after `type` are those of async commands."""

    stdout: str
    stderr: str
    exit_code: int
    type: str
    job_id: str | None = None
    pid: int | None = None
    status: str | None = None
    start: int | None = None
    elapsed_s: float | None = None
    stats: list[Sample] | None = None


class ExecOutput(Executed, Reply, tag_field="event", tag="project_exec_output"):
    """What the command wrote and its exit code; the fields after `type` are those of async commands."""

    def plain(self) -> Executed:
        """The same for the dialects in which replies do not name events."""
        return msgspec.convert(self, Executed, from_attributes=True)

    @classmethod
    def of(cls, result: ExecResult) -> "ExecOutput":
        return cls(stdout=result.stdout, stderr=result.stderr, exit_code=result.exit_code, type="blocking")

    @classmethod
    def of_job(cls, job: Job, *, with_stats: bool) -> "ExecOutput":
        stats = [
            Sample(timestamps.to_milliseconds(s.time), s.memory_rss_mb, s.cpu_percent, s.cpu_seconds)
            for s in job.samples
        ]
        return cls(
            stdout=job.stdout,
            stderr=job.stderr,
            exit_code=job.exit_code,
            type="async",
            job_id=job.job_id,
            pid=job.pid,
            status=job.status.value,
            start=timestamps.to_milliseconds(job.started_at),
            elapsed_s=round(job.elapsed_seconds, 3),
            stats=stats if with_stats else None,
        )


def reason(error: DomainError, params: ExecParams) -> str:
    """Why a command did not do what it should, in the words of all dialects."""
    if isinstance(error, ExecFailed):
        return (
            f"command '{params.described}' exited with nonzero code {error.exit_code} -- stderr='{error.stderr[:1024]}'"
        )
    if isinstance(error, ExecNotRunnable):
        return f"command '{params.described}' was not able to run -- stderr='{error.reason}'"
    return str(error)


def _failed(error: Any, params: ExecParams, call: Call) -> Failure:
    text = f"Error executing command '{params.text}' with args '{','.join(params.args)}' -- {reason(error, params)}"
    if "Connection refused" in text:
        text += f" -- projects may have no network access here; contact {call.platform.settings.site.help_email}"
    return Failure(error=text)


_FAILURES = (
    ExecFailed,
    ExecNotRunnable,
    ExecKilled,
    AgentLost,
    StartFailed,
    ProjectDeleted,
    JobNotFound,
    TooManyJobs,
    Overloaded,
)


@events.procedure(
    "project_exec",
    may_call=Caller.ACCOUNT_OR_PROJECT_KEY,
    failures=dict.fromkeys(_FAILURES, _failed),
)
async def project_exec(params: ExecParams, call: Call) -> ExecOutput:
    """Run a command in a project, as its user and in its sandbox."""
    access = await call.access(params.project_id)
    execution = call.platform.execution
    if params.async_get is not None:
        job = await execution.job(access, params.async_get, with_samples=params.async_stats, wait=params.async_await)
        return ExecOutput.of_job(job, with_stats=params.async_stats)
    if params.async_call:
        return ExecOutput.of_job(await execution.start_job(access, params.spec()), with_stats=False)
    result = await execution.run(
        access, params.spec(), aggregate=params.aggregate_value(), nonzero_fails=params.err_on_exit
    )
    return ExecOutput.of(result)
