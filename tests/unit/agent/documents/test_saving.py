"""Document and file are kept equal: edits are saved, what others write is merged, untouched bytes stay."""

import asyncio
import json
import os
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from pycrdt import Map
from support.pages import PATIENT, QUICK, Desk, Page

from carrel.agent.documents.pace import Pace

pytestmark = pytest.mark.anyio

BY_HAND = (
    '{"nbformat":4, "nbformat_minor" : 4,\n  "metadata": {"z":1.50,"a":"\\u00e9"},\n'
    '  "cells": [ {"cell_type":"markdown","metadata":{},"source":"one"},\n'
    '             {"source":["two"], "cell_type":"code","metadata":{"b":1,"a":[ ]},"outputs":[],'
    '"execution_count":null} ]}'
)


def notebook(*sources: str) -> str:
    cells = [
        {"cell_type": "markdown", "id": f"c{n}", "metadata": {}, "source": [text]} for n, text in enumerate(sources)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"


def display(text: str) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {"text/plain": text}, "metadata": {}}


def with_outputs(*outputs: str) -> str:
    """A notebook in which each code cell has one output."""
    cell: dict[str, Any] = {"cell_type": "code", "metadata": {}, "execution_count": None, "source": ["one"]}
    cells = [cell | {"id": f"c{number}", "outputs": [display(text)]} for number, text in enumerate(outputs)]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def add(page: Page, index: int, text: str) -> None:
    source = page.cells[index]["source"]
    source.insert(len(source), text)


async def test_an_untouched_notebook_is_never_written(tmp_path: Path) -> None:
    async with Desk(tmp_path, QUICK).running() as desk:
        path = desk.home / "n.ipynb"
        path.write_text(BY_HAND)
        before = path.stat()
        page = await desk.page("n.ipynb").open()
        assert "result" in await page.call("save", cause="user")
        assert (path.read_text(), path.stat()) == (BY_HAND, before)


