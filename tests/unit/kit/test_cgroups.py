"""Control groups: the mounts of every kind of machine are read right; version 2 on a tree that stands in for one."""

from pathlib import Path

import pytest

from carrel.kit.cgroups import Group, GroupLimits, Hierarchy, find_hierarchies

_V1 = """\
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:5 - cgroup cgroup rw,memory
39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
50 31 0:50 / /proc rw - proc proc rw
"""
_V1_OWN = "12:pids:/hub.service\n11:cpu,cpuacct:/\n4:memory:/hub.service\n1:name=systemd:/hub.service\n"


def test_each_controller_of_version_1_has_its_hierarchy() -> None:
    found = find_hierarchies(_V1, _V1_OWN)
    assert [(h.version, set(h.controllers), str(h.parent)) for h in found] == [
        (1, {"cpu"}, "/sys/fs/cgroup/cpu,cpuacct"),
        (1, {"memory"}, "/sys/fs/cgroup/memory/hub.service"),
        (1, {"pids"}, "/sys/fs/cgroup/pids/hub.service"),
    ]


def test_a_hybrid_machine_also_has_version_2_for_killing(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("hugetlb\n")
    mounts = _V1 + f"41 31 0:38 / {tmp_path} rw,relatime - cgroup2 cgroup2 rw\n"
    assert find_hierarchies(mounts, _V1_OWN + "0::/\n")[-1] == Hierarchy(2, frozenset(), tmp_path)


def test_inside_a_container_the_own_group_is_found_below_the_mounts_root(tmp_path: Path) -> None:
    mounts = f"41 31 0:38 /docker/abc {tmp_path} rw,relatime - cgroup2 cgroup2 rw\n"
    assert [h.parent for h in find_hierarchies(mounts, "0::/docker/abc/sub\n")] == [tmp_path / "sub"]
    assert [h.parent for h in find_hierarchies(mounts, "0::/../other\n")] == [tmp_path]


def test_the_configured_parent_replaces_the_own_group(tmp_path: Path) -> None:
    mounts = f"41 31 0:38 / {tmp_path} rw,relatime - cgroup2 cgroup2 rw\n"
    assert [h.parent for h in find_hierarchies(mounts, "0::/user\n", parent="/carrel/")] == [tmp_path / "carrel"]


class _Version2:
    """A directory tree with the files of a cgroup2 mount; a group that holds processes hands out no controllers."""

    def __init__(self, mount_point: Path) -> None:
        self.mount_point = mount_point
        self.own = mount_point / "hub.service"
        self.own.mkdir()
        (self.own / "cgroup.controllers").write_text("cpu io memory pids\n")
        (self.own / "cgroup.procs").write_text("11\n12\n")
        mounts = f"41 31 0:38 / {mount_point} rw,relatime - cgroup2 cgroup2 rw\n"
        (self.hierarchy,) = find_hierarchies(mounts, "0::/hub.service\n")


def test_version_2_bounds_memory_processes_and_processor_time(tmp_path: Path) -> None:
    machine = _Version2(tmp_path)
    machine.hierarchy.prepare()
    assert (machine.own / "cgroup.subtree_control").read_text() == "+cpu +memory +pids"
    path = machine.own / "carrel-1"
    path.mkdir()
    for name in ("memory.swap.max", "memory.low", "cpu.weight"):
        (path / name).write_text("")
    group = Group.make([machine.hierarchy], "carrel-1", GroupLimits(1 << 20, 50, 0.5, 1 << 19, 2048))
    assert group.paths == (path,)
    written = {file.name: file.read_text() for file in path.iterdir()}
    assert written == {
        "memory.max": "1048576",
        "memory.swap.max": "0",
        "memory.low": "524288",
        "pids.max": "50",
        "cpu.weight": "200",
        "cpu.max": "50000 100000",
    }


def test_processes_in_the_way_of_version_2_are_moved_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = _Version2(tmp_path)
    moved = machine.own / "supervisor" / "cgroup.procs"
    write_text = Path.write_text

    def busy_until_moved(path: Path, text: str) -> int:
        if path.name == "cgroup.subtree_control" and not moved.exists():
            raise OSError(16, "Device or resource busy")
        return write_text(path, text)

    monkeypatch.setattr(Path, "write_text", busy_until_moved)
    machine.hierarchy.prepare()
    assert moved.read_text() == "12"  # each pid is a write of its own; a plain file keeps the last
    (later,) = find_hierarchies(f"41 31 0:38 / {tmp_path} rw - cgroup2 cgroup2 rw\n", "0::/hub.service/supervisor\n")
    assert later.parent == machine.own


def test_version_2_kills_with_one_write_and_counts_what_the_kernel_killed(tmp_path: Path) -> None:
    for name, content in {
        "cgroup.kill": "",
        "memory.events": "low 0\noom 3\noom_kill 2\n",
        "cgroup.procs": "7\n",
    }.items():
        (tmp_path / name).write_text(content)
    group = Group((tmp_path,))
    assert (group.oom_kills(), group.pids()) == (2, {7})
    group.kill()
    assert (tmp_path / "cgroup.kill").read_text() == "1"


def test_a_group_is_removed_with_what_is_below_it(tmp_path: Path) -> None:
    group = Group((tmp_path / "a", tmp_path / "gone"))
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    assert group.remove()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_group_that_stays_busy_is_given_up_on(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "file").touch()  # rmdir fails, as with a process in a real group
    assert not Group((tmp_path / "a",)).remove()
