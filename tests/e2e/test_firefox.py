"""A notebook in a page of another site, in Firefox, which is refused third-party cookies and storage."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import expect
from support.browsers import Visitor
from support.firefox import Firefox, Tab, running_firefox
from support.fronts import Front
from support.hubs import ServedHub
from support.notebooks import code, showing
from support.parents import Opener, file_url, frame_tag, kiosk, scoped_token, serve_parent
from support.reaching import ALLOWED, REACHING, accepted

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

HEARD = """heard.slice(args[1]).map(({ data }) => data)
  .find((data) => Object.entries(args[0]).every(([name, value]) => data[name] === value))"""
LINES = "[...document.querySelectorAll('.cm-line')].map((line) => line.textContent).join('|')"


@dataclass(frozen=True)
class Course:
    """A page of the course's site, and the frame in it."""

    page: Tab
    frame: Tab

    async def hears(self, *, after: int = 0, **what: object) -> dict[str, Any]:
        """The first message, after as many, that has all these fields."""
        message: dict[str, Any] = await self.page.wait_for(HEARD, what, after)
        return message

    async def ask(self, **message: object) -> dict[str, Any]:
        """Send a message, and wait until it is done."""
        await self.page.evaluate("say(args[0], 0)", message | {"id": message["action"]})
        return await self.hears(id=message["action"], status="done")


Visit = Callable[[str], Awaitable[Course]]


@pytest.fixture(scope="module")
async def running(front: Front) -> AsyncIterator[Firefox]:
    async with running_firefox(front) as firefox:
        yield firefox


@pytest.fixture
async def firefox(running: Firefox) -> AsyncIterator[Firefox]:
    """The one browser of these tests, whose pages may not complain of anything."""
    yield running
    assert running.problems == []


@pytest.fixture
def visit(firefox: Firefox, front: Front) -> Visit:
    """Open a page with a frame of this address, which must become ready."""

    async def open_page(address: str) -> Course:
        page = await firefox.open(serve_parent(front, frame_tag(address)))
        await page.wait_for(HEARD, {"event": "ready"}, 0)
        return Course(page, await page.frame())

    return open_page


async def test_a_notebook_is_opened_run_edited_saved_and_closed(visit: Visit, opener: Opener, token: str) -> None:
    opener.write(code("print(6 * 7)"))
    course = await visit(kiosk(token=token))
    frame = course.frame
    assert await frame.evaluate("document.querySelector('#carrel-embed-banner').dataset.state") == "ready"
    await course.ask(action="open", project_id=opener.project, path=opener.path)
    await course.hears(id="open", status="ack")
    assert (await course.ask(action="run"))["ok"]
    await frame.wait_for("document.querySelector('.outputs')?.innerText.includes('42')")
    await frame.click(".source")
    await frame.wait_for("document.activeElement.matches('.cm-content')")
    await frame.press("Control", "a")
    await frame.type("print('fire' + 'fox')")
    await frame.press("Control", "Enter")
    await frame.wait_for("document.querySelector('.outputs')?.innerText.includes('firefox')")
    assert (await course.ask(action="closeall"))["mesg"] == "all files are closed"
    assert "print('fire' + 'fox')" in opener.read()
    await frame.wait_for("document.querySelector('#carrel-embed-banner[data-state=ready]')")


async def test_a_frame_that_is_loaded_again_resumes_its_session(visit: Visit, opener: Opener, hub: ServedHub) -> None:
    opener.write(code("'again'"))
    course = await visit(
        kiosk(file_url(opener.project, opener.path), token=scoped_token(hub, opener.person, project_id=opener.project))
    )
    await course.frame.evaluate("document.cookie = 'plain=1; Secure; SameSite=None'")
    assert "plain" not in await course.frame.evaluate("document.cookie")
    for _ in range(2):
        count = await course.page.evaluate("heard.length")
        await course.frame.evaluate("void setTimeout(() => location.reload())")
        await course.hears(after=count, event="ready")
        await course.frame.wait_for("document.querySelector('.source')?.innerText.includes('again')")
    assert "auth_token" not in await course.frame.evaluate("location.href")


async def test_a_terminal_runs_what_is_typed_and_keeps_up_with_a_flood(
    visit: Visit, opener: Opener, token: str
) -> None:
    path = opener.path.replace(".ipynb", ".term")
    opener.person.write(opener.project, path, "")
    course = await visit(kiosk(file_url(opener.project, path), token=token))
    shows = "document.querySelector('.xterm-rows')?.innerText.includes(args[0])"
    await course.frame.wait_for(shows, "$")
    await course.frame.click(".terminal-host")
    await course.frame.wait_for("document.activeElement.matches('.xterm-helper-textarea')")
    await course.frame.type("yes | head -c 5M; echo do''ne")
    await course.frame.press("Enter")
    await course.frame.wait_for(shows, "done")


async def test_firefox_and_chromium_edit_the_same_cell(
    visit: Visit, opener: Opener, token: str, new_visitor: Callable[..., Awaitable[Visitor]]
) -> None:
    opener.write(code("first = 1\nlast = 2"))
    chromium = await opener.open(await new_visitor())
    course = await visit(kiosk(file_url(opener.project, opener.path), token=token))
    await chromium.click_source("first = 1")
    await chromium.page.keyboard.press("End")
    await course.frame.click(".cm-line:nth-child(2)")  # beside its text, so at its end
    await course.frame.wait_for("document.activeElement.matches('.cm-content')")
    await course.frame.wait_for("document.querySelector('.remote-caret')")
    await chromium.page.keyboard.type("0")
    await course.frame.type("5")
    await expect(chromium.frame().locator(".cm-line")).to_have_text(["first = 10", "last = 25"])
    await course.frame.wait_for(f"{LINES} === 'first = 10|last = 25'")
    await course.ask(action="save")
    assert json.loads(opener.read())["cells"][0]["source"] == "first = 10\nlast = 25"


async def test_a_script_in_an_output_has_no_authority(
    visit: Visit, firefox: Firefox, opener: Opener, token: str, front: Front
) -> None:
    opener.write(showing({"text/html": REACHING}))
    firefox.expected = ""  # what is refused is told in the console
    front.seen.clear()
    course = await visit(kiosk(file_url(opener.project, opener.path), token=token))
    addresses = [await tab.evaluate("location.href") for tab in (course.page, course.frame)]
    await course.frame.wait_for("document.querySelector('.output-frame iframe')")
    output = await course.frame.frame()
    attempts = json.loads(await output.wait_for("document.querySelector('#told')?.textContent"))
    assert {name for name, outcome in attempts.items() if outcome != "refused"} <= ALLOWED
    assert [await tab.evaluate("location.href") for tab in (course.page, course.frame)] == addresses
    assert accepted(front) == []
