"""Attempts to get out of a sandbox, run by a tenant's Python *inside* one; printed as JSON for the test outside.

Self-contained: this file's text is passed to `python3 -c` with the facts of the host as a JSON argument. A check tries
something and returns if that *worked*; it raises `OSError` (or `Blocked`) when it was refused. Only an errno that means
"not allowed" or "not there" is a refusal: EINVAL or EFAULT would mean that the kernel had begun to listen.
"""

import ctypes
import errno
import json
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

FACTS = json.loads(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].startswith("{") else {}
REFUSALS = {
    errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EROFS, errno.ENOENT, errno.ESRCH, errno.ENXIO, errno.ENOTDIR,
    errno.EXDEV, errno.EAFNOSUPPORT, errno.ECONNREFUSED, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENODEV,
    errno.EPROTONOSUPPORT,
}  # fmt: skip
CHECKS: dict[str, Callable[[], object]] = {}
INFORMATION: dict[str, Callable[[], object]] = {}
_libc = ctypes.CDLL(None, use_errno=True)


class Blocked(Exception):
    """The attempt did not do what it should have done."""


def check(name: str) -> Callable[[Callable[[], object]], Callable[[], object]]:
    def register(function: Callable[[], object]) -> Callable[[], object]:
        CHECKS[name] = function
        return function

    return register


def system_call(number: int | None, *arguments: object) -> None:
    if number is None:
        raise Blocked("this architecture has no such call")
    if _libc.syscall(ctypes.c_long(number), *arguments) < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def read(path: str) -> None:
    with open(path, "rb") as file:
        file.read(16)


def write(path: str, text: str = "x") -> None:
    with open(path, "w") as file:
        file.write(text)


# --- files ------------------------------------------------------------------------------------------------------------
_HOST_FILES = {
    "another project's home by its host path": "{other}",
    "another project's home through /proc/1/root": "/proc/1/root{other}",
    "another project's home through /proc/self/root": "/proc/self/root{other}",
    "another project's home by climbing out of the own": "../../../../../..{other}",
    "another project's home by its path inside": "/projects/{other_id}/secret",
    "the own home by its host path": "{own}",
    "the record of the sandbox": "{data}/state/{own_id}/sandbox.json",
    "the state directory": "{data}/state/{own_id}/lock",
    "root's home": "/root/.profile",
    "the host's /etc/shadow": "/etc/shadow",
    "the host's machine id": "/etc/machine-id",
    "the host's mounts in /mnt": "/mnt/.",
    "the kernel's memory": "/proc/kcore",
    "the kernel's log": "/proc/kmsg",
    "/sys": "/sys/kernel",
    "the control groups": "/sys/fs/cgroup/pids",
    "debugfs": "/sys/kernel/debug/.",
    "the agent's memory": "/proc/{agent}/mem",
    "the agent's environment": "/proc/{agent}/environ",
    "the agent's descriptors": "/proc/{agent}/fd/3",
    "the agent's root": "/proc/{agent}/root/.",
}
_WRITES = {
    "the own /etc/passwd": "/etc/passwd",
    "a new file in /etc": "/etc/new",
    "a new file in /usr": "/usr/new",
    "a new program in /usr/local/bin": "/usr/local/bin/new",
    "a new file in /": "/new",
    "a new home beside the own": "/projects/new",
    "the runtime": "/opt/carrel/__main__.py",
    "a new module in the runtime": "/opt/carrel/new.py",
    "a new file in /dev": "/dev/new",
    "/proc/meminfo": "/proc/meminfo",
    "core_pattern": "/proc/sys/kernel/core_pattern",
    "the host name in /proc/sys": "/proc/sys/kernel/hostname",
    "drop_caches": "/proc/sys/vm/drop_caches",
    "ip_forward": "/proc/sys/net/ipv4/ip_forward",
    "modprobe": "/proc/sys/kernel/modprobe",
    "sysrq": "/proc/sysrq-trigger",
    "the uid map": "/proc/self/uid_map",
    "the agent's oom score": "/proc/{agent}/oom_score_adj",
}
_DEVICES = (
    "kmsg", "mem", "port", "kvm", "fuse", "net/tun", "vsock", "vhost-vsock", "userfaultfd", "console", "tty0",
    "loop-control", "loop0", "vda", "sda", "nvme0n1", "mapper/control", "uinput", "snapshot", "hwrng",
)  # fmt: skip


