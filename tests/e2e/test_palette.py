"""Doing things by their names, and the list of keys: with the keyboard alone."""

import pytest
from playwright.async_api import expect
from support.axe import violations
from support.browsers import Visitor
from support.notebooks import code, notebook
from support.parents import SERVER
from support.people import Person
from support.site import open_file, signed_in

pytestmark = pytest.mark.anyio


async def test_a_few_letters_lead_to_a_project_and_do_what_a_notebook_can(
    visitor: Visitor, ada: Person, project: str, named: str
) -> None:
    ada.write(project, f"{named}.ipynb", notebook(code("one = 1"), code("two = 2")))
    page = await signed_in(visitor, ada)
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Ctrl+K")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("option", selected=True)).to_be_visible()
    assert await violations(page) == []
    for key in ("Escape", "Control+k", "Escape", "Control+k"):
        await page.keyboard.press(key)
    await expect(page.get_by_role("option", selected=True)).to_be_visible()
    await page.keyboard.type("new proj")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="New project")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("combobox", name="Find a command")).to_be_focused()
    await page.keyboard.type("ada's pr")
    await expect(page.get_by_role("option", selected=True)).to_contain_text("Ada's project")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{SERVER}/projects/{project}/files/")
    await open_file(page, project, f"{named}.ipynb")
    await page.locator(".cell").first.locator(".cell-side").click()
    await page.keyboard.press("Control+Shift+p")
    await expect(page.get_by_role("combobox", name="Find a command")).to_be_focused()
    await page.keyboard.type("insert cell below")
    await expect(page.get_by_role("option", selected=True)).to_have_text("Insert a cell belowNotebookb")
    await page.keyboard.press("Enter")
    await expect(page.locator(".cells .cell")).to_have_count(3)
    await page.keyboard.press("z")
    await expect(page.locator(".cells .cell")).to_have_count(2)
