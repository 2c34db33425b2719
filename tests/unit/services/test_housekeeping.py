"""What has expired is forgotten while a hub runs, and nothing else."""

import anyio
import pytest
from sqlalchemy import select
from support.rows import NOON, MovableClock, add_account, add_project

from carrel.domain.evaluations import KEPT_FOR, Evaluation
from carrel.services.housekeeping import Housekeeping
from carrel.store.store import Store
from carrel.store.tables import evaluations

pytestmark = pytest.mark.anyio


async def test_a_hub_forgets_results_of_evaluations_after_their_month(store: Store) -> None:
    project_id = await add_project(store, owner=await add_account(store))
    clock = MovableClock(NOON + KEPT_FOR)
    async with store.begin() as transaction:
        await transaction.evaluations.keep("old", Evaluation(project_id, b"[]", NOON, 0.1))
        await transaction.evaluations.keep("new", Evaluation(project_id, b"[]", clock.now(), 0.1))
    with anyio.fail_after(30):
        async with Housekeeping(store, clock):
            while (left := await hashes(store)) != ["new"]:
                assert left == ["new", "old"]
                await anyio.sleep(0.01)


async def hashes(store: Store) -> list[str]:
    async with store.read() as transaction:
        rows = await transaction.connection.execute(select(evaluations.c.hash).order_by(evaluations.c.hash))
        return list(rows.scalars())
