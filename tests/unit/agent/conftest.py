"""An agent and a hub's link to it, for each test anew."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.agents import RunningAgent, running_agent

from carrel.remote.link import AgentLink


@pytest.fixture
async def agent(open_dir: Path) -> AsyncIterator[RunningAgent]:
    async with running_agent(open_dir) as running:
        yield running


@pytest.fixture
async def link(agent: RunningAgent) -> AsyncIterator[AgentLink]:
    async with AgentLink.connect(agent.address) as link:
        yield link
