"""What every runner promises (`runners/base.py`), on real sandboxes."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from support.sandboxes import SMALL, make_spec, open_runner, project_user, run, tell

from carrel.domain.projects import StartFailed
from carrel.kit.processes import find_process
from carrel.kit.unix_users import UnixUser
from carrel.runners.bubblewrap.runner import BubblewrapRunner

pytestmark = pytest.mark.anyio


@pytest.fixture
async def runner(open_dir: Path) -> AsyncIterator[BubblewrapRunner]:
    with anyio.fail_after(60):
        async with open_runner(open_dir) as runner:
            yield runner


async def test_a_sandbox_answers_on_its_address(runner: BubblewrapRunner, open_dir: Path) -> None:
    spec = make_spec(open_dir)
    sandbox = await runner.start(spec)
    ran = await run(sandbox, "sh", "-c", 'echo "$GREETING $HOME $PWD $(id -un) $(hostname)"')
    home = f"/projects/{spec.project_id}"
    assert ran.output == f"hello {home} {home} user project\n"


async def test_a_home_keeps_what_was_written_and_belongs_to_the_projects_user(
    runner: BubblewrapRunner, open_dir: Path
) -> None:
    spec = make_spec(open_dir)
    sandbox = await runner.start(spec)
    script = "trap 'echo kept > note; exit' TERM; touch /tmp/up; while :; do sleep 0.1; done"
    wait = 'setsid sh -c "$1" </dev/null >/dev/null 2>&1 & while ! [ -e /tmp/up ]; do sleep 0.01; done'
    assert (await run(sandbox, "sh", "-c", wait, "sh", script)).code == 0
    await runner.stop(spec.project_id, grace_seconds=30)
    assert (spec.home / "note").read_text() == "kept\n"
    assert (spec.home / "note").stat().st_uid == spec.user.uid
    sandbox = await runner.start(spec)
    assert (await run(sandbox, "cat", "note")).output == "kept\n"


async def test_starting_what_runs_returns_the_running_one(runner: BubblewrapRunner, open_dir: Path) -> None:
    spec = make_spec(open_dir)
    sandboxes = []

    async def start() -> None:
        sandboxes.append(await runner.start(spec))

    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(start)
    assert {sandbox.pid for sandbox in sandboxes} == {sandboxes[0].pid}
    assert len(await runner.observe()) == 1


async def test_two_hubs_on_one_data_directory_start_a_project_once(runner: BubblewrapRunner, open_dir: Path) -> None:
    spec = make_spec(open_dir)
    pids = set()
    async with open_runner(open_dir) as other:

        async def start(by: BubblewrapRunner) -> None:
            pids.add((await by.start(spec)).pid)

        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(start, runner)
                tasks.start_soon(start, other)
    assert len(pids) == 1


async def test_stop_ends_everything_and_wait_says_so(runner: BubblewrapRunner, open_dir: Path) -> None:
    spec = make_spec(open_dir, user=project_user(7))
    sandbox = await runner.start(spec)
    # Children in other sessions, stopped ones, and ones that ignore what can be ignored.
    script = "setsid sleep 1000 & setsid sh -c 'trap \"\" TERM HUP; kill -STOP $$' & (sleep 1000 &) ; echo started"
    started = await run(
        sandbox, "sh", "-c", f"({script}) </dev/null >/dev/null 2>&1; kill -STOP 1 2>/dev/null; echo up"
    )
    assert started.output == "up\n"
    reasons = []

    async def wait() -> None:
        reasons.append((await sandbox.wait()).reason)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait)
        tasks.start_soon(wait)
        await runner.stop(spec.project_id)
        assert find_process(sandbox.pid) is None
        if os.geteuid() == 0:  # the project's user is no other's
            assert (
                await anyio.run_process(["pgrep", "-r", "R,S,D,T", "-u", str(spec.user.uid)], check=False)
            ).returncode == 1
    assert reasons == ["stopped", "stopped"]
    assert await runner.observe() == []
    assert not sandbox.address.exists()


async def test_stopping_what_does_not_run_is_no_error(runner: BubblewrapRunner, open_dir: Path) -> None:
    spec = make_spec(open_dir)
    await runner.stop(spec.project_id)
    await runner.start(spec)
    await runner.stop(spec.project_id)
    await runner.stop(spec.project_id)


async def test_a_tenant_who_stops_the_agent_cannot_hold_up_the_stop(runner: BubblewrapRunner, open_dir: Path) -> None:
    spec = make_spec(open_dir)
    sandbox = await runner.start(spec)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(tell, sandbox, "import os; os.kill(os.getpid(), 19)")
        with anyio.fail_after(5):
            while "T" not in _states_below(sandbox.pid):
                await anyio.lowlevel.checkpoint()
        await runner.stop(spec.project_id)
    assert find_process(sandbox.pid) is None


def _states_below(pid: int) -> str:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return "".join(Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] for child in children)


async def test_an_agent_that_ends_is_reported_with_its_status_and_last_words(
    runner: BubblewrapRunner, open_dir: Path
) -> None:
    sandbox = await runner.start(make_spec(open_dir))
    await tell(sandbox, "import os; os.write(2, b'first\\nno more \\x1b[31mink\\n'); os._exit(7)")
    assert (await sandbox.wait()).reason == "the agent ended with exit status 7: no more [31mink"
    assert await runner.observe() == []


async def test_an_agent_that_is_killed_is_reported_with_the_signal(runner: BubblewrapRunner, open_dir: Path) -> None:
    sandbox = await runner.start(make_spec(open_dir))
    await tell(sandbox, "import os; os.kill(os.getpid(), 11)")
    assert (await sandbox.wait()).reason == "killed by signal 11 (SIGSEGV)"


async def test_a_sandbox_killed_from_outside_is_reported_and_can_be_started_again(
    runner: BubblewrapRunner, open_dir: Path
) -> None:
    spec = make_spec(open_dir)
    sandbox = await runner.start(spec)
    os.kill(sandbox.pid, signal.SIGKILL)
    reason = (await sandbox.wait()).reason
    assert reason == "killed by signal 9 (SIGKILL)"
    again = await runner.start(spec)
    assert again.pid != sandbox.pid
    assert (await run(again, "echo", "back")).output == "back\n"
    assert (await sandbox.wait()).reason == "ended, and was started again"


async def test_a_missing_home_fails_the_start(runner: BubblewrapRunner, open_dir: Path) -> None:
    spec = replace(make_spec(open_dir), home=open_dir / "nowhere")
    with pytest.raises(StartFailed) as failed:
        await runner.start(spec)
    assert failed.value.reason == "its home directory is missing"
    assert await runner.observe() == []


async def test_root_is_refused(runner: BubblewrapRunner, open_dir: Path) -> None:
    for user in (UnixUser(0, 0), UnixUser(0, 81_001)):
        with pytest.raises(StartFailed, match="refusing to run a project as uid"):
            await runner.start(replace(make_spec(open_dir), user=user))
    assert await runner.observe() == []


async def test_a_fork_bomb_hits_the_process_limit(runner: BubblewrapRunner, open_dir: Path) -> None:
    sandbox = await runner.start(make_spec(open_dir, resources=replace(SMALL, processes=40)))
    bomb = (
        "import os\nchildren = []\nwhile True:\n try: pid = os.fork()\n except OSError: break\n"
        " if pid == 0: os.read(r, 1) if False else __import__('signal').pause()\n children.append(pid)\n"
        "[os.kill(p, 9) for p in children]\nprint(len(children))"
    )
    ran = await run(sandbox, "python3", "-c", bomb)
    assert 20 < int(ran.output) < 40


async def test_a_command_that_takes_too_much_memory_is_killed_alone(runner: BubblewrapRunner, open_dir: Path) -> None:
    sandbox = await runner.start(make_spec(open_dir, resources=replace(SMALL, memory_bytes=60_000_000)))
    ran = await run(sandbox, "python3", "-c", "x = bytearray(10**9); print('got it')")
    assert ran.code != 0
    assert "got it" not in ran.output
    assert (await run(sandbox, "echo", "alive")).output == "alive\n"


async def test_a_sandbox_whose_agent_takes_too_much_memory_ends_with_that_reason(
    runner: BubblewrapRunner, open_dir: Path
) -> None:
    sandbox = await runner.start(make_spec(open_dir, resources=replace(SMALL, memory_bytes=60_000_000)))
    await tell(sandbox, "x = bytearray(10**9)")
    assert (await sandbox.wait()).reason == "out of memory (limit 60 MB)"


async def test_tmp_is_as_large_as_it_may_be(runner: BubblewrapRunner, open_dir: Path) -> None:
    sandbox = await runner.start(make_spec(open_dir, resources=replace(SMALL, tmp_bytes=4 << 20)))
    for directory in ("/tmp", "/dev/shm"):
        ran = await run(sandbox, "sh", "-c", f"head -c 8M /dev/zero > {directory}/large; stat -c %s {directory}/large")
        assert "No space left on device" in ran.output
        assert ran.output.endswith(f"{4 << 20}\n")


async def test_a_file_is_as_large_as_it_may_be(runner: BubblewrapRunner, open_dir: Path) -> None:
    sandbox = await runner.start(make_spec(open_dir, resources=replace(SMALL, file_bytes=1 << 20)))
    ran = await run(sandbox, "sh", "-c", "head -c 2M /dev/zero > large; stat -c %s large")
    assert ran.output.endswith(f"{1 << 20}\n")


async def test_the_next_hub_adopts_what_a_killed_one_started(open_dir: Path) -> None:
    spec = make_spec(open_dir)
    command = [
        sys.executable,
        "-c",
        _STARTER,
        str(open_dir),
        spec.project_id,
        *map(str, (spec.user.uid, spec.user.gid)),
    ]
    starter = await anyio.open_process(command, cwd=Path(__file__).parents[1], stderr=subprocess.DEVNULL)
    with anyio.fail_after(30):
        assert starter.stdout is not None
        pid = int(await starter.stdout.receive())
        starter.kill()
        await starter.wait()
        await starter.aclose()
        async with open_runner(open_dir) as runner:
            (sandbox,) = await runner.observe()
            assert (sandbox.project_id, sandbox.pid) == (spec.project_id, pid)
            assert (await runner.start(spec)).pid == pid
            assert (await run(sandbox, "echo", "still here")).output == "still here\n"
            await tell(sandbox, "import os; os._exit(3)")
            assert (await sandbox.wait()).reason == "the agent ended with exit status 3"
            assert (await runner.start(spec)).pid != pid


_STARTER = """
import os, sys, anyio
from pathlib import Path
from carrel.kit.unix_users import UnixUser
from carrel.runners.bubblewrap.runner import BubblewrapRunner
from carrel.runners.settings import RunnerSettings
from support.sandboxes import STAND_IN, make_spec

async def main():
    async with BubblewrapRunner(RunnerSettings(), Path(sys.argv[1]), source=STAND_IN) as runner:
        user = UnixUser(int(sys.argv[3]), int(sys.argv[4]))
        sandbox = await runner.start(make_spec(Path(sys.argv[1]), project_id=sys.argv[2], user=user))
        sys.__stdout__.write(f"{sandbox.pid}\\n")
        sys.__stdout__.flush()
        await anyio.sleep_forever()

import structlog
structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
anyio.run(main)
"""
