"""Copies that outlive what asked for them: leases, schedules, and no more at a time than there is room for."""

from datetime import timedelta
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
from support.rows import add_account

from carrel.domain.copies import Copy, CopyNotFound, CopyPlan, CopyWaitTimeout
from carrel.domain.ids import CopyId
from carrel.domain.principals import AccountPrincipal
from carrel.domain.projects import ProjectAccess
from carrel.hub.platform import Platform, open_platform
from carrel.hub.settings import Settings, load_settings

pytestmark = pytest.mark.anyio

PLAN = CopyPlan("a.txt", "b.txt")


def settings_of(open_dir: Path, **copies: float) -> Settings:
    return load_settings(data={"dir": open_dir / "data", "reserve_mb": 0}, copies=copies)


async def ends(platform: Platform) -> tuple[ProjectAccess, ProjectAccess]:
    owner = await add_account(platform.store)
    made = [await platform.projects.create(owner, title="") for _ in range(2)]
    source, target = [await platform.access.to(AccountPrincipal(owner), project.project_id) for project in made]
    await platform.files.write_text(source, "a.txt", "content")
    return source, target


async def find(platform: Platform, copy_id: CopyId) -> Copy:
    async with platform.store.read() as transaction:
        found = await transaction.copies.find(copy_id)
    assert found is not None
    return found


async def until_finished(platform: Platform, copy_id: CopyId) -> Copy:
    with anyio.fail_after(20):
        while (found := await find(platform, copy_id)).finished is None:
            await anyio.lowlevel.checkpoint()
    return found


async def test_a_copy_that_a_dead_hub_held_is_carried_out_by_the_next(open_dir: Path) -> None:
    async with open_platform(settings_of(open_dir)) as platform:
        source, target = await ends(platform)
        later = platform.clock.now() + timedelta(days=1)
        copy = await platform.copies.request(source, target, PLAN, scheduled=later)
        async with platform.store.begin() as transaction:  # as if another hub had begun it and died
            await transaction.copies.claim("dead", at=later, lease_expires=later + timedelta(days=1), limit=1)
    async with open_platform(settings_of(open_dir)) as platform:
        async with platform.store.begin() as transaction:
            await transaction.copies.release_leases(owner="dead")
        now = platform.clock.now() - timedelta(seconds=1)
        due = await platform.copies.request(source, target, CopyPlan("a.txt", "c.txt"), scheduled=now)
        assert (await until_finished(platform, due.copy_id)).error is None
        assert await platform.files.read_text(target, "c.txt") == "content"
        assert (await find(platform, copy.copy_id)).finished is None  # its time has not come


async def test_a_scheduled_copy_survives_a_restart(open_dir: Path) -> None:
    async with open_platform(settings_of(open_dir)) as platform:
        source, target = await ends(platform)
        soon = platform.clock.now() + timedelta(seconds=0.5)
        copy = await platform.copies.request(source, target, PLAN, scheduled=soon)
    async with open_platform(settings_of(open_dir)) as platform:
        done = await until_finished(platform, copy.copy_id)
        assert done.error is None
        assert done.started is not None
        assert done.started >= soon
        assert await platform.files.read_text(target, "b.txt") == "content"


async def test_more_copies_than_there_is_room_for_all_arrive(open_dir: Path) -> None:
    async with open_platform(settings_of(open_dir, parallel=1)) as platform:
        source, target = await ends(platform)
        plans = [CopyPlan("a.txt", f"{number}.txt") for number in range(12)]
        copies = [await platform.copies.request(source, target, plan) for plan in plans]
        with anyio.fail_after(30):
            async with anyio.create_task_group() as tasks:
                for copy in copies:
                    tasks.start_soon(platform.copies.wait, copy)
        assert [await platform.files.read_text(target, plan.target_path) for plan in plans] == ["content"] * 12


async def test_a_waiting_caller_is_told_when_it_takes_too_long_and_the_copy_goes_on(open_dir: Path) -> None:
    async with open_platform(settings_of(open_dir, wait_s=0.2)) as platform:
        source, target = await ends(platform)
        for number in range(3):
            await platform.files.write_text(source, f"slow/{number}", "x" * 300_000)
        copy = await platform.copies.request(source, target, CopyPlan("slow", "slow", bwlimit="900"))
        with pytest.raises(CopyWaitTimeout, match=f"copy_path_id={copy.copy_id}"):
            await platform.copies.wait(copy)
        assert (await until_finished(platform, copy.copy_id)).error is None
        assert len(await platform.files.read_text(target, "slow/2")) == 300_000


async def test_waiting_for_a_copy_that_was_cancelled_ends(open_dir: Path) -> None:
    async with open_platform(settings_of(open_dir)) as platform:
        source, target = await ends(platform)
        later = platform.clock.now() + timedelta(days=1)
        copy = await platform.copies.request(source, target, PLAN, scheduled=later)
        with anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:

                async def wait() -> None:
                    with pytest.raises(CopyNotFound):
                        await platform.copies.wait(copy)

                tasks.start_soon(wait)
                await platform.copies.cancel(AccountPrincipal(source.caller), copy.copy_id)
