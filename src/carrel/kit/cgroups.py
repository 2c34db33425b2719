"""Control groups of both versions, made by hand: bounds for a tree of processes, and a way to end all of it.

A machine mounts version 1 (a hierarchy for each controller), version 2 (one for all) or both at once. Which, and where
this process stands in them, `find_hierarchies` reads from `/proc/self/{mountinfo,cgroup}`. New groups are
made below this process's own group, so that bounds set on it (by systemd, by a container) hold for the new ones too.

Version 2 does not let a group that holds processes hand out controllers to groups below it. `Hierarchy.prepare`
therefore moves the processes of our own group aside, into a sibling of the groups to be made. Formats: cgroups(7), and
the kernel's `admin-guide/cgroup-v1/memory.rst` and `admin-guide/cgroup-v2.rst`.
"""

import contextlib
import os
import select
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

WANTED_CONTROLLERS = frozenset({"memory", "pids", "cpu"})
_ASIDE = "supervisor"
_CPU_PERIOD_MICROSECONDS = 100_000
_CORE_SHARES = 1024
_OPTIONAL = ("memory.memsw.limit_in_bytes", "memory.swap.max", "memory.soft_limit_in_bytes", "memory.low", "cpu.weight")
"""Absent on some kernels, such as those without swap accounting; the other bounds then have to do."""
_REMOVAL_ATTEMPTS, _REMOVAL_PAUSE_MS = 50, 10


@dataclass(frozen=True, slots=True)
class GroupLimits:
    """Upper bounds for all processes of a group together, and what they are given before others.

    `memory_request_bytes` is what the kernel takes from others first; a whole core is 1024 `cpu_shares`, and 0 is that.
    """

    memory_bytes: int
    processes: int
    cores: float
    memory_request_bytes: int = 0
    cpu_shares: int = 0


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """A mounted hierarchy: its version, those of the wanted controllers that it has, and where new groups go."""

    version: int
    controllers: frozenset[str]
    parent: Path

    def prepare(self) -> None:
        """Make `parent` fit for groups below it. Raises `OSError` if it is not ours to change."""
        self.parent.mkdir(parents=True, exist_ok=True)
        if self.version == 2 and self.controllers:
            try:
                self._hand_out_controllers()
            except OSError:
                self._move_processes_aside()
                self._hand_out_controllers()
        if not os.access(self.parent, os.W_OK):
            raise PermissionError(f"no groups can be made in {self.parent}")

    def _hand_out_controllers(self) -> None:
        wanted = " ".join(f"+{name}" for name in sorted(self.controllers))
        (self.parent / "cgroup.subtree_control").write_text(wanted)

    def _move_processes_aside(self) -> None:
        aside = self.parent / _ASIDE
        aside.mkdir(exist_ok=True)
        for pid in _read_pids(self.parent):
            with contextlib.suppress(ProcessLookupError):
                (aside / "cgroup.procs").write_text(str(pid))

    def limit(self, group: Path, limits: GroupLimits) -> None:
        """Write the bounds that this hierarchy's controllers can hold."""
        settings = _limits_v1(limits) if self.version == 1 else _limits_v2(limits)
        for controller, name, value in settings:
            if controller not in self.controllers:
                continue
            path = group / name
            if name in _OPTIONAL and not path.exists():
                continue
            path.write_text(value)


def _limits_v1(limits: GroupLimits) -> list[tuple[str, str, str]]:
    return [
        ("memory", "memory.memsw.limit_in_bytes", "-1"),  # or the next could not be raised above what it was
        ("memory", "memory.limit_in_bytes", str(limits.memory_bytes)),
        ("memory", "memory.memsw.limit_in_bytes", str(limits.memory_bytes)),
        ("memory", "memory.soft_limit_in_bytes", str(limits.memory_request_bytes or -1)),
        ("pids", "pids.max", str(limits.processes)),
        ("cpu", "cpu.shares", str(limits.cpu_shares or _CORE_SHARES)),
        ("cpu", "cpu.cfs_period_us", str(_CPU_PERIOD_MICROSECONDS)),
        ("cpu", "cpu.cfs_quota_us", str(_cpu_quota(limits))),
    ]


def _limits_v2(limits: GroupLimits) -> list[tuple[str, str, str]]:
    return [
        ("memory", "memory.max", str(limits.memory_bytes)),
        ("memory", "memory.swap.max", "0"),
        ("memory", "memory.low", str(limits.memory_request_bytes)),
        ("pids", "pids.max", str(limits.processes)),
        ("cpu", "cpu.weight", str(_cpu_weight(limits))),
        ("cpu", "cpu.max", f"{_cpu_quota(limits)} {_CPU_PERIOD_MICROSECONDS}"),
    ]


def _cpu_quota(limits: GroupLimits) -> int:
    return max(1000, int(limits.cores * _CPU_PERIOD_MICROSECONDS))


