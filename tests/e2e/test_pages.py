"""Each page of the site, as an admin sees it: sound, nothing moves or is fetched for nothing; and a picture of it.

The pictures are left in `.artifacts/pages`, for somebody to look at.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import CDPSession, Page, Request, Response, ViewportSize, expect
from support.axe import violations
from support.browsers import ARTIFACTS, Visitor
from support.commands import run
from support.hubs import ServedHub
from support.parents import SERVER
from support.people import new_person
from support.site import signed_in

from carrel.domain.ids import path_id

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

ROUTES = Path(__file__).parents[2] / "web" / "src" / "site" / "routes.ts"
EXAMPLES = {
    "/app": ["/app?get_api_key=Test"],
    "/auth/sign-in": ["/auth/sign-in"],
    "/auth/sign-up": ["/auth/sign-up"],
    "/auth/forgot-password": ["/auth/forgot-password"],
    "/auth/password-reset/:code": ["/auth/password-reset/none"],
    "/auth/verify": ["/auth/verify"],
    "/auth/impersonate": ["/auth/impersonate"],
    "/settings": ["/settings"],
    "/settings/:section": [f"/settings/{section}" for section in ("browsers", "api-keys", "activity", "preferences")],
    "/admin": ["/admin"],
    "/admin/:section": [
        f"/admin/{section}" for section in ("projects", "site", "mails", "webhooks", "audit", "health")
    ],
    "/share": ["/share"],
    "/share/:share_id/*": ["/share/{share}", "/share/{share}/a.md"],
    "/projects": ["/projects"],
    "/projects/:project_id/*": [f"/projects/{{project}}/{place}" for place in ("files/", "log", "settings")],
}
"""An address or more for each page; what a new one needs is an entry."""

PICTURES = ARTIFACTS / "pages"
WIDE, PHONE = ViewportSize(width=1200, height=800), ViewportSize(width=390, height=800)
MOST_SHIFT = 0.001
SHIFTS = """window.shifts = []
new PerformanceObserver((list) => {
  for (const { hadRecentInput, value, sources } of list.getEntries())
    if (!hadRecentInput) shifts.push([value, sources.map(({ node }) => node?.outerHTML?.slice(0, 80))])
}).observe({ type: "layout-shift", buffered: true })"""
ASKED_AGAIN = ("/projects/details", "/projects/states", "/projects/usage", "/files/list")
"""What changes while one looks."""
SHEETS = "[...document.styleSheets].map(({ href }) => href)"


def test_every_route_has_an_example() -> None:
    assert set(re.findall(r'path: "([^"]+)"', ROUTES.read_text())) == set(EXAMPLES)


async def test_every_page_is_sound_and_has_its_pictures_taken(visitor: Visitor, hub: ServedHub) -> None:
    admin = new_person(hub, "Root")
    assert run(hub.environment, "account", "grant-admin", admin.account_id).returncode == 0
    project = admin.new_project("A project with a name")
    admin.write(project, "shared/a.md", "# A title")
    admin.call("query", query={"public_paths": {"project_id": project, "path": "shared", "description": "A folder"}})
    share = path_id(project, "shared")
    page = await signed_in(visitor, admin)
    await page.add_init_script(SHIFTS)
    failed: list[str] = []
    page.on("response", lambda response: failed.append(told(response)) if response.status >= 400 else None)
    found: dict[str, list[str]] = {}
    fetched = await Fetched.watching(page)
    PICTURES.mkdir(parents=True, exist_ok=True)
    for address in (one.format(project=project, share=share) for examples in EXAMPLES.values() for one in examples):
        problems = await look_at(page, address, fetched)
        found[address.replace(project, "ID").replace(share, "ID")] = problems + failed
        failed.clear()
    assert {address: problems for address, problems in found.items() if problems} == {}


async def look_at(page: Page, address: str, fetched: "Fetched") -> list[str]:
    """It is loaded twice, the second time where there is the least room; the other looks follow by resizing."""
    name = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{40}", "ID", re.sub(r"\W+", "-", address).strip("-"))
    await page.set_viewport_size(WIDE)
    await page.emulate_media(color_scheme="light")
    problems = await load(page, address, fetched)
    problems += await seen(page, f"{name}.light")
    await page.emulate_media(color_scheme="dark")
    await page.screenshot(path=PICTURES / f"{name}.dark.png", full_page=True)
    await page.set_viewport_size(PHONE)
    problems += await seen(page, f"{name}.dark phone")
    await page.evaluate("localStorage.setItem('carrel-language', 'de')")
    problems += await load(page, address, fetched)
    await page.evaluate("localStorage.removeItem('carrel-language')")
    return problems + await seen(page, f"{name}.german phone")


async def load(page: Page, address: str, fetched: "Fetched") -> list[str]:
    """What is wrong with how the page comes."""
    await page.goto(f"{SERVER}{address}")
    await page.wait_for_load_state("networkidle")
    await expect(page.locator(".skeleton-rows")).to_have_count(0)
    problems = await fetched.for_nothing()
    shifts = await page.evaluate("shifts")
    if sum(value for value, _ in shifts) > MOST_SHIFT:
        problems.append(f"moves: {shifts}")
    return problems


async def seen(page: Page, name: str) -> list[str]:
    """What is wrong with the page as it looks now."""
    await page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    problems = [f"{name}: axe: {text}" for text in await violations(page)]
    if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        problems.append(f"{name}: is wider than the window")
    return problems


@dataclass
class Fetched:
    """What a page asks the server for, and which scripts run."""

    page: Page
    profiler: CDPSession
    requests: list[Request] = field(default_factory=list)

    @classmethod
    async def watching(cls, page: Page) -> "Fetched":
        profiler = await page.context.new_cdp_session(page)
        await profiler.send("Profiler.enable")
        await profiler.send("Profiler.startPreciseCoverage", {"callCount": False, "detailed": False})
        fetched = cls(page, profiler)
        page.on("request", lambda request: fetched.requests.append(request))
        return fetched

    async def for_nothing(self) -> list[str]:
        """Of the page as it was loaded last: what was asked for twice, and what was not used."""
        scripts = (await self.profiler.send("Profiler.takePreciseCoverage"))["result"]
        ran = {one["url"] for one in scripts if any(part["count"] for part in one["functions"][0]["ranges"])}
        used = ran | set(await self.page.evaluate(SHEETS))
        asked = Counter((one.url, one.post_data) for one in self.requests)
        self.requests.clear()
        twice = [url for (url, _), count in asked.items() if count > 1 and not url.endswith(ASKED_AGAIN)]
        unused = [url for url, _ in asked if url.endswith((".js", ".css")) and url not in used]
        return [f"twice: {url}" for url in twice] + [f"unused: {url}" for url in unused]


def told(response: Response) -> str:
    return f"{response.status} {response.request.method} {response.url.removeprefix(SERVER)}"
