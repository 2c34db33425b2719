"""Processes as a supervisor needs them: spawned fast as another user, told apart, awaited without being ours.

A pid alone does not name a process for long. A pid and its start time do (`Process`), and a pidfd cannot be mistaken at
all: it also works for processes that an earlier supervisor started.

`spawn` goes through a constant shell script, because what has to happen between fork and exec (joining cgroups, limits,
giving up root) is not safe to do in a process with threads. Everything that varies is a positional parameter, never
text of the script. Without `preexec_fn` and `user=` Python uses vfork, fast however large this process is.
"""

import os
import select
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from carrel.kit.unix_users import UnixUser, current_user

# $1 open files, $2 file size in blocks of 512 bytes, $3 whether to wait for the word on stdin (`-`: leave, do not),
# $4 number of cgroups, then these, then the command.
_SCRIPT = """
umask 022
ulimit -c 0
[ "$1" = - ] || ulimit -n "$1" || exit 124
[ "$2" = - ] || ulimit -f "$2" || exit 124
gate=$3
left=$4
shift 4
while [ "$left" -gt 0 ]; do
    echo 0 > "$1/cgroup.procs" || exit 125
    shift
    left=$((left - 1))
done
[ "$gate" = - ] && exec "$@"
read -r word && [ "$word" = go ] && exec "$@" < /dev/null
exit 126
"""
GO = b"go\n"
_BLOCK = 512
_MOST_DESCENDANTS = 5000
# The environment of a process can be read in /proc by every process of the same user: ours must not go along.
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8"}


class RootRefused(RuntimeError):
    """Work of a tenant was about to run as uid 0, for which namespaces are no fence."""


@dataclass(frozen=True, slots=True)
class Confinement:
    """Whom a spawned process and all that it starts run as, and its bounds; `None` leaves what this process has.

    `cgroups` are directories, one for each hierarchy to join.
    """

    user: UnixUser
    cgroups: Sequence[Path] = ()
    open_files: int | None = None
    file_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Streams:
    """Standard streams of a spawned process, as `Popen` takes them."""

    stdin: int | IO[bytes] = subprocess.DEVNULL
    stdout: int | IO[bytes] = subprocess.DEVNULL
    stderr: int | IO[bytes] = subprocess.DEVNULL


NO_STREAMS = Streams()


def spawn(
    command: Sequence[str],
    confinement: Confinement,
    *,
    pass_fds: Sequence[int] = (),
    streams: Streams = NO_STREAMS,
    gated: bool = False,
) -> subprocess.Popen[bytes]:
    """Start `command`, confined, in a session of its own and with a minimal environment.

    A `gated` command begins when `GO` can be read from `streams.stdin`, and never if that ends before: what has been
    spawned can first be recorded, and if we die before that it is gone too.

    Raises `RootRefused` for uid 0, and `PermissionError` for another user's uid if this process is not root.
    """
    blocks = "-" if confinement.file_bytes is None else str(max(1, confinement.file_bytes // _BLOCK))
    cgroups = [str(path) for path in confinement.cgroups]
    files = "-" if confinement.open_files is None else str(confinement.open_files)
    gate = "gate" if gated else "-"
    parameters = [files, blocks, gate, str(len(cgroups)), *cgroups, *_as_user(confinement.user), *command]
    return subprocess.Popen(
        ["/bin/sh", "-c", _SCRIPT, "spawn", *parameters],
        stdin=streams.stdin,
        stdout=streams.stdout,
        stderr=streams.stderr,
        env=_ENVIRONMENT,
        cwd="/",
        pass_fds=pass_fds,
        start_new_session=True,
    )


def _as_user(user: UnixUser) -> list[str]:
    if user.uid == 0 or (user.gid == 0 and os.geteuid() == 0):
        raise RootRefused("refusing to run a tenant's work as uid or gid 0: give every project a user of its own")
    if user == current_user():
        return []
    if os.geteuid() != 0:
        raise PermissionError(f"cannot run work as uid {user.uid}: this process is neither root nor that user")
    return ["setpriv", "--reuid", str(user.uid), "--regid", str(user.gid), "--clear-groups"]


@dataclass(frozen=True, slots=True)
class Process:
    """One process for certain: a pid and when it started, in clock ticks since boot."""

    pid: int
    start_ticks: int

    @property
    def is_running(self) -> bool:
        """Whether it still runs; a zombie does not."""
        return start_ticks(self.pid) == self.start_ticks

    def open_pidfd(self) -> int | None:
        """A pidfd of it, or `None` if it has ended. The caller closes it."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return None
        if self.is_running:
            return descriptor
        os.close(descriptor)
        return None

    @property
    def is_stopped(self) -> bool:
        """Whether a signal has stopped it."""
        fields = _stat_fields(self.pid)
        return fields is not None and fields[0] == "T"

    @property
    def has_terminal(self) -> bool:
        """Whether a terminal controls it."""
        fields = _stat_fields(self.pid)
        return fields is not None and fields[4] != "0"

    @property
    def leads_terminal(self) -> bool:
        """Whether it leads the session of a terminal, as the shell in it does."""
        fields = _stat_fields(self.pid)
        return fields is not None and fields[4] != "0" and int(fields[3]) == self.pid

    def kill(self) -> None:
        """SIGKILL it, if it still runs; never hits another process that got its pid."""
        self.send(signal.SIGKILL)

    def send(self, number: signal.Signals) -> None:
        """Signal it, if it still runs; never hits another process that got its pid. Raises `PermissionError`."""
        descriptor = self.open_pidfd()
        if descriptor is None:
            return
        try:
            signal.pidfd_send_signal(descriptor, number)
        except ProcessLookupError:
            pass
        finally:
            os.close(descriptor)

    def wait(self, timeout_seconds: float) -> bool:
        """Block until it has ended (its parent may still have to reap it); whether it has."""
        descriptor = self.open_pidfd()
        if descriptor is None:
            return True
        try:
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            return bool(poll.poll(timeout_seconds * 1000))
        finally:
            os.close(descriptor)


def start_ticks(pid: int) -> int | None:
    """When the process started, in clock ticks since boot; `None` if there is none or it is a zombie (see proc(5))."""
    fields = _stat_fields(pid)
    return None if fields is None or fields[0] in "ZX" else int(fields[19])


def find_process(pid: int) -> Process | None:
    """The running process of that pid."""
    ticks = start_ticks(pid)
    return None if ticks is None else Process(pid, ticks)


def find_children(pid: int) -> list[Process]:
    """The running children of a process, of all its threads."""
    children = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            children += [int(word) for word in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        pass
    return [process for child in children if (process := find_process(child))]


def find_descendants(pid: int) -> set[Process]:
    """The running processes below one; of a tree that grows while it is looked at, at most some thousands."""
    found: set[Process] = set()
    fresh = find_children(pid)
    while fresh and len(found) < _MOST_DESCENDANTS:
        process = fresh.pop()
        if process not in found:
            found.add(process)
            fresh += find_children(process.pid)
    return found


def _stat_fields(pid: int) -> list[str] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field, the program's name in parentheses, may hold anything, also parentheses and blanks.
    return text[text.rindex(")") + 2 :].split()
