"""Terminals as people have them: what they type, what they see, and what the sandbox may not do to their pages."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect
from support.browsers import Visitor
from support.fronts import Front, Page
from support.hubs import ServedHub
from support.parents import Opener, Parent, auth_token, file_url, frame_tag, kiosk, open_parent

NewVisitor = Callable[..., Awaitable[Visitor]]
OpenTerminal = Callable[[Visitor], Awaitable["Terminal"]]

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


class Terminal:
    """A page with a terminal in its frame."""

    def __init__(self, parent: Parent) -> None:
        self.parent = parent
        self.rows = parent.frame().locator(".xterm-rows")

    async def type(self, text: str) -> None:
        await self.parent.frame().locator(".terminal-host").click()
        await self.parent.page.keyboard.type(text)

    async def reload(self) -> None:
        await self.parent.page.frames[1].evaluate("location.reload()")

    async def shows(self, text: str) -> None:
        await expect(self.rows).to_contain_text(text, timeout=60_000)


@pytest.fixture
def open_terminal(opener: Opener, front: Front) -> OpenTerminal:
    """Opens the terminal of the test in a new page."""
    path = opener.path.replace(".ipynb", ".term")
    opener.person.write(opener.project, path, "")

    async def open_one(visitor: Visitor) -> Terminal:
        address = kiosk(file_url(opener.project, path), token=auth_token(opener.hub, opener.person))
        return Terminal(await open_parent(visitor, front, frame_tag(address)))

    return open_one


async def test_a_terminal_is_shared_and_outlives_pages_and_hubs(
    new_visitor: NewVisitor, open_terminal: OpenTerminal, hub: ServedHub
) -> None:
    visitors = [await new_visitor(), await new_visitor()]
    one = await open_terminal(visitors[0])
    await one.shows("$")
    await one.type("name=kept; echo fi''rst\n")
    await one.shows("first")
    await one.parent.frame().get_by_role("button", name="Larger text").click()
    await expect(one.rows).to_have_css("font-size", "15.5px")
    await one.reload()
    await one.shows("first")
    await expect(one.rows).to_have_css("font-size", "15.5px")
    two = await open_terminal(visitors[1])
    await two.shows("first")
    await two.type("clear; echo $name-''by-two\n")
    await one.shows("kept-by-two")
    for visitor in visitors:
        visitor.expect_problem("WebSocket|ERR_|Failed to load")
    hub.kill()
    state = one.parent.frame().locator(".terminal-state")
    await expect(state).to_have_text("Offline: nothing can be typed")
    await one.type("echo not-''sent\n")
    await expect(state).to_have_text("Offline: what you type is not sent")
    hub.start()
    await expect(state).to_have_text("Online again; what you typed meanwhile was not sent", timeout=60_000)
    await one.type("echo $name-''again\n")
    await expect(state).to_have_text("")
    for terminal in (one, two):
        await terminal.shows("kept-again")
    await expect(one.rows).not_to_contain_text("not-sent")


async def test_what_a_shell_writes_stays_in_its_screen(
    visitor: Visitor, open_terminal: OpenTerminal, front: Front
) -> None:
    front.pages["elsewhere.example.test", "/"] = Page(b"<!doctype html><title>elsewhere</title>")
    await visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    terminal = await open_terminal(visitor)
    page = terminal.parent.page
    await page.evaluate("navigator.clipboard.writeText('echo pas' + 'ted')")
    await terminal.shows("$")
    await terminal.type(r"clear; printf '\e]52;c;aGFja2Vk\a\e]2;hacked\ahttps://elsewhere.example.test/ \e[c\n'")
    await page.keyboard.press("Enter")
    await terminal.shows("https://elsewhere.example.test/")
    await terminal.shows("1;2c")  # what the screen answers is typed
    assert await page.evaluate("navigator.clipboard.readText()") == "echo pasted"
    assert "hacked" not in await page.title() + await page.frames[1].title()
    await page.keyboard.press("Control+u")  # not Ctrl+C, with which a terminal may throw away the next prompt
    await page.keyboard.press("Control+Shift+V")
    await terminal.shows("$ echo pasted")
    await page.keyboard.press("Enter")
    await expect(terminal.rows.get_by_text("pasted", exact=True)).to_be_visible()
    await terminal.rows.get_by_text("pasted", exact=True).dblclick(force=True)
    await page.keyboard.press("Control+Shift+C")
    assert await page.evaluate("navigator.clipboard.readText()") == "pasted"
    await terminal.rows.get_by_text("https://elsewhere.example.test/").last.hover(force=True)
    await expect(terminal.parent.frame().locator(".xterm-cursor-pointer")).to_be_visible()
    async with visitor.context.expect_page() as opened:
        await page.mouse.down()
        await page.mouse.up()
    other = await opened.value
    assert (other.url, await other.evaluate("opener")) == ("https://elsewhere.example.test/", None)
