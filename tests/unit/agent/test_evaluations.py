"""Code evaluated by a real agent with real kernels: what is told of it, its limits, and that nothing is left behind."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from support.agents import RunningAgent, running_agent
from support.environments import ENVIRONMENT

from carrel.domain.evaluations import (
    CodeNotSendable,
    EvaluationLimits,
    EvaluationSpec,
    KernelNotStarted,
    KernelUnknown,
)
from carrel.remote.link import AgentLink

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

LIMITS = EvaluationLimits()


@pytest.fixture
async def agent(open_dir: Path) -> AsyncIterator[RunningAgent]:
    async with running_agent(open_dir, environment=ENVIRONMENT) as running:
        yield running


async def evaluate(link: AgentLink, code: str, limits: EvaluationLimits = LIMITS, **fields: Any) -> list[Any]:
    found: list[Any] = json.loads(await link.evaluate(EvaluationSpec("python3", code, **fields), limits))
    return found


def kernels_of(agent: RunningAgent) -> list[int]:
    """The processes that are kernels of the agent: children of its fork server, and programs."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if fields[0] not in "ZX":
                children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    return [kernel for server in children.get(agent.process.pid, []) for kernel in children.get(server, [])]


async def until_no_kernel_runs(agent: RunningAgent) -> None:
    with anyio.fail_after(60):
        while kernels_of(agent):  # noqa: ASYNC110 -- other processes give no event
            await anyio.sleep(0.02)


async def test_the_items_are_those_of_the_api_and_nothing_else(link: AgentLink) -> None:
    code = "import sys\nprint('a')\nprint('b')\nprint('c', file=sys.stderr)\ndisplay('d')\n6 * 7"
    items = await evaluate(link, code)
    assert sorted(items[:2], key=str) == [{"name": "stderr", "text": "c\n"}, {"name": "stdout", "text": "a\nb\n"}]
    assert items[2:] == [{"data": {"text/plain": "'d'"}}, {"data": {"text/plain": "42"}}]
    assert await evaluate(link, "") == []
    with_metadata = await evaluate(link, "from IPython.display import *\ndisplay(Image(b'x', format='png', width=3))")
    assert with_metadata[0]["metadata"] == {"image/png": {"width": 3}}
    error = (await evaluate(link, "1 / 0"))[0]
    assert (error.keys(), error["ename"]) == ({"ename", "evalue", "traceback"}, "ZeroDivisionError")


async def test_displays_are_cleared_and_replaced_as_in_a_notebook(link: AgentLink) -> None:
    code = "from IPython.display import *\nprint('gone')\nclear_output()\nh = display('old', display_id=True)\n"
    assert await evaluate(link, f"{code}h.update('new')") == [{"data": {"text/plain": "'new'"}}]
    waiting = "from IPython.display import *\nprint('old')\nclear_output(wait=True)\n"
    assert await evaluate(link, waiting) == [{"name": "stdout", "text": "old\n"}]
    assert await evaluate(link, f"{waiting}print('new')") == [{"name": "stdout", "text": "new\n"}]


async def test_history_comes_first_and_says_nothing(link: AgentLink) -> None:
    history = ("x = 20", "print('said')", "def f():\n    return x + 1", "f()")
    assert await evaluate(link, "f() * 2", history=history) == [{"data": {"text/plain": "42"}}]
    assert await evaluate(link, "x", history=("x = 3", "1 / 0", "x = 4")) == [{"data": {"text/plain": "3"}}]


async def test_every_evaluation_has_an_interpreter_of_its_own(link: AgentLink) -> None:
    code = "import sys, os\nfirst = not hasattr(sys, 'mark')\nsys.mark = os.environ['MARK'] = '1'\nfirst"
    for _ in range(3):
        assert await evaluate(link, code) == [{"data": {"text/plain": "True"}}]


async def test_it_runs_in_its_directory_or_says_on_standard_error_that_it_cannot(
    link: AgentLink, agent: RunningAgent
) -> None:
    (agent.home / "sub ü").mkdir()
    for directory in ("sub ü", f"{agent.home}/sub ü"):
        assert (await evaluate(link, "import os; print(os.getcwd())", directory=directory))[0]["text"].endswith(
            "sub ü\n"
        )
    for directory, reason in (("nope", "No such file"), ("x\0y", "null byte"), ("a" * 5000, "too long")):
        items = await evaluate(link, "import os; print(os.getcwd())", directory=directory)
        assert (items[0]["name"], items[1]) == ("stderr", {"name": "stdout", "text": f"{agent.home}\n"})
        assert reason in items[0]["text"]


async def test_output_up_to_the_limit_is_whole_and_beyond_it_is_cut_and_told(link: AgentLink) -> None:
    limits = replace(LIMITS, cell_output=1000, output=5000)
    assert await evaluate(link, "print('x' * 999)", limits) == [{"name": "stdout", "text": "x" * 999 + "\n"}]
    told = {"name": "stdout", "output_type": "stream", "text": [None]}
    told["text"] = ["Output truncated since it exceeded the cell output limit of 1000 characters"]
    assert await evaluate(link, "print('x' * 1000)", limits) == [{"name": "stdout", "text": "x" * 1000}, told]
    assert await evaluate(link, "print('a')\n'x' * 1000", limits) == [{"name": "stdout", "text": "a\n"}, told]
    told["text"] = ["Output truncated since it exceeded the global output limit of 5000 characters"]
    assert await evaluate(link, "1", limits, history=("print('x' * 5000)",)) == [told]
    clearing = "from IPython.display import *\nwhile True:\n    print('x' * 99)\n    clear_output()"
    assert (await evaluate(link, clearing, limits))[-1] == told


