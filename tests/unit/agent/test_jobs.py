"""Jobs go on without anybody waiting, and are found again by whoever asks for them."""

import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest
from support.agents import MAIN, RunningAgent, running_agent
from support.processes import marked, until_none

from carrel.agent import jobs as agent_jobs
from carrel.domain.execution import ExecNotRunnable, ExecSpec, Job, JobNotFound, JobStatus, TooManyJobs
from carrel.protocol.execution import MAX_JOBS, STDERR, STDOUT
from carrel.remote.link import AgentLink

pytestmark = pytest.mark.anyio


async def test_a_job_runs_after_the_call_that_started_it(link: AgentLink, agent: RunningAgent) -> None:
    await link.exec(ExecSpec("mkfifo", ("gate",)))
    before = datetime.now(UTC)
    started = await link.start_job(ExecSpec(script="echo out; echo err >&2; cat gate"))
    assert (started.status, started.stdout, started.stderr, started.exit_code) == (JobStatus.RUNNING, "", "", 0)
    assert started.pid > 0
    assert abs(started.started_at - before) < timedelta(seconds=5)
    with anyio.fail_after(5):
        while (job := await link.job(started.job_id)).stdout != "out\n":
            assert job.status is JobStatus.RUNNING
        await link.exec(ExecSpec(script="echo through > gate"))
        ended = await link.job(started.job_id, wait=True)
    assert (ended.status, ended.stdout, ended.stderr) == (JobStatus.COMPLETED, "out\nthrough\n", "err\n")
    assert (ended.exit_code, ended.pid) == (0, started.pid)
    assert 0 < ended.elapsed_seconds < 5
    assert await link.job(started.job_id) == ended


@pytest.mark.parametrize(("script", "code"), [("exit 7", 7), ("kill -KILL $$", 137)])
async def test_a_failed_job_is_an_error(link: AgentLink, script: str, code: int) -> None:
    job = await finished(link, ExecSpec(script=script))
    assert (job.status, job.exit_code) == (JobStatus.ERROR, code)


async def test_a_job_past_its_timeout_is_killed_and_an_error(link: AgentLink) -> None:
    marker = uuid.uuid4().hex
    spec = ExecSpec(script="echo begun; setsid sleep 1000 & sleep 1000", environment={"M": marker}, timeout_seconds=0.2)
    job = await finished(link, spec)
    assert (job.status, job.exit_code, job.stdout) == (JobStatus.ERROR, 137, "begun\n")
    assert marked(marker) == set()


async def test_a_job_can_be_killed_with_its_whole_tree(link: AgentLink) -> None:
    marker = uuid.uuid4().hex
    job = await link.start_job(
        ExecSpec(script="setsid sleep 1000 & sleep 1000", environment={"M": marker}, timeout_seconds=0)
    )
    with anyio.fail_after(5):
        killed = await link.kill_job(job.job_id)
    assert (killed.status, killed.exit_code) == (JobStatus.ERROR, 137)
    assert marked(marker) == set()
    assert await link.kill_job(job.job_id) == killed


async def test_a_job_that_cannot_run_is_none(link: AgentLink) -> None:
    with pytest.raises(ExecNotRunnable, match="spawn nothing-there ENOENT"):
        await link.start_job(ExecSpec("nothing-there"))


async def test_an_unknown_job_is_not_found(link: AgentLink) -> None:
    for ask in (link.job, link.kill_job):
        with pytest.raises(JobNotFound, match="'no-such-job'"):
            await ask("no-such-job")


async def test_a_job_outlives_its_hub_and_is_read_on_from_an_offset(link: AgentLink, agent: RunningAgent) -> None:
    await link.exec(ExecSpec("mkfifo", ("gate",)))
    async with AgentLink.connect(agent.address) as first:
        job = await first.start_job(ExecSpec(script="echo one; echo e >&2; cat gate", timeout_seconds=0))
        seen = {STDOUT: b"", STDERR: b""}
        async with first.follow_job(job.job_id) as output:
            async for channel, chunk in output:
                seen[channel] += chunk
                if seen == {STDOUT: b"one\n", STDERR: b"e\n"}:
                    break
    async with AgentLink.connect(agent.address) as second, anyio.create_task_group() as tasks:
        tasks.start_soon(link.exec, ExecSpec(script="echo two > gate"))
        with anyio.fail_after(5):
            async with second.follow_job(job.job_id, stdout_offset=len(seen[STDOUT]), stderr_offset=2) as output:
                rest = [piece async for piece in output]
    assert rest == [(STDOUT, b"two\n")]


