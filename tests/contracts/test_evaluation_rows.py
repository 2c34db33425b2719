"""Results of evaluations, on SQLite and on PostgreSQL alike."""

from datetime import timedelta

import pytest
from support.rows import NOON, add_account, add_project

from carrel.domain.evaluations import KEPT_FOR, Evaluation
from carrel.domain.ids import ProjectId
from carrel.store.evaluations import MOST_BYTES
from carrel.store.store import Store

pytestmark = pytest.mark.anyio

MINUTE = timedelta(minutes=1)


def an_evaluation(
    project_id: ProjectId, output: bytes = b'[{"text":"\\u0000 \xc3\xbc"}]', minute: int = 0
) -> Evaluation:
    return Evaluation(project_id, output, NOON + minute * MINUTE, 0.25)


async def kept(store: Store, *hashes: str) -> list[str]:
    async with store.read() as transaction:
        return [one for one in hashes if await transaction.evaluations.find(one, at=NOON) is not None]


async def test_a_result_comes_back_as_it_was_until_it_expires(store: Store) -> None:
    evaluation = an_evaluation(await add_project(store, owner=await add_account(store)))
    async with store.begin() as transaction:
        await transaction.evaluations.keep("a" * 40, evaluation)
        rows = transaction.evaluations
        assert await rows.find("a" * 40, at=NOON + KEPT_FOR - MINUTE) == evaluation
        assert await rows.find("a" * 40, at=NOON + KEPT_FOR) is None
        assert await rows.find("b" * 40, at=NOON) is None


async def test_a_newer_result_takes_the_place_of_the_older(store: Store) -> None:
    project_id = await add_project(store, owner=await add_account(store))
    newer = an_evaluation(project_id, b"[]", minute=5)
    async with store.begin() as transaction:
        await transaction.evaluations.keep("a", an_evaluation(project_id))
        await transaction.evaluations.keep("a", newer)
        assert await transaction.evaluations.find("a", at=NOON + KEPT_FOR) == newer


async def test_what_has_expired_is_deleted_and_nothing_else(store: Store) -> None:
    project_id = await add_project(store, owner=await add_account(store))
    async with store.begin() as transaction:
        await transaction.evaluations.keep("old", an_evaluation(project_id))
        await transaction.evaluations.keep("new", an_evaluation(project_id, minute=1))
        await transaction.evaluations.delete_expired(at=NOON + KEPT_FOR)
    assert await kept(store, "old", "new") == ["new"]


async def test_a_projects_oldest_results_make_room_for_its_newest(store: Store) -> None:
    ada = await add_account(store)
    one, other = await add_project(store, owner=ada), await add_project(store, owner=ada)
    large = b" " * (MOST_BYTES // 3 - 20_000)
    async with store.begin() as transaction:
        await transaction.evaluations.keep("other", an_evaluation(other, large))
        for minute, name in enumerate("abcd"):
            await transaction.evaluations.keep(name, an_evaluation(one, large, minute))
    assert await kept(store, "other", *"abcd") == ["other", *"bcd"]
    async with store.begin() as transaction:
        await transaction.evaluations.keep("small", an_evaluation(one, minute=9))
    assert await kept(store, *"bcd", "small") == [*"bcd", "small"]
