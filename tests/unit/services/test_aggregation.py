"""Sharing one run among equal calls."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anyio
import pytest
from anyio.abc import TaskGroup

from carrel.domain.errors import Overloaded
from carrel.services import aggregation as aggregation_module
from carrel.services.aggregation import Aggregation, covers

pytestmark = pytest.mark.anyio


@dataclass
class Runs:
    """Work that goes on until it is let go; each run's result is its number."""

    aggregation: Aggregation[int] = field(default_factory=Aggregation)
    started: int = 0
    gate: anyio.Event = field(default_factory=anyio.Event)
    results: dict[str, int | str] = field(default_factory=dict)
    begun: anyio.Event = field(default_factory=anyio.Event)

    async def work(self) -> int:
        self.started += 1
        number = self.started
        self.begun.set()
        await self.gate.wait()
        return number

    async def fail(self) -> int:
        await self.work()
        raise OSError("no")

    async def call(self, name: str, value: Any, work: Callable[[], Any] | None = None, key: str = "key") -> None:
        try:
            self.results[name] = await self.aggregation.run(key, value, work or self.work)
        except OSError as error:
            self.results[name] = str(error)

    def let_go(self) -> None:
        self.gate.set()


@pytest.fixture
def runs() -> Runs:
    return Runs()


async def begin(tasks: TaskGroup, runs: Runs, *calls: tuple[str, Any]) -> None:
    """Start calls one after the other, so that each has found its place before the next."""
    for name, value in calls:
        tasks.start_soon(runs.call, name, value)
        await anyio.wait_all_tasks_blocked()


async def test_calls_up_to_the_runs_value_share_it(runs: Runs) -> None:
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            await begin(tasks, runs, ("a", 5), ("b", 5), ("c", 3), ("d", 4.5))
            runs.let_go()
    assert runs.results == {"a": 1, "b": 1, "c": 1, "d": 1}
    assert runs.started == 1


async def test_greater_values_share_the_next_run(runs: Runs) -> None:
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            await begin(tasks, runs, ("a", 1), ("b", 2), ("c", 7), ("d", 3), ("e", 1))
            assert runs.started == 1
            runs.let_go()
    assert runs.results == {"a": 1, "e": 1, "b": 2, "c": 2, "d": 2}


async def test_a_result_serves_later_calls_for_a_minute(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    runs.let_go()
    await runs.call("a", 5)
    await runs.call("b", 5)
    await runs.call("c", 4)
    await runs.call("d", 6)
    await runs.call("e", 5)
    assert runs.results == {"a": 1, "b": 1, "c": 1, "d": 2, "e": 2}
    monkeypatch.setattr(aggregation_module, "KEPT_SECONDS", -1)
    await runs.call("f", 5)
    assert runs.results["f"] == 3


async def test_different_calls_do_not_wait_for_each_other(runs: Runs) -> None:
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(runs.call, "a", 1, None, "one")
            tasks.start_soon(runs.call, "b", 1, None, "two")
            await anyio.wait_all_tasks_blocked()
            assert runs.started == 2
            runs.let_go()
    assert set(runs.results.values()) == {1, 2}


async def test_a_failure_is_shared_and_not_kept(runs: Runs) -> None:
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(runs.call, "a", 1, runs.fail)
            await anyio.wait_all_tasks_blocked()
            await begin(tasks, runs, ("b", 1))
            runs.let_go()
    assert runs.results == {"a": "no", "b": "no"}
    await runs.call("c", 1)
    assert runs.results["c"] == 2


async def test_a_failed_run_does_not_stop_the_queue(runs: Runs) -> None:
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(runs.call, "a", 1, runs.fail)
            await anyio.wait_all_tasks_blocked()
            await begin(tasks, runs, ("b", 2), ("c", 3))
            runs.let_go()
    assert runs.results == {"a": "no", "b": 2, "c": 2}


async def test_objects_compare_by_equality(runs: Runs) -> None:
    runs.let_go()
    for name, value in (("a", 2), ("b", 2), ("c", 1), ("d", 3)):
        await runs.call(name, {"value": value})
    assert runs.results == {"a": 1, "b": 1, "c": 2, "d": 3}


async def test_a_cancelled_run_fails_those_who_share_it_and_no_others(runs: Runs) -> None:
    errors: list[str] = []

    async def shared() -> None:
        try:
            await runs.aggregation.run("key", 1, runs.work)
        except Overloaded as error:
            errors.append(str(error))

    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as inner:
                    inner.start_soon(runs.call, "a", 1)
                    await anyio.wait_all_tasks_blocked()
                    tasks.start_soon(shared)
                    await begin(tasks, runs, ("queued", 2))
                    scope.cancel()
            runs.let_go()
    assert errors == ["the call that ran this command was cancelled; please repeat it"]
    assert runs.results == {"queued": 2}


async def test_what_is_kept_has_a_size() -> None:
    runs = Runs(Aggregation(lambda result: result * 10, kept_size=100))
    runs.let_go()
    for number in range(1, 6):
        await runs.call(f"{number}", 1, key=f"{number}")
    assert runs.started == 5
    for number in (5, 4):
        await runs.call("again", 1, key=f"{number}")
        assert runs.results["again"] == number
    await runs.call("again", 1, key="1")
    assert runs.results["again"] == 6


@pytest.mark.parametrize(
    ("own", "other", "covered"),
    [
        (2, 1, True),
        (2, 2.0, True),
        (1, 2, False),
        ("b", "a", True),
        ("a", "b", False),
        ("1", 1, False),
        (1, "1", False),
        ({"value": 1}, {"value": 1}, True),
        ({"value": 2}, {"value": 1}, False),
        ({"value": 1}, 1, False),
        (1, {}, False),
        (2**70, 2**69, True),
    ],
)
def test_which_run_answers_which_call(own: Any, other: Any, covered: bool) -> None:
    assert covers(own, other) is covered
