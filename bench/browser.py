"""Chromium as a stopwatch: when a page first showed which text, and what came over the wire until then.

Texts that are looked for have the form `bench-<word>.`; a page tells of each when it is first visible, between frames.
"""

from dataclasses import dataclass, field
from typing import Any

import anyio
from playwright.async_api import BrowserContext, Page, Request, WebSocket
from support.browsers import Visitor
from support.people import PASSWORD, Person

_WAIT_SECONDS = 300
_WATCH = """(() => {
  const known = new Set();
  const isVisible = (element) => {
    const box = element.getBoundingClientRect();
    return box.height > 0 && box.top < innerHeight && box.bottom > 0 && element.checkVisibility();
  };
  const look = () => {
    const texts = document.createTreeWalker(document.body ?? document.createElement("body"), NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      for (const [text] of texts.currentNode.data.matchAll(/bench-[a-z0-9-]+\\./g)) {
        if (known.has(text) || !isVisible(texts.currentNode.parentElement)) continue;
        known.add(text);
        window.benchSaw(text, performance.timeOrigin + performance.now());
      }
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""


async def signed_in(visitor: Visitor, person: Person) -> Page:
    """The site's page with which somebody has just signed in."""
    page = await visitor.open(f"{person.hub.url}/auth/sign-in")
    await page.get_by_label("E-mail address").fill(person.email_address)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{person.hub.url}/projects")
    return page


@dataclass
class Weight:
    """Bytes as they came, compressed."""

    total: int = 0
    code: int = 0
    """Of these, scripts and styles, without the headers of their replies."""


@dataclass
class Watched:
    """A page under the stopwatch; times are seconds since its navigation began."""

    page: Page
    _seen: dict[str, float] = field(default_factory=dict)
    _news: anyio.Event = field(default_factory=anyio.Event)
    _requests: list[Request] = field(default_factory=list)
    _frames: list[int] = field(default_factory=list)

    @classmethod
    async def new(cls, context: BrowserContext) -> "Watched":
        watched = cls(await context.new_page())
        await watched.page.expose_binding("benchSaw", watched._saw)
        await watched.page.add_init_script(_WATCH)
        watched.page.on("requestfinished", lambda request: watched._requests.append(request))
        watched.page.on("websocket", watched._count)
        return watched

    async def until(self, text: str) -> float:
        """When the text was first visible."""
        with anyio.move_on_after(_WAIT_SECONDS):
            while text not in self._seen:
                self._news = anyio.Event()
                await self._news.wait()
        if text not in self._seen:
            raise TimeoutError(f"{self.page.url} does not show {text}")
        origin: float = await self.page.evaluate("performance.timeOrigin")
        return (self._seen[text] - origin) / 1000

    async def weight(self) -> Weight:
        """What has come so far; of WebSockets the messages, which browsers do not tell the compressed size of."""
        weight = Weight(total=sum(self._frames))
        for request in self._requests:
            sizes = await request.sizes()
            weight.total += sizes["responseBodySize"] + sizes["responseHeadersSize"]
            weight.code += sizes["responseBodySize"] if request.resource_type in ("script", "stylesheet") else 0
        return weight

    def _saw(self, _source: Any, text: str, at: float) -> None:
        self._seen[text] = at
        self._news.set()

    def _count(self, websocket: WebSocket) -> None:
        websocket.on("framereceived", lambda payload: self._frames.append(len(payload)))
