"""The routing table: one link a project, made anew when it breaks."""

from pathlib import Path

import anyio
import pytest
from support.agents import running_agent

from carrel.domain.execution import AgentLost, ExecSpec
from carrel.domain.ids import ProjectId, new_project_id
from carrel.remote.agents import Agents
from carrel.remote.link import AgentLink

pytestmark = pytest.mark.anyio
PROJECT = new_project_id()


async def test_all_callers_share_one_link(open_dir: Path) -> None:
    links: list[AgentLink] = []

    async def ask(agents: Agents, address: Path) -> None:
        links.append(await agents.link(PROJECT, address))

    async with running_agent(open_dir) as agent, Agents() as agents:
        async with anyio.create_task_group() as tasks:
            for _ in range(10):
                tasks.start_soon(ask, agents, agent.address)
        assert len(links) == 10
        assert len(set(links)) == 1


async def test_a_broken_link_is_made_anew(open_dir: Path) -> None:
    async with running_agent(open_dir) as agent, Agents() as agents:
        first = await agents.link(PROJECT, agent.address)
        job = await first.start_job(ExecSpec("echo", ("kept",)))
        first.close("the test cut it")
        second = await agents.link(PROJECT, agent.address)
        assert second is not first
        assert (await second.job(job.job_id, wait=True)).stdout == "kept\n"
        with pytest.raises(AgentLost, match="the test cut it"):
            await first.ping()


async def test_a_dead_agents_calls_fail_and_the_next_agent_is_reached(open_dir: Path) -> None:
    for name in "ab":
        (open_dir / name).mkdir()
    async with Agents() as agents:
        async with running_agent(open_dir / "a") as agent:
            link = await agents.link(PROJECT, agent.address)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(is_lost, link)
                await anyio.wait_all_tasks_blocked()
                agent.kill()
            with pytest.raises(AgentLost, match="cannot connect"):
                await agents.link(PROJECT, agent.address)
        async with running_agent(open_dir / "b") as agent:
            assert (await (await agents.link(PROJECT, agent.address)).exec(ExecSpec("true"))).exit_code == 0


async def is_lost(link: AgentLink) -> None:
    with anyio.fail_after(5), pytest.raises(AgentLost, match="it hung up"):
        await link.exec(ExecSpec("sleep", ("3",), timeout_seconds=0))


async def test_another_address_is_another_link(open_dir: Path) -> None:
    for name in "ab":
        (open_dir / name).mkdir()
    async with running_agent(open_dir / "a") as one, running_agent(open_dir / "b") as other, Agents() as agents:
        first = await agents.link(PROJECT, one.address)
        second = await agents.link(PROJECT, other.address)
        assert first.closed_reason == "the hub dropped it"
        assert second.closed_reason is None


async def test_a_dropped_project_has_no_link_and_others_keep_theirs(open_dir: Path) -> None:
    other_project = ProjectId(new_project_id())
    async with running_agent(open_dir) as agent, Agents() as agents:
        dropped = await agents.link(PROJECT, agent.address)
        kept = await agents.link(other_project, agent.address)
        await agents.drop(PROJECT)
        await agents.drop(PROJECT)
        with pytest.raises(AgentLost, match="the hub dropped it"):
            await dropped.ping()
        await kept.ping()
        await (await agents.link(PROJECT, agent.address)).ping()


async def test_the_tables_end_closes_all_links_and_passes_errors_on(open_dir: Path) -> None:
    async with running_agent(open_dir) as agent:
        links: list[AgentLink] = []

        async def go_wrong() -> None:
            async with Agents() as agents:
                links.append(await agents.link(PROJECT, agent.address))
                raise ValueError("the hub's own")

        with pytest.raises(ValueError, match="the hub's own"):
            await go_wrong()
        assert links[0].closed_reason == "the hub closed it"
        async with Agents() as agents:
            await (await agents.link(PROJECT, agent.address)).ping()


async def test_a_cancelled_connect_leaves_the_table_usable(open_dir: Path) -> None:
    async with running_agent(open_dir) as agent, Agents() as agents:
        with anyio.CancelScope() as scope:
            scope.cancel()
            await agents.link(PROJECT, agent.address)
        with anyio.fail_after(5):
            await (await agents.link(PROJECT, agent.address)).ping()