def _fill_file_checks() -> None:
    for name, path in _HOST_FILES.items():
        CHECKS[f"read {name}"] = partial(_on_path, _look, path)
    for name, path in _WRITES.items():
        CHECKS[f"write {name}"] = partial(_on_path, write, path)
    for device in _DEVICES:
        CHECKS[f"open /dev/{device}"] = partial(_open_device, device)


def _on_path(attempt: Callable[[str], None], path: str) -> None:
    attempt(path.format_map(FACTS))


def _open_device(name: str) -> None:
    os.close(os.open(f"/dev/{name}", os.O_RDWR))


def _look(path: str) -> None:
    if os.path.isdir(path):
        if os.listdir(path):
            return
        raise Blocked("empty")
    if path.endswith("/mem"):
        os.close(os.open(path, os.O_RDWR))
        return
    read(path)


_fill_file_checks()


@check("make a device node in /tmp")
def _() -> None:
    os.mknod("/tmp/node", 0o20666, os.makedev(1, 1))


@check("make a block device node in the home")
def _() -> None:
    os.mknod("node", 0o60666, os.makedev(7, 0))


@check("link a system file into the home")
def _() -> None:
    os.link("/usr/bin/env", "linked")


@check("run a setuid program as root")
def _() -> None:
    result = subprocess.run(["su", "-c", "id -u"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if result.stdout.strip() != "0":
        raise Blocked(result.stderr.strip())


# --- processes --------------------------------------------------------------------------------------------------------
def _agent() -> int:
    return int(FACTS["agent"])


@check("see a process of the host")
def _() -> None:
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            text = Path(f"/proc/{pid}/cmdline").read_text()
        except OSError:
            continue
        if FACTS["marker"] in text and str(os.getpid()) != pid:
            return
    raise Blocked("none is visible")


@check("see more processes than the sandbox has")
def _() -> None:
    if len([pid for pid in os.listdir("/proc") if pid.isdigit()]) <= 5:
        raise Blocked("a handful")


@check("signal a process of the host")
def _() -> None:
    os.kill(FACTS["host_pid"], signal.SIGURG)


@check("stop process 1")
def _() -> None:
    os.kill(1, signal.SIGSTOP)
    state = Path("/proc/1/stat").read_text().rpartition(")")[2].split()[0]
    if state not in "Tt":
        raise Blocked(f"state {state}")


@check("kill process 1")
def _() -> None:
    os.kill(1, signal.SIGKILL)
    Path("/proc/1/stat").read_text()
    raise Blocked("ignored")


@check("find the host's environment in process 1")
def _() -> None:
    if FACTS["host_secret"] not in Path("/proc/1/environ").read_text():
        raise Blocked("not in it")


@check("find the host's paths in the command line of process 1")
def _() -> None:
    if FACTS["data"] not in Path("/proc/1/cmdline").read_text():
        raise Blocked("not in it")


@check("find an inherited descriptor beyond the standard ones")
def _() -> None:
    # 3 is the directory that is being listed.
    if not set(os.listdir("/proc/self/fd")) - {"0", "1", "2", "3"}:
        raise Blocked("none")


@check("find the agent's socket among the descriptors of process 1")
def _() -> None:
    links = [os.readlink(f"/proc/1/fd/{number}") for number in os.listdir("/proc/1/fd")]
    if not [link for link in links if link.startswith("socket:")]:
        raise Blocked("none")


@check("write to the agent's log through process 1")
def _() -> None:
    with open("/proc/1/fd/2", "a") as file:
        file.write("x")


_SYSTEM_CALLS: dict[str, tuple[object, ...]] = {
    "ptrace": (16, 1, 0, 0),  # PTRACE_ATTACH to process 1
    "process_vm_readv": (1, None, 0, None, 0, 0),
    "process_vm_writev": (1, None, 0, None, 0, 0),
    "kcmp": (1, 1, 0, 0, 0),
    "pidfd_getfd": (0, 0, 0),
    "unshare": (0x10000000,),
    "setns": (0, 0),
    "clone3": (None, 0),
    "mount": (b"none", b"/tmp", b"tmpfs", 0, None),
    "umount2": (b"/proc/sys", 2),
    "pivot_root": (b"/tmp", b"/tmp"),
    "chroot": (b"/tmp",),
    "open_tree": (-100, b"/", 1),
    "move_mount": (-100, b"/tmp", -100, b"/run", 0),
    "fsopen": (b"tmpfs", 0),
    "fsconfig": (0, 0, None, None, 0),
    "fsmount": (0, 0, 0),
    "fspick": (-100, b"/", 0),
    "mount_setattr": (-100, b"/", 0, None, 0),
    "open_tree_attr": (-100, b"/", 1, None, 0),
    "bpf": (0, None, 0),
    "perf_event_open": (None, 0, -1, -1, 0),
    "userfaultfd": (1,),
    "io_uring_setup": (1, None),
    "io_uring_enter": (0, 0, 0, 0, None, 0),
    "io_uring_register": (0, 0, None, 0),
    "keyctl": (0, -3, 1),
    "add_key": (b"user", b"x", b"y", 1, -3),
    "request_key": (b"user", b"x", None, -3),
    "open_by_handle_at": (-100, None, 0),
    "kexec_load": (0, 0, None, 0),
    "kexec_file_load": (-1, -1, 0, None, 0),
    "init_module": (None, 0, b""),
    "finit_module": (-1, b"", 0),
    "delete_module": (b"none", 0),
    "reboot": (0, 0, 0, None),  # wrong magic numbers: harmless if let through
    "swapon": (b"/tmp/none", 0),
    "swapoff": (b"/tmp/none",),
    "iopl": (3,),
    "ioperm": (0x80, 1, 1),
    "acct": (None,),
    "quotactl": (0, None, 0, None),
    "quotactl_fd": (0, 0, 0, None),
    "personality": (0x0040000,),
    "syslog": (10, None, 0),
    "settimeofday": (None, None),
    "clock_settime": (0, None),
    "clock_adjtime": (0, None),
}


def _fill_system_call_checks() -> None:
    for name, arguments in _SYSTEM_CALLS.items():
        number = FACTS.get("system_calls", {}).get(name, -1)
        CHECKS[f"system call {name}"] = partial(system_call, number, *arguments)


_fill_system_call_checks()


@check("ptrace the agent")
def _() -> None:
    system_call(FACTS["system_calls"]["ptrace"], 16, _agent(), 0, 0)


@check("a new user namespace through clone")
def _() -> None:
    system_call(FACTS["system_calls"]["clone"], 0x10000000 | signal.SIGCHLD, 0, 0, 0, 0)
    os._exit(0)


@check("a new user namespace through unshare(1)")
def _() -> None:
    _succeeds("unshare", "-U", "true")


@check("a mount through mount(8)")
def _() -> None:
    _succeeds("mount", "-o", "remount,rw", "/usr")


@check("a system call of the x32 range")
def _() -> None:
    if os.uname().machine != "x86_64":
        raise Blocked("there is none")
    system_call(0x40000000 | 39)


@check("another sandbox inside this one")
def _() -> None:
    _succeeds("bwrap", "--ro-bind", "/", "/", "true")


def _succeeds(*command: str) -> None:
    result = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if result.returncode != 0:
        raise Blocked(result.stderr.strip())


@check("join the namespaces of process 1's parents")
def _() -> None:
    descriptor = os.open("/proc/1/ns/user", os.O_RDONLY)
    system_call(FACTS["system_calls"]["setns"], descriptor, 0)


# --- network and sockets ----------------------------------------------------------------------------------------------
@check("connect to the host's loopback")
def _() -> None:
    socket.create_connection(("127.0.0.1", FACTS["tcp_port"]), timeout=2)


@check("connect to an address outside")
def _() -> None:
    socket.create_connection(("192.0.2.1", 80), timeout=2)


@check("connect to an IPv6 address outside")
def _() -> None:
    socket.create_connection(("2001:db8::1", 80), timeout=2)


@check("resolve a name")
def _() -> None:
    try:
        socket.getaddrinfo("example.com", 80)
    except socket.gaierror as error:
        raise Blocked(str(error)) from error


@check("connect to an abstract socket of the host")
def _() -> None:
    socket.socket(socket.AF_UNIX).connect("\0" + FACTS["abstract"])


@check("connect to a socket of the host by path")
def _() -> None:
    socket.socket(socket.AF_UNIX).connect(FACTS["unix_socket"])


@check("connect to another project's agent")
def _() -> None:
    socket.socket(socket.AF_UNIX).connect(FACTS["other_agent"])


@check("a raw socket")
def _() -> None:
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)


@check("a packet socket")
def _() -> None:
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW)


