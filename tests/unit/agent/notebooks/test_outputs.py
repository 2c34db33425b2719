"""What becomes of a kernel's messages in a cell: merged, bounded, and valid whatever they bring."""

import json
from typing import Any

import nbformat
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map

from carrel.agent.notebooks import limits
from carrel.agent.notebooks.outputs import Outputs, take


class Sheet:
    """Outputs with the part of a document that they are written to."""

    def __init__(self) -> None:
        self.doc: Doc[Any] = Doc()
        self.model = Outputs()
        self.updates = 0
        self._holder = self.doc.get("holder", type=Map)
        self._holder["outputs"] = Array()
        self.array: Array[Any] = self._holder["outputs"]
        self.doc.observe(self._count)

    def _count(self, _: object) -> None:
        self.updates += 1

    def put(self, kind: str, **content: Any) -> None:
        take(self.model, kind, content)

    def print(self, text: str, name: str = "stdout") -> None:
        self.put("stream", name=name, text=text)

    def move(self) -> None:
        """Put a copy in the place of the outputs, as who moves the cell does; it may be an old one."""
        self._holder["outputs"] = Array()
        self.array = self._holder["outputs"]

    def flush(self, *, moved: bool = False) -> list[dict[str, Any]]:
        with self.doc.transaction():
            self.model.flush(self.array, moved)
        found: list[dict[str, Any]] = json.loads(str(self.array))
        return found


def texts(outputs: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(output["name"], output["text"]) for output in outputs]


def test_prints_are_one_output_of_each_name_in_turn() -> None:
    sheet = Sheet()
    for text in ("a", "b\n"):
        sheet.print(text)
        sheet.flush()
    sheet.print("warned", "stderr")
    sheet.print("c")
    assert texts(sheet.flush()) == [("stdout", "ab\n"), ("stderr", "warned"), ("stdout", "c")]


def test_a_hundred_thousand_prints_are_a_few_updates() -> None:
    sheet = Sheet()
    for number in range(100_000):
        sheet.print(f"{number % 10}\n")
        if number % 20_000 == 0:
            sheet.flush()
    assert sheet.flush()[0]["text"].count("\n") == 100_000
    assert sheet.updates <= 6


def test_a_progress_bar_is_as_long_as_it_looks() -> None:
    sheet = Sheet()
    for percent in range(101):
        sheet.print(f"\r{percent}% ü")
        sheet.flush()
    assert texts(sheet.flush()) == [("stdout", "100% ü")]


def test_too_much_text_is_cut_and_counted() -> None:
    sheet = Sheet()
    for _ in range(30):
        sheet.print("é" * 50_000)
        sheet.flush()
    sheet.put("execute_result", data={"text/plain": "42"}, metadata={}, execution_count=1)
    kept, mark, result = sheet.flush()
    assert len(kept["text"].encode()) == limits.STREAM_BYTES
    assert mark["text"] == f"[output truncated: {3_000_000 - limits.STREAM_BYTES} more bytes]\n"
    assert result["data"]["text/plain"] == "42"


def test_one_huge_text_is_cut_and_counted() -> None:
    sheet = Sheet()
    sheet.print("x" * 20_000_000)
    kept, mark = sheet.flush()
    assert (len(kept["text"]), mark["text"]) == (1_000_000, "[output truncated: 19000000 more bytes]\n")


def test_an_image_that_is_too_large_is_a_mark() -> None:
    sheet = Sheet()
    sheet.put("display_data", data={"image/png": "A" * 9_000_000, "text/plain": "<Figure>"}, metadata={})
    (output,) = sheet.flush()
    assert output["data"] == {"text/plain": "[image/png truncated: 9000000 bytes are more than 8000000]\n<Figure>"}


def test_displays_beyond_the_limit_are_counted_and_errors_are_not() -> None:
    sheet = Sheet()
    for _ in range(4):
        sheet.put("display_data", data={"image/png": "A" * 5_000_000}, metadata={})
    sheet.put("error", ename="E", evalue="v", traceback=["E: v"])
    *_, mark, error = sheet.flush()
    assert "output truncated" in mark["text"]
    assert error["ename"] == "E"


def test_cleared_outputs_make_room() -> None:
    sheet = Sheet()
    sheet.print("x" * 2_000_000)
    sheet.flush()
    sheet.put("clear_output", wait=False)
    assert sheet.flush() == []
    sheet.print("after")
    assert texts(sheet.flush()) == [("stdout", "after")]


def test_clearing_may_wait_for_what_comes_next() -> None:
    sheet = Sheet()
    sheet.print("old")
    sheet.put("clear_output", wait=True)
    assert texts(sheet.flush()) == [("stdout", "old")]
    sheet.print("new")
    assert texts(sheet.flush()) == [("stdout", "new")]


def test_outputs_of_a_moved_cell_are_written_again() -> None:
    sheet = Sheet()
    sheet.print("a")
    sheet.put("display_data", data={"text/plain": "x"}, metadata={})
    before = sheet.flush()
    sheet.move()
    assert sheet.flush(moved=True) == before


def test_outputs_that_somebody_took_away_stay_away() -> None:
    sheet = Sheet()
    sheet.print("a")
    sheet.flush()
    sheet.array.clear()
    sheet.print("b")
    assert texts(sheet.flush()) == [("stdout", "b")]


def test_what_settled_can_still_be_replaced_and_continued() -> None:
    sheet = Sheet()
    slot = take(sheet.model, "execute_result", {"data": {"text/plain": "1"}, "metadata": {}, "execution_count": 7})
    sheet.print("a")
    sheet.flush()
    sheet.model.settle()
    assert slot is not None
    sheet.model.replace(slot, {"data": {"text/plain": "2"}, "metadata": {}})
    sheet.print("b")
    result, stream = sheet.flush()
    assert (result["data"], result["execution_count"], stream["text"]) == ({"text/plain": "2"}, 7, "ab")


words = st.text(alphabet="a\u00e9\U0001f600\ud800\n\r", max_size=4)
numbers = st.sampled_from([0, -1, 2**60, 10**400, 1.5, float("nan"), float("inf")])
json_values = st.recursive(
    words | numbers | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)
FIELDS = ("name", "text", "data", "metadata", "ename", "evalue", "traceback", "wait", "execution_count", "transient")
KINDS = ["stream", "display_data", "execute_result", "error", "clear_output"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(FIELDS), json_values)), max_size=5))
def test_whatever_a_kernel_says_the_notebook_is_valid(messages: list[tuple[str, dict[str, Any]]]) -> None:
    sheet = Sheet()
    for kind, content in messages:
        take(sheet.model, kind, content)
        sheet.flush()
    cell = nbformat.v4.new_code_cell()  # type: ignore[no-untyped-call] # nbformat has no types here
    cell["outputs"] = [nbformat.from_dict(_whole(output)) for output in sheet.flush()]  # type: ignore[no-untyped-call] # as above
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))  # type: ignore[no-untyped-call] # as above


def _whole(value: Any) -> Any:
    """Numbers as a file has them: the document makes all of them floats."""
    if isinstance(value, dict):
        return {name: _whole(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
