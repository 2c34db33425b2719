"""The queue as plain data."""

import pytest

from carrel.agent.notebooks.offsets import from_utf16, to_utf16
from carrel.agent.notebooks.runs import CellError, Queue

ERROR = CellError("a", "ValueError", "no")


def test_a_run_ends_with_its_last_cell() -> None:
    queue = Queue()
    run = queue.add("r", ["a", "b"], True)
    for _ in range(2):
        assert queue.ended() == []
        turn = queue.take()
        assert turn is not None
        queue.done(turn, was_executed=True)
    assert queue.ended() == [run]
    assert run.result() == {"run_id": "r", "ok": True, "executed": 2, "failed": 0}


def test_a_run_of_nothing_ends_at_once() -> None:
    queue = Queue()
    assert queue.ended() == [] == queue.cells
    assert queue.ended() == []
    run = queue.add("r", [], True)
    assert queue.ended() == [run]


def test_two_runs_share_the_cell_that_waits_and_one_stops_without_the_other() -> None:
    queue = Queue()
    stopping, patient = queue.add("s", ["a", "b"], True), queue.add("p", ["a", "b", "c"], False)
    turn = queue.take()
    assert turn is not None
    queue.done(turn, was_executed=True, error=ERROR)
    assert (queue.ended(), queue.cells) == ([stopping], ["b", "c"])
    while (turn := queue.take()) is not None:
        queue.done(turn, was_executed=True)
    assert queue.ended() == [patient]
    assert (patient.executed, patient.failed, stopping.executed) == (3, 1, 1)


def test_an_error_ends_the_later_runs_that_stop_for_errors_too() -> None:
    queue = Queue()
    first, second, patient = queue.add("f", ["a"], True), queue.add("s", ["b"], True), queue.add("p", ["c"], False)
    turn = queue.take()
    assert turn is not None
    queue.done(turn, was_executed=True, error=ERROR)
    assert (queue.ended(), queue.cells) == ([first, second], ["c"])
    assert (second.executed, second.failed, second.first_error, patient.first_error) == (0, 0, ERROR, None)


def test_an_error_of_a_run_that_goes_on_ends_no_other() -> None:
    queue = Queue()
    queue.add("p", ["a"], False)
    queue.add("s", ["b"], True)
    turn = queue.take()
    assert turn is not None
    queue.done(turn, was_executed=True, error=ERROR)
    assert queue.cells == ["b"]


def test_a_wanted_error_stops_nothing() -> None:
    queue = Queue()
    run = queue.add("r", ["a", "b"], True)
    turn = queue.take()
    assert turn is not None
    queue.done(turn, was_executed=True, error=ERROR, stops=False)
    assert (queue.cells, run.failed, run.first_error) == (["b"], 1, None)


def test_a_cancelled_run_keeps_the_cell_that_runs() -> None:
    queue = Queue()
    run = queue.add("r", ["a", "b"], True)
    turn = queue.take()
    assert turn is not None
    queue.cancel()
    assert (queue.cells, queue.ended()) == ([], [])
    queue.done(turn, was_executed=True, error=ERROR)
    assert queue.ended() == [run]
    assert (run.result()["ok"], run.result()["cancelled"]) == (False, True)


def test_old_runs_are_forgotten() -> None:
    queue = Queue()
    for number in range(1000):
        queue.add(str(number), [], True)
    assert queue.find("0") is None
    assert queue.find("999") is not None


@pytest.mark.parametrize(("units", "characters"), [(0, 0), (1, 1), (3, 2), (4, 3), (9, 3)])
def test_places_are_found_behind_characters_of_two_units(units: int, characters: int) -> None:
    text = "a😀b"
    assert from_utf16(text, units) == characters
    assert to_utf16(text, characters) == min(units, 4)
