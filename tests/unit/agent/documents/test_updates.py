"""Updates are looked at before they are applied: whatever a page sends, it ends neither the agent nor the document."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text
from support.pages import PATIENT, Desk, Page

from carrel.agent.documents.updates import DEEPEST, DEEPEST_VALUE, Unsound, examine
from carrel.protocol.documents import Kind, encode_number, encode_sized

pytestmark = pytest.mark.anyio

ROOTS = ("meta", "cells", "state")
CLIENT = 4242
_CELLS = b"\x01" + encode_sized(b"cells")
_NO_DELETIONS = b"\x00"


def update(*structs: bytes, clock: int = 0) -> bytes:
    """An update with structs of one client, of which each is one long."""
    head = b"".join(map(encode_number, (1, len(structs), CLIENT, clock)))
    return head + b"".join(structs) + _NO_DELETIONS


def list_in(clock: int | None) -> bytes:
    """A struct: a list in the list that the struct at `clock` is, or in `cells`."""
    holder = _CELLS if clock is None else b"\x00" + encode_number(CLIENT) + encode_number(clock)
    return b"\x07" + holder + b"\x00"


def nested_types(depth: int) -> bytes:
    return update(*(list_in(level - 1 if level else None) for level in range(depth)))


def nested_value(depth: int) -> bytes:
    return update(b"\x08" + _CELLS + b"\x01" + b"\x75\x01" * depth + b"\x7e")


Step = tuple[int, int, str, object]
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
steps = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 20), st.text(max_size=8), values), max_size=12)


def edit(doc: "Doc[Array[object]]", step: Step) -> None:
    """Whatever pages do to cells."""
    kind, place, text, value = step
    cells: Array[object] = doc.get("cells", type=Array)
    place = min(place, len(cells))
    if kind == 0 or not len(cells):
        cells.insert(place, Map({"source": Text(text), "metadata": Map({"a": value}), "outputs": Array([value])}))
    elif kind == 1:
        del cells[min(place, len(cells) - 1)]
    else:
        cell = cells[min(place, len(cells) - 1)]
        assert isinstance(cell, Map)
        if kind == 2:
            cell["source"].insert(0, text)
        elif kind == 3:
            cell["metadata"][text] = value
        elif kind == 4:
            cell["outputs"].append(Map({"text": Text(text), "value": value}))
        else:
            cell[text or "x"] = value


@given(steps, steps)
def test_whatever_pages_do_is_sound_and_lacks_nothing_where_it_came_from(first: list[Step], second: list[Step]) -> None:
    one: Doc[Array[object]] = Doc()
    for step in first:
        edit(one, step)
    other: Doc[Array[object]] = Doc()
    other.apply_update(one.get_update())
    before, sent = other.get_state(), list[bytes]()
    subscription = other.observe(lambda event: sent.append(event.update))
    for step in second:
        edit(other, step)
    subscription.drop()
    for each in (*sent, other.get_update(), other.get_update(before)):
        examine(each, ROOTS)
    assert not examine(other.get_update(before), ROOTS).lacks(before)
    assert not examine(other.get_update(), ROOTS).lacks(b"\x00")


@given(st.binary(max_size=60), st.binary(max_size=20))
def test_what_is_found_sound_is_never_a_panic(start: bytes, end: bytes) -> None:
    doc: Doc[Array[object]] = Doc()
    edit(doc, (0, 0, "text", {"a": [1]}))
    for data in (start + end, doc.get_update()[: len(start)] + end, start):
        try:
            examine(data, ROOTS)
        except Unsound:
            continue
        with suppress(ValueError):
            Doc().apply_update(data)


@pytest.mark.parametrize("data", [nested_types(DEEPEST + 2), nested_value(DEEPEST_VALUE + 1)])
def test_what_is_nested_too_deeply_is_unsound(data: bytes) -> None:
    with pytest.raises(Unsound, match="nested"):
        examine(data, ROOTS)


def test_what_is_nested_as_deep_as_allowed_can_be_read() -> None:
    for data in (nested_types(DEEPEST + 1), nested_value(DEEPEST_VALUE - 1)):
        examine(data, ROOTS)
        doc: Doc[Array[object]] = Doc()
        doc.apply_update(data)
        json.loads(str(doc.get("cells", type=Array)))


def test_parts_that_the_document_has_not_are_unsound() -> None:
    with pytest.raises(Unsound, match="part"):
        examine(update(b"\x07\x01" + encode_sized(b"other") + b"\x00"), ROOTS)


async def bystander(desk: Desk) -> Page:
    cells = [{"cell_type": "raw", "id": "a", "metadata": {}, "source": []}]
    (desk.home / "n.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return await desk.page("n.ipynb", account_id="b").open()


@pytest.mark.parametrize("may_edit", [True, False])
@pytest.mark.parametrize("kind", [Kind.SYNC_STEP_2, Kind.UPDATE, Kind.RESCUE])
async def test_a_page_that_sends_deep_nests_harms_nobody(tmp_path: Path, kind: Kind, may_edit: bool) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        good = await bystander(desk)
        bad = await desk.page("n.ipynb", may_edit=may_edit).open()
        for data in (nested_value(300_000), nested_types(100_000)):
            await bad._say_numbered(kind, (encode_sized(b"lost") if kind == Kind.RESCUE else b"") + data)
            assert (await bad.event("refused"))["code"] == (
                "bad_call" if may_edit or kind != Kind.RESCUE else "readonly"
            )
        good.cells[0]["source"].insert(0, "goes on")
        await good.settled()
        assert [event for event in good.events if event["event"] == "closed"] == []


async def test_a_nest_that_grows_bit_by_bit_is_cut_off_and_not_kept(tmp_path: Path) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        good = await bystander(desk)
        good.cells[0]["source"].insert(0, "kept")
        await good.settled()
        bad = await desk.page("n.ipynb").open()
        for level in range(DEEPEST + 3):
            await bad._say_numbered(Kind.UPDATE, update(list_in(level - 1 if level else None), clock=level))
        await good.event("closed", code="lost")
        again = await desk.page("n.ipynb").open()
        assert "kept" in str(again.cells)
        assert f"{'[' * DEEPEST}" in str(again.cells)
        assert f"{'[' * (DEEPEST + 4)}" not in str(again.cells)
        await desk.restart()
        await again.open()
        assert "kept" in str(again.cells)


async def test_pieces_of_a_nest_are_not_kept_until_they_fit(tmp_path: Path) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        await bystander(desk)
        bad = await desk.page("n.ipynb").open()
        for level in range(3, 0, -1):
            await bad._say_numbered(Kind.UPDATE, update(list_in(level - 1), clock=level))
            assert "missing" in (await bad.event("refused"))["message"]
        await bad._say_numbered(Kind.UPDATE, update(list_in(None)))
        await bad.until(lambda: bad.acknowledged == bad.sent)
        other = await desk.page("n.ipynb").open()
        assert "[]" in str(other.cells)
