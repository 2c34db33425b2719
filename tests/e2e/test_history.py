"""The history of a document: look at what it was, and bring that back, for everybody."""

import json
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect
from support.axe import violations
from support.browsers import Visitor
from support.notebooks import code, notebook
from support.people import Person
from support.site import open_file, signed_in

NewVisitor = Callable[..., Awaitable[Visitor]]

pytestmark = pytest.mark.anyio


async def save(page: Page) -> None:
    """What was typed is a version from now on."""
    await page.keyboard.press("Control+s")
    await expect(page.locator(".save-state:visible")).to_have_attribute("data-state", "saved")


async def test_an_old_version_is_seen_restored_for_all_and_taken_back(
    new_visitor: NewVisitor, ada: Person, project: str, named: str
) -> None:
    ada.write(project, f"{named}.py", "first = 1\nkept = 0\n")
    page, other = await signed_in(await new_visitor(), ada), await signed_in(await new_visitor(), ada)
    for each in (page, other):
        await open_file(each, project, f"{named}.py")
        await each.locator(".cm-content").click()
    text = page.locator(".text-host .cm-content")
    await page.keyboard.press("Control+Home")
    await page.keyboard.press("Shift+End")
    await page.keyboard.type("second = 2")
    await save(page)
    await page.get_by_role("button", name="History").click()
    past = page.get_by_role("dialog", name="History")
    await expect(past.get_by_text("Ada")).to_be_visible()
    await expect(past.locator(".cm-deletedChunk")).to_have_text("first = 1")
    await expect(past.locator(".cm-changedLine")).to_have_text("second = 2")
    assert await violations(page) == []
    await page.keyboard.press("ArrowLeft")
    await expect(past.locator(".cm-content")).to_contain_text("first = 1")
    await expect(past.get_by_text("Nothing is different")).to_be_visible()
    async with page.expect_download() as downloading:
        await past.get_by_role("button", name="Download").click()
    assert (await (await downloading.value).path()).read_text() == "first = 1\nkept = 0\n"
    await past.get_by_role("button", name="Restore this version").click()
    for shown in (text, other.locator(".text-host .cm-content")):
        await expect(shown).to_contain_text("first = 1")
        await expect(shown).not_to_contain_text("second = 2")
    await page.keyboard.press("Control+z")
    await expect(other.locator(".text-host .cm-content")).to_contain_text("second = 2")


async def test_a_notebook_shows_which_cells_changed_and_gets_a_deleted_one_back(
    visitor: Visitor, ada: Person, project: str, named: str
) -> None:
    cells = notebook(code("one = 1"), code("two = 2"), code("three = 3"))
    ada.write(project, f"{named}.ipynb", cells)
    page = await signed_in(visitor, ada)
    await open_file(page, project, f"{named}.ipynb")
    await page.locator(".cell").nth(1).locator(".cell-side").click()
    await page.keyboard.press("d")
    await page.keyboard.press("d")
    await expect(page.locator(".cells .cell")).to_have_count(2)
    await save(page)
    await page.get_by_role("button", name="History").click()
    gone = page.locator(".past-cell[data-change=removed]")
    await expect(gone).to_contain_text("two = 2")
    assert await violations(page) == []
    await page.keyboard.press("ArrowLeft")
    await expect(gone).to_have_count(0)
    await page.get_by_role("button", name="Restore this version").click()
    await expect(page.locator(".cells .cell")).to_have_count(3)
    await expect(page.locator(".cells .cell").nth(1)).to_contain_text("two = 2")
    await page.locator(".cell").nth(0).locator(".cell-side").click()
    await page.keyboard.press("z")
    await expect(page.locator(".cells .cell")).to_have_count(2)
    assert json.loads(cells)["cells"][1]["source"]
