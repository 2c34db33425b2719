"""Start a program the fast way: `posix_spawn` from a process that has little to copy.

The child gets a session and process group of its own, default signals, none of our descriptors, and /dev/null as input
and two pipes as output, or a terminal. Its directory, CPU limit and OOM score are set on ourselves for the moment of
the spawn, where nothing can observe it: threads of the agent use absolute paths, and it ignores SIGXCPU.

What runs must not starve the agent, with which it shares a control group. Niceness belongs to a thread in Linux, is
inherited, and may only grow; so a thread of its own, which is nice, starts the children.
"""

import errno
import os
import resource
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from msgspec import Struct

from carrel.agent.processes import MARKER_NAME

_SIGNALS = sorted(set(range(1, signal.NSIG)) - {signal.SIGKILL, signal.SIGSTOP, 32, 33})  # glibc keeps 32 and 33
_OOM_SCORE = b"500"
_NICENESS = 15


class NotRunnable(Exception):
    """The program could not be started; the message is a sentence."""


class Child(Struct, frozen=True):
    """A started process and the reading ends of its output pipes (non-blocking)."""

    pid: int
    marker: str
    stdout: int
    stderr: int


class Launcher:
    """Starts programs; `environment` is what they all get.

    `oom_score` is our own open /proc/self/oom_score_adj (an undumpable process can open it no more).
    """

    def __init__(self, environment: dict[str, str], oom_score: int) -> None:
        self.environment = environment
        self.home = environment.get("HOME", "/")
        self._oom_score = oom_score
        self._own_score = os.pread(oom_score, 16, 0)
        self._nice_thread = ThreadPoolExecutor(1, "spawn", os.nice, (_NICENESS,))

    def start(
        self,
        argv: tuple[str, ...],
        directory: str,
        environment: dict[str, str],
        cpu_seconds: int,
        stdin: int | None = None,
    ) -> Child:
        """Start `argv` in `directory`; `cpu_seconds` 0 is no limit. Raises `NotRunnable`.

        `stdin` is a descriptor that the child gets as its input instead of /dev/null.
        """
        marker = os.urandom(16).hex()
        environment = {**environment, MARKER_NAME: marker}
        with _output_pipes() as (stdout, stderr):
            nothing = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
            actions = [
                nothing if stdin is None else (os.POSIX_SPAWN_DUP2, stdin, 0),
                (os.POSIX_SPAWN_DUP2, stdout[1], 1),
                (os.POSIX_SPAWN_DUP2, stderr[1], 2),
            ]
            pid = self._spawn(argv, directory, environment, actions, cpu_seconds)
        return Child(pid, marker, stdout[0], stderr[0])

    def start_on(self, terminal: str, argv: tuple[str, ...], directory: str, environment: dict[str, str]) -> int:
        """Start `argv` with the terminal at that path as its own and as its three streams; raises `NotRunnable`."""
        opened = (os.POSIX_SPAWN_OPEN, 0, terminal, os.O_RDWR, 0)  # a session's first terminal controls it
        actions = [opened, (os.POSIX_SPAWN_DUP2, 0, 1), (os.POSIX_SPAWN_DUP2, 0, 2)]
        return self._spawn(argv, directory, environment, actions)

    def _spawn(
        self,
        argv: tuple[str, ...],
        directory: str,
        environment: dict[str, str],
        actions: Sequence[tuple[object, ...]],
        cpu_seconds: int = 0,
    ) -> int:
        if not argv or not argv[0]:
            raise NotRunnable("there is no program to run")
        full_environment = {**self.environment, **environment, "PWD": directory}
        with _sentences(argv[0], directory), _standing_in(directory), _cpu_limit(cpu_seconds), self._expendable():
            return self._nice_thread.submit(_execute, argv, full_environment, actions).result()

    @contextmanager
    def _expendable(self) -> Iterator[None]:
        """When memory runs out, commands go and the agent stays."""
        with suppress(OSError):  # a score above ours that may not be set
            os.pwrite(self._oom_score, _OOM_SCORE, 0)
        try:
            yield
        finally:
            with suppress(OSError):
                os.pwrite(self._oom_score, self._own_score, 0)


def _execute(argv: tuple[str, ...], environment: dict[str, str], actions: Sequence[tuple[object, ...]]) -> int:
    program = _find(argv[0], environment.get("PATH", os.defpath))
    for command in (argv, ("/bin/sh", program, *argv[1:])):  # a script without #! is the shell's, as in execvp(3)
        try:
            return os.posix_spawn(
                program if command is argv else command[0],
                command,
                environment,
                file_actions=actions,
                setsid=True,
                setsigmask=(),
                setsigdef=_SIGNALS,
            )
        except OSError as error:
            if error.errno != errno.ENOEXEC or command is not argv:
                raise
    raise AssertionError


def _find(program: str, path: str) -> str:
    """The file that `program` means; the first on `path` that may be executed."""
    if "/" in program:
        return program
    for directory in path.split(":"):
        candidate = os.path.join(directory, program)
        if os.access(candidate, os.X_OK) and not os.path.isdir(candidate):
            return candidate
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), program)


@contextmanager
def _output_pipes() -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Two pipes; their writing ends are closed at the end of the block, the reading ends only if it fails."""
    reading: list[int] = []
    writing: list[int] = []
    try:
        for _ in range(2):
            ends = os.pipe()
            reading.append(ends[0])
            writing.append(ends[1])
            os.set_blocking(ends[0], False)
        yield (reading[0], writing[0]), (reading[1], writing[1])
    except BaseException as error:
        for end in reading:
            os.close(end)
        if isinstance(error, OSError):
            raise NotRunnable(f"no pipe for the output: {error.strerror}") from error
        raise
    finally:
        for end in writing:
            os.close(end)


@contextmanager
def _sentences(program: str, directory: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, "EUNKNOWN")
        place = f" (directory '{directory}')" if error.filename == directory else ""
        raise NotRunnable(f"spawn {program} {name}{place}") from error
    except ValueError as error:
        raise NotRunnable(f"spawn {program} EINVAL ({error})") from error


@contextmanager
def _standing_in(directory: str) -> Iterator[None]:
    os.chdir(directory)
    try:
        yield
    finally:
        os.chdir("/")


@contextmanager
def _cpu_limit(seconds: int) -> Iterator[None]:
    if seconds == 0:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    lowest = min([seconds, *(limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY)])
    resource.setrlimit(resource.RLIMIT_CPU, (lowest, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
