"""Turns: one at a time for each key."""

import anyio
import pytest

from carrel.kit.turns import Turns

pytestmark = pytest.mark.anyio


async def test_one_at_a_time_for_each_key_in_the_order_of_asking() -> None:
    turns: Turns[str] = Turns()
    inside: list[str] = []
    order: list[int] = []

    async def work(number: int) -> None:
        async with turns.of("key"):
            inside.append("key")
            await anyio.lowlevel.checkpoint()
            assert inside == ["key"]
            inside.clear()
            order.append(number)

    async with anyio.create_task_group() as tasks:
        for number in range(10):
            tasks.start_soon(work, number)
    assert order == list(range(10))


async def test_keys_do_not_wait_for_each_other() -> None:
    turns: Turns[int] = Turns()
    with anyio.fail_after(1):
        async with turns.of(1), turns.of(2):
            pass


async def test_nothing_is_kept_of_turns_that_are_over_failed_or_cancelled() -> None:
    turns: Turns[str] = Turns()

    async def wait() -> None:
        async with turns.of("key"):
            raise AssertionError("it is not its turn")

    async with turns.of("key"), anyio.create_task_group() as tasks:
        tasks.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
    with pytest.raises(ValueError, match="mine"):
        async with turns.of("other"):
            raise ValueError("mine")
    assert turns == Turns()
