"""A project's life on a real platform: races between start and stop, and starts that fail."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from sqlalchemy import select, update
from support.rows import add_account

from carrel.domain.errors import DomainError
from carrel.domain.execution import AgentLost, ExecSpec
from carrel.domain.ids import AccountId, ProjectId
from carrel.domain.principals import AccountPrincipal
from carrel.domain.projects import ProjectAccess, StartFailed
from carrel.hub.platform import Platform, open_platform
from carrel.hub.settings import Settings, load_settings
from carrel.kit.processes import find_children, find_process
from carrel.services import lifecycle
from carrel.services import projects as services_projects
from carrel.store.tables import projects

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

ECHO = ExecSpec(program="echo", arguments=("here",))


@pytest.fixture
def settings(open_dir: Path) -> Settings:
    return load_settings(data={"dir": open_dir / "data", "reserve_mb": 0})


@pytest.fixture
async def platform(settings: Settings) -> AsyncIterator[Platform]:
    async with open_platform(settings) as platform:
        yield platform
        await stop_all(platform)


async def stop_all(platform: Platform) -> None:
    for sandbox in platform.lifecycle.sandboxes:
        await platform.lifecycle.stop(sandbox.project_id)


async def new_project(platform: Platform, **quota: int) -> ProjectAccess:
    owner: AccountId = await add_account(platform.store)
    made = await platform.projects.create(owner, title="")
    if quota:
        async with platform.store.begin() as transaction:
            await transaction.projects.set_settings(made.project_id, quota)
    return await platform.access.to(AccountPrincipal(owner), made.project_id)


async def state(platform: Platform, project_id: ProjectId) -> dict[str, str]:
    async with platform.store.read() as transaction:
        query = select(projects.c.state).where(projects.c.project_id == project_id)
        found: dict[str, str] = (await transaction.connection.execute(query)).scalar_one()
        return found


def runs(platform: Platform, project_id: ProjectId) -> bool:
    return project_id in {sandbox.project_id for sandbox in platform.lifecycle.sandboxes}


async def test_whatever_starts_and_stops_at_once_the_state_is_the_truth(platform: Platform) -> None:
    access = await new_project(platform)

    async def quietly(number: int) -> None:
        work = (platform.projects.start, platform.projects.stop, platform.projects.restart)[number % 3]
        try:
            await (platform.execution.run(access, ECHO) if number % 4 == 0 else work(access))
        except DomainError:
            return  # a command whose project was stopped

    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks:
            for number in range(24):
                tasks.start_soon(quietly, number)
    found = await state(platform, access.project_id)
    assert found["state"] == ("running" if runs(platform, access.project_id) else "opened")
    assert (await platform.execution.run(access, ECHO)).stdout == "here\n"
    await platform.projects.stop(access)
    assert (await state(platform, access.project_id))["state"] == "opened"


async def test_many_starts_are_one(platform: Platform) -> None:
    access = await new_project(platform)
    async with anyio.create_task_group() as tasks:
        for _ in range(10):
            tasks.start_soon(platform.projects.start, access)
    assert len([s for s in platform.lifecycle.sandboxes if s.project_id == access.project_id]) == 1


async def test_a_start_that_is_given_up_leaves_the_truth_behind(platform: Platform) -> None:
    access = await new_project(platform)
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(platform.projects.start, access)
            while (await state(platform, access.project_id))["state"] != "starting":
                await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()
    found = await state(platform, access.project_id)
    assert found["state"] == ("running" if runs(platform, access.project_id) else "opened")
    assert (await platform.execution.run(access, ECHO)).stdout == "here\n"


async def test_a_start_that_takes_too_long_fails(settings: Settings) -> None:
    hasty = settings.projects.model_copy(update={"start_timeout_s": 0.001})
    async with open_platform(settings.model_copy(update={"projects": hasty})) as platform:
        access = await new_project(platform)
        failures = []
        try:
            await platform.projects.start(access)
        except StartFailed as failure:
            failures.append(failure.reason)
        await platform.lifecycle.stop(access.project_id)
    assert failures == ["timeout waiting for the project to start"]


async def test_a_brief_start_waits_20_seconds_and_not_for_another_start_or_stop(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = await new_project(platform)
    assert services_projects._BRIEF_SECONDS == 20
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(platform.projects.start, access)
            while not platform.lifecycle.is_changing(access.project_id):
                await anyio.lowlevel.checkpoint()
            await platform.projects.start_briefly(access)
            assert platform.lifecycle.is_changing(access.project_id)
        await platform.projects.start_briefly(access)
        assert runs(platform, access.project_id)
        await platform.projects.stop(access)
        monkeypatch.setattr(services_projects, "_BRIEF_SECONDS", 0.001)
        with pytest.raises(StartFailed, match="timeout waiting for the project to start"):
            await platform.projects.start_briefly(access)


async def test_a_stop_takes_10_seconds_at_most_whatever_runs(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lifecycle._SAVE_SECONDS + lifecycle._GRACE_SECONDS == 10
    monkeypatch.setattr(lifecycle, "_SAVE_SECONDS", 0.1)
    monkeypatch.setattr(lifecycle, "_GRACE_SECONDS", 0.1)
    access = await new_project(platform)
    stubborn = "trap '' TERM HUP; touch ~/up; while :; do sleep 1000; done"
    wait = f'setsid sh -c "{stubborn}" </dev/null >/dev/null 2>&1 & while ! [ -e ~/up ]; do sleep 0.01; done'
    await platform.execution.run(access, ExecSpec(script=wait))
    sandbox = platform.lifecycle.find_sandbox(access.project_id)
    assert sandbox is not None
    for silent in find_children(sandbox.pid):
        silent.send(signal.SIGSTOP)
    with anyio.fail_after(20) as patience:
        await platform.projects.stop(access)
    assert not patience.cancel_called  # a stop goes on when its caller has given up
    assert find_process(sandbox.pid) is None
    assert (await state(platform, access.project_id))["state"] == "opened"


async def test_a_project_without_room_to_live_fails_soon_and_says_why(platform: Platform) -> None:
    access = await new_project(platform, memory=3)
    with anyio.fail_after(20), pytest.raises(StartFailed) as failed:
        await platform.projects.start(access)
    assert failed.value.reason
    assert "timeout" not in failed.value.reason
    found = await state(platform, access.project_id)
    assert found["state"] == "opened"
    assert found["error"]
    assert not runs(platform, access.project_id)


async def test_a_command_hears_why_its_project_was_stopped(platform: Platform) -> None:
    access = await new_project(platform)
    await platform.projects.start(access)
    lost: list[str] = []

    async def run() -> None:
        try:
            await platform.execution.run(access, ExecSpec(program="sleep", arguments=("60",), timeout_seconds=60))
        except AgentLost as error:
            lost.append(error.reason)

    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run)
            link = await platform.lifecycle.link(access.project)
            while not (await link.exec(ExecSpec(script="pgrep -x sleep || true"))).stdout:
                await anyio.lowlevel.checkpoint()
            await platform.lifecycle.stop(access.project_id, reason="the reason")
    assert lost == ["the reason"]
    assert (await state(platform, access.project_id))["error"] == "the reason"


async def test_what_ended_while_no_hub_ran_is_set_right(settings: Settings) -> None:
    async with open_platform(settings) as platform:
        gone, kept = await new_project(platform), await new_project(platform)
        await platform.projects.start(kept)
        believed = {"state": "running", "time": "2020-01-01T00:00:00.000Z"}
        async with platform.store.begin() as transaction:
            values = update(projects).where(projects.c.project_id == gone.project_id).values(state=believed)
            await transaction.connection.execute(values)
    async with open_platform(settings) as platform:
        assert (await state(platform, gone.project_id))["state"] == "opened"
        assert (await state(platform, gone.project_id))["error"]
        assert (await state(platform, kept.project_id))["state"] == "running"
        assert (await platform.execution.run(kept, ECHO)).stdout == "here\n"
        await stop_all(platform)


async def test_a_request_for_an_action_is_carried_out_once(platform: Platform) -> None:
    access = await new_project(platform)
    request = {"action": "start", "time": "2026-03-01T12:00:00.000Z"}
    await platform.projects.request_action(access, request)
    assert runs(platform, access.project_id)
    await platform.projects.stop(access)
    await platform.projects.request_action(access, request)
    assert not runs(platform, access.project_id)
    await platform.projects.request_action(access, {"action": "dance", "time": "2026-03-01T12:00:01.000Z"})
    async with platform.store.read() as transaction:
        stored = await transaction.projects.find_action_request(access.project_id)
    assert stored is not None
    assert stored["err"] == "unknown action 'dance': it must be start, stop or restart"
    assert {"started", "finished"} <= set(stored)
