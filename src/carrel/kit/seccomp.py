"""A seccomp deny filter, assembled without a library.

Namespaces decide what a sandbox can see; this filter takes away kernel interfaces that no ordinary program of a project
needs and that have been the way out of sandboxes before: mounting, tracing, new namespaces, key rings, io_uring, vsock.
The program is classic BPF as in seccomp(2): an array of `struct sock_filter` over `struct seccomp_data`, which
bubblewrap takes from a file descriptor (`--seccomp FD`).

Denied calls fail with an error that programs know how to handle (EPERM, or ENOSYS where the C library then takes an
older call); only a call of a foreign architecture ends the process. System call numbers are from the kernel's
`arch/x86/entry/syscalls/syscall_64.tbl` and `include/uapi/asm-generic/unistd.h`.
"""

import errno
import platform
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL_PROCESS, _FAIL = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER_OFFSET, _ARCHITECTURE_OFFSET, _ARGUMENTS_OFFSET = 0, 4, 16
_X32_BIT = 0x40000000

# CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET
_NAMESPACE_FLAGS = 0x7E020000
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_AF_PACKET, _AF_ALG, _AF_VSOCK = 17, 38, 40

# name → (x86_64, aarch64); None where the architecture has no such call.
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431),
    "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442), "open_tree_attr": (467, 467),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "unshare": (272, 97), "setns": (308, 268), "open_by_handle_at": (304, 265),
    "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225), "iopl": (172, None), "ioperm": (173, None),
    "acct": (163, 89), "quotactl": (179, 60), "quotactl_fd": (443, 443), "personality": (135, 92), "syslog": (103, 116),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266),
}  # fmt: skip
# clone3 hides its flags from the filter behind a pointer; without it the C library falls back to clone.
_ABSENT = {
    "clone3": (435, 435), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
}  # fmt: skip
_CLONE, _IOCTL, _SOCKET = (56, 220), (16, 29), (41, 198)

_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


class UnknownArchitecture(RuntimeError):
    """There is no table of system call numbers for this machine, so no filter can be made."""


def numbers(machine: str) -> dict[str, int | None]:
    """The numbers of the calls that the filter looks at; `None` for those that `machine` does not have."""
    column, _ = _ARCHITECTURES[machine]
    calls = {**_REFUSED, **_ABSENT, "clone": _CLONE, "ioctl": _IOCTL, "socket": _SOCKET}
    return {name: pair[column] for name, pair in calls.items()}


@dataclass
class _Program:
    """BPF instructions with forward jumps by label, resolved when the program is packed."""

    instructions: list[tuple[int, str | None, int]] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)

    def load(self, offset: int) -> None:
        self.instructions.append((_LOAD, None, offset))

    def jump_if(self, test: int, value: int, label: str) -> None:
        """Go to `label` if the loaded word passes `test` against `value`, else on with the next instruction."""
        self.instructions.append((test, label, value))

    def returns(self, label: str, verdict: int) -> None:
        self.labels[label] = len(self.instructions)
        self.instructions.append((_RETURN, None, verdict))

    def mark(self, label: str) -> None:
        self.labels[label] = len(self.instructions)

    def pack(self) -> bytes:
        return b"".join(
            struct.pack("=HBBI", code, self.labels[label] - position - 1 if label else 0, 0, value)
            for position, (code, label, value) in enumerate(self.instructions)
        )


@cache
def deny_filter(machine: str | None = None) -> bytes:
    """The filter for `machine` (default: this one), ready for `--seccomp FD`. Raises `UnknownArchitecture`."""
    machine = machine or platform.machine()
    if machine not in _ARCHITECTURES:
        raise UnknownArchitecture(f"no seccomp filter for {machine!r} machines: only {', '.join(_ARCHITECTURES)}")
    column, architecture = _ARCHITECTURES[machine]
    program = _Program()
    program.load(_ARCHITECTURE_OFFSET)
    program.jump_if(_JUMP_EQUAL, architecture, "known architecture")
    program.returns("kill", _KILL_PROCESS)
    program.mark("known architecture")
    program.load(_NUMBER_OFFSET)
    if machine == "x86_64":
        program.jump_if(_JUMP_AT_LEAST, _X32_BIT, "refuse")
    for label, calls in (("refuse", _REFUSED), ("absent", _ABSENT)):
        for numbers in calls.values():
            if (number := numbers[column]) is not None:
                program.jump_if(_JUMP_EQUAL, number, label)
    for numbers, label in ((_CLONE, "clone"), (_IOCTL, "ioctl"), (_SOCKET, "socket")):
        program.jump_if(_JUMP_EQUAL, numbers[column], label)
    program.returns("allow", _ALLOW)
    _check_argument(program, "clone", 0, [(_JUMP_ANY_BIT, _NAMESPACE_FLAGS)], "refuse")
    _check_argument(program, "ioctl", 1, [(_JUMP_EQUAL, _TIOCSTI), (_JUMP_EQUAL, _TIOCLINUX)], "refuse")
    families = [(_JUMP_EQUAL, family) for family in (_AF_PACKET, _AF_ALG, _AF_VSOCK)]
    _check_argument(program, "socket", 0, families, "no such family")
    program.returns("refuse", _FAIL | errno.EPERM)
    program.returns("absent", _FAIL | errno.ENOSYS)
    program.returns("no such family", _FAIL | errno.EAFNOSUPPORT)
    return program.pack()


def _check_argument(
    program: _Program, label: str, argument: int, tests: Sequence[tuple[int, int]], verdict: str
) -> None:
    # Both architectures are little-endian: the low half of a 64-bit argument, all that these calls use, comes first.
    program.mark(label)
    program.load(_ARGUMENTS_OFFSET + 8 * argument)
    for test, value in tests:
        program.jump_if(test, value, verdict)
    program.instructions.append((_RETURN, None, _ALLOW))