@check("a vsock socket")
def _() -> None:
    socket.socket(40, socket.SOCK_STREAM)


@check("a crypto socket")
def _() -> None:
    socket.socket(38, socket.SOCK_SEQPACKET)


@check("take the loopback device down")
def _() -> None:
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 0))


@check("a new network device")
def _() -> None:
    _succeeds("ip", "link", "add", "dummy0", "type", "dummy")


# --- identity, limits, terminals --------------------------------------------------------------------------------------
@check("setuid to root")
def _() -> None:
    system_call_or_raise(_libc.setuid(0))


@check("setgid to root")
def _() -> None:
    system_call_or_raise(_libc.setgid(0))


@check("setgroups")
def _() -> None:
    os.setgroups([0])


def system_call_or_raise(result: int) -> None:
    if result < 0 and ctypes.get_errno() == errno.EINVAL:
        raise Blocked("there is no such id in here")
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    if os.getuid() != 0 and os.getgid() != 0:
        raise Blocked("nothing changed")


def _status(name: str, process: str = "self") -> str:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return line.split()[1]
    raise LookupError(name)


@check("hold a capability")
def _() -> None:
    if all(int(_status(name), 16) == 0 for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")):
        raise Blocked("none in any set")


@check("find process 1 (whose memory is the tenant's) with a capability or without the filter")
def _() -> None:
    capabilities = [int(_status(name, "1"), 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")]
    if not any(capabilities) and _status("Seccomp", "1") == "2" and _status("NoNewPrivs", "1") == "1":
        raise Blocked("it holds no more than any other")


@check("gain privileges through exec")
def _() -> None:
    if _status("NoNewPrivs") == "1":
        raise Blocked("NoNewPrivs is set")


@check("run without a seccomp filter")
def _() -> None:
    if _status("Seccomp") == "2":
        raise Blocked("there is one")


@check("a better nice value")
def _() -> None:
    os.setpriority(os.PRIO_PROCESS, 0, -5)


@check("real-time scheduling")
def _() -> None:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))


@check("more open files than allowed")
def _() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard + 1, hard + 1))
    except ValueError as error:
        raise Blocked(str(error)) from error


