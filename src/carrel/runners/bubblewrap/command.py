"""What a sandbox looks like from inside: its mounts, its environment, its users and the agent's command line."""

from dataclasses import dataclass
from pathlib import Path

from carrel.kit.bubblewrap import Arguments
from carrel.runners.base import Network, SandboxSpec
from carrel.runners.bubblewrap.runtime import RUNTIME
from carrel.runners.environment import ENVIRONMENT
from carrel.runners.settings import RunnerSettings

PROXY_DIRECTORY = "/run/proxy"
PROXY_URL = "http://127.0.0.1:3128"
DOCUMENTS = "/var/lib/carrel/documents"
_UID = 1000
_MB = 1 << 20
_PRLIMIT = "/usr/bin/prlimit"


@dataclass(frozen=True, slots=True)
class Interior:
    """What goes into one sandbox. `limits_inside`: no control group bounds it, so resource limits have to."""

    spec: SandboxSpec
    runtime: Path
    environment: Path | None
    python: Path
    proxy_directory: Path
    limits_inside: bool

    @property
    def home(self) -> str:
        return f"/projects/{self.spec.project_id}"

    @property
    def _path(self) -> str:
        return f"{self.home}/.local/bin:{ENVIRONMENT}/bin:/usr/local/bin:/usr/bin:/bin"

    def arguments(self, settings: RunnerSettings) -> Arguments:
        """The options for bubblewrap, without those that name descriptors of a single start."""
        resources = self.spec.resources
        arguments = Arguments()
        arguments.namespaces()
        arguments.add("--uid", str(_UID), "--gid", str(_UID), "--hostname", "project")
        arguments.system()
        self._add_identity(arguments)
        arguments.devices_and_proc()
        arguments.content(_meminfo(resources.memory_bytes), "/proc/meminfo")
        arguments.tmpfs("/dev/shm", size_bytes=resources.tmp_bytes, mode="1777")  # noqa: S108 # the sandbox's own
        arguments.add("--remount-ro", "/dev")
        arguments.tmpfs("/tmp", size_bytes=resources.tmp_bytes, mode="1777")  # noqa: S108 # the sandbox's own
        arguments.tmpfs("/run", size_bytes=settings.run_size_mb * _MB)
        arguments.add("--dir", "/var", "--symlink", "../tmp", "/var/tmp", "--symlink", "../run", "/var/run")  # noqa: S108
        arguments.read_only(self.runtime, RUNTIME)
        if self.environment is not None:
            arguments.read_only(self.environment, ENVIRONMENT)
        if self.spec.network is Network.PROXY:
            arguments.read_only(self.proxy_directory, PROXY_DIRECTORY)
        arguments.writable(self.spec.home, self.home)
        if self.spec.documents is not None:
            arguments.writable(self.spec.documents, DOCUMENTS)
        arguments.add("--chdir", self.home)
        arguments.environment(self._environment(settings))
        arguments.seccomp()
        arguments.seal()
        return arguments

    def _add_identity(self, arguments: Arguments) -> None:
        passwd = (
            "root:x:0:0:root:/:/usr/sbin/nologin\n"
            f"user:x:{_UID}:{_UID}:user:{self.home}:/bin/bash\n"
            "nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n"
        )
        arguments.content(passwd.encode(), "/etc/passwd")
        arguments.content(f"root:x:0:\nuser:x:{_UID}:\nnogroup:x:65534:\n".encode(), "/etc/group")
        arguments.content(b"127.0.0.1 localhost project\n::1 localhost\n", "/etc/hosts")
        arguments.content(b"project\n", "/etc/hostname")
        arguments.content(b"", "/etc/resolv.conf")
        arguments.content(f"PATH={self._path}\n".encode(), "/etc/profile.d/carrel.sh")  # login shells set another

    def _environment(self, settings: RunnerSettings) -> dict[str, str]:
        ours = {
            "HOME": self.home,
            "USER": "user",
            "LOGNAME": "user",
            "SHELL": "/bin/bash",
            "PATH": self._path,
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
        }
        if self.spec.network is Network.PROXY:
            for name in ("HTTPS_PROXY", "HTTP_PROXY"):
                ours[name] = ours[name.lower()] = PROXY_URL
            ours["NO_PROXY"] = ours["no_proxy"] = "localhost,127.0.0.1,::1"
        if settings.imports is not None:
            ours["CARREL_IMPORTS"] = " ".join(settings.imports)
        theirs = {name: value for name, value in self.spec.environment.items() if name and "=" not in name}
        return theirs | ours

    def command(self, *, listen: int, ready: int) -> list[str]:
        """The agent's command line; both numbers are descriptors that it inherits."""
        forward = "forward" if self.spec.network is Network.PROXY else "-"
        agent = [str(self.python), "-I", "-S", "-X", "frozen_modules=on", RUNTIME]
        command = [*agent, str(ready), forward, "--listen-fd", str(listen)]
        if not self.limits_inside:
            return command
        # Set inside, the number of processes is counted within the sandbox's own user namespace (Linux >= 5.14).
        resources = self.spec.resources
        limits = [f"--nproc={resources.processes}", f"--data={resources.memory_bytes}"]
        return [_PRLIMIT, *limits, "--", *command]


def _meminfo(memory_bytes: int) -> bytes:
    """`/proc/meminfo` of a machine with just the memory that the sandbox may use."""
    total = memory_bytes // 1024
    fields = {"MemTotal": total, "MemFree": total, "MemAvailable": total, "Buffers": 0, "Cached": 0}
    fields |= {"SwapTotal": 0, "SwapFree": 0}
    return "".join(f"{name + ':':16}{value:8} kB\n" for name, value in fields.items()).encode()
