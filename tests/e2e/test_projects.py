"""The pages about projects: the list, the frame of one with its settings and its log."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect
from support.axe import violations
from support.browsers import Visitor
from support.hubs import ServedHub
from support.parents import SERVER
from support.people import Person, admin_of, new_person
from support.site import signed_in
from support.v2 import ask

NewVisitor = Callable[..., Awaitable[Visitor]]

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


MEASURED = re.compile(r"^Memory: \d+ MB of 1,000 MB$")
PHONE = {"width": 390, "height": 800}


def row(page: Page, title: str) -> Locator:
    return page.get_by_role("row").filter(has_text=title)


async def toast(page: Page, text: str) -> Locator:
    shown = page.locator(".toast").filter(has_text=text)
    await expect(shown).to_be_visible()
    return shown


async def test_a_project_is_made_named_started_and_shared(new_visitor: NewVisitor, hub: ServedHub) -> None:
    grace, alan = new_person(hub, "Grace"), new_person(hub, "Alan")
    page = await signed_in(await new_visitor(), grace)
    await page.get_by_role("button", name="New project").first.click()
    await expect(page.get_by_role("dialog").get_by_role("textbox").first).to_be_focused()
    await page.keyboard.type("Compilers")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/files/")
    project_id = page.url.split("/")[-3]
    await page.get_by_role("heading", name="Compilers").get_by_role("button").click()
    await expect(page.get_by_role("textbox", name="Title")).to_be_focused()
    await page.keyboard.type("Computers")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Computers")).to_be_visible()
    await page.get_by_role("button", name="Start").click()
    await expect(page.get_by_text("Running", exact=True)).to_be_visible()

    await page.get_by_role("link", name="Settings", exact=True).click()
    await expect(page.get_by_role("img", name="Memory:")).to_have_accessible_name(MEASURED)
    await page.get_by_label("Add somebody").fill(alan.email_address)
    await page.get_by_role("button", name="Add Alan Test").click()
    await toast(page, "Alan Test was added")
    grace.write(project_id, "shared.txt", "")

    other = await signed_in(await new_visitor(), alan)
    await expect(row(other, "Computers").get_by_text("Running")).to_be_visible()
    for each, text in ((page, "from Grace"), (other, "from Alan")):
        await each.goto(f"{SERVER}/projects/{project_id}/files/shared.txt")
        await each.locator(".cm-content").click()
        await each.keyboard.type(text)
    for each in (page, other):
        await expect(each.locator(".cm-content")).to_contain_text("from Grace")
        await expect(each.locator(".cm-content")).to_contain_text("from Alan")

    await page.get_by_role("link", name="Log", exact=True).click()
    for told in ("named the project “Computers”", "started the project", "added Alan Test"):
        await expect(page.get_by_role("listitem").filter(has_text=f"Grace Test {told}")).to_be_visible()
    await page.get_by_role("button", name="Stop").click()
    await other.goto(f"{SERVER}/projects")
    await expect(row(other, "Computers").get_by_text("Stopped")).to_be_visible()


async def test_projects_are_found_hidden_deleted_and_brought_back(visitor: Visitor, hub: ServedHub) -> None:
    person = new_person(hub, "Barbara")
    for title in ("Alpha", "Beta", "Gamma"):
        ask(person, "projects/create", title=title)
    page = await signed_in(visitor, person)
    titles = page.get_by_role("row").get_by_role("link")
    await expect(titles).to_have_text(["Gamma", "Beta", "Alpha"])
    await page.get_by_role("button", name="Title").click()
    await expect(titles).to_have_text(["Alpha", "Beta", "Gamma"])
    await page.get_by_label("Search projects").fill("mm")
    await expect(titles).to_have_text(["Gamma"])
    await page.get_by_label("Search projects").fill("")

    await choose(page, "Alpha", "Delete")
    await expect(titles).to_have_text(["Beta", "Gamma"])
    await (await toast(page, "“Alpha” was deleted")).get_by_role("button", name="Undo").click()
    await expect(titles).to_have_text(["Alpha", "Beta", "Gamma"])
    await choose(page, "Beta", "Delete")
    await choose(page, "Gamma", "Hide")
    await expect(titles).to_have_text(["Alpha"])
    await page.get_by_role("link", name="Hidden").click()
    await expect(titles).to_have_text(["Gamma"])
    await page.get_by_role("link", name="Deleted").click()
    await row(page, "Beta").get_by_role("button", name="Undelete").click()
    await toast(page, "“Beta” is back")
    await page.get_by_role("link", name="Active").click()
    await choose(page, "Beta", "Rename")
    await page.get_by_label("Title").fill("Delta")
    await page.keyboard.press("Enter")
    await page.reload()
    await expect(titles).to_have_text(["Delta", "Alpha"])


async def choose(page: Page, title: str, action: str) -> None:
    await row(page, title).get_by_label(f"More for “{title}”").click()
    await row(page, title).get_by_role("button", name=action).click()


async def test_a_start_that_fails_says_why_and_what_to_do(visitor: Visitor, hub: ServedHub) -> None:
    person = new_person(hub, "Tony")
    project_id = ask(person, "projects/create", title="Small")["project_id"]
    ask(admin_of(hub), "projects/set-admin-quotas", project_id=project_id, memory_limit=1)
    page = await signed_in(visitor, person)
    await row(page, "Small").get_by_role("button", name="Start").click()
    await toast(page, "“Small” could not be started")
    await page.get_by_role("link", name="Small").click()
    trouble = page.get_by_role("alert")
    await expect(trouble).to_contain_text("This project does not run.")
    await expect(trouble).to_contain_text("Out of memory (limit 1 MB).")
    await expect(trouble).to_contain_text("ask for more memory")
    ask(admin_of(hub), "projects/set-admin-quotas", project_id=project_id, memory_limit=1000)
    await trouble.get_by_role("button", name="Start").click()
    await expect(page.get_by_text("Running", exact=True)).to_be_visible()
    await expect(trouble).to_have_count(0)


async def test_who_is_not_on_a_project_is_told_so(visitor: Visitor, eve: Person, project: str) -> None:
    visitor.expect_problem("403")
    page = await signed_in(visitor, eve)
    await page.goto(f"{SERVER}/projects/{project}/settings")
    await expect(page.get_by_text("There is no such project, or you are not on it.")).to_be_visible()


@pytest.mark.parametrize("look", [{}, {"color_scheme": "dark", "viewport": PHONE}], ids=["light", "dark phone"])
async def test_they_are_accessible(new_visitor: NewVisitor, ada: Person, project: str, look: dict[str, Any]) -> None:
    page = await signed_in(await new_visitor(**look), ada)
    await row(page, "Ada's project").first.get_by_label("More for").click()
    assert await violations(page) == []
    await row(page, "Ada's project").first.get_by_role("button", name="Rename").click()
    assert await violations(page) == []
    for section, shown in (("settings", "Limits and usage"), ("log", "Log")):
        await page.goto(f"{SERVER}/projects/{project}/{section}")
        await expect(page.get_by_role("heading", name=shown)).to_be_visible()
        assert await violations(page) == [], section
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), section
