"""The filter's program, run by a small interpreter of classic BPF; sandboxes test that the kernel takes it."""

import struct

import pytest

from carrel.kit.seccomp import UnknownArchitecture, deny_filter, numbers

_ALLOW, _KILL, _EPERM, _ENOSYS, _NO_FAMILY = 0x7FFF0000, 0x80000000, 0x50001, 0x50026, 0x50061
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def _verdict(machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    data = struct.pack("=iIQ6Q", number, architecture or _ARCHITECTURES[machine], 0, *(*arguments, *[0] * 6)[:6])
    program = list(struct.iter_unpack("=HBBI", deny_filter(machine)))
    position = accumulator = 0
    while True:
        code, yes, no, value = program[position]
        position += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, value)
        elif code == 0x06:
            return int(value)
        else:
            passes = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: bool(accumulator & value)}[code]
            position += yes if passes else no


@pytest.mark.parametrize("machine", list(_ARCHITECTURES))
def test_every_listed_call_is_refused(machine: str) -> None:
    absent = {"clone3", "io_uring_setup", "io_uring_enter", "io_uring_register"}
    for name, number in numbers(machine).items():
        if number is not None and name not in {"clone", "ioctl", "socket"}:
            assert _verdict(machine, number) == (_ENOSYS if name in absent else _EPERM), name


@pytest.mark.parametrize("machine", list(_ARCHITECTURES))
def test_only_namespaces_terminal_injection_and_odd_families_are_refused_by_argument(machine: str) -> None:
    of = numbers(machine)
    clone, ioctl, socket = (of[name] or 0 for name in ("clone", "ioctl", "socket"))
    thread = 0x3D0F00
    assert [_verdict(machine, clone, flags) for flags in (17, thread)] == [_ALLOW] * 2
    namespaces = (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)
    assert [_verdict(machine, clone, flag | 17) for flag in namespaces] == [_EPERM] * 7
    assert [_verdict(machine, ioctl, 5, request) for request in (0x5401, 0x5413)] == [_ALLOW] * 2
    assert [_verdict(machine, ioctl, 5, request) for request in (0x5412, 0x541C, 0xF00005412)] == [_EPERM] * 3
    assert [_verdict(machine, socket, family) for family in (1, 2, 10, 16)] == [_ALLOW] * 4
    assert [_verdict(machine, socket, family) for family in (17, 38, 40)] == [_NO_FAMILY] * 3


def test_ordinary_calls_pass_and_foreign_ones_do_not() -> None:
    assert [_verdict("x86_64", number) for number in (0, 1, 59, 202, 334, 450)] == [_ALLOW] * 6
    assert _verdict("x86_64", 0x40000000 | 39) == _EPERM
    assert _verdict("x86_64", 20, architecture=0x40000003) == _KILL
    assert _verdict("aarch64", 172, architecture=_ARCHITECTURES["x86_64"]) == _KILL


def test_a_machine_without_a_table_gets_no_filter_rather_than_a_wrong_one() -> None:
    with pytest.raises(UnknownArchitecture):
        deny_filter("riscv64")
