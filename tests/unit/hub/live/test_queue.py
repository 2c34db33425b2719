"""The queue of a channel: order, its bound, and its end."""

import anyio
import pytest

from carrel.domain.errors import Overloaded
from carrel.hub.live.queue import HELD_BYTES, Queue
from carrel.remote.held import Held

pytestmark = pytest.mark.anyio


async def test_messages_come_in_order() -> None:
    queue = Queue(Held())
    sent = [(kind, b"x" * kind) for kind in range(100)]

    async def read() -> None:
        for message in sent:
            assert await queue.next() == message
            queue.done()

    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read)
            for message in sent:
                await queue.put(message)


@pytest.mark.parametrize("size", [0, 1000, HELD_BYTES, 10 * HELD_BYTES])
async def test_a_writer_waits_when_too_much_is_held_until_it_is_done(size: int) -> None:
    queue, written = Queue(Held()), 0

    async def write() -> None:
        nonlocal written
        while True:
            await queue.put((1, bytes(size)))
            written += 1

    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(write)
            await anyio.wait_all_tasks_blocked()
            assert written * (size + 200) <= HELD_BYTES
            before = written
            await queue.next()
            await anyio.wait_all_tasks_blocked()
            assert written == before
            queue.done()
            await anyio.wait_all_tasks_blocked()
            assert written == before + 1
            tasks.cancel_scope.cancel()


async def test_the_end_lets_the_writer_go_and_drops_what_comes_later() -> None:
    queue = Queue(Held())
    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(queue.put, (1, bytes(2 * HELD_BYTES)))
            await anyio.wait_all_tasks_blocked()
            queue.close()
        await queue.put((1, bytes(2 * HELD_BYTES)))


async def test_what_queues_hold_together_is_bounded_and_given_back() -> None:
    account = Held(1000)
    first, second = Queue(account), Queue(account)
    await first.put((1, bytes(500)))
    with pytest.raises(Overloaded):
        await second.put((1, bytes(500)))
    await first.next()
    first.done()
    await second.put((1, bytes(500)))
    second.close()
    assert account.bytes == 0