@check("larger files than allowed")
def _() -> None:
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except ValueError as error:
        raise Blocked(str(error)) from error


@check("a core dump")
def _() -> None:
    if resource.getrlimit(resource.RLIMIT_CORE)[1] == 0:
        raise Blocked("the limit is 0")


@check("a lower oom score than the agent")
def _() -> None:
    write("/proc/self/oom_score_adj", "-500")


@check("a new host name")
def _() -> None:
    socket.sethostname("mine")


@check("push input into a terminal (TIOCSTI)")
def _() -> None:
    _terminal_request(0x5412, b"x")


@check("push input into a console (TIOCLINUX)")
def _() -> None:
    _terminal_request(0x541C, b"\x02")


def _terminal_request(request: int, argument: bytes) -> None:
    import fcntl
    import pty

    _, terminal = pty.openpty()
    fcntl.ioctl(terminal, request, argument)


@check("the host's System V shared memory")
def _() -> None:
    if len(Path("/proc/sysvipc/shm").read_text().splitlines()) <= 1:
        raise Blocked("none is visible")


# --- what can be seen, and is known to ------------------------------------------------------------------------------
def _file(path: str, limit: int = 200) -> Callable[[], object]:
    return lambda: Path(path).read_text()[:limit]


INFORMATION["the host's paths of the mounts"] = lambda: FACTS["data"] in Path("/proc/self/mountinfo").read_text()
INFORMATION["the log's host path in /proc/1/fd"] = lambda: os.readlink("/proc/1/fd/2")
INFORMATION["process 1 is the tenant's own, to read and to change"] = lambda: os.open("/proc/1/mem", os.O_RDWR) > 0
INFORMATION["the load of the machine"] = _file("/proc/loadavg")
INFORMATION["the kernel's command line"] = _file("/proc/cmdline")
INFORMATION["the processors"] = lambda: os.cpu_count()
INFORMATION["the disks' counters"] = _file("/proc/diskstats")
INFORMATION["the kernel's version"] = lambda: os.uname().release
INFORMATION["the own control group"] = _file("/proc/self/cgroup")
INFORMATION["the memory, as bounded"] = _file("/proc/meminfo", 30)


def verdict(attempt: Callable[[], object]) -> tuple[bool, str]:
    """(whether it was refused, what happened)."""
    try:
        result = attempt()
    except Blocked as blocked:
        return True, str(blocked)
    except OSError as error:
        return error.errno in REFUSALS or isinstance(error, TimeoutError), f"{type(error).__name__}: {error}"
    return False, f"worked: {result!r}"


def shown(look: Callable[[], object]) -> str:
    try:
        return str(look())
    except OSError as error:
        return f"hidden: {error}"


if __name__ == "__main__":
    verdicts = {name: verdict(attempt) for name, attempt in CHECKS.items()}
    print(json.dumps({"checks": verdicts, "information": {name: shown(look) for name, look in INFORMATION.items()}}))
