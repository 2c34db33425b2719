"""Bodies of the streams that run commands: what the hub asks, and what the agent tells."""

from msgspec import Struct

from carrel.protocol.messages import Natural

STDOUT = 1
STDERR = 2

NOT_RUNNABLE = "not-runnable"
JOB_NOT_FOUND = "job-not-found"
TOO_MANY_JOBS = "too-many-jobs"
MAX_JOBS = 100


class Body(Struct, frozen=True, array_like=True):
    """Base of the bodies."""


class Command(Body, frozen=True):
    """What to run: `argv`, or `script` for bash if it is not None.

    `limit_bytes` is kept of each of stdout and stderr, the rest is dropped; `timeout_ms` 0 is none. `note` is handed
    back with a job's state: what the hub wants to remember about it.
    """

    argv: tuple[str, ...]
    script: str | None
    directory: str
    environment: dict[str, str]
    timeout_ms: Natural
    limit_bytes: Natural
    note: str = ""


class Ping(Body, tag="ping", frozen=True):
    """Answered at once with an empty `Pong`."""


class Exec(Body, tag="exec", frozen=True):
    """Run and stream: `Started(ExecStarted)`, `Data`, `Ended(ExecEnded)`."""

    command: Command


class StartJob(Body, tag="start-job", frozen=True):
    """Run in the background: `Ended(JobState)` at once."""

    command: Command


class ReadJob(Body, tag="read-job", frozen=True):
    """`Data` of a job from these byte offsets on, then `Ended(JobState)`; with `follow` not before the job ends."""

    job_id: str
    follow: bool
    with_samples: bool
    stdout_offset: Natural = 0
    stderr_offset: Natural = 0


class KillJob(Body, tag="kill-job", frozen=True):
    """Kill a job's process tree: `Ended(JobState)` when it is gone."""

    job_id: str


class Pong(Body, frozen=True):
    """The answer to a ping."""


class ExecStarted(Body, frozen=True):
    """`script_path` is the temporary file of a bash run."""

    pid: Natural
    script_path: str = ""


class ExecEnded(Body, frozen=True):
    """`exit_code` is 128+n after signal n; `timed_out`: the tree was killed; the totals count dropped bytes too."""

    exit_code: Natural
    timed_out: bool
    stdout_bytes: Natural
    stderr_bytes: Natural


class Sample(Body, frozen=True):
    """Use of a process tree at one moment; `cpu_permille` of one core since the last sample."""

    time_ms: Natural
    rss_bytes: Natural
    cpu_permille: Natural
    cpu_ms: Natural


class JobState(Body, frozen=True):
    """A job as it is now. `exit_code` counts once `running` is false."""

    job_id: str
    pid: Natural
    started_ms: Natural
    elapsed_ms: Natural
    running: bool
    exit_code: Natural
    timed_out: bool
    stdout_bytes: Natural
    stderr_bytes: Natural
    note: str = ""
    samples: tuple[Sample, ...] = ()
