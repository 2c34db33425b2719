"""Between the domain's values and the messages of the wire; numbers of the agent are brought into range here.

Text is made of bytes here as well, by the rules of api-v1 §8.7: decoded with replacement, cut to so many characters,
with a note where it was cut.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from carrel.domain.execution import OUTPUT_BYTES, ExecNotRunnable, ExecSpec, Job, JobSample, JobStatus
from carrel.protocol.codec import MAX_FRAME
from carrel.protocol.execution import STDERR, STDOUT, Command, JobState

_MOST_BYTES_A_CHARACTER = 4
_LAST_MS = 253_402_300_799_000  # the end of the year 9999, as far as datetime goes
_LONGEST_MS = 1 << 50
_TEXT_OVERHEAD = 5  # what msgpack puts before a text at most
_FRAME_OVERHEAD = 4096
_NUMBER = re.compile("[0-9]{1,12}")


def limit_of(max_output: int | None) -> int:
    """How many characters of each stream are kept."""
    return OUTPUT_BYTES if max_output is None else max(0, min(max_output, OUTPUT_BYTES))


def bytes_for(characters: int) -> int:
    """How many bytes have to be fetched to have that many characters; at most `OUTPUT_BYTES`."""
    return min(characters * _MOST_BYTES_A_CHARACTER, OUTPUT_BYTES)


def to_text(data: bytes | bytearray, total_bytes: int, limit: int) -> str:
    """The first `limit` characters of a stream that wrote `total_bytes`, of which `data` was kept.

    A stream that *reached* a limit, also exactly, gets the note.
    """
    text = data.decode("utf-8", "replace")
    if len(text) < limit and total_bytes <= len(data) < OUTPUT_BYTES:
        return text
    kept = text[:limit]
    return f"{kept} (truncated at {len(kept)} characters)"


def program_line(spec: ExecSpec, script_path: str) -> str:
    """What is really executed, for messages."""
    if spec.script is not None:
        return f"bash {script_path}"
    return " ".join((spec.program, *spec.arguments))


def to_command(spec: ExecSpec, limit_bytes: int, note: str = "") -> Command:
    """What the agent is told; raises `ExecNotRunnable` for what cannot be sent."""
    command = Command(
        argv=() if spec.script is not None else (spec.program, *spec.arguments),
        script=spec.script,
        directory=spec.directory,
        environment=dict(spec.environment),
        timeout_ms=min(max(0, round(spec.timeout_seconds * 1000)), _LONGEST_MS),
        limit_bytes=limit_bytes,
        note=note,
    )
    _demand_sendable(command)
    return command


def _demand_sendable(command: Command) -> None:
    environment = command.environment
    texts = [*command.argv, command.script or "", command.directory, *environment, *environment.values()]
    try:
        size = sum(len(text.encode()) + _TEXT_OVERHEAD for text in texts)
    except UnicodeEncodeError as error:
        raise ExecNotRunnable("the command contains characters that are not Unicode") from error
    if size > MAX_FRAME - _FRAME_OVERHEAD:
        raise ExecNotRunnable(f"spawn E2BIG (the command is larger than {MAX_FRAME} bytes)")


def exit_code_of(code: int) -> int:
    return min(code, 255)


def job_of(state: JobState, output: Mapping[int, bytearray]) -> Job:
    """A job as the domain knows it, with what has been fetched of its output."""
    limit = limit_of(int(state.note)) if _NUMBER.fullmatch(state.note) else OUTPUT_BYTES
    totals = {STDOUT: state.stdout_bytes, STDERR: state.stderr_bytes}
    texts = {channel: to_text(data, totals[channel], limit) for channel, data in output.items()}
    return Job(
        job_id=state.job_id,
        pid=state.pid,
        status=_status(state),
        started_at=to_moment(state.started_ms),
        stdout=texts.get(STDOUT, ""),
        stderr=texts.get(STDERR, ""),
        exit_code=exit_code_of(state.exit_code),
        elapsed_seconds=state.elapsed_ms / 1000,
        samples=tuple(
            JobSample(
                time=to_moment(sample.time_ms),
                memory_rss_mb=sample.rss_bytes / 1e6,
                cpu_percent=sample.cpu_permille / 10,
                cpu_seconds=sample.cpu_ms / 1000,
            )
            for sample in state.samples
        ),
    )


def _status(state: JobState) -> JobStatus:
    if state.running:
        return JobStatus.RUNNING
    return JobStatus.ERROR if state.exit_code != 0 or state.timed_out else JobStatus.COMPLETED


def to_moment(milliseconds: int) -> datetime:
    """A time that an agent has told."""
    return datetime.fromtimestamp(min(milliseconds, _LAST_MS) / 1000, UTC)
