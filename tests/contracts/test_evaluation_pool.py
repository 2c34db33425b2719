"""Evaluations without a project: where they run, and how many wait, on SQLite and on PostgreSQL alike."""

import anyio
import pytest
from support.rows import MovableClock, add_account

from carrel.domain.errors import Overloaded
from carrel.domain.ids import ProjectId
from carrel.domain.principals import AccountPrincipal
from carrel.services import evaluation_pool
from carrel.services.evaluation_pool import EvaluationPool
from carrel.store.store import Store

pytestmark = pytest.mark.anyio


async def test_hubs_that_ask_at_once_use_the_same_project(store: Store) -> None:
    caller = AccountPrincipal(await add_account(store))
    hubs = [EvaluationPool(store, MovableClock(), is_open=True) for _ in range(4)]
    entered: list[tuple[ProjectId, int]] = []

    async def enter(hub: EvaluationPool) -> None:
        access = await hub.enter(caller)
        assert hub.has(access)
        entered.append((access.project_id, access.project.number))

    async with anyio.create_task_group() as tasks:
        for hub in hubs * 3:
            tasks.start_soon(enter, hub)
    assert len(entered) == 12
    assert len(set(entered)) == 1


async def test_those_who_find_no_place_wait_their_turn_or_are_told(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = EvaluationPool(store, MovableClock(), is_open=True, places=anyio.Semaphore(1))
    order: list[str] = []
    may_end = anyio.Event()

    async def evaluate(name: str, until: anyio.Event | None = None) -> None:
        async with pool.place():
            order.append(name)
            if until is not None:
                await until.wait()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(evaluate, "first", may_end)
        await anyio.wait_all_tasks_blocked()
        tasks.start_soon(evaluate, "second")
        await anyio.wait_all_tasks_blocked()
        with monkeypatch.context() as patched:
            patched.setattr(evaluation_pool, "_WAIT_SECONDS", 0)
            with pytest.raises(Overloaded, match="try again later"):
                await evaluate("hasty")
        assert order == ["first"]
        tasks.start_soon(evaluate, "third")
        may_end.set()
    assert order == ["first", "second", "third"]