async def test_what_is_not_edited_keeps_its_bytes(tmp_path: Path) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        path = desk.home / "n.ipynb"
        path.write_text(BY_HAND)
        path.chmod(0o640)
        page = await desk.page("n.ipynb").open()
        add(page, 0, " é")
        await page.settled()
        reply = (await page.call("save", cause="user"))["result"]
        text = path.read_text()
        assert '"metadata": {"z":1.50,"a":"\\u00e9"}' in text
        second = '{"source":["two"], "cell_type":"code","metadata":{"b":1,"a":[ ]},"outputs":[],"execution_count":null}'
        assert second in text
        assert '"one \\u00e9"' in text
        assert '"id"' not in text
        assert reply == {"mtime": path.stat().st_mtime_ns // 1_000_000, "bytes": len(text.encode())}
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        assert [each.name for each in desk.home.iterdir()] == ["n.ipynb"]


async def test_edits_are_saved_by_themselves(tmp_path: Path) -> None:
    async with Desk(tmp_path, QUICK).running() as desk:
        (desk.home / "a.txt").write_bytes(b"one\r\ntwo\r\n")
        page = await desk.page("a.txt").open()
        page.text.insert(4, "new\n")
        await page.push()
        await page.event("dirty", dirty=True)
        assert (await page.event("saved"))["cause"] == "auto"
        await page.event("dirty", dirty=False)
        assert (desk.home / "a.txt").read_bytes() == b"one\r\nnew\r\ntwo\r\n"


@pytest.mark.parametrize("in_place", [True, False])
async def test_what_another_program_writes_is_merged_with_edits(tmp_path: Path, in_place: bool) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        path = desk.home / "n.ipynb"
        path.write_text(notebook("one\n", "two\n"))
        page = await desk.page("n.ipynb").open()
        add(page, 0, "mine\n")
        await page.settled()
        theirs = notebook("one\n", "zero\ntwo\n", "three\n")
        if in_place:
            path.write_text(theirs)
        else:
            (desk.home / "other").write_text(theirs)
            os.replace(desk.home / "other", path)
        await page.call("save", cause="user")
        await page.event("outside", what="changed")
        sources = ["one\nmine\n", "zero\ntwo\n", "three\n"]
        assert [cell["source"] for cell in page.cell_list()] == sources
        written = json.loads(path.read_bytes())
        assert ["".join(cell["source"]) for cell in written["cells"]] == sources


async def test_a_change_by_another_program_is_noticed_without_an_edit(tmp_path: Path) -> None:
    async with Desk(tmp_path, QUICK).running() as desk:
        (desk.home / "a.txt").write_text("old\n")
        page = await desk.page("a.txt").open()
        (desk.home / "a.txt").write_text("old\nnew\n")
        await page.event("outside", what="changed")
        await page.until(lambda: str(page.text) == "old\nnew\n")


async def test_a_change_while_nobody_has_the_document_open_is_merged(tmp_path: Path) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        path = desk.home / "a.txt"
        path.write_text("one\ntwo\n")
        page = await desk.page("a.txt").open()
        page.text.insert(0, "unsaved\n")
        await page.settled()
        await desk.kill()
        path.write_text("one\ntwo\noutside\n")
        await desk.restart()
        await page.open()
        assert str(page.text) == "unsaved\none\ntwo\noutside\n"


async def test_a_deleted_file_comes_back_only_when_somebody_saves_it(tmp_path: Path) -> None:
    async with Desk(tmp_path, QUICK).running() as desk:
        path = desk.home / "a.txt"
        path.write_text("one")
        page = await desk.page("a.txt").open()
        path.unlink()
        await page.event("outside", what="deleted")
        page.text.insert(0, "back ")
        await page.settled()
        other = await desk.page("a.txt").open()
        await other.event("outside", what="deleted")
        assert str(other.text) == "back one"
        assert not path.exists()
        await page.call("save", cause="user")
        await page.event("outside", what="back")
        assert path.read_text() == "back one"


async def test_what_was_not_saved_of_a_deleted_file_is_in_the_history_of_the_next_one(tmp_path: Path) -> None:
    async with Desk(tmp_path, QUICK).running() as desk:
        path = desk.home / "a.txt"
        path.write_text("one")
        page = await desk.page("a.txt").open()
        path.unlink()
        await page.event("outside", what="deleted")
        page.text.insert(0, "unsaved ")
        await page.settled()
        await page.close()
        async with asyncio.timeout(20):
            while desk.rooms._entries:  # noqa: ASYNC110 -- nothing tells when a room has closed
                await asyncio.sleep(0.01)
        path.write_text("another")
        page = await desk.page("a.txt").open()
        assert str(page.text) == "another"
        versions = (await page.call("history"))["result"]["versions"]
        contents = [(await page.call("history.at", version=each["version"]))["result"]["content"] for each in versions]
        assert "unsaved one" in contents


async def test_a_file_that_is_moved_is_followed_with_its_history(tmp_path: Path) -> None:
    async with Desk(tmp_path, QUICK).running() as desk:
        (desk.home / "a.txt").write_text("one")
        page = await desk.page("a.txt").open()
        page.text.insert(0, "old ")
        await page.push()
        await page.event("saved")
        (desk.home / "folder").mkdir()
        (desk.home / "a.txt").rename(desk.home / "folder" / "b.txt")
        await page.event("outside", what="moved", path="folder/b.txt")
        page.text.insert(0, "very ")
        await page.push()
        await page.event("saved")
        assert (desk.home / "folder" / "b.txt").read_text() == "very old one"
        (desk.home / "a.txt").write_text("new")
        assert str((await desk.page("a.txt").open()).text) == "new"
        other = await desk.page("folder/b.txt").open()
        assert other.generation == page.generation
        contents = [
            (await other.call("history.at", version=each["version"]))["result"]["content"]
            for each in (await other.call("history"))["result"]["versions"]
        ]
        assert "one" in contents


async def test_a_file_in_the_trash_is_deleted(tmp_path: Path) -> None:
    async with Desk(tmp_path, QUICK).running() as desk:
        (desk.home / "a.txt").write_text("one")
        page = await desk.page("a.txt").open()
        trash = desk.home / ".carrel" / "trash"
        trash.mkdir(parents=True)
        (desk.home / "a.txt").rename(trash / "item")
        await page.event("outside", what="deleted")
        page.text.insert(0, "more than ")
        await page.settled()
        await page.call("save", cause="user")
        assert (trash / "item").read_text() == "one"
        assert (desk.home / "a.txt").read_text() == "more than one"


async def test_a_file_that_is_no_notebook_any_more_is_kept_beside(tmp_path: Path) -> None:
    async with Desk(tmp_path, QUICK).running() as desk:
        path = desk.home / "n.ipynb"
        path.write_text(notebook("one"))
        page = await desk.page("n.ipynb").open()
        path.write_text("<<<<<<< ours")
        await page.event("outside", what="invalid")
        assert path.read_text() == "<<<<<<< ours"
        add(page, 0, " more")
        await page.push()
        await page.event("saved")
        assert "one more" in path.read_text()
        assert (desk.home / "n.ipynb.invalid").read_text() == "<<<<<<< ours"


async def test_what_cannot_be_saved_stays_dirty_and_is_saved_when_it_can(tmp_path: Path) -> None:
    async with Desk(tmp_path, QUICK).running() as desk:
        inner = desk.home / "inner"
        inner.mkdir()
        (inner / "a.txt").write_text("one")
        page = await desk.page("inner/a.txt").open()
        inner.rename(tmp_path / "out of the home")
        inner.write_text("in the way")
        page.text.insert(0, "kept ")
        await page.settled()
        await page.event("outside", what="deleted")
        assert "cannot be saved" in (await page.call("save", cause="user"))["error"]["message"]
        assert "cannot be saved" in (await page.event("trouble"))["message"]
        inner.unlink()
        (tmp_path / "out of the home").rename(inner)
        await page.event("trouble", message="")
        await page.event("dirty", dirty=False)
        assert (inner / "a.txt").read_text() == "kept one"


@pytest.mark.parametrize("path", ["new.ipynb", "new.txt"])
async def test_a_new_document_is_a_file_at_once(tmp_path: Path, path: str) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        await desk.page(path).open(create=True)
        assert (desk.home / path).exists()


async def test_a_text_with_line_ends_of_its_own_does_not_grow(tmp_path: Path) -> None:
    async with Desk(tmp_path, QUICK).running() as desk:
        path = desk.home / "a.txt"
        path.write_text("one\n")
        page = await desk.page("a.txt").open()
        page.text.insert(0, "x\r\ny\r\n")
        await page.settled()
        await page.event("saved")
        for _ in range(2):
            await desk.restart()
            await page.open()
            await page.call("save", cause="user")
            assert path.read_bytes() == b"x\ny\none\n"


async def test_a_character_that_no_text_file_has_stops_nothing(tmp_path: Path) -> None:
    async with Desk(tmp_path, QUICK).running() as desk:
        path = desk.home / "a.txt"
        path.write_text("one")
        page = await desk.page("a.txt").open()
        page.text.insert(0, "\0")
        await page.push()
        await page.event("saved")
        assert path.read_text() == "\ufffdone"


async def test_what_is_too_large_for_a_file_is_told_and_edited_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("carrel.agent.documents.files.MAX_BYTES", 1_000_000)
    async with Desk(tmp_path, QUICK).running() as desk:
        path = desk.home / "a.txt"
        path.write_text("one")
        page = await desk.page("a.txt").open()
        page.text.insert(0, "x" * 1_000_000)
        await page.settled()
        assert "cannot be saved: The file is larger" in (await page.event("trouble"))["message"]
        await desk.restart()
        page = await desk.page("a.txt").open()
        assert "cannot be saved" in (await page.event("trouble"))["message"]
        assert (len(page.text), path.read_text()) == (1_000_003, "one")
        del page.text[1:1_000_000]
        await page.settled()
        await page.event("trouble", message="")
        await page.event("saved")
        assert path.read_text() == "xone"


async def test_outputs_with_which_a_notebook_would_be_too_large_are_left_out_and_all_else_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("carrel.agent.documents.files.MAX_BYTES", 1_000_000)
    async with Desk(tmp_path, QUICK).running() as desk:
        path = desk.home / "n.ipynb"
        path.write_text(with_outputs("a" * 400_000, "b"))
        page = await desk.page("n.ipynb").open()
        for text in ("c" * 300_000, "d" * 600_000, "e"):
            page.cells[1]["outputs"].append(Map(display(text)))
        add(page, 0, "edited")
        await page.settled()
        await page.event("saved")
        first, second = json.loads(path.read_text())["cells"]
        assert (first["source"], first["outputs"]) == (["oneedited"], [display("a" * 400_000)])
        kept, large, left_out, small = second["outputs"]
        texts = ["".join(each["data"]["text/plain"]) for each in (kept, large, small)]
        assert texts == ["b", "c" * 300_000, "e"]
        assert re.fullmatch(r"\[output left out: with its 600\d\d\d bytes .*\]\n", left_out["text"][0])
        await page.until(lambda: "left out" in str(page.cells[1]["outputs"][2]))
        add(page, 0, "x" * 100_000)
        await page.settled()
        await page.event("saved")
        assert len(json.loads(path.read_text())["cells"][0]["source"][0]) == 100_009


async def test_a_large_document_opens(tmp_path: Path) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        text = "one line of many\n" * 1_200_000
        (desk.home / "a.txt").write_text(text)
        page = await desk.page("a.txt").open()
        assert str(page.text) == text


async def test_a_notebook_that_is_nested_too_deeply_is_none(tmp_path: Path) -> None:
    async with Desk(tmp_path, QUICK).running() as desk:
        path = desk.home / "n.ipynb"
        path.write_text(notebook("one"))
        page = await desk.page("n.ipynb").open()
        deep = json.loads(notebook("two"))
        deep["metadata"]["deep"] = json.loads("[" * 400 + "]" * 400)
        path.write_text(json.dumps(deep))
        await page.event("outside", what="invalid")
        path.write_text(notebook("three"))
        await page.until(lambda: page.cell_list()[0]["source"] == "three")


@pytest.mark.parametrize("path", ["a.txt", "n.ipynb"])
async def test_an_agent_that_dies_while_it_takes_in_a_change_takes_it_in_once(tmp_path: Path, path: str) -> None:
    async with Desk(tmp_path, QUICK).running() as desk:

        def write(text: str) -> None:
            (desk.home / path).write_text(notebook(text) if path.endswith("b") else text)

        write("one\n")
        page = await desk.page(path).open()
        text = page.text if path.endswith("t") else page.cells[0]["source"]
        text.insert(len(text), "mine\n")
        await page.settled()
        await page.event("saved")
        text.insert(len(text), "more\n")
        write("one\nmine\ntheirs\n")
        await page.push()
        await page.until(lambda: "theirs" in str(text))
        await desk.restart()
        again = await desk.page(path).open()
        found = str(again.text) if path.endswith("t") else str(again.cells[0]["source"])
        assert sorted(found.splitlines()) == ["mine", "more", "one", "theirs"]


async def test_a_file_that_changes_all_the_time_is_followed(tmp_path: Path) -> None:
    pace = Pace(poll=0.02, settle=0.05, quiet=0.05, longest=0.2)
    async with Desk(tmp_path, pace).running() as desk:
        path = desk.home / "log.txt"
        path.write_text("0\n")
        page = await desk.page("log.txt").open()
        writer = desk.tasks.create_task(_keep_writing(path))
        try:
            await page.until(lambda: len(str(page.text)) > 100)
            assert "result" in await page.call("save", cause="user")
        finally:
            writer.cancel()


async def _keep_writing(path: Path) -> None:
    for number in range(100_000):
        with path.open("a") as file:
            file.write(f"{number}\n")
        await asyncio.sleep(0.01)
