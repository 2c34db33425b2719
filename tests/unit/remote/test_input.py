"""Input of a stream: from the hub to the agent, both ways at once, and no faster than the reader takes it."""

import os
from pathlib import Path

import anyio
import pytest
from support.agents import running_agent

from carrel.domain.execution import AgentLost
from carrel.protocol.execution import Ping
from carrel.protocol.link import WINDOW
from carrel.protocol.messages import Data
from carrel.remote.connection import Call, Connection

pytestmark = pytest.mark.anyio

ECHOING = """
from carrel.agent.commands import Commands

async def echo(self, stream, request):
    while True:
        await stream.send(1, await stream.receive())

Commands.ping = echo
from carrel.agent.serve import main
main()
"""
DEAF = ECHOING.replace("await stream.send(1, await stream.receive())", "await __import__('asyncio').Event().wait()")


async def read(call: Call, size: int) -> bytes:
    kept = b""
    while len(kept) < size:
        answer = await call.receive()
        assert isinstance(answer, Data)
        kept += answer.chunk
    return kept


async def test_what_the_hub_sends_arrives_in_order_however_much_it_is(tmp_path: Path) -> None:
    sent = os.urandom(5 * WINDOW + 17)
    async with running_agent(tmp_path, main=ECHOING) as agent, Connection(agent.address) as connection:
        with anyio.fail_after(30), connection.call(Ping()) as call:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(call.send, 1, sent)
                assert await read(call, len(sent)) == sent


async def test_an_agent_that_does_not_read_stops_its_sender_and_nobody_else(tmp_path: Path) -> None:
    async with running_agent(tmp_path, main=DEAF) as agent, Connection(agent.address) as connection:
        with connection.call(Ping()) as deaf, anyio.move_on_after(0.5) as patience:
            await deaf.send(1, bytes(2 * WINDOW))
        assert patience.cancelled_caught
        with anyio.fail_after(10), connection.call(Ping()) as other:
            await other.send(1, bytes(WINDOW))


async def test_a_sender_hears_that_the_agent_is_lost(tmp_path: Path) -> None:
    async with running_agent(tmp_path, main=DEAF) as agent, Connection(agent.address) as connection:
        with anyio.fail_after(10), connection.call(Ping()) as call:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(connection.wait_closed)
                await call.send(1, bytes(WINDOW))
                agent.kill()
                with pytest.raises(AgentLost, match="hung up"):
                    await call.send(1, bytes(1))
