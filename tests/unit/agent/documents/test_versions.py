"""Versions of a document: kept as it is saved, read again, and brought back."""

import base64
from pathlib import Path

import msgspec
import pytest
from support.notebooks import markdown, notebook
from support.pages import PATIENT, QUICK, Desk

pytestmark = pytest.mark.anyio


async def test_versions_can_be_read_again(tmp_path: Path) -> None:
    async with Desk(tmp_path, PATIENT).running() as desk:
        (desk.home / "a.txt").write_text("0")
        page = await desk.page("a.txt", account_id="ann").open()
        for number in "12":
            page.text.insert(0, number)
            await page.settled()
            await page.call("save", cause="user")
        history = (await page.call("history"))["result"]
        versions = history["versions"]
        assert [version["account_ids"] for version in versions] == [[], ["ann"], ["ann"]]
        assert history["names"] == {"ann": "Ann"}
        contents = [(await page.call("history.at", version=each["version"]))["result"]["content"] for each in versions]
        assert contents == ["0", "10", "210"]
        assert (await page.call("history.at", version=99))["error"]["code"] == "not_found"
        await page.close()
        assert [content for _, content in await desk.rooms.versions("a.txt")] == [b"0", b"10", b"210"]
        await desk.restart()
        assert (await (await page.open()).call("history"))["result"] == history


async def test_who_made_a_version_is_told_though_others_went_on(tmp_path: Path) -> None:
    async with Desk(tmp_path, msgspec.structs.replace(QUICK, version=3600)).running() as desk:
        (desk.home / "a.txt").write_text("0")
        for account_id in ("ann", "bob"):
            page = await desk.page("a.txt", account_id=account_id, name=account_id.title()).open()
            page.text.insert(0, account_id)
            await page.settled()
            await page.event("saved")
        history = (await page.call("history"))["result"]
        assert [version["account_ids"] for version in history["versions"]] == [[], ["ann", "bob"]]
        assert history["names"] == {"ann": "Ann", "bob": "Bob"}


@pytest.mark.parametrize("name", ["a.txt", "a.ipynb"])
async def test_an_earlier_version_comes_back_as_an_edit_of_the_page(tmp_path: Path, name: str) -> None:
    async with Desk(tmp_path, msgspec.structs.replace(QUICK, version=3600)).running() as desk:
        (desk.home / name).write_text(notebook(markdown("one"), markdown("two")) if name == "a.ipynb" else "one\ntwo\n")
        page, other, reader = desk.page(name), desk.page(name), desk.page(name, may_edit=False)
        for each in (page, other, reader):
            await each.open()
        text = page.cells[1]["source"] if name == "a.ipynb" else page.text
        with page.doc.transaction():
            text.insert(0, "three")
            if name == "a.ipynb":
                del page.cells[0]
        await page.settled()
        await page.event("saved")
        first = (await page.call("history"))["result"]["versions"][0]["version"]
        update = (await page.call("history.restore", version=first))["result"]["update"]
        assert "three" in str(page.cells) + str(page.text)
        page.doc.apply_update(base64.b64decode(update))
        await page.settled()
        await other.until(lambda: other.doc.get_state() == page.doc.get_state())
        await page.event("saved")
        versions = (await page.call("history"))["result"]["versions"]
        contents = [(await page.call("history.at", version=each["version"]))["result"]["content"] for each in versions]
        assert ["three" in content for content in contents] == [False, True, False]
        assert contents[0] == contents[2] == (desk.home / name).read_text()
        assert (await reader.call("history.restore", version=first))["error"]["code"] == "readonly"
        assert (await page.call("history.restore", version=99))["error"]["code"] == "not_found"


async def test_a_version_stays_what_was_saved_when_another_program_writes(tmp_path: Path) -> None:
    async with Desk(tmp_path, QUICK).running() as desk:
        path = desk.home / "a.txt"
        path.write_text("0")
        page = await desk.page("a.txt").open()
        page.text.insert(0, "1")
        await page.settled()
        await page.call("save", cause="user")
        path.write_text("something else")
        await page.event("outside", what="changed")
        versions = (await page.call("history"))["result"]["versions"]
        contents = [(await page.call("history.at", version=each["version"]))["result"]["content"] for each in versions]
        assert contents == ["0", "10", "something else"]
