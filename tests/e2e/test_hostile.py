"""Outputs and markdown that try to get out of their frame, to our page, to the API, or to the page around."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from playwright.async_api import Dialog, Error, Frame, expect
from support.browsers import Visitor
from support.fronts import Front
from support.notebooks import markdown, notebook, showing
from support.parents import CARREL, Parent, frame_tag, kiosk, open_parent, serve_parent
from support.people import Person
from support.reaching import ALLOWED, REACHING, accepted

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "vectors" / "xss.json").read_text())["cases"]
CHUNK = 20
"""Fewer outputs than frames that may live in a page."""

ATTACHED = """(outputs) => document.querySelectorAll(".outputs").length === outputs &&
  [...document.querySelectorAll(".output-frame")].every((place) => {
    const { top, bottom } = place.getBoundingClientRect();
    return place.childElementCount > 0 || top > innerHeight || bottom < 0; // what others have pushed away is not made
  })"""
DRAWN = "() => document.body.childNodes.length > 0 && document.readyState === 'complete'"
IN_FRONT = """(bar) => {
  const { x, y, width, height } = bar.getBoundingClientRect();
  return bar.contains(document.elementFromPoint(x + width / 2, y + height / 2));
}"""
TWO_FRAMES_LATER = """new Promise((done) => {
  setTimeout(done, 1000); // what is not in sight may never be drawn
  requestAnimationFrame(() => requestAnimationFrame(done));
})"""
HEIGHT = 4000
"""So high that all frames of a chunk are in sight."""


def chunks() -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(CASES), CHUNK):
        yield CASES[start : start + CHUNK]


def cells_of(case: dict[str, Any]) -> list[dict[str, object]]:
    """The case as an output and, if it is markdown, as a cell."""
    mime, source = case["mime"], case["source"]
    value = json.loads(source) if mime.endswith("json") and isinstance(source, str) else source
    shown = [showing({mime: value})]
    return [*shown, markdown(source)] if mime == "text/markdown" else shown


class Watch:
    """What a hostile page may have reached."""

    def __init__(self, visitor: Visitor, parent: Parent) -> None:
        self.parent = parent
        self.frame: Frame = next(frame for frame in parent.page.frames if CARREL in frame.url)
        self.addresses = (parent.page.url, self.frame.url)
        self.surprises: list[str] = []
        visitor.context.on("page", lambda page: self.surprises.append(f"window {page.url}"))
        parent.page.on("dialog", self._dialog)

    async def _dialog(self, dialog: Dialog) -> None:
        self.surprises.append(f"dialog {dialog.message}")
        await dialog.dismiss()

    async def drawn(self, outputs: int) -> None:
        """Wait until so many outputs are there, and each of their frames has drawn them and has had time to act."""
        await self.frame.wait_for_function(ATTACHED, arg=outputs, polling=50)
        for frame in self.frame.child_frames:
            try:
                await frame.wait_for_function(DRAWN, polling=50)
                await frame.evaluate(TWO_FRAMES_LATER)
            except Error:
                with anyio.fail_after(20):
                    while not frame.is_detached():  # it is taken away for what it did
                        await self.parent.page.wait_for_timeout(20)

    async def reached(self) -> list[str]:
        found = list(self.surprises)
        if (self.parent.page.url, self.frame.url) != self.addresses:
            found.append(f"went to {self.parent.page.url}, {self.frame.url}")
        for frame in (self.parent.page.main_frame, self.frame):
            if await frame.evaluate("'xss' in window && window.xss !== undefined"):
                found.append(f"a script ran in {frame.url}")
        if not await self.frame.get_by_role("toolbar", name="Notebook").evaluate(IN_FRONT):
            found.append("something lies over the page")
        return found


@pytest.fixture
async def parent(visitor: Visitor, front: Front, token: str) -> Parent:
    visitor.expect_problem("")  # what is refused is told in the console
    parent = await open_parent(visitor, front, frame_tag(kiosk(token=token)))
    await parent.ready()
    return parent


async def test_no_hostile_case_reaches_anything(
    parent: Parent, visitor: Visitor, front: Front, ada: Person, project: str
) -> None:
    await parent.page.set_viewport_size({"width": 1280, "height": HEIGHT})
    await parent.page.add_style_tag(content=f"iframe {{ height: {HEIGHT}px !important }}")
    front.seen.clear()
    watch = Watch(visitor, parent)
    frames = 0
    for number, chunk in enumerate(chunks()):
        path = f"hostile-{number}.ipynb"
        ada.write(project, path, notebook(*(cell for case in chunk for cell in cells_of(case))))
        assert (await parent.open(project, path))["status"] == "done"
        await watch.drawn(len(chunk))
        frames += len(watch.frame.child_frames)
        assert await watch.reached() == [], [case["name"] for case in chunk]
        await parent.ask({"action": "closeall"})
    assert frames > 20
    assert accepted(front) == []


async def test_a_script_in_an_output_has_no_authority(
    parent: Parent, visitor: Visitor, front: Front, ada: Person, project: str
) -> None:
    ada.write(project, "reaching.ipynb", notebook(showing({"text/html": REACHING})))
    front.seen.clear()
    watch = Watch(visitor, parent)
    await parent.open(project, "reaching.ipynb")
    await expect(watch.frame.locator(".output-frame iframe")).to_be_attached()
    told = watch.frame.frame_locator(".output-frame iframe").locator("#told")
    await expect(told).not_to_be_empty()
    attempts = json.loads(await told.inner_text())
    assert {name for name, outcome in attempts.items() if outcome != "refused"} <= ALLOWED
    assert await watch.reached() == []
    assert accepted(front) == []


async def test_a_link_in_an_output_opens_a_window_when_it_is_clicked(
    parent: Parent, visitor: Visitor, front: Front, ada: Person, project: str
) -> None:
    url = serve_parent(front)
    link = f'<div style="color: teal"><a href="{url}">go</a><script></script></div>'
    ada.write(project, "link.ipynb", notebook(showing({"text/html": link})))
    await parent.open(project, "link.ipynb")
    async with visitor.context.expect_page() as opened:
        await parent.frame().frame_locator(".output-frame iframe").get_by_text("go").click()
    window = await opened.value
    await window.wait_for_url(url)
    assert await window.evaluate("window.opener") is None
