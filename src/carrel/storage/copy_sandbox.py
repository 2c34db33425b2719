"""The throw-away sandbox in which rsync runs: nothing is there but the two homes and the system's programs.

Homes are mounted whole and their paths on the host are ours alone, so mounting has no races; every symlink that leads
out leads to nothing. Two projects of a hub that runs as root have two Unix users and closed homes. There rsync runs as
the target's user with one capability, to read what it may not (`CAP_DAC_READ_SEARCH`), which counts only in a user
namespace made once for all copies; the source is mounted read-only. bubblewrap itself runs as the copier's user, which
owns nothing, and the sandbox changes to the target's user on the way to rsync.
"""

import os
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from carrel.kit import bubblewrap, processes
from carrel.kit.bubblewrap import Arguments
from carrel.kit.processes import Confinement, Streams
from carrel.kit.unix_users import UnixUser
from carrel.storage.homes import Home
from carrel.storage.rsync import SOURCE, TARGET

_USERS = 100_000_000
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
_ALIASES = ("bin", "lib", "lib64")


class NoUserNamespace(RuntimeError):
    """The kernel refused a user namespace, without which nothing can be copied."""


def open_user_namespace(copier: UnixUser) -> int:
    """A user namespace in which all projects' users have their own numbers; blocking, for root only.

    Only root may map so many users, and the process that is in the namespace only serves to point at it.
    """
    with processes.spawn(
        ["unshare", "--user", "sh", "-c", "echo ready; read line"],
        Confinement(copier),
        streams=Streams(stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            if process.stdout.readline() != b"ready\n":
                raise NoUserNamespace(f"cannot make a user namespace: {process.stderr.read().decode().strip()}")
            for kind in ("uid_map", "gid_map"):
                Path(f"/proc/{process.pid}/{kind}").write_text(f"{copier.uid} {copier.uid} {_USERS}")
            return os.open(f"/proc/{process.pid}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
        finally:
            process.kill()


def kill_orphans(copier: UnixUser) -> None:
    """End copies whose hub was killed in the instant before they could notice it; for root, before the first copy."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or (process := processes.find_process(int(entry.name))) is None:
            continue
        with suppress(FileNotFoundError, ProcessLookupError):
            parent = int((entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
            is_copy = (entry / "cmdline").read_bytes().startswith(b"bwrap\0--args\0")
            if is_copy and entry.stat().st_uid == copier.uid and parent in (1, os.getpid()):
                for part in (process, *processes.find_children(process.pid)):
                    part.kill()


@dataclass(frozen=True, slots=True)
class CopySandbox:
    """Starts commands between two homes. `user_namespace` is needed only between projects of different users."""

    copier: UnixUser
    user_namespace: int | None

    def spawn(self, source: Home, target: Home, command: list[str], stderr: int) -> subprocess.Popen[bytes]:
        """Start, from a thread that lives as long as the hub: the sandbox dies with the thread that started it."""
        streams = Streams(stderr=stderr)
        if source.user == target.user:
            return bubblewrap.spawn(
                _arguments(source, target, None), command, Confinement(target.user), streams=streams
            )
        assert self.user_namespace is not None, "two users without root"
        return bubblewrap.spawn(
            _arguments(source, target, self.user_namespace),
            [*_become(target.user), *command],
            Confinement(self.copier),
            pass_fds=[self.user_namespace],
            streams=streams,
        )


def _become(user: UnixUser) -> list[str]:
    """Change to `user`, keeping the capability to read and no others."""
    identity = ["--reuid", str(user.uid), "--regid", str(user.gid), "--clear-groups"]
    kept = "-all,+dac_read_search"
    return ["setpriv", *identity, f"--inh-caps={kept}", f"--ambient-caps={kept}", "--bounding-set=-all"]


def _arguments(source: Home, target: Home, user_namespace: int | None) -> Arguments:
    arguments = Arguments()
    arguments.namespaces(user_namespace=user_namespace)
    if user_namespace is not None:
        arguments.capabilities("CAP_DAC_READ_SEARCH", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")
    # Not `--as-pid-1`: process 1 must have bubblewrap's own uid, else the kernel keeps its parent's death from it.
    arguments.add("--die-with-parent")
    arguments.read_only(Path("/usr"))
    for name in _ALIASES:
        path = Path("/", name)
        if path.is_symlink():
            arguments.add("--symlink", str(path.readlink()), str(path))
        elif path.is_dir():
            arguments.read_only(path)
    arguments.add("--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache")
    arguments.read_only(source.path, SOURCE)
    arguments.writable(target.path, TARGET)
    arguments.environment(_ENVIRONMENT)
    arguments.seccomp()
    arguments.seal()
    return arguments
