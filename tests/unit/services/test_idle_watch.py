"""Which projects are stopped because nobody uses them, and which run all the time; on a real platform."""

import os
import signal
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import anyio
import pytest
from support.rows import MovableClock, add_account

from carrel.domain.execution import ExecSpec
from carrel.domain.principals import AccountPrincipal
from carrel.domain.projects import Project, ProjectAccess, ProjectState
from carrel.hub.platform import Platform, open_platform
from carrel.hub.settings import Settings, load_settings
from carrel.protocol.documents import Kind, encode_number
from carrel.protocol.terminals import OpenTerminal
from carrel.runners.base import Sandbox
from carrel.services.always_running import FIRST_PAUSE

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

TIMEOUT = timedelta(seconds=600)


@pytest.fixture
def settings(open_dir: Path) -> Settings:
    projects = {"idle_timeout_s": TIMEOUT.total_seconds(), "life_check_s": 0.05}
    return load_settings(data={"dir": open_dir / "data", "reserve_mb": 0}, projects=projects)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def platform(settings: Settings, clock: MovableClock) -> AsyncIterator[Platform]:
    async with open_platform(settings, clock) as platform:
        yield platform
        for sandbox in platform.lifecycle.sandboxes:
            await platform.lifecycle.stop(sandbox.project_id)


async def new_project(platform: Platform, **quota: int) -> ProjectAccess:
    owner = await add_account(platform.store)
    made = await platform.projects.create(owner, title="")
    async with platform.store.begin() as transaction:
        await transaction.projects.set_settings(made.project_id, quota)
    access = await platform.access.to(AccountPrincipal(owner), made.project_id)
    await run(platform, access, "true")
    return access


async def run(platform: Platform, access: ProjectAccess, script: str) -> None:
    await platform.execution.run(access, ExecSpec(script=script))


def runs(platform: Platform, access: ProjectAccess) -> bool:
    return platform.lifecycle.is_running(access.project_id)


async def until(condition: Callable[[], bool]) -> None:
    with anyio.fail_after(30):
        while True:
            if condition():
                return
            await anyio.sleep(0.02)


async def test_a_project_that_nobody_uses_is_stopped_and_says_so(platform: Platform, clock: MovableClock) -> None:
    idle = await new_project(platform)
    kept = [
        await new_project(platform, mintime=0),
        await new_project(platform, mintime=100_000),
        await new_project(platform, always_running=1),
        job := await new_project(platform),
        terminal := await new_project(platform),
    ]
    await platform.execution.start_job(job, ExecSpec(script="sleep 1000", timeout_seconds=0))
    link = await platform.lifecycle.link(terminal.project)
    async with link.open_document(OpenTerminal("x.term", may_type=True, create=True)) as stream:
        await stream.send(Kind.RESIZE, encode_number(80) + encode_number(24))
        await stream.send(Kind.INPUT, b"echo sta''rted; sleep 1000\n")
        async for kind, payload in stream:
            if kind == Kind.OUTPUT and b"started" in payload:
                break
    while (project := await found(platform, idle)).state is not ProjectState.OPENED:
        clock.move(TIMEOUT / 4)
        await anyio.sleep(0.2)
    assert [runs(platform, access) for access in kept] == [True] * len(kept)
    assert project.state_error is not None
    assert project.state_error.startswith("it was not used for 1")
    async with platform.store.read() as transaction:
        entries = await transaction.project_log.page(idle.project_id, before=None, limit=10)
    assert {"event": "project_ended", "reason": project.state_error} in [entry.event for entry in entries]


async def test_a_project_that_is_to_run_all_the_time_is_started_again(settings: Settings, clock: MovableClock) -> None:
    async with open_platform(settings, clock) as platform:
        one = await new_project(platform, always_running=1)
        await platform.projects.stop(one)
    async with open_platform(settings, clock) as platform:
        await until(lambda: runs(platform, one))
        await platform.projects.stop(one)
        other = await new_project(platform, always_running=1)
        for number in range(3):
            ended = platform.lifecycle.find_sandbox(other.project_id)
            assert ended is not None
            os.kill(ended.pid, signal.SIGKILL)
            if number:
                await until(lambda: not runs(platform, other))
                clock.move(FIRST_PAUSE * 2 ** (number - 1) - timedelta(seconds=1))
                await anyio.sleep(0.2)
                assert not runs(platform, other)
                clock.move(timedelta(seconds=1))
            await until_another_runs(platform, other, ended)
        assert not runs(platform, one)
        await platform.projects.stop(other)


async def until_another_runs(platform: Platform, access: ProjectAccess, ended: Sandbox) -> None:
    await until(lambda: platform.lifecycle.find_sandbox(access.project_id) not in (None, ended))
    await run(platform, access, "true")  # it can be used


async def found(platform: Platform, access: ProjectAccess) -> Project:
    async with platform.store.read() as transaction:
        project = await transaction.projects.find(access.project_id)
    assert project is not None
    return project
