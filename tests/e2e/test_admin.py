"""The admins' pages: find somebody, go on as them and come back, ban them; name the site; and who is refused."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from anyio import to_thread
from playwright.async_api import Page, expect
from support.browsers import Visitor
from support.hubs import ServedHub
from support.parents import SERVER
from support.people import Person, new_person
from support.receivers import receiving
from support.site import signed_in

NewVisitor = Callable[..., Awaitable[Visitor]]

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
  .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`)"""


@pytest.fixture
def boss(hub: ServedHub) -> Person:
    """An admin who has a password."""
    person = new_person(hub, "Boss")
    hub.carrel("account", "grant-admin", person.account_id)
    return person


async def is_accessible(page: Page) -> None:
    await page.evaluate(AXE.read_text())
    assert await page.evaluate(RUN) == []


async def choose(page: Page, person: Person, action: str) -> None:
    """An action of the menu of the account, which is searched for."""
    await page.get_by_label("Name, e-mail address or id").fill(person.email_address)
    await page.keyboard.press("Enter")
    row = page.get_by_role("row").filter(has_text=person.email_address)
    await expect(page.get_by_role("row")).to_have_count(2)
    await row.get_by_label("Actions for").click()
    await row.get_by_role("button", name=action).click()


async def test_an_admin_goes_on_as_somebody_comes_back_and_bans_them(
    new_visitor: NewVisitor, hub: ServedHub, boss: Person
) -> None:
    grace = new_person(hub, "Grace")
    hers = await signed_in(await new_visitor(), grace)
    page = await signed_in(await new_visitor(), boss)
    await page.get_by_role("link", name="Administration").click()
    await expect(page.get_by_role("table")).to_be_visible()
    await is_accessible(page)
    await choose(page, grace, "Sign in as Grace Test")
    await page.get_by_role("dialog").get_by_role("button", name="Sign in as Grace Test").click()
    bar = page.get_by_text("You are Grace Test, signed in by Boss Test.")
    await expect(bar).to_be_visible()
    await is_accessible(page)
    await page.goto(f"{SERVER}/admin")
    await expect(page.get_by_text("There is nothing at this address.")).to_be_visible()
    await expect(bar).to_be_visible()
    await page.get_by_role("button", name="Return to your own account").click()
    await page.wait_for_url(f"{SERVER}/admin")
    await expect(bar).to_be_hidden()

    await page.goto(f"{SERVER}/admin/audit?account={grace.account_id}")
    for call, who in (("v2/admin/accounts/sign-in-as", "Boss Test"), ("v2/auth/return", "Grace Test, acted by Boss")):
        row = page.get_by_role("row").filter(has_text=call)
        await expect(row).to_contain_text(who)
    await page.get_by_role("button", name="Check the chain").click()
    await expect(page.get_by_text("rows are as they were written")).to_be_visible()
    await is_accessible(page)

    await page.goto(f"{SERVER}/admin")
    await choose(page, grace, "Ban Grace Test")
    await page.get_by_role("dialog").get_by_role("button", name="Ban Grace Test").click()
    await expect(page.get_by_text("Grace Test is banned.")).to_be_visible()
    await hers.reload()
    await expect(hers.get_by_role("heading", name="Sign in to")).to_be_visible()


async def test_an_admin_names_the_site_and_sees_how_it_does(visitor: Visitor, boss: Person) -> None:
    page = await signed_in(visitor, boss)
    await page.goto(f"{SERVER}/admin/site")
    await expect(page.get_by_label("Hosts whose pages may embed")).to_be_disabled()
    name = page.get_by_label("Name of the site")
    before = await name.input_value()
    try:
        await name.fill("A site of its own")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Saved.")).to_be_visible()
        await is_accessible(page)
        await page.reload()
        await expect(page.get_by_role("link", name="A site of its own")).to_be_visible()
    finally:
        await name.fill(before)
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Saved.")).to_be_visible()
    for section, text in (("Mails", ""), ("Projects", "Title"), ("Health", "projects running")):
        await page.get_by_role("link", name=section).last.click()
        region = page.get_by_role("region", name=section)
        await expect(region.get_by_text(text).first).to_be_visible()
        await is_accessible(page)


async def test_an_admin_adds_a_webhook_and_sees_what_becomes_of_a_test(visitor: Visitor, boss: Person) -> None:
    page = await signed_in(visitor, boss)
    await page.goto(f"{SERVER}/admin/webhooks")
    with receiving() as receiver:
        await page.get_by_role("button", name="Add a webhook").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Address").fill(receiver.url)
        await is_accessible(page)
        await dialog.get_by_role("button", name="Add a webhook").click()
        await expect(dialog.get_by_text("whsec_")).to_be_visible()
        await is_accessible(page)
        await page.keyboard.press("Escape")
        menu = page.get_by_role("row").filter(has_text=receiver.url).locator(".menu")
        await menu.locator("summary").click()
        await menu.get_by_role("button", name="Send a test").click()
        await expect(page.get_by_text("A test is on its way")).to_be_visible()
        await to_thread.run_sync(receiver.wait_for, "ping")
    await menu.locator("summary").click()
    await menu.get_by_role("button", name="Deliveries").click()
    await expect(dialog.get_by_role("button", name="Send again: A test")).to_be_visible()
    await is_accessible(page)
    await page.keyboard.press("Escape")
    await menu.locator("summary").click()
    await menu.get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("There are no webhooks.")).to_be_visible()


async def test_an_admin_works_on_a_project_of_somebody_else_and_is_told_so(
    visitor: Visitor, boss: Person, ada: Person, project: str, named: str
) -> None:
    ada.write(project, f"{named}.txt", "by Ada")
    page = await signed_in(visitor, boss)
    await page.goto(f"{SERVER}/admin/projects")
    await page.get_by_label("Title, id, or an owner's address").fill(project)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("row")).to_have_count(2)
    await page.get_by_role("link", name="Ada's project").click()
    bar = page.get_by_text("You are here as administrator")
    await expect(bar).to_be_in_viewport()
    await is_accessible(page)
    await page.get_by_role("link", name=f"{named}.txt").click()
    await expect(page.locator(".cm-content")).to_contain_text("by Ada")
    await page.locator(".cm-content").click()
    await page.keyboard.type("as admin ")
    await expect(page.locator(".cm-content")).to_contain_text("as admin")
    await expect(bar).to_be_in_viewport()


async def test_who_is_no_admin_finds_nothing(visitor: Visitor, ada: Person) -> None:
    page = await signed_in(visitor, ada)
    await expect(page.get_by_role("link", name="Administration")).to_be_hidden()
    await page.goto(f"{SERVER}/admin/audit")
    await expect(page.get_by_text("There is nothing at this address.")).to_be_visible()
