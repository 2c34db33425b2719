"""Pages that share documents: they see each other, nothing acknowledged is lost, rights hold."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pycrdt import Array, Map, Text
from support.pages import PATIENT, QUICK, Desk, Page

from carrel.agent.connection import Refused
from carrel.agent.documents import viewer
from carrel.agent.documents.extension import CallFailed, Host, Viewer
from carrel.protocol.documents import Kind, encode_number, encode_sized

pytestmark = pytest.mark.anyio

NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code",
            "execution_count": 1,
            "id": "one",
            "metadata": {"tags": ["a"]},
            "outputs": [{"name": "stdout", "output_type": "stream", "text": ["1\n", "2\n"]}],
            "source": ["print(1)\n", "print(2)"],
        },
        {"cell_type": "markdown", "id": "two", "metadata": {}, "source": ["# Ti\u0074le é 😀"]},
    ],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}, "x": 1.5},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def add(page: Page, text: str) -> None:
    """Type at the end of the first cell."""
    source = page.cells[0]["source"]
    source.insert(len(source), text)


def write_notebook(desk: Desk, name: str = "n.ipynb") -> Path:
    path = desk.home / name
    path.write_text(json.dumps(NOTEBOOK, indent=1, ensure_ascii=False) + "\n")
    return path


async def test_two_pages_see_each_others_edits(tmp_path: Path) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        write_notebook(desk)
        ann, bob = await desk.page("n.ipynb").open(), await desk.page("./n.ipynb", account_id="b").open()
        assert (ann.kind, ann.generation) == ("notebook", bob.generation)
        add(ann, "\n# Ann 😀")
        bob.cells[1]["source"].insert(0, "Bob ")
        await ann.push()
        await bob.push()
        await ann.until(lambda: "Bob" in str(ann.cells))
        await bob.until(lambda: "Ann" in str(bob.cells))
        assert ann.cell_list() == bob.cell_list()
        assert str(ann.cells[0]["source"]) == "print(1)\nprint(2)\n# Ann 😀"


async def test_a_link_and_its_target_are_one_document(tmp_path: Path) -> None:
    async with Desk(tmp_path, QUICK).running() as desk:
        (desk.home / "real.txt").write_text("a")
        (desk.home / "link.txt").symlink_to("real.txt")
        ann, bob = await desk.page("real.txt").open(), await desk.page("link.txt").open()
        ann.text.insert(0, "b")
        await ann.push()
        await bob.until(lambda: str(bob.text) == "ba")
        await ann.event("saved")
        assert (desk.home / "link.txt").is_symlink()
        assert (desk.home / "real.txt").read_text() == "ba"


async def test_an_acknowledged_edit_survives_the_agent(tmp_path: Path) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        (desk.home / "a.txt").write_text("start")
        page = await desk.page("a.txt").open()
        page.text.insert(0, "kept ")
        await page.settled()
        await desk.restart()
        assert (desk.home / "a.txt").read_text() == "start"
        again = await desk.page("a.txt").open()
        assert (str(again.text), again.generation) == ("kept start", page.generation)


async def test_an_edit_made_while_away_is_merged_on_return(tmp_path: Path) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        (desk.home / "a.txt").write_text("one\n")
        ann, bob = await desk.page("a.txt").open(), await desk.page("a.txt").open()
        await ann.close()
        ann.text.insert(0, "ann\n")
        bob.text.insert(4, "bob\n")
        await bob.settled()
        await ann.open()
        await ann.settled()
        await bob.until(lambda: str(bob.text) == "ann\none\nbob\n")
        assert str(ann.text) == str(bob.text)


async def test_a_page_of_a_lost_generation_is_rescued_by_content(tmp_path: Path) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        write_notebook(desk)
        page = await desk.page("n.ipynb").open()
        add(page, "\nunsaved")
        await page.settled()
        before = page.generation
        await desk.kill()
        for log in desk.logs.iterdir():
            log.unlink()
        await desk.restart()
        await page.open()
        assert page.rescued == 1
        assert page.generation != before
        assert [cell["id"] for cell in page.cell_list()] == ["one", "two"]
        assert str(page.cells[0]["source"]) == "print(1)\nprint(2)\nunsaved"


@pytest.mark.parametrize("harm", ["delete", "overwrite", "truncate"])
async def test_a_log_that_is_harmed_while_open_is_made_again(tmp_path: Path, harm: str) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        (desk.home / "a.txt").write_text("start")
        page = await desk.page("a.txt").open()
        page.text.insert(0, "1")
        await page.settled()
        for log in desk.logs.iterdir():
            if harm == "delete":
                log.unlink()
            elif harm == "truncate":
                os.truncate(log, 100)
            else:
                log.write_bytes(b"garbage" * 3000)
        for number in range(2, 6):
            page.text.insert(0, str(number))
            await page.settled()
        await desk.restart()
        again = await desk.page("a.txt").open()
        # What SQLite has in its memory may hide garbage on the disk from it until the next start.
        if harm == "delete":
            assert (str(again.text), again.generation) == ("54321start", page.generation)
        await page.open()
        await page.settled()
        await again.until(lambda: str(again.text) == str(page.text))
        assert all(digit in str(page.text) for digit in "54321")


async def test_a_reader_can_not_edit(tmp_path: Path) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        (desk.home / "a.txt").write_text("start")
        reader, writer = await desk.page("a.txt", may_edit=False).open(), await desk.page("a.txt").open()
        del reader.text[:]
        await reader.push()
        assert (await reader.event("refused"))["code"] == "readonly"
        assert (await reader.call("save"))["error"]["code"] == "readonly"
        again = await desk.page("a.txt").open()
        assert str(again.text) == str(writer.text) == "start"


async def test_an_edit_that_lacks_what_it_builds_on_is_refused(tmp_path: Path) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        (desk.home / "a.txt").write_text("")
        page = await desk.page("a.txt").open()
        page.text.insert(0, "lost")
        page._updates.clear()
        page.text.insert(4, "next")
        await page.push()
        assert (await page.event("refused"))["code"] == "bad_call"
        await page.close()
        await page.open()
        await page.settled()
        other = await desk.page("a.txt").open()
        assert str(other.text) == "lostnext"


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (Kind.UPDATE, encode_number(7) + b"\x00\x00"),
        (Kind.SYNC_STEP_1, b"\xff\xff\xff"),
        (Kind.CALL, b"{"),
        (Kind.AWARENESS, b"\x01\x01\x01\x03xyz"),
        (Kind.COMM, b"\x05ab"),
        (99, b""),
    ],
)
async def test_nonsense_ends_the_stream_and_nothing_else(tmp_path: Path, kind: int, payload: bytes) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        (desk.home / "a.txt").write_text("a")
        bad, good = await desk.page("a.txt").open(), await desk.page("a.txt").open()
        await bad.say(kind, payload)
        assert (await bad.event("closed"))["code"] == "bad_call"
        good.text.insert(0, "b")
        await good.settled()


async def test_a_message_in_parts_is_taken_as_a_whole(tmp_path: Path) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        (desk.home / "a.txt").write_text("a")
        page = await desk.page("a.txt").open()
        call = b'{"id":7,"method":"history","params":{}}'
        for part in (call[:5], b"", call[5:9]):
            await page.say(Kind.PART, part)
        await page.say(Kind.CALL, call[9:])
        await page.until(lambda: 7 in page.replies)
        page.text.insert(0, "b")
        await page.settled()


async def test_parts_that_are_together_too_large_end_the_stream(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewer, "MAX_MESSAGE", 1000)
    async with Desk(tmp_path, PATIENT).running() as desk:
        (desk.home / "a.txt").write_text("a")
        page = await desk.page("a.txt").open()
        for _ in range(3):
            await page.say(Kind.PART, bytes(400))
        assert (await page.event("closed"))["code"] == "bad_call"


async def test_an_update_that_is_none_is_refused(tmp_path: Path) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        (desk.home / "a.txt").write_text("a")
        page = await desk.page("a.txt").open()
        await page._say_numbered(Kind.UPDATE, b"\x01\x02\x03")
        assert (await page.event("refused"))["code"] == "bad_call"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("missing.txt", "not_found"),
        ("directory", "not_a_file"),
        ("../outside", "bad_path"),
        ("out", "bad_path"),
        ("", "bad_path"),
        ("binary", "unsupported"),
        ("old.ipynb", "unsupported"),
        ("pipe", "not_a_file"),
    ],
)
async def test_what_cannot_be_a_document_says_why(tmp_path: Path, path: str, code: str) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        (desk.home / "directory").mkdir()
        (tmp_path / "outside").write_text("secret")
        (desk.home / "out").symlink_to("../outside")
        (desk.home / "binary").write_bytes(b"\xff\x00")
        (desk.home / "old.ipynb").write_text('{"nbformat": 3, "worksheets": []}')
        os.mkfifo(desk.home / "pipe")
        with pytest.raises(Refused) as refused:
            await desk.page(path).open()
        assert refused.value.code == code


async def test_who_is_there_is_what_the_hub_says(tmp_path: Path) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        (desk.home / "a.txt").write_text("a")
        ann, bob = await desk.page("a.txt").open(), await desk.page("a.txt").open()
        forged = json.dumps({"user": {"name": "Root"}, "cursor": 3}).encode()
        await ann.say(Kind.AWARENESS, encode_number(1) + encode_number(77) + encode_number(1) + encode_sized(forged))
        await bob.until(lambda: 77 in bob.states)
        assert bob.states[77][1] == {
            "user": {"name": "Ann", "color": "#123456", "account_id": "a"},
            "cursor": 3,
        }
        await bob.say(Kind.AWARENESS, encode_number(1) + encode_number(77) + encode_number(9) + encode_sized(b"null"))
        late = await desk.page("a.txt").open()
        await late.until(lambda: 77 in late.states)
        await ann.close()
        await bob.until(lambda: bob.states[77][1] is None)


async def test_a_cell_moved_by_two_at_the_same_time_is_there_once(tmp_path: Path) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        write_notebook(desk)
        pages = [await desk.page("n.ipynb").open() for _ in range(2)]
        for index, page in enumerate(pages):
            move_first_to_end(page, f"\n# {index}")
        for page in pages:
            await page.settled()
        await pages[0].until(lambda: len(pages[0].cells) == 2)
        await pages[1].until(lambda: pages[1].cell_list() == pages[0].cell_list())
        source = str(pages[0].cells[1]["source"])
        assert all(mark in source for mark in ("print(1)", "# 0", "# 1"))


async def test_the_text_of_a_copy_that_is_taken_away_at_once_stays(tmp_path: Path) -> None:
    async with Desk(tmp_path, msgspec.structs.replace(PATIENT, collect=3600)).running() as desk:
        write_notebook(desk)
        pages = [await desk.page("n.ipynb").open() for _ in range(2)]
        for index, page in enumerate(pages):
            move_first_to_end(page, f"\n# {index}")
        await pages[0].settled()
        await pages[1].push()
        pages[1].doc.apply_update(pages[0].doc.get_update())
        del pages[1].cells[-1]
        await pages[1].settled()
        late = await desk.page("n.ipynb").open()
        assert [all(f"# {index}" in cell["source"] for index in range(2)) for cell in late.cell_list()] == [False, True]


async def test_a_page_gives_the_text_of_cells_that_others_have_taken_away(tmp_path: Path) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        write_notebook(desk)
        page = await desk.page("n.ipynb").open()
        given = Page(desk, "n.ipynb")
        for name, text in (("one", "# more"), ("new", "# deleted")):
            given.cells.append(Map({"id": name, "cell_type": "code", "source": Text(text)}))
        await page.say(Kind.RESCUE, encode_number(page.sent + 1) + encode_sized(b"") + given.doc.get_update())
        await page.until(lambda: page.acknowledged == page.sent + 1)
        await page.until(lambda: len(page.cells) == 3)
        texts = [cell["source"].splitlines() for cell in page.cell_list()]
        assert texts == [["print(1)", "print(2)", "# more"], ["# deleted"], ["# Title é 😀"]]


def move_first_to_end(page: Page, addition: str) -> None:
    with page.doc.transaction():
        cell = page.cell_list()[0]
        del page.cells[0]
        made = {**cell, "source": Text(cell["source"] + addition), "metadata": Map(cell["metadata"])}
        page.cells.append(Map({**made, "outputs": Array([])}))


async def test_a_page_that_takes_nothing_in_is_brought_up_to_date_later(tmp_path: Path) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        (desk.home / "a.txt").write_text("")
        slow, fast = await desk.page("a.txt").open(), await desk.page("a.txt").open()
        slow.listens.clear()
        for _ in range(300):
            fast.text.insert(0, "x" * 10_000)
            await fast.settled()
        entry = next(iter(desk.rooms._entries.values()))
        assert entry.room is not None
        waiting = [item for viewer in entry.room.viewers for item in viewer.outbox._items]
        assert len(waiting) <= 2
        slow.listens.set()
        await slow.until(lambda: len(slow.text) == 3_000_000)


async def test_a_room_closes_after_the_last_has_left_and_saves(tmp_path: Path) -> None:
    closed = asyncio.Event()

    async def note() -> None:
        closed.set()

    async with Desk(tmp_path, QUICK, (lambda host: host.on_close(note),)).running() as desk:
        (desk.home / "a.txt").write_text("")
        page = await desk.page("a.txt").open()
        page.text.insert(0, "saved")
        await page.settled()
        await page.close()
        async with asyncio.timeout(20):
            await closed.wait()
        await page.open()
        assert (desk.home / "a.txt").read_text() == str(page.text) == "saved"
        assert page.rescued == 0


async def test_an_extension_writes_answers_and_holds(tmp_path: Path) -> None:
    hosts: list[Host] = []

    async def shout(viewer: Viewer, params: dict[str, Any]) -> dict[str, Any]:
        if not viewer.may_run:
            raise CallFailed("forbidden", "No.")
        with hosts[0].transact():
            hosts[0].doc.get("source", type=Text).insert(0, params["word"])
        hosts[0].broadcast({"event": "shouted"})
        return {"length": len(params["word"])}

    def extend(host: Host) -> None:
        hosts.append(host)
        host.hold()
        host.register("shout", shout)
        host.on_enter(lambda viewer: viewer.send_event({"event": "welcome", "name": viewer.name}))

    async with Desk(tmp_path, QUICK, (extend,)).running() as desk:
        (desk.home / "a.txt").write_text("")
        page, reader = await desk.page("a.txt").open(), await desk.page("a.txt", may_run=False, name="Bob").open()
        assert (await page.call("shout", word="hey"))["result"] == {"length": 3}
        assert (await reader.event("welcome"))["name"] == "Bob"
        await reader.event("shouted")
        assert str(reader.text) == "hey"
        assert (await reader.call("shout", word="x"))["error"]["code"] == "forbidden"
        assert (await reader.call("other"))["error"]["code"] == "bad_call"
        await page.event("saved")
        assert (desk.home / "a.txt").read_text() == "hey"