async def test_many_may_wait_for_one_job(link: AgentLink, agent: RunningAgent) -> None:
    await link.exec(ExecSpec("mkfifo", ("gate",)))
    job = await link.start_job(ExecSpec("cat", ("gate",)))
    ended: list[Job] = []

    async def wait() -> None:
        ended.append(await link.job(job.job_id, wait=True))

    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(wait)
            await link.exec(ExecSpec(script="echo x > gate"))
    assert [job.stdout for job in ended] == ["x\n"] * 5


async def test_a_cancelled_wait_leaves_the_job_alone(link: AgentLink) -> None:
    job = await link.start_job(ExecSpec("sleep", ("1000",), timeout_seconds=0))
    with anyio.move_on_after(0.05):
        await link.job(job.job_id, wait=True)
    assert (await link.job(job.job_id)).status is JobStatus.RUNNING
    await link.kill_job(job.job_id)


async def test_a_jobs_output_is_cut_like_any_other(link: AgentLink) -> None:
    job = await finished(link, ExecSpec("echo", ("xyz abc",), max_output=3))
    assert job.stdout == "xyz (truncated at 3 characters)"
    big = await finished(link, ExecSpec(script="head -c 3000000 /dev/zero | tr '\\0' x"))
    assert big.stdout == "x" * (1 << 20) + " (truncated at 1048576 characters)"


@pytest.mark.slow
async def test_samples_tell_what_a_job_uses(link: AgentLink) -> None:
    job = await link.start_job(ExecSpec(script="while :; do :; done", timeout_seconds=0))
    with anyio.fail_after(10):
        while len((job := await link.job(job.job_id, with_samples=True)).samples) < 2:
            await anyio.lowlevel.checkpoint()
    assert (await link.job(job.job_id)).samples == ()
    first, second = job.samples[:2]
    assert timedelta(seconds=0.8) < second.time - first.time < timedelta(seconds=5)
    assert second.memory_rss_mb > 0.5
    assert 5 < second.cpu_percent < 150
    assert second.cpu_seconds > 0.1
    await link.kill_job(job.job_id)


@pytest.mark.slow
async def test_the_oldest_ended_job_makes_room_and_running_ones_do_not(link: AgentLink) -> None:
    ended = [await finished(link, ExecSpec("true")) for _ in range(2)]
    marker = uuid.uuid4().hex
    forever = ExecSpec("sleep", ("1000",), timeout_seconds=0, environment={"M": marker})
    for _ in range(MAX_JOBS - 1):
        await link.start_job(forever)
    with pytest.raises(JobNotFound):
        await link.job(ended[0].job_id)
    assert (await link.job(ended[1].job_id)).status is JobStatus.COMPLETED
    last = await link.start_job(forever)
    with pytest.raises(TooManyJobs):
        await link.start_job(forever)
    await link.kill_job(last.job_id)
    await link.start_job(forever)
    await link.exec(ExecSpec("pkill", ("-KILL", "-s", ",".join(str(pid) for pid in marked(marker)))))
    with anyio.fail_after(5):
        await until_none(marker)


async def test_ended_jobs_are_dropped_after_their_time(open_dir: Path) -> None:
    assert agent_jobs.KEEP_SECONDS == 3600
    hurried = f"import carrel.agent.jobs\ncarrel.agent.jobs.KEEP_SECONDS = 0.05\n{MAIN}"
    async with running_agent(open_dir, main=hurried) as agent, AgentLink.connect(agent.address) as link:
        running = await link.start_job(ExecSpec("sleep", ("1000",), timeout_seconds=0))
        job = await finished(link, ExecSpec("true"))
        with anyio.fail_after(5):
            await until_forgotten(link, job.job_id)
        assert (await link.job(running.job_id)).status is JobStatus.RUNNING
        with suppress(JobNotFound):  # it may be dropped before the answer tells of it
            await link.kill_job(running.job_id)


async def test_ended_jobs_do_not_pile_up_output(open_dir: Path) -> None:
    frugal = f"import carrel.agent.jobs\ncarrel.agent.jobs.KEEP_BYTES = 1000\n{MAIN}"
    async with running_agent(open_dir, main=frugal) as agent, AgentLink.connect(agent.address) as link:
        jobs = [await finished(link, ExecSpec("seq", ("1000", "1100"))) for _ in range(3)]
        assert (await link.job(jobs[2].job_id)).stdout == jobs[0].stdout
        with pytest.raises(JobNotFound):
            await link.job(jobs[0].job_id)


async def until_forgotten(link: AgentLink, job_id: str) -> None:
    while True:
        try:
            await link.job(job_id)
        except JobNotFound:
            return


async def finished(link: AgentLink, spec: ExecSpec) -> Job:
    job = await link.start_job(spec)
    with anyio.fail_after(10):
        return await link.job(job.job_id, wait=True)