def _cpu_weight(limits: GroupLimits) -> int:
    return min(10_000, max(1, (limits.cpu_shares or _CORE_SHARES) * 100 // _CORE_SHARES))


@dataclass(frozen=True, slots=True)
class Group:
    """One control group, as its directories in every hierarchy that it has one in."""

    paths: tuple[Path, ...]

    @classmethod
    def make(cls, hierarchies: Iterable[Hierarchy], name: str, limits: GroupLimits) -> "Group":
        """Make it (or take over what is left of an earlier one) and set its bounds. Raises `OSError`."""
        paths = []
        for hierarchy in hierarchies:
            path = hierarchy.parent / name
            path.mkdir(exist_ok=True)
            hierarchy.limit(path, limits)
            paths.append(path)
        return cls(tuple(paths))

    def pids(self) -> set[int]:
        """The processes in it now."""
        return {pid for path in self.paths for pid in _read_pids(path)}

    def kill(self) -> None:
        """SIGKILL all of it at once where the kernel can, else until nothing new appears; does not wait."""
        for path in self.paths:
            if (path / "cgroup.kill").exists():
                (path / "cgroup.kill").write_text("1")
                return
        for path in self.paths:
            with contextlib.suppress(OSError):
                (path / "pids.max").write_text("0")  # from here on nothing in it can fork away from us
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def oom_kills(self) -> int:
        """How many processes of it the kernel has killed for want of memory."""
        for path in self.paths:
            for name in ("memory.oom_control", "memory.events"):
                with contextlib.suppress(OSError):
                    count = _statistic(path / name, "oom_kill")
                    if count is not None:
                        return count
        return 0

    def memory_bytes(self) -> int | None:
        """What it keeps in memory, without the files that the kernel would let go of at once; `None`: not known."""
        for path in self.paths:
            for used, inactive in (
                ("memory.current", "inactive_file"),
                ("memory.usage_in_bytes", "total_inactive_file"),
            ):
                with contextlib.suppress(OSError, ValueError):
                    whole = int((path / used).read_text())
                    return max(0, whole - (_statistic(path / "memory.stat", inactive) or 0))
        return None

    def cpu_seconds(self) -> float | None:
        """Processor time of all that ever ran in it; `None`: not known. Every group of version 2 counts it."""
        for path in self.paths:
            with contextlib.suppress(OSError):
                microseconds = _statistic(path / "cpu.stat", "usage_usec")
                if microseconds is not None:
                    return microseconds / 1e6
        return None

    def process_count(self) -> int | None:
        """Processes and threads, as the bound counts them; `None`: not known."""
        for path in self.paths:
            with contextlib.suppress(OSError, ValueError):
                return int((path / "pids.current").read_text())
        return None

    def remove(self) -> bool:
        """Remove it, waiting up to half a second for the kernel to let go of ended processes; whether it is gone."""
        pause = select.poll()
        for _ in range(_REMOVAL_ATTEMPTS):
            if all(_removed(path) for path in self.paths):
                return True
            pause.poll(_REMOVAL_PAUSE_MS)
        return False


def _statistic(file: Path, name: str) -> int | None:
    """The number beside a name in a file of such pairs. Raises `OSError`."""
    for line in file.read_text().splitlines():
        if line.startswith(f"{name} "):
            return int(line.split()[1])
    return None


def _removed(path: Path) -> bool:
    for directory, _, _ in os.walk(path, topdown=False):
        try:
            Path(directory).rmdir()
        except FileNotFoundError:
            continue
        except OSError:
            return False
    return True


def _read_pids(group: Path) -> list[int]:
    try:
        return [int(word) for word in (group / "cgroup.procs").read_text().split()]
    except OSError:  # removed, or (ENODEV) about to be
        return []


def find_hierarchies(mountinfo: str, membership: str, *, parent: str | None = None) -> list[Hierarchy]:
    """The hierarchies that matter for bounds and killing, from the texts of `/proc/self/{mountinfo,cgroup}`.

    `parent` (a path below each hierarchy's mount point) replaces this process's own group as the place of new groups.
    """
    own = _own_groups(membership)
    taken: set[str] = set()
    hierarchies = []
    for version, root, mount_point, options in _cgroup_mounts(mountinfo):
        if version == 1:
            controllers = WANTED_CONTROLLERS & options - taken
            own_path = next((path for names, path in own.items() if names & controllers), None)
            if not controllers or own_path is None:
                continue
        else:
            controllers, own_path = frozenset[str](), own.get(frozenset(), "/")
        path = mount_point / parent.strip("/") if parent else mount_point / _below(own_path, root)
        if path.name == _ASIDE and not parent:
            path = path.parent
        if version == 2:
            controllers = WANTED_CONTROLLERS & _available(path, mount_point)
        taken |= controllers
        hierarchies.append(Hierarchy(version, controllers, path))
    return hierarchies


def _own_groups(membership: str) -> dict[frozenset[str], str]:
    groups = {}
    for line in membership.splitlines():
        _, controllers, path = line.split(":", 2)
        groups[frozenset(controllers.split(",")) if controllers else frozenset[str]()] = path
    return groups


def _cgroup_mounts(mountinfo: str) -> list[tuple[int, str, Path, frozenset[str]]]:
    """(version, root of the mount within the hierarchy, mount point, options); see proc_pid_mountinfo(5)."""
    mounts = []
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(" ", 2)
        if kind in ("cgroup", "cgroup2"):
            root, mount_point = before.split(" ")[3:5]
            mounts.append((1 if kind == "cgroup" else 2, root, Path(mount_point), frozenset(options.split(","))))
    return mounts


def _below(path: str, root: str) -> str:
    """`path` of the hierarchy as seen from a mount whose root is `root`; the mount point itself if it lies outside."""
    if ".." in path.split("/"):
        return ""
    return path.removeprefix("" if root == "/" else root).strip("/")


def _available(path: Path, mount_point: Path) -> frozenset[str]:
    source = path if path.exists() else mount_point
    try:
        return frozenset((source / "cgroup.controllers").read_text().split())
    except OSError:
        return frozenset()
