"""Sharing one run among equal calls (`aggregate` of `project_exec`).

A call carries a value. While a run with value `a` is in progress, a call with a value `<= a` gets its result; a call
with a greater one is queued, and all that are queued share the next run, with the greatest of their values. A result
serves later calls with a value up to its own for a minute. Values given as `{"value": v}` compare by equality instead.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import anyio

from carrel.domain.errors import Overloaded

T = TypeVar("T")

KEPT_SECONDS = 60


@dataclass(slots=True)
class _Turn(Generic[T]):
    """A run that is in progress, queued, or over; `outcome` is its result or its error."""

    value: Any
    started: bool = False
    done: anyio.Event = field(default_factory=anyio.Event)
    outcome: T | Exception | None = None
    finished_at: float = 0.0
    size: int = 0

    def serves(self, value: Any) -> bool:
        return covers(self.value, value)


def covers(own: Any, other: Any) -> bool:
    """Whether a run with value `own` answers a call with value `other`; values of different kinds never do."""
    if isinstance(own, dict) or isinstance(other, dict):
        return bool(own == other)
    if isinstance(own, str) != isinstance(other, str):
        return False
    return bool(other <= own)


@dataclass(slots=True)
class _Line(Generic[T]):
    current: _Turn[T] | None = None
    queued: list[_Turn[T]] = field(default_factory=list)

    def over(self) -> _Turn[T] | None:
        """The last run, if nothing is in progress or queued."""
        return self.current if self.current is not None and self.current.done.is_set() and not self.queued else None


@dataclass(frozen=True, slots=True)
class Aggregation(Generic[T]):
    """`size_of` tells how much memory a result takes; of those that are over, at most `kept_size` is kept."""

    size_of: Callable[[T], int] = lambda _: 1
    kept_size: int = 1000
    _lines: dict[str, _Line[T]] = field(default_factory=dict)

    async def run(self, key: str, value: Any, work: Callable[[], Awaitable[T]]) -> T:
        """The result of `work`, or of an equal call's run that covers `value`; a shared failure is raised in all."""
        self._forget_old()
        line = self._lines.setdefault(key, _Line())
        turn = self._join(line, value)
        if turn is None:
            turn = _Turn(value)
            line.queued.append(turn)
        while not turn.done.is_set():
            running = line.current
            if running is not None and not running.done.is_set():
                await running.done.wait()
            elif not turn.started:
                await self._carry_out(line, turn, work)
            else:
                await turn.done.wait()
        if isinstance(turn.outcome, Exception):
            raise turn.outcome
        return turn.outcome  # type: ignore[return-value]  # done without an exception means a result

    def _join(self, line: _Line[T], value: Any) -> _Turn[T] | None:
        current = line.current
        if current is not None and current.serves(value) and not isinstance(current.outcome, Exception):
            return current
        for turn in line.queued:
            if turn.serves(value):
                return turn
            if covers(value, turn.value) and not isinstance(value, dict):
                turn.value = value
                return turn
        return None

    async def _carry_out(self, line: _Line[T], turn: _Turn[T], work: Callable[[], Awaitable[T]]) -> None:
        line.queued.remove(turn)
        line.current, turn.started = turn, True
        try:
            turn.outcome = await work()
            turn.size = self.size_of(turn.outcome)
        except Exception as error:  # noqa: BLE001 - it is kept and raised in every call that shares the run
            turn.outcome = error
        except BaseException:
            turn.outcome = Overloaded("the call that ran this command was cancelled; please repeat it")
            raise
        finally:
            turn.finished_at = anyio.current_time()
            turn.done.set()
            self._forget_old()

    def _forget_old(self) -> None:
        """Forget failures, results a minute after their run, and the oldest ones while all of them are too much."""
        over = [(turn, key) for key, line in self._lines.items() if (turn := line.over()) is not None]
        total, oldest = sum(turn.size for turn, _ in over), anyio.current_time() - KEPT_SECONDS
        for turn, key in sorted(over, key=lambda pair: pair[0].finished_at):
            if turn.finished_at <= oldest or total > self.kept_size or isinstance(turn.outcome, Exception):
                del self._lines[key]
                total -= turn.size
