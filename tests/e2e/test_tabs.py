"""The editors of a project's page: tabs, their addresses, and what a browser remembers of them."""

import pytest
from playwright.async_api import Page, expect
from support.browsers import Visitor
from support.fronts import Front
from support.parents import SERVER, file_url
from support.people import Person
from support.site import open_file, signed_in

pytestmark = pytest.mark.anyio


async def shows_tabs(page: Page, *names: str) -> None:
    """These and no others, in this order."""
    await expect(page.get_by_role("navigation", name="Open files").get_by_role("link")).to_have_text(list(names))


async def in_front(page: Page, path: str) -> None:
    await expect(page.get_by_role("region", name=path, exact=True)).to_be_visible()
    await expect(page.get_by_role("navigation", name="Open files").locator("[aria-current=page]")).to_have_text(
        path.rpartition("/")[2]
    )


async def test_tabs_have_addresses_are_reordered_closed_and_restored(
    visitor: Visitor, ada: Person, project: str, named: str
) -> None:
    first, second, third = (f"{named}/{name}.txt" for name in "abc")
    for path in (first, second, third):
        ada.write(project, path, f"This is {path}")
    page = await signed_in(visitor, ada)
    for path in (first, second, third):
        await open_file(page, project, path)
    await shows_tabs(page, "a.txt", "b.txt", "c.txt")
    await page.get_by_role("link", name="a.txt").click()
    await in_front(page, first)
    assert page.url == f"{SERVER}{file_url(project, first)}"
    await page.go_back()
    await in_front(page, third)
    await page.get_by_role("link", name="c.txt").press("Alt+Shift+ArrowLeft")
    await shows_tabs(page, "a.txt", "c.txt", "b.txt")
    await page.get_by_role("link", name="b.txt").drag_to(page.get_by_role("link", name="a.txt"))
    await shows_tabs(page, "b.txt", "a.txt", "c.txt")
    await page.reload()
    await shows_tabs(page, "b.txt", "a.txt", "c.txt")
    await in_front(page, third)
    await page.get_by_role("link", name="a.txt").click(button="middle")
    await shows_tabs(page, "b.txt", "c.txt")
    await page.get_by_role("link", name="c.txt").press("Delete")
    await in_front(page, second)
    await page.get_by_role("button", name="Close b.txt").click()
    await page.wait_for_url(f"{SERVER}{file_url(project, named)}/")
    await expect(page.get_by_role("navigation", name="Open files")).to_have_count(0)


async def test_a_session_is_restored_by_its_name_and_never_stays_in_the_address(
    visitor: Visitor, ada: Person, project: str, named: str
) -> None:
    for name in "ab":
        ada.write(project, f"{named}-{name}.txt", name)
    page = await signed_in(visitor, ada)
    await open_file(page, project, f"{named}-a.txt", "?session=work")
    await shows_tabs(page, f"{named}-a.txt")
    assert "session" not in page.url
    await open_file(page, project, f"{named}-b.txt", "?session=")
    await shows_tabs(page, f"{named}-b.txt")
    await open_file(page, project, f"{named}-a.txt")
    await shows_tabs(page, f"{named}-a.txt")
    await open_file(page, project, f"{named}-b.txt", "?session=other")
    await shows_tabs(page, f"{named}-b.txt")


async def test_an_address_leads_to_a_line_once(visitor: Visitor, ada: Person, project: str, named: str) -> None:
    ada.write(project, f"{named}.txt", "".join(f"line {number}\n" for number in range(1, 400)))
    ada.write(project, f"{named}.md", f"[there]({named}.txt)\n" + "\n\ntext" * 80 + "\n\n# The end\n")
    page = await signed_in(visitor, ada)
    await open_file(page, project, f"{named}.md", "#the-end")
    await expect(page.get_by_role("heading", name="The end")).to_be_in_viewport()
    await open_file(page, project, f"{named}.txt", "#line=300")
    wanted = page.locator(".cm-line", has_text="line 300")
    await expect(wanted).to_be_in_viewport()
    await page.locator(".cm-content").press("Control+Home")
    await expect(wanted).to_have_count(0)
    await page.get_by_role("link", name=f"{named}.md").click()
    await page.go_back()
    await in_front(page, f"{named}.txt")
    await expect(page.locator(".cm-line", has_text="line 1").first).to_be_in_viewport()


async def test_what_is_written_without_a_network_is_sent_after_the_project_was_left(
    visitor: Visitor, front: Front, ada: Person, project: str, named: str
) -> None:
    ada.write(project, f"{named}.txt", "begun")
    page = await signed_in(visitor, ada)
    await open_file(page, project, f"{named}.txt")
    await page.locator(".cm-content").click()
    await page.keyboard.press("Control+End")
    visitor.expect_problem("ERR_|WebSocket")
    front.cut()
    await page.keyboard.type(" and gone on")
    await page.get_by_role("link", name="Projects", exact=True).click()
    await expect(page.locator(".cm-content")).to_have_count(0)
    page.once("dialog", lambda dialog: dialog.dismiss())
    async with page.expect_event("dialog"):
        await page.evaluate("void location.reload()")
    front.mend()
    other = await visitor.open(f"{SERVER}{file_url(project, f'{named}.txt')}")
    await expect(other.locator(".cm-line")).to_have_text("begun and gone on")
    await page.reload()
