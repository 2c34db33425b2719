"""Spawning and watching processes."""

import os
import subprocess
from pathlib import Path

import pytest
from support.sandboxes import project_user

from carrel.kit import processes
from carrel.kit.processes import Confinement, Process, RootRefused, Streams, find_children, find_process, spawn
from carrel.kit.unix_users import UnixUser


def test_a_spawned_command_runs_confined_with_none_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "of the hub")
    user = project_user()
    script = 'echo "$(id -u) $(id -g) $(id -G) $(ulimit -n) $(ulimit -f) $(ulimit -c) $PWD ${SECRET-none}"'
    confinement = Confinement(user, open_files=100, file_bytes=1 << 20)
    with spawn(["sh", "-c", script], confinement, streams=Streams(stdout=subprocess.PIPE)) as child:
        output, _ = child.communicate()
    assert output.decode().split() == [*[str(user.uid)] * 3, "100", str((1 << 20) // 512), "0", "/", "none"]


def test_parameters_are_never_shell_text() -> None:
    hostile = "$(touch /tmp/x); `id` ' \" \\ \n *"
    confinement = Confinement(project_user())
    with spawn(["printf", "%s", hostile], confinement, streams=Streams(stdout=subprocess.PIPE)) as child:
        output, _ = child.communicate()
    assert output.decode() == hostile


@pytest.mark.parametrize("user", [UnixUser(0, 0), UnixUser(0, 1000)])
def test_uid_0_is_refused(user: UnixUser) -> None:
    with pytest.raises(RootRefused):
        spawn(["true"], Confinement(user))


def test_a_gated_command_begins_when_told_and_never_if_we_are_gone(tmp_path: Path) -> None:
    for word, status in ((processes.GO, 0), (b"", 126), (b"no\n", 126)):
        read, write = os.pipe()
        child = spawn(["true"], Confinement(project_user()), streams=Streams(stdin=read), gated=True)
        os.close(read)
        os.write(write, word)
        os.close(write)
        assert child.wait(10) == status


def test_a_process_that_cannot_join_its_group_does_not_begin(tmp_path: Path) -> None:
    confinement = Confinement(project_user(), (tmp_path / "no-such-group",))
    with spawn(["true"], confinement, streams=Streams(stderr=subprocess.PIPE)) as child:
        child.communicate()
    assert child.returncode != 0


def test_a_process_is_told_from_another_with_its_pid() -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as child:
        process = find_process(child.pid)
        assert process is not None
        impostor = Process(child.pid, process.start_ticks - 1)
        assert (process.is_running, impostor.is_running) == (True, False)
        assert process in find_children(os.getpid())
        impostor.kill()
        assert not process.wait(0)
        assert impostor.wait(0)
        process.kill()
        assert process.wait(10)
        assert not process.is_running  # though nobody has reaped it yet


def test_names_of_programs_do_not_confuse(tmp_path: Path) -> None:
    program = tmp_path / "a) Z 1 ("
    program.symlink_to("/bin/cat")
    with subprocess.Popen([program], stdin=subprocess.PIPE) as child:
        process = find_process(child.pid)
        assert process is not None
        assert process.start_ticks > 1
