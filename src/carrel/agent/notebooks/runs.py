"""The queue of cells, and the runs that put them there: plain data, no kernel and no waiting.

A cell waits at most once. When two runs ask for it both are answered by the same execution.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct, field

_MOST_KEPT = 200


class CellError(Struct, frozen=True):
    """What went wrong in a cell."""

    cell: str
    ename: str
    evalue: str


class Run(Struct, eq=False):
    """One request to run cells, and what has become of it."""

    run_id: str
    stop_on_error: bool
    waiting: set[str]
    executed: int = 0
    failed: int = 0
    first_error: CellError | None = None
    is_cancelled: bool = False

    def result(self) -> dict[str, Any]:
        """The fields of the event `run_ended`."""
        result: dict[str, Any] = {
            "run_id": self.run_id,
            "ok": self.first_error is None and not self.is_cancelled,
            "executed": self.executed,
            "failed": self.failed,
        }
        if (error := self.first_error) is not None:
            result["first_error"] = {"cell": error.cell, "ename": error.ename, "evalue": error.evalue}
        return {**result, "cancelled": True} if self.is_cancelled else result


class Turn(Struct, eq=False):
    """A cell whose turn has come, and the runs that want it."""

    cell: str
    runs: list[Run]

    @property
    def is_unwanted(self) -> bool:
        """Whether nobody waits for it any more."""
        return all(run.is_cancelled for run in self.runs)


class Queue(Struct):
    """Cells that wait, in order. Runs that are over are handed out by `ended`."""

    _waiting: dict[str, list[Run]] = field(default_factory=dict)
    _ended: list[Run] = field(default_factory=list)
    _kept: dict[str, Run] = field(default_factory=dict)

    @property
    def cells(self) -> list[str]:
        """The cells that wait."""
        return list(self._waiting)

    def find(self, run_id: str) -> Run | None:
        """A run that is going on or ended not long ago."""
        return self._kept.get(run_id)

    def add(self, run_id: str, cells: Iterable[str], stop_on_error: bool) -> Run:
        """Queue cells; those that wait already keep their place."""
        run = Run(run_id, stop_on_error, set())
        self._kept[run_id] = run
        for cell in dict.fromkeys(cells):
            run.waiting.add(cell)
            self._waiting.setdefault(cell, []).append(run)
        self._end_if_done(run)
        return run

    def take(self) -> Turn | None:
        """The next cell; `done` must follow."""
        for cell in self._waiting:
            return Turn(cell, self._waiting.pop(cell))
        return None

    def done(self, turn: Turn, *, was_executed: bool, error: CellError | None = None, stops: bool = True) -> None:
        """A cell has had its turn; unless it `stops` nothing, an error counts against its runs.

        It then ends, as in Jupyter, all runs that stop for errors, if one of them had this cell run.
        """
        for run in turn.runs:
            run.waiting.discard(turn.cell)
            run.executed += was_executed
            if error is not None:
                run.failed += 1
                if stops:
                    run.first_error = run.first_error or error
            self._end_if_done(run)
        if error is not None and stops and any(run.stop_on_error for run in turn.runs):
            for run in self._runs():
                if run.stop_on_error:
                    self.stop(run, error)

    def cancel(self, error: CellError | None = None) -> None:
        """End every run that waits for cells; with an error they failed, else they were cancelled."""
        for run in self._runs():
            self.stop(run, error)

    def stop(self, run: Run, error: CellError | None = None) -> None:
        """End a run after the cell that is running."""
        run.first_error = run.first_error or error
        run.is_cancelled = run.is_cancelled or error is None
        self._withdraw(run)
        self._end_if_done(run)

    def ended(self) -> list[Run]:
        """The runs that have ended since this was asked last."""
        ended, self._ended = self._ended, []
        return ended

    def _runs(self) -> list[Run]:
        """The runs that wait for cells."""
        return list({run.run_id: run for runs in self._waiting.values() for run in runs}.values())

    def _withdraw(self, run: Run) -> None:
        """The cells that wait for this run only wait no more."""
        for cell in [cell for cell in run.waiting if cell in self._waiting]:
            runs = self._waiting[cell]
            if run in runs:
                runs.remove(run)
                run.waiting.discard(cell)
            if not runs:
                del self._waiting[cell]

    def _end_if_done(self, run: Run) -> None:
        if run.waiting or run in self._ended:
            return
        self._ended.append(run)
        over = [run_id for run_id, each in self._kept.items() if not each.waiting]
        for run_id in over[:-_MOST_KEPT]:
            del self._kept[run_id]
