"""A kiosk shows the opened files and nothing else, whatever is clicked."""

from urllib.parse import urlsplit

import pytest
from playwright.async_api import Error, Frame, Page, expect
from support.browsers import Visitor
from support.fronts import Front
from support.fronts import Page as Served
from support.notebooks import code, markdown, notebook
from support.parents import CARREL, SERVER, Parent, frame_tag, kiosk, open_parent
from support.people import Person

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

LINKS = (
    "[a file](other.ipynb) [up](../other.ipynb) [a listing](./) [settings](/settings) [projects](/projects) "
    f"[the application]({SERVER}/app) [a cell](#cell-1) [outside](https://elsewhere.example.test/)"
)
OUTSIDE = Served(b"<!doctype html><title>outside</title>")
CONTROLS = "button, a[href], summary, select, [role=menuitem], [role=menuitemradio], [role=tab]"
LABELS = """(controls) => controls.map((control) => control.checkVisibility() &&
  (control.getAttribute("aria-label") || control.title || control.innerText || control.value || "").trim())"""
DEEPEST = 3
"""A control of a dialog that a control of a menu opens."""


@pytest.fixture
async def parent(visitor: Visitor, front: Front, token: str) -> Parent:
    parent = await open_parent(visitor, front, frame_tag(kiosk(token=token)))
    await parent.ready()
    return parent


def frame_of(parent: Parent) -> Frame:
    return next(frame for frame in parent.page.frames if urlsplit(frame.url).hostname == CARREL)


class Crawler:
    """Presses every control of an editor, and every one that appears when another has been pressed."""

    def __init__(self, parent: Parent, project: str, path: str) -> None:
        self.parent, self.file = parent, {"project_id": project, "path": path}
        self.frame = frame_of(parent)
        self.address = urlsplit(self.frame.url)._replace(fragment="")
        self.pressed: set[str] = set()

    async def crawl(self) -> None:
        todo = [[label] for label in await self._labels()]
        while todo:
            way = todo.pop(0)
            before = set(await self._labels())
            for label in way:
                await self._press(label)
            await self._is_confined(way)
            self.pressed.add(way[-1])
            for label in await self._labels():
                if label not in before | self.pressed and [*way[:-1], label] not in todo and len(way) < DEEPEST:
                    todo.append([*way, label])
            for _ in way:
                await self.frame.page.keyboard.press("Escape")

    async def _labels(self) -> list[str]:
        """What the controls that are to be seen are called, each once."""
        labels = await self.frame.locator(CONTROLS).evaluate_all(LABELS)
        return [label for label in dict.fromkeys(labels) if label is not False]

    async def _press(self, label: str) -> None:
        labels = await self.frame.locator(CONTROLS).evaluate_all(LABELS)
        if label not in labels:
            return  # what was done meanwhile has taken it away
        control = self.frame.locator(CONTROLS).nth(labels.index(label))
        try:
            await control.click(timeout=1_000, force=True)
        except Error:
            await control.dispatch_event("click")  # covered: a program may press it all the same

    async def _is_confined(self, way: list[str]) -> None:
        assert urlsplit(self.frame.url)._replace(fragment="") == self.address, way
        status = await self.parent.ask({"action": "status"})
        assert status["open_files"] == {self.file["project_id"]: [self.file["path"]]}, way
        assert await self.frame.locator(".files > *").first.is_visible(), way


@pytest.mark.parametrize(
    ("path", "content", "least"),
    [("crawled.ipynb", notebook(markdown(LINKS), code("1 + 1")), 40), ("crawled.py", "print('text')\n", 8)],
    ids=["notebook", "text"],
)
async def test_no_control_of_an_editor_leads_out_of_it(
    parent: Parent, visitor: Visitor, front: Front, ada: Person, project: str, path: str, content: str, least: int
) -> None:
    ada.write(project, path, content)
    ada.write(project, "other.ipynb", notebook())
    assert (await parent.open(project, path))["status"] == "done"
    opened: list[Page] = []
    visitor.context.on("page", lambda page: opened.append(page))
    front.pages["elsewhere.example.test", "/"] = OUTSIDE
    visitor.expect_problem("Clipboard")
    crawler = Crawler(parent, project, path)
    await crawler.crawl()
    assert len(crawler.pressed) >= least, crawler.pressed
    assert {await address_of(page) for page in opened} <= {"https://elsewhere.example.test/"}
    blocked = {m["data"]["path"] for m in await parent.heard() if m["data"].get("event") == "blocked"}
    assert blocked >= ({"other.ipynb", "settings", "projects", "/app"} if path.endswith("ipynb") else set())