async def test_a_flood_ends_at_its_limit_and_not_at_its_time(link: AgentLink, agent: RunningAgent) -> None:
    with anyio.fail_after(25):
        text, told = await evaluate(link, "while True: print('x' * 1000)")
    assert len(text["text"]) == LIMITS.cell_output
    assert told["text"] == ["Output truncated since it exceeded the cell output limit of 1000000 characters"]
    many = await evaluate(link, "for i in range(20_000): display(i)")
    assert (len(many), many[-1]["output_type"]) == (10_001, "stream")
    await until_no_kernel_runs(agent)


async def test_what_takes_too_long_is_stopped_and_told(link: AgentLink, agent: RunningAgent) -> None:
    loop = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nprint('on', flush=True)\nwhile True: pass"
    printed, error = await evaluate(link, loop, replace(LIMITS, cell_seconds=2))
    assert (printed["text"], error["ename"]) == ("on\n", "TimeoutError")
    assert error["evalue"] == "stopped since it exceeded the cell time limit of 2 seconds"
    (error,) = await evaluate(link, "1", replace(LIMITS, cell_seconds=1), history=("while True: pass",))
    assert "cell time limit of 1 seconds" in error["evalue"]
    (error,) = await evaluate(link, "while True: pass", replace(LIMITS, seconds=1.5))
    assert "global time limit of 1.5 seconds" in error["evalue"]
    await until_no_kernel_runs(agent)


async def test_a_kernel_that_dies_is_told_of_and_the_next_evaluation_is_as_good_as_ever(link: AgentLink) -> None:
    code = "print('last words', flush=True)\nimport os\nos._exit(3)"
    *printed, error = await evaluate(link, code)
    assert printed in ([], [{"name": "stdout", "text": "last words\n"}])
    assert error["ename"] == "KernelDied"
    assert error["evalue"].startswith("the kernel has ended")
    (error,) = await evaluate(link, "1", history=("import os", "os.kill(os.getpid(), 9)"))
    assert "SIGKILL" in error["evalue"]
    assert await evaluate(link, "1") == [{"data": {"text/plain": "1"}}]


async def test_nobody_can_be_asked(link: AgentLink) -> None:
    (error,) = await evaluate(link, "input('name?')")
    assert error["ename"] == "StdinNotImplementedError"


async def test_values_beyond_what_json_readers_take_arrive_without_them(link: AgentLink) -> None:
    code = "display({'application/json': {'b': 10**400, 'c': '\\0'}}, raw=True)"
    assert await evaluate(link, code) == [{"data": {"application/json": {"b": None, "c": "\0"}}}]


async def test_a_kernel_that_is_not_there_or_does_not_start_is_an_error(link: AgentLink, agent: RunningAgent) -> None:
    with pytest.raises(KernelUnknown, match="no kernel 'r' here; there is python3"):
        await link.evaluate(EvaluationSpec("r", "1"), LIMITS)
    place = agent.home / ".local/share/jupyter/kernels/broken"
    place.mkdir(parents=True)
    (place / "kernel.json").write_text(json.dumps({"argv": ["/bin/nope"], "display_name": "Broken", "env": {"A": "b"}}))
    with pytest.raises(KernelNotStarted, match="the kernel does not start: spawn /bin/nope ENOENT"):
        await link.evaluate(EvaluationSpec("broken", "1"), LIMITS)
    named = {spec.name: spec for spec in await link.kernels()}
    assert named["python3"].language == "python"
    assert (named["broken"].display_name, named["broken"].environment) == ("Broken", {"A": "b"})


async def test_code_that_is_too_large_or_no_unicode_is_refused(link: AgentLink) -> None:
    with pytest.raises(CodeNotSendable, match="larger than"):
        await link.evaluate(EvaluationSpec("python3", "1", ("#" * 600_000, "#" * 600_000)), LIMITS)
    with pytest.raises(CodeNotSendable, match="not Unicode"):
        await link.evaluate(EvaluationSpec("python3", "'\ud800'"), LIMITS)


async def test_a_cancelled_call_leaves_no_kernel_whenever_it_is_cancelled(link: AgentLink, agent: RunningAgent) -> None:
    await evaluate(link, "1")
    for seconds in (0.0, 0.01, 0.03, 0.06, 0.1, 0.2, 0.5, 1.0):
        with anyio.move_on_after(seconds):
            await evaluate(link, "import time; time.sleep(60)")
    await until_no_kernel_runs(agent)
    assert await evaluate(link, "1") == [{"data": {"text/plain": "1"}}]


async def test_a_hub_that_goes_away_leaves_no_kernel(link: AgentLink, agent: RunningAgent) -> None:
    async with AgentLink.connect(agent.address) as other, anyio.create_task_group() as tasks:
        tasks.start_soon(_lost, other)
        with anyio.fail_after(60):
            while not kernels_of(agent):  # noqa: ASYNC110 -- other processes give no event
                await anyio.sleep(0.02)
        other.close("the test is over")
    await until_no_kernel_runs(agent)


async def _lost(link: AgentLink) -> None:
    with suppress(Exception):
        await evaluate(link, "import time; time.sleep(60)")


async def test_more_evaluations_than_there_are_places_for_wait_for_their_turn(link: AgentLink) -> None:
    done: list[Any] = []

    async def one(number: int) -> None:
        done.append(await evaluate(link, str(number)))

    with anyio.fail_after(120):
        async with anyio.create_task_group() as tasks:
            for number in range(10):
                tasks.start_soon(one, number)
    assert sorted(items[0]["data"]["text/plain"] for items in done) == [str(number) for number in range(10)]
