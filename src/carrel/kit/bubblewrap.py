"""Command lines for bubblewrap, and starting it.

`Arguments` collects the options of one sandbox; `spawn` hands them to `bwrap --args FD`, so that process 1 inside,
whose command line the sandbox can read, shows none of the host's paths. Contents (`/etc/passwd`, the seccomp filter)
travel in memory files. The order of options matters: mounts happen in the order given, and `--remount-ro /` comes last.

bubblewrap must never run as uid 0: the kernel lets the global root write to `/proc/sys` whatever its namespaces and
capabilities are, so such a sandbox has a way out. `processes.spawn` refuses it.
"""

import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from carrel.kit import processes, seccomp
from carrel.kit.processes import NO_STREAMS, Confinement, Streams

_SYSTEM_DIRECTORIES = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_SYSTEM_ETC = (
    "alternatives", "bash.bashrc", "ca-certificates", "ca-certificates.conf", "fonts", "inputrc", "java-17-openjdk",
    "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "magic", "magic.mime", "mime.types", "nsswitch.conf",
    "pki", "profile", "protocols", "python3", "python3.11", "python3.12", "python3.13", "R", "services", "ssl",
    "terminfo", "texmf",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes that bubblewrap reads from a descriptor; the argument becomes that descriptor's number."""

    value: bytes


@dataclass
class Arguments:
    """The options of one sandbox, in order. Paths outside are `Path`s, paths inside are text."""

    words: list[str | Content] = field(default_factory=list)

    def add(self, *words: str | Content) -> None:
        """Any option, word by word."""
        for word in words:
            if isinstance(word, str) and "\0" in word:
                raise ValueError("an argument of bubblewrap cannot hold a zero byte")
        self.words.extend(words)

    def read_only(self, source: Path, target: str | None = None) -> None:
        """Show `source` at `target` (default: the same path), not writable."""
        self.add("--ro-bind", str(source), target or str(source))

    def writable(self, source: Path, target: str) -> None:
        self.add("--bind", str(source), target)

    def content(self, value: bytes, target: str) -> None:
        """A read-only file with this content."""
        self.add("--ro-bind-data", Content(value), target)

    def tmpfs(self, target: str, *, size_bytes: int, mode: str = "0755") -> None:
        """An empty file system of bounded size. Its pages count as memory of the sandbox."""
        self.add("--perms", mode, "--size", str(size_bytes), "--tmpfs", target)

    def namespaces(self, *, user_namespace: int | None = None) -> None:
        """New namespaces of every kind, no capabilities, no network but a loopback device.

        With `user_namespace` (a descriptor, to be passed on by `spawn(pass_fds=…)`) that user namespace is entered
        instead of a new one; it decides which uids exist, and further user namespaces are then ruled out by the
        seccomp filter only.
        """
        if user_namespace is None:
            self.add("--unshare-user", "--disable-userns")
        else:
            self.add("--userns", str(user_namespace))
        self.add("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--unshare-net")
        self.add("--new-session", "--cap-drop", "ALL")

    def capabilities(self, *names: str) -> None:
        """Give capabilities (`CAP_…`) of the sandbox's own user namespace back; after `namespaces`."""
        for name in names:
            self.add("--cap-add", name)

    def system(self) -> None:
        """The host's programs, read-only: `/usr`, its aliases in `/`, and what programs need of `/etc`."""
        self.read_only(Path("/usr"))
        for name in _SYSTEM_DIRECTORIES:
            path = Path("/", name)
            if path.is_symlink():
                self.add("--symlink", str(path.readlink()), str(path))
            elif path.is_dir():
                self.read_only(path)
        self.add("--dir", "/etc")
        for name in _SYSTEM_ETC:
            self.add("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")

    def devices_and_proc(self) -> None:
        """`/dev` and `/proc`; `/proc/sys` read-only as a second fence (see the module's docstring)."""
        self.add("--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys", "--dev", "/dev")

    def environment(self, variables: Mapping[str, str]) -> None:
        """Exactly these variables and no others."""
        self.add("--clearenv")
        for name, value in variables.items():
            self.add("--setenv", name, value)

    def seccomp(self) -> None:
        """The deny filter of `kit.seccomp`."""
        self.add("--seccomp", Content(seccomp.deny_filter()))

    def seal(self) -> None:
        """Make the root of the sandbox itself read-only; the last of the mounts."""
        self.add("--remount-ro", "/")


def spawn(
    arguments: Arguments,
    command: Sequence[str],
    confinement: Confinement,
    *,
    bwrap: str = "bwrap",
    pass_fds: Sequence[int] = (),
    streams: Streams = NO_STREAMS,
    gated: bool = False,
) -> subprocess.Popen[bytes]:
    """Start `command` in the sandbox that `arguments` describe; the parameters are those of `processes.spawn`.

    `pass_fds` keep their numbers and reach the command, except those that bubblewrap uses up itself.
    """
    with ExitStack() as stack:

        def memory_file(content: bytes) -> int:
            descriptor = os.memfd_create("bwrap", os.MFD_CLOEXEC)
            stack.callback(os.close, descriptor)
            os.write(descriptor, content)
            os.lseek(descriptor, 0, os.SEEK_SET)
            return descriptor

        contents = [word.value for word in arguments.words if isinstance(word, Content)]
        descriptors = [memory_file(content) for content in contents]
        numbers = iter(descriptors)
        words = [str(next(numbers)) if isinstance(word, Content) else word for word in arguments.words]
        options = memory_file(b"".join(word.encode("utf-8", "surrogateescape") + b"\0" for word in words))
        return processes.spawn(
            [bwrap, "--args", str(options), "--", *command],
            confinement,
            pass_fds=[*pass_fds, *descriptors, options],
            streams=streams,
            gated=gated,
        )
