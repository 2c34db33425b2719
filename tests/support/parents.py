"""A page of another site with frames of Carrel in it, as bare as the published contract needs."""

import html
import itertools
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import requests
from playwright.async_api import FrameLocator, expect
from playwright.async_api import Page as BrowserPage

from support.browsers import WAIT_MS, Visitor
from support.fronts import Front, Page
from support.hubs import ServedHub
from support.notebooks import notebook
from support.people import Person

COURSE = "course.example.test"
CARREL = "carrel.example.net"
SERVER = f"https://{CARREL}"

_PAGE = """<!doctype html>
<html lang="en">
<title>A course</title>
<style>iframe {{ width: 100%; height: 600px; border: 0; display: block }}</style>
<p>Read this, <input aria-label="then answer" autofocus>.</p>
<script>
  window.heard = [];
  window.addEventListener("message", (event) => {{
    const from = [...Array(window.length).keys()].findIndex((n) => window.frames[n] === event.source);
    const data = Object.fromEntries(Object.entries(event.data ?? {{}}).map(
      ([name, value]) => [name, value instanceof ArrayBuffer ? new TextDecoder().decode(value) : value]));
    window.heard.push({{ origin: event.origin, from, data }});
  }});
  window.say = (message, frame) => window.frames[frame].postMessage(message, "{server}");
</script>
{frames}
<div style="height: 2000px"></div>
"""
_NUMBERS = itertools.count(1)


def auth_token(hub: ServedHub, person: Person) -> str:
    """A token as the first version of the API makes it, good for all that the account may do."""
    return str(hub.call("user_auth", account_id=person.account_id, password="")["auth_token"])


def scoped_token(hub: ServedHub, person: Person, **scope: Any) -> str:
    """A token with a scope, good once unless the scope says otherwise."""
    body = {"account_id": person.account_id} | scope
    reply = requests.post(f"{hub.url}/api/v2/embed/token", auth=(hub.key, ""), json=body, timeout=30)
    assert reply.ok, reply.text
    return str(reply.json()["auth_token"])


def file_url(project_id: str, path: str) -> str:
    return f"/projects/{project_id}/files/{quote(path)}"


def frame_tag(address: str) -> str:
    """An iframe as the documentation shows it, without a sandbox of the parent's."""
    return f'<iframe title="Notebook" referrerpolicy="origin" src="{html.escape(SERVER + address)}"></iframe>'


def kiosk(path: str = "/app", *, token: str = "", query: str = "") -> str:
    """The kiosk address of a path, with a token in its fragment."""
    return f"{path}?fullscreen=kiosk&session={query}" + (f"#auth_token={token}" if token else "")


@dataclass
class Parent:
    """The page in a browser; frames are counted from 0."""

    page: BrowserPage
    url: str
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    def frame(self, number: int = 0) -> FrameLocator:
        return self.page.frame_locator("iframe").nth(number)

    async def say(self, message: object, frame: int = 0) -> None:
        await self.page.evaluate("([message, frame]) => window.say(message, frame)", [message, frame])

    async def ask(self, message: dict[str, Any], frame: int = 0, *, wait_ms: int = WAIT_MS) -> dict[str, Any]:
        """Send it and wait for the reply that ends it."""
        number = next(self._ids)
        await self.say(message | {"id": number}, frame)
        return await self.hears({"id": number}, but={"status": "ack"}, frame=frame, wait_ms=wait_ms)

    async def hears(
        self,
        what: dict[str, Any],
        *,
        but: dict[str, Any] | None = None,
        frame: int = 0,
        after: int = 0,
        wait_ms: int = WAIT_MS,
    ) -> dict[str, Any]:
        """Wait for the first message, after as many, that has all fields of `what`, and not all of `but`."""
        found = await self.page.wait_for_function(
            """([what, but, frame, after]) => window.heard.slice(after).find(({ data, from }) => {
              const has = (fields) => Object.entries(fields).every(([name, value]) => data[name] === value);
              return from === frame && has(what) && !(but && has(but));
            })""",
            arg=[what, but, frame, after],
            timeout=wait_ms,
        )
        message: dict[str, Any] = (await found.json_value())["data"]
        return message

    async def heard(self) -> list[dict[str, Any]]:
        """All messages so far: `origin`, `from` (number of the frame) and `data`."""
        messages: list[dict[str, Any]] = await self.page.evaluate("window.heard")
        return messages

    async def ready(self, frame: int = 0) -> dict[str, Any]:
        """Wait until the frame says that it can open files."""
        return await self.hears({"event": "ready"}, frame=frame)

    async def click_source(self, line: str, frame: int = 0) -> None:
        """Click a line of a cell's source, and wait until the cell takes the keyboard."""
        await self.frame(frame).get_by_text(line, exact=True).first.click()
        await expect(self.frame(frame).locator(".cm-editor.cm-focused")).to_be_visible()

    async def open(self, project_id: str, path: str, frame: int = 0, **more: Any) -> dict[str, Any]:
        return await self.ask({"action": "open", "project_id": project_id, "path": path} | more, frame, wait_ms=60_000)


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens a notebook of one test in as many pages as it is asked for."""

    front: Front
    hub: ServedHub
    person: Person
    project: str
    path: str

    def write(self, *cells: dict[str, object]) -> None:
        self.person.write(self.project, self.path, notebook(*cells))

    def read(self) -> str:
        return self.person.read(self.project, self.path)

    async def open(self, visitor: Visitor, query: str = "") -> Parent:
        address = kiosk(file_url(self.project, self.path), token=auth_token(self.hub, self.person), query=query)
        parent = await open_parent(visitor, self.front, frame_tag(address))
        await parent.ready()
        await expect(parent.frame().locator(".cell").first).to_be_visible(timeout=60_000)
        return parent


async def open_parent(visitor: Visitor, front: Front, *frames: str) -> Parent:
    """A page of the course's site with these tags in it."""
    url = serve_parent(front, *frames)
    return Parent(await visitor.open(url), url)


def serve_parent(front: Front, *frames: str) -> str:
    """Put a page on the course's site; its address."""
    path = f"/page-{next(_NUMBERS)}"
    front.pages[COURSE, path] = Page(_PAGE.format(server=SERVER, frames="\n".join(frames)).encode())
    return f"https://{COURSE}{path}"
