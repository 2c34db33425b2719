"""One project in a page of another site (`fullscreen=project`): its files and tabs, nothing of the account."""

from io import BytesIO
from zipfile import ZipFile

import anyio
import pytest
from playwright.async_api import Frame, expect
from support.browsers import Visitor
from support.fronts import Front
from support.parents import CARREL, Parent, file_url, frame_tag, open_parent
from support.people import Person

pytestmark = pytest.mark.anyio


def framed(parent: Parent) -> Frame:
    return next(frame for frame in parent.page.frames if CARREL in frame.url)


async def test_a_project_in_a_frame_has_its_files_and_tabs_and_no_other_pages(
    visitor: Visitor, front: Front, token: str, ada: Person, project: str, named: str
) -> None:
    ada.write(project, f"{named}.term", "")
    for name in "ab":
        ada.write(project, f"{named}-{name}.md", f"# Text {name}\n\n[other]({named}-b.md)\n")
    address = f"{file_url(project, f'{named}-a.md')}?fullscreen=project#auth_token={token}"
    parent = await open_parent(visitor, front, frame_tag(address))
    frame = parent.frame()
    await frame.get_by_role("button", name="Preview", exact=True).click()
    await frame.get_by_role("link", name="other", exact=True).click()
    await expect(frame.get_by_role("heading", name="Text b")).to_be_visible()
    tabs = frame.get_by_role("navigation", name="Open files").get_by_role("link")
    await expect(tabs).to_have_text([f"{named}-a.md", f"{named}-b.md"])
    await expect(frame.get_by_role("link", name="Projects")).to_have_count(0)
    await expect(frame.get_by_text("Account")).to_have_count(0)
    url = framed(parent).url
    assert "fullscreen=project" in url
    assert f"{named}-b.md" in url
    assert token not in url
    async with framed(parent).expect_navigation():
        await framed(parent).evaluate("void location.reload()")
    await expect(frame.get_by_role("heading", name="Text b")).to_be_visible()
    await framed(parent).evaluate("history.pushState(null, '', '/projects'); dispatchEvent(new Event('popstate'))")
    await expect(frame.get_by_text("Only one project can be shown here.")).to_be_visible()
    await frame.get_by_role("link", name="Go to its files").click()
    await expect(frame.get_by_role("main").get_by_text(f"{named}-a.md")).to_be_visible()
    await frame.get_by_role("link", name="Log").click()
    await expect(frame.get_by_role("heading", name="Log")).to_be_visible()
    await expect(frame.get_by_role("alert")).to_have_count(0)
    await expect(frame.get_by_role("link", name="Settings")).to_have_count(0)
    await frame.get_by_role("link", name="Files", exact=True).click()
    await frame.get_by_label("Filter by name").fill(named)
    rows = frame.get_by_role("row")
    await rows.filter(has_text=f"{named}-a.md").locator(".explorer-tick").click()
    assert await downloaded(parent, token) == b"# Text a\n\n[other](%b-b.md)\n" % named.encode()
    await rows.filter(has_text=f"{named}-b.md").locator(".explorer-tick").click()
    with ZipFile(BytesIO(await downloaded(parent, token))) as archive:
        assert sorted(archive.namelist()) == [f"{named}-a.md", f"{named}-b.md"]
    await expect(frame.get_by_role("heading", name="Ada's project")).to_be_visible()
    await rows.get_by_role("link", name=f"{named}.term").click()
    await expect(frame.locator(".xterm-rows")).to_contain_text("$")
    await tabs.filter(has_text=".term").press("Delete")
    await frame.get_by_role("link", name="Files", exact=True).click()
    terminal = frame.get_by_role("region", name="Running terminals").get_by_role("listitem").filter(has_text=named)
    await expect(terminal).to_contain_text("nobody looks at it")
    await terminal.get_by_role("link", name=f"{named}.term").click()
    await expect(frame.locator(".xterm-rows")).to_contain_text("$")
    await frame.get_by_role("link", name="Files", exact=True).click()
    await terminal.get_by_role("button", name="End").click()
    await expect(terminal).to_have_count(0)
    await frame.get_by_role("button", name="Stop").click()
    await expect(frame.get_by_role("button", name="Start")).to_be_enabled()


async def downloaded(parent: Parent, token: str) -> bytes:
    """What one gets of what is selected; its address holds no secret of the page's."""
    async with parent.page.expect_download() as downloading:
        await parent.frame().get_by_role("button", name="Download").click()
    download = await downloading.value
    assert token not in download.url
    return await anyio.Path(await download.path()).read_bytes()


async def test_a_project_in_a_frame_asks_for_a_sign_in_without_a_token(
    visitor: Visitor, front: Front, project: str
) -> None:
    parent = await open_parent(visitor, front, frame_tag(f"/projects/{project}/files/?fullscreen=project"))
    banner = parent.frame().locator("#carrel-embed-banner")
    await expect(banner).to_have_attribute("data-state", "auth-required")
