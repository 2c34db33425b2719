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
CONTROLS = "button, a, summary, select, [role=menuitem], [role=menuitemradio], [role=tab], [tabindex='0']"


@pytest.fixture
async def parent(visitor: Visitor, front: Front, token: str) -> Parent:
    parent = await open_parent(visitor, front, frame_tag(kiosk(token=token)))
    await parent.ready()
    return parent


def frame_of(parent: Parent) -> Frame:
    return next(frame for frame in parent.page.frames if urlsplit(frame.url).hostname == CARREL)


@pytest.mark.parametrize(
    ("path", "content"),
    [("crawled.ipynb", notebook(markdown(LINKS), code("1 + 1"))), ("crawled.py", "print('text')\n")],
    ids=["notebook", "text"],
)
async def test_no_control_of_an_editor_leads_out_of_it(
    parent: Parent, visitor: Visitor, front: Front, ada: Person, project: str, path: str, content: str
) -> None:
    ada.write(project, path, content)
    ada.write(project, "other.ipynb", notebook())
    assert (await parent.open(project, path))["status"] == "done"
    opened: list[Page] = []
    visitor.context.on("page", lambda page: opened.append(page))
    front.pages["elsewhere.example.test", "/"] = OUTSIDE
    frame = frame_of(parent)
    address = urlsplit(frame.url)._replace(fragment="")
    clicked = 0
    while clicked < await frame.locator(CONTROLS).count():
        await click(frame, clicked)
        clicked += 1
        assert urlsplit(frame.url)._replace(fragment="") == address
        assert await frame.locator(CONTROLS).count() > 0
    assert clicked >= 3
    status = await parent.ask({"action": "status"})
    assert status["open_files"] == {project: [path]}
    assert {await address_of(page) for page in opened} <= {"https://elsewhere.example.test/"}


async def address_of(page: Page) -> str:
    """Where a new tab has ended up."""
    await page.wait_for_url("https://**")
    return page.url


async def click(frame: Frame, number: int) -> None:
    control = frame.locator(CONTROLS).nth(number)
    try:
        await control.click(timeout=1_000, force=True)
    except Error:
        await control.dispatch_event("click")  # hidden or covered: a program may press it all the same
    await frame.page.keyboard.press("Escape")


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


async def test_the_banner_is_green_with_readable_text(parent: Parent) -> None:
    banner = parent.frame().locator("#carrel-embed-banner")
    await expect(banner).to_have_attribute("data-state", "ready")
    await expect(banner).to_have_attribute("role", "status")
    await expect(banner).to_have_attribute("aria-live", "polite")
    ground = await banner.evaluate("(element) => getComputedStyle(element).backgroundColor")
    red, green, blue = (int(part) for part in ground.removeprefix("rgb(").removesuffix(")").split(","))
    assert green > red
    assert green > blue