async def address_of(page: Page) -> str:
    """Where a new tab has ended up."""
    await page.wait_for_url("https://**")
    return page.url


async def test_neither_back_nor_another_address_leads_out_of_a_kiosk(
    parent: Parent, ada: Person, project: str, named: str
) -> None:
    ada.write(project, f"{named}.ipynb", notebook(markdown("[a cell](#cell-1)"), code("'stays'")))
    await parent.open(project, f"{named}.ipynb")
    frame = frame_of(parent)
    await frame.get_by_text("a cell").click()
    for step in (
        "history.pushState({}, '', '/settings?fullscreen=kiosk'); history.back()",
        "history.pushState({}, '', '/projects'); dispatchEvent(new PopStateEvent('popstate'))",
        "history.pushState({}, '', '/app'); history.go(-2)",
    ):
        await frame.evaluate(f"{step}; new Promise((done) => setTimeout(done, 50))")
        await expect(frame.get_by_text("'stays'", exact=True)).to_be_visible()
        assert (await parent.ask({"action": "status"}))["open_files"] == {project: [f"{named}.ipynb"]}


async def test_a_link_to_another_file_is_blocked_each_time_and_told(
    parent: Parent, ada: Person, project: str, named: str
) -> None:
    ada.write(project, f"{named}.ipynb", notebook(markdown("[a file](other.ipynb)")))
    ada.write(project, "other.ipynb", notebook(code("'must not be seen'")))
    await parent.open(project, f"{named}.ipynb")
    link = parent.frame().get_by_text("a file")
    for _ in range(2):
        count = len(await parent.heard())
        await link.click()
        assert (await parent.hears({"event": "blocked"}, after=count))["path"] == "other.ipynb"
        await expect(link).to_be_visible()
    assert (await parent.ask({"action": "status"}))["open_files"] == {project: [f"{named}.ipynb"]}


@pytest.mark.parametrize("address", ["/settings", "/projects", "/projects/{project}", "/projects/{project}/files/a/"])
async def test_other_addresses_show_the_banner(
    visitor: Visitor, front: Front, token: str, project: str, address: str
) -> None:
    parent = await open_parent(visitor, front, frame_tag(kiosk(address.format(project=project), token=token)))
    await expect(parent.frame().locator('#carrel-embed-banner[data-state="ready"]')).to_be_visible()


@pytest.mark.parametrize("address", ["/projects/no-uuid/files/a.ipynb", "/projects/{project}/files/%2e%2e%2fa"])
async def test_an_address_of_nothing_says_so_and_messages_open_files_all_the_same(
    visitor: Visitor, front: Front, token: str, ada: Person, project: str, named: str, address: str
) -> None:
    ada.write(project, f"{named}.py", "'opened'")
    parent = await open_parent(visitor, front, frame_tag(kiosk(address.format(project=project), token=token)))
    banner = parent.frame().locator("#carrel-embed-banner")
    await expect(banner).to_have_attribute("data-state", "error")
    await expect(banner.get_by_role("heading")).to_have_text("No such file")
    assert (await parent.open(project, f"{named}.py"))["status"] == "done"
    await expect(parent.frame().get_by_text("'opened'")).to_be_visible()


async def test_the_banner_is_green_with_readable_text(parent: Parent) -> None:
    banner = parent.frame().locator("#carrel-embed-banner")
    await expect(banner).to_have_attribute("data-state", "ready")
    await expect(banner).to_have_attribute("role", "status")
    await expect(banner).to_have_attribute("aria-live", "polite")
    ground = await banner.evaluate("(element) => getComputedStyle(element).backgroundColor")
    red, green, blue = (int(part) for part in ground.removeprefix("rgb(").removesuffix(")").split(","))
    assert green > red
    assert green > blue
