"""Nothing of a command survives its timeout, its cancelled call or its hub."""

import time
import uuid
from pathlib import Path

import anyio
import pytest
from support.agents import RunningAgent, running_agent
from support.processes import descendants, marked, until_exists, until_none

from carrel.domain.execution import ExecKilled, ExecSpec
from carrel.remote.link import AgentLink

pytestmark = pytest.mark.anyio

SETSID_STRAY = "setsid sleep 1000 & echo > ready; wait"
DOUBLE_FORK = (
    "( ( setsid sh -c 'trap \"\" TERM HUP INT; echo > ready; while :; do sleep 1000; done' & ) & ); wait; sleep 1000"
)
NO_ENVIRONMENT = "env -i setsid sleep 1000 & echo > ready; sleep 1000"
IGNORES_SIGTERM = "trap '' TERM INT HUP QUIT; echo > ready; while :; do sleep 1000; done"
FLOOD = "echo > ready; yes"
FLOOD_OF_ERRORS = "echo > ready; yes >&2 | yes"
STOPPED = "echo > ready; kill -STOP $$"
FORK_BOMB = "bomb() { sleep 1000 & for i in 1 2 3; do bomb & done; wait; }; ulimit -u 300 || exit; bomb"
SETSID_BOMB = "ulimit -u 300; f() { while :; do setsid sleep 1000 & done; }; f & f & f"
ORPHAN_BOMB = "ulimit -u 300; f() { while :; do (setsid sleep 1000 &) ; done; }; f & f & f"
SELF_BOMB = 'ulimit -u 300; echo "while :; do setsid bash b & setsid bash b & wait -n; done" > b; bash b'

TREES = {
    "setsid": SETSID_STRAY,
    "double fork": DOUBLE_FORK,
    "empty environment": NO_ENVIRONMENT,
    "ignores SIGTERM": IGNORES_SIGTERM,
    "output flood": FLOOD,
    "two floods": FLOOD_OF_ERRORS,
    "stopped": STOPPED,
}

BOMBS = {"fork": FORK_BOMB, "setsid": SETSID_BOMB, "orphans": ORPHAN_BOMB, "of itself": SELF_BOMB}


def marked_spec(script: str, timeout_seconds: float) -> tuple[str, ExecSpec]:
    marker = f"MARK={uuid.uuid4().hex}"
    name, _, value = marker.partition("=")
    return marker, ExecSpec(script=script, environment={name: value}, timeout_seconds=timeout_seconds)


@pytest.mark.parametrize("script", TREES.values(), ids=TREES.keys())
async def test_a_timeout_kills_the_whole_tree(link: AgentLink, agent: RunningAgent, script: str) -> None:
    marker, spec = marked_spec(script, timeout_seconds=0.2)
    start = time.monotonic()
    with anyio.fail_after(5), pytest.raises(ExecKilled, match="killed command 'bash "):
        await link.exec(spec)
    assert time.monotonic() - start < 1.2
    assert (agent.home / "ready").exists()
    assert marked(marker) == set()
    assert descendants(agent.process.pid) == set()


@pytest.mark.parametrize("script", BOMBS.values(), ids=BOMBS.keys())
@pytest.mark.slow
async def test_a_timeout_ends_a_bomb(open_dir: Path, script: str) -> None:
    marker, spec = marked_spec(script, timeout_seconds=1.5)
    async with running_agent(open_dir, as_tenant=True) as agent, AgentLink.connect(agent.address) as link:
        start = time.monotonic()
        with anyio.fail_after(20):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(is_killed, link, spec)
                while len(marked(marker)) < 30:
                    await link.ping()
        assert time.monotonic() - start < 10
        assert marked(marker) == set()


async def is_killed(link: AgentLink, spec: ExecSpec) -> None:
    with pytest.raises(ExecKilled):
        await link.exec(spec)


async def test_a_timed_out_program_is_named_with_its_arguments(link: AgentLink) -> None:
    with pytest.raises(ExecKilled) as caught:
        await link.exec(ExecSpec("sleep", ("1000",), timeout_seconds=0.05))
    assert str(caught.value) == "killed command 'sleep 1000'"


async def test_other_commands_do_not_notice(link: AgentLink, agent: RunningAgent) -> None:
    async with anyio.create_task_group() as tasks:
        results: list[str] = []

        async def bystander() -> None:
            script = "mkfifo fifo; setsid cat fifo"
            results.append((await link.exec(ExecSpec(script=script))).stdout)

        tasks.start_soon(bystander)
        with anyio.fail_after(5):
            await until_exists(agent.home / "fifo")
        with pytest.raises(ExecKilled):
            await link.exec(marked_spec(DOUBLE_FORK, 0.1)[1])
        await link.exec(ExecSpec(script="echo alive > fifo"))
    assert results == ["alive\n"]


@pytest.mark.parametrize(
    "script", [DOUBLE_FORK, FLOOD, IGNORES_SIGTERM], ids=["double fork", "flood", "ignores SIGTERM"]
)
async def test_a_cancelled_call_kills_the_whole_tree(link: AgentLink, agent: RunningAgent, script: str) -> None:
    marker, spec = marked_spec(script, timeout_seconds=0)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(link.exec, spec)
        with anyio.fail_after(5):
            await until_exists(agent.home / "ready")
        assert marked(marker)
        tasks.cancel_scope.cancel()
    with anyio.fail_after(5):
        await until_none(marker)
    assert (await link.exec(ExecSpec("echo", ("still there",)))).stdout == "still there\n"


async def test_a_call_cancelled_at_once_leaves_nothing(link: AgentLink) -> None:
    marker, spec = marked_spec("sleep 1000", timeout_seconds=0)
    for _ in range(20):
        with anyio.CancelScope() as scope:
            scope.cancel()
            await link.exec(spec)
    await link.ping()
    with anyio.fail_after(5):
        await until_none(marker)


async def test_an_abandoned_stream_kills_the_whole_tree(link: AgentLink) -> None:
    marker, spec = marked_spec("yes", timeout_seconds=0)
    async with link.exec_stream(spec) as stream:
        async for _ in stream:
            break
    with anyio.fail_after(5):
        await until_none(marker)


async def test_commands_of_a_hub_that_went_away_are_killed(link: AgentLink, agent: RunningAgent) -> None:
    marker, spec = marked_spec(DOUBLE_FORK, timeout_seconds=0)
    async with anyio.create_task_group() as tasks, AgentLink.connect(agent.address) as other:
        tasks.start_soon(other.exec, spec)
        with anyio.fail_after(5):
            await until_exists(agent.home / "ready")
        tasks.cancel_scope.cancel()
        other.close("the hub died")
    with anyio.fail_after(5):
        await until_none(marker)
    await link.ping()


async def test_scripts_of_killed_commands_are_removed(link: AgentLink, agent: RunningAgent) -> None:
    with pytest.raises(ExecKilled):
        await link.exec(marked_spec("sleep 1000", 0.05)[1])
    assert list((agent.home.parent / "tmp").iterdir()) == []
