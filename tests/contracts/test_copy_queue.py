"""The durable queue of copies, on SQLite and PostgreSQL: claims, leases, schedules, cancelling, retention."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import anyio
import pytest
from support.rows import NOON, a_copy, add_account, add_project

from carrel.domain.copies import RETENTION, Copy, CopyPlan
from carrel.domain.distributions import Distribution, Kind
from carrel.domain.ids import AccountId, DistributionId, ProjectId, new_copy_id, new_distribution_id
from carrel.domain.projects import Role
from carrel.store.copies import CopyFilter
from carrel.store.store import Store

pytestmark = pytest.mark.anyio

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def ends(store: Store) -> tuple[ProjectId, ProjectId, AccountId]:
    """A source, a target, and who owns the one and collaborates on the other."""
    ada = await add_account(store)
    return await add_project(store, owner=ada), await add_project(store, collaborator=ada), ada


Ends = tuple[ProjectId, ProjectId, AccountId]


def a_distribution(source: ProjectId, by: AccountId, id_: DistributionId) -> Distribution:
    return Distribution(id_, Kind.HANDOUT, source, "a", "b", 3, {"x": "no"}, NOON, by, NOON + RETENTION)


async def add_copies(store: Store, *copies: Copy) -> None:
    async with store.begin() as transaction:
        for copy in copies:
            await transaction.copies.add(copy)


async def claim(store: Store, owner: str, *, minute: float = 0, limit: int = 100) -> list[str]:
    at = NOON + minute * MINUTE
    async with store.begin() as transaction:
        found = await transaction.copies.claim(owner, at=at, lease_expires=at + MINUTE, limit=limit)
    return [copy.copy_id for copy in found]


async def test_a_copy_comes_back_as_it_was_requested(store: Store, ends: Ends) -> None:
    plan = CopyPlan(
        "söurce", "target", True, True, True, ("*.tmp", "node_modules"), True, timeout_seconds=1.5, bwlimit="100k"
    )
    copy = a_copy(*ends, plan=plan, scheduled=NOON + MINUTE)
    await add_copies(store, copy)
    async with store.read() as reading:
        assert await reading.copies.find(copy.copy_id) == copy
        assert await reading.copies.find(new_copy_id()) is None


async def test_a_copy_is_found_with_the_roles_of_the_account_that_asks(store: Store, ends: Ends) -> None:
    copy = a_copy(*ends)
    await add_copies(store, copy)
    bob = await add_account(store)
    async with store.read() as reading:
        for asking, roles in ((ends[2], (Role.OWNER, Role.COLLABORATOR)), (bob, (None, None))):
            found = await reading.copies.find_with_roles(copy.copy_id, asking)
            assert found is not None
            assert (found.copy, (found.source_role, found.target_role)) == (copy, roles)
        assert await reading.copies.find_with_roles(new_copy_id(), bob) is None


async def test_claims_go_oldest_first_and_mark_the_start(store: Store, ends: Ends) -> None:
    copies = [a_copy(*ends, at=NOON - minutes * MINUTE) for minutes in (1, 3, 2)]
    await add_copies(store, *copies)
    assert await claim(store, "w1", limit=2) == [copies[1].copy_id, copies[2].copy_id]
    async with store.read() as reading:
        claimed = await reading.copies.find(copies[1].copy_id)
    assert claimed is not None
    assert claimed.started == NOON


async def test_copies_of_a_distribution_come_last_and_many_count_as_one(store: Store, ends: Ends) -> None:
    source, target, ada = ends
    ids = [new_distribution_id() for _ in range(2)]
    parts = [
        [a_copy(source, target, ada, at=NOON - (9 - number) * MINUTE, distribution_id=one) for _ in range(5)]
        for number, one in enumerate(ids)
    ]
    single = a_copy(source, target, ada)
    async with store.begin() as transaction:
        await transaction.copies.add_all([*parts[1], *parts[0], single])
        for one in ids:
            await transaction.distributions.add(a_distribution(source, ada, one))
        claimed = await transaction.copies.claim("w", at=NOON, lease_expires=NOON + MINUTE, limit=3, together=2)
    assert claimed[0].copy_id == single.copy_id
    assert [copy.distribution_id for copy in claimed[1:]] == [ids[0]] * 4


async def test_a_cancelled_distribution_ends_all_that_has_not_finished(store: Store, ends: Ends) -> None:
    source, target, ada = ends
    distribution = a_distribution(source, ada, new_distribution_id())
    copies = [a_copy(source, target, ada, distribution_id=distribution.distribution_id) for _ in range(3)]
    async with store.begin() as transaction:
        await transaction.distributions.add(distribution)
        await transaction.copies.add_all(copies)
        done, running = await transaction.copies.claim("w", at=NOON, lease_expires=NOON + MINUTE, limit=2)
        await transaction.copies.finish([replace(done, finished=NOON, unchanged=True)], "w")
        assert await transaction.distributions.unfinished(limit=9) == [(distribution, 2)]
        await transaction.distributions.cancel(distribution.distribution_id, at=NOON + MINUTE)
        lost = await transaction.copies.extend_leases("w", [running.copy_id], lease_expires=NOON + 9 * MINUTE)
        assert lost == [running.copy_id]
        assert await transaction.copies.finish([replace(running, finished=NOON)], "w") == set()
        parts = await transaction.distributions.parts(distribution)
        assert [part.state for part in parts] == ["unchanged", "cancelled", "cancelled"]
        assert await transaction.distributions.unfinished(limit=9) == []
        await transaction.distributions.delete_expired(at=NOON + RETENTION)
        assert await transaction.distributions.find(distribution.distribution_id) == replace(
            distribution, cancelled=NOON + MINUTE
        )
        await transaction.copies.delete_expired(at=NOON + RETENTION)
        await transaction.distributions.delete_expired(at=NOON + RETENTION)
        assert await transaction.distributions.find(distribution.distribution_id) is None
    assert await claim(store, "w2", minute=99) == []


async def test_two_workers_never_get_the_same_copy(store: Store, database_url: str, ends: Ends) -> None:
    copies = [a_copy(*ends) for _ in range(40)]
    await add_copies(store, *copies)
    claimed: Counter[str] = Counter()

    async def work(owner: str, of: Store) -> None:
        while batch := await claim(of, owner, limit=3):
            claimed.update(batch)

    with anyio.fail_after(30):
        async with Store.open(database_url) as other_hub, anyio.create_task_group() as group:
            for number in range(3):
                group.start_soon(work, f"a{number}", store)
                group.start_soon(work, f"b{number}", other_hub)
    assert claimed == Counter(copy.copy_id for copy in copies)


async def test_claims_of_others_that_are_not_committed_are_passed_over(store: Store, ends: Ends) -> None:
    """On PostgreSQL a second worker goes on with the rest; on SQLite it waits its turn."""
    copies = [a_copy(*ends, at=NOON + number * MINUTE) for number in range(2)]
    await add_copies(store, *copies)
    if store.writer.dialect.name == "postgresql":
        async with store.begin() as transaction:
            first = await transaction.copies.claim("w1", at=NOON, lease_expires=NOON + MINUTE, limit=1)
            with anyio.fail_after(5):
                assert await claim(store, "w2") == [copies[1].copy_id]
        assert [copy.copy_id for copy in first] == [copies[0].copy_id]
    else:
        assert await claim(store, "w1", limit=1) == [copies[0].copy_id]
        assert await claim(store, "w2") == [copies[1].copy_id]


async def test_a_lease_that_runs_out_makes_the_copy_due_again(store: Store, ends: Ends) -> None:
    copy = a_copy(*ends)
    await add_copies(store, copy)
    assert await claim(store, "w1") == [copy.copy_id]
    assert await claim(store, "w2", minute=0.5) == []
    async with store.begin() as transaction:
        await transaction.copies.extend_leases("w1", [copy.copy_id], lease_expires=NOON + 2 * MINUTE)
        await transaction.copies.extend_leases("w1", [], lease_expires=NOON + 9 * MINUTE)
        assert await transaction.copies.next_scheduled(after=NOON) == NOON + 2 * MINUTE
    assert await claim(store, "w2", minute=1.5) == []
    assert await claim(store, "w2", minute=2) == [copy.copy_id]
    async with store.begin() as transaction:
        assert not await transaction.copies.finish([replace(copy, finished=NOON)], "w1")
        assert await transaction.copies.finish([replace(copy, finished=NOON + 3 * MINUTE, error="full")], "w2")
        found = await transaction.copies.find(copy.copy_id)
        assert found is not None
        assert (found.started, found.finished, found.error) == (NOON, NOON + 3 * MINUTE, "full")
    assert await claim(store, "w3", minute=99) == []


async def test_a_copy_can_be_claimed_from_the_start(store: Store, ends: Ends) -> None:
    copy = a_copy(*ends)
    async with store.begin() as transaction:
        await transaction.copies.add(copy, lease_owner="w1", lease_expires=NOON + MINUTE)
    assert await claim(store, "w2") == []
    async with store.begin() as transaction:
        assert await transaction.copies.finish([replace(copy, finished=NOON)], "w1")


async def test_released_leases_are_due_at_once(store: Store, ends: Ends) -> None:
    copies = [a_copy(*ends, at=NOON + number * MINUTE) for number in range(2)]
    await add_copies(store, *copies)
    await claim(store, "w1", limit=1)
    await claim(store, "w2")
    async with store.begin() as transaction:
        await transaction.copies.release_leases(owner="w1")
    assert await claim(store, "w3") == [copies[0].copy_id]
    async with store.begin() as transaction:
        await transaction.copies.release_leases(not_owner="w3")
    assert await claim(store, "w4") == [copies[1].copy_id]


async def test_scheduled_copies_wait_for_their_time_and_can_be_cancelled_until_then(store: Store, ends: Ends) -> None:
    soon, later = a_copy(*ends, scheduled=NOON + MINUTE / 2), a_copy(*ends, scheduled=NOON + 5 * MINUTE)
    at_once = a_copy(*ends)
    await add_copies(store, soon, later, at_once)
    async with store.read() as reading:
        assert await reading.copies.next_scheduled(after=NOON) == NOON + MINUTE / 2
        assert await reading.copies.next_scheduled(after=NOON + 9 * MINUTE) is None
    assert await claim(store, "w") == [at_once.copy_id]
    assert await claim(store, "w", minute=0.5) == [soon.copy_id]
    async with store.begin() as transaction:
        assert not await transaction.copies.cancel_scheduled(soon.copy_id)
        assert not await transaction.copies.cancel_scheduled(at_once.copy_id)
        assert await transaction.copies.cancel_scheduled(later.copy_id)
        assert not await transaction.copies.cancel_scheduled(later.copy_id)
    assert set(await claim(store, "w2", minute=5)) == {at_once.copy_id, soon.copy_id}


async def test_copies_are_listed_newest_first_by_what_was_asked(store: Store, ends: Ends) -> None:
    source, target, ada = ends
    old = a_copy(source, target, ada, at=NOON - MINUTE)
    new = a_copy(source, target, ada, plan=CopyPlan("x", "y"))
    back = a_copy(target, source, ada)
    failed, done = a_copy(source, target, ada), a_copy(source, target, ada, at=NOON + MINUTE)
    await add_copies(store, old, new, back)
    async with store.begin() as transaction:
        for copy, error in ((failed, "no space"), (done, None)):
            await transaction.copies.add(copy, lease_owner="w", lease_expires=NOON + MINUTE)
            await transaction.copies.finish([replace(copy, finished=NOON, error=error)], "w")

    async def listed(wanted: CopyFilter, limit: int = 10, offset: int = 0) -> list[str]:
        async with store.read() as reading:
            return [copy.copy_id for copy in await reading.copies.list_copies(wanted, limit=limit, offset=offset)]

    assert await listed(CopyFilter(source)) == [new.copy_id, old.copy_id]
    assert await listed(CopyFilter(source), limit=1, offset=1) == [old.copy_id]
    assert await listed(CopyFilter(source, source_path="x")) == [new.copy_id]
    assert await listed(CopyFilter(source, source)) == []
    assert await listed(CopyFilter(target_project_id=source)) == [back.copy_id]
    assert await listed(CopyFilter(source, pending=False)) == [done.copy_id, failed.copy_id]
    assert await listed(CopyFilter(source, failed=True)) == [failed.copy_id]


async def test_only_finished_copies_are_forgotten_after_their_time(store: Store, ends: Ends) -> None:
    done, pending = a_copy(*ends), a_copy(*ends)
    await add_copies(store, pending)
    async with store.begin() as transaction:
        await transaction.copies.add(done, lease_owner="w", lease_expires=NOON + MINUTE)
        await transaction.copies.finish([replace(done, finished=NOON)], "w")
        assert await transaction.copies.delete_expired(at=NOON + RETENTION - MINUTE) == 0
        assert await transaction.copies.delete_expired(at=NOON + RETENTION) == 1
        assert await transaction.copies.find(pending.copy_id) is not None
