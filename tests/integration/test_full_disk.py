"""A disk that is full while a document is edited: pages are told, and with room again nothing is missing."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.disks import small_disk
from support.pages import QUICK, Desk

pytestmark = pytest.mark.anyio


@pytest.fixture
def disk(open_dir: Path) -> Iterator[Path]:
    with small_disk(open_dir / "disk", 8) as place:
        yield place


def fill(disk: Path) -> Path:
    filler = disk / "filler"
    filled = subprocess.run(["dd", "if=/dev/zero", f"of={filler}", "bs=4k"], capture_output=True, text=True)
    assert "No space left" in filled.stderr
    return filler


async def test_edits_on_a_full_disk_are_kept_until_there_is_room(disk: Path) -> None:
    async with Desk(disk, QUICK).running() as desk:
        path = desk.home / "a.txt"
        path.write_text("start\n")
        page, other = await desk.page("a.txt").open(), await desk.page("a.txt", account_id="b").open()
        filler = fill(disk)
        for number in range(50):
            page.text.insert(0, f"{number} {'x' * 10_000}\n")
            await page.push()
        told = await page.event("trouble")
        assert "cannot be" in told["message"]
        assert page.acknowledged < page.sent
        assert (await page.call("save", cause="user"))["error"]["code"] == "internal"
        await other.until(lambda: str(other.text) == str(page.text))
        assert path.read_text() == "start\n"
        filler.unlink()
        await page.settled()
        await page.event("trouble", message="")
        assert "result" in await page.call("save", cause="user")
        assert path.read_text() == str(page.text)
        await desk.restart()
        again = await desk.page("a.txt").open()
        assert str(again.text) == str(page.text)
