"""Version 1 control groups on the machine itself; where the tests may make none, that this is said."""

import os
import subprocess
from pathlib import Path

import pytest
from support.sandboxes import project_user

from carrel.kit.cgroups import Group, GroupLimits, find_hierarchies
from carrel.kit.processes import Confinement, Streams, spawn

_LIMITS = GroupLimits(memory_bytes=100 << 20, processes=30, cores=0.5)


def test_a_group_without_the_kernels_own_kill_is_killed_to_the_last_process() -> None:
    mountinfo, membership = Path("/proc/self/mountinfo").read_text(), Path("/proc/self/cgroup").read_text()
    hierarchies = [h for h in find_hierarchies(mountinfo, membership) if "pids" in h.controllers]
    if os.geteuid() != 0:
        with pytest.raises(OSError, match=r"."):
            Group.make(hierarchies, "carrel-test", _LIMITS).paths[0].stat()
        return
    for hierarchy in hierarchies:
        hierarchy.prepare()
    group = Group.make(hierarchies, f"carrel-test-{os.getpid()}", _LIMITS)
    script = "for i in 1 2 3 4 5; do setsid sleep 1000 & done; kill -STOP $!; echo started; wait"
    confinement = Confinement(project_user(), group.paths)
    with spawn(["sh", "-c", script], confinement, streams=Streams(stdout=subprocess.PIPE)) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"started\n"
        assert len(group.pids()) == 6
        group.kill()
        child.wait(10)
    assert group.remove()
    assert not group.paths[0].exists()
