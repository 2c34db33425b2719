"""Another program writes in the moment of a save, and the agent is killed before it has looked at that."""

import asyncio
import shutil
from pathlib import Path

import pytest
from support.pages import PATIENT, Desk

from carrel.agent.documents import disk
from carrel.agent.documents.disk import Signature
from carrel.agent.documents.watch import Watch
from carrel.protocol.documents import Kind

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("lose_log", [False, True])
async def test_what_a_save_displaced_is_taken_in_later_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, lose_log: bool
) -> None:
    replace, displaced = disk.replace, asyncio.Event()

    def write_and_replace(path: str, data: bytes, known: Signature | None, tag: str) -> tuple[Signature, str | None]:
        Path(path).write_text("one\ntheirs\n")
        return replace(path, data, known, tag)

    async def die(*_: object) -> None:
        displaced.set()
        await asyncio.Event().wait()

    async with Desk(tmp_path, PATIENT).running() as desk:
        (desk.home / "a.txt").write_text("one\n")
        page = await desk.page("a.txt").open()
        page.text.insert(0, "mine\n")
        await page.settled()
        with monkeypatch.context() as patched:
            patched.setattr(disk, "replace", write_and_replace)
            patched.setattr(Watch, "_take_displaced", die)
            await page.say(Kind.CALL, b'{"id":1,"method":"save"}')
            async with asyncio.timeout(60):
                await displaced.wait()
            await desk.kill()
        assert (desk.home / "a.txt").read_text() == "mine\none\n"
        [left] = [each for each in desk.home.iterdir() if each.name != "a.txt"]
        content = left.read_text()
        for _ in range(2):
            await desk.kill()
            if lose_log:
                shutil.rmtree(desk.logs)
            await desk.restart()
            await page.open()
            await page.until(lambda: str(page.text) == "mine\none\ntheirs\n")
            assert [each.name for each in desk.home.iterdir()] == ["a.txt"]
            await page.call("save", cause="user")
            left.write_text(content)  # as if it had been killed before that was removed
