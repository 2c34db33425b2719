"""From signing up to a key that works and stops working, by the pages and by the mails that they send."""

import re
import subprocess
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, Route, expect
from support.axe import violations
from support.browsers import Visitor
from support.hubs import ServedHub
from support.mailboxes import Mailbox
from support.parents import SERVER, auth_token
from support.people import PASSWORD, Person, new_person

NewVisitor = Callable[..., Awaitable[Visitor]]

pytestmark = pytest.mark.anyio

NEW = "nanosecond wire"
PHONE = {"width": 390, "height": 800}


def by_curl(hub: ServedHub, key: str) -> str:
    """The how-to's first call, with that key."""
    command = ["curl", "-sS", "-X", "POST", "-u", f"{key}:", f"{hub.url}/api/v1/create_project", "-d", "title=x"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


async def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password", exact=True).fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def signed_in(visitor: Visitor, person: Person, path: str = "/projects") -> Page:
    page = await visitor.open(f"{SERVER}{path}")
    await sign_in(page, person.email_address)
    await expect(page.get_by_role("link", name="Projects")).to_be_visible()
    return page


async def test_from_signing_up_to_a_key_and_its_end(visitor: Visitor, hub: ServedHub, mailbox: Mailbox) -> None:
    page = await visitor.open(f"{SERVER}/settings/api-keys")
    await page.get_by_role("link", name="Sign up").click()
    await page.get_by_label("First name").fill("Lise")
    await page.get_by_label("Last name").fill("Meitner")
    await page.get_by_label("E-mail address").fill("lise@example.com")
    password = page.get_by_label("Password", exact=True)
    await password.fill("password1")
    await expect(page.get_by_text("Too easy to guess")).to_be_visible()
    await page.get_by_label("I agree to the terms").check()
    await page.get_by_role("button", name="Sign up").click()
    await expect(password).to_have_accessible_description(re.compile("too easy to guess"))
    assert await violations(page) == []
    await password.fill(NEW)
    await page.get_by_role("button", name="Sign up").click()
    await expect(page.get_by_role("heading", name="API keys")).to_be_visible()
    await expect(page.get_by_text("There are no keys yet.")).to_be_visible()
    link = await visitor.open(mailbox.link_to("lise@example.com", "Welcome to Carrel"))
    await expect(link.get_by_text("lise@example.com is confirmed.")).to_be_visible()
    assert link.url == f"{SERVER}/auth/verify"
    await link.get_by_role("link", name="Go to your settings").click()
    await expect(link.get_by_text("Confirmed", exact=True)).to_be_visible()
    assert await violations(link) == []
    await page.get_by_role("button", name="New key").click()
    await page.get_by_label("Name").fill("My course")
    await page.get_by_label("Expires").select_option("30")
    await page.get_by_role("button", name="Create").click()
    dialog = page.get_by_role("dialog", name="Your new key")
    key = re.search(r"sk-\w+", await dialog.locator("code").first.inner_text())
    assert key is not None
    assert await violations(page) == []
    await dialog.get_by_role("button", name="Done").click()
    assert '"project_created"' in by_curl(hub, key[0])
    await page.reload()
    row = page.get_by_role("row", name=re.compile("My course"))
    await expect(row).to_contain_text(f"sk-...{key[0][-6:]}")
    await expect(row).not_to_contain_text("never")
    assert key[0] not in await page.content()
    await row.get_by_label("Actions for My course").click()
    await row.get_by_role("button", name="Revoke").click()
    await page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    await expect(page.get_by_text("There are no keys yet.")).to_be_visible()
    assert "No account found. Is your API key wrong?" in by_curl(hub, key[0])


async def test_a_forgotten_password_is_set_anew(new_visitor: NewVisitor, hub: ServedHub, mailbox: Mailbox) -> None:
    person = new_person(hub, "Emmy")
    elsewhere = await signed_in(await new_visitor(), person)
    page = await (await new_visitor(viewport=PHONE, color_scheme="dark")).open(f"{SERVER}/auth/sign-in")
    await sign_in(page, person.email_address, "wrong")
    password = page.get_by_label("Password", exact=True)
    await expect(password).to_have_accessible_description("This password is not right.")
    assert await violations(page) == []
    await page.get_by_role("link", name="Forgot your password?").click()
    await page.get_by_label("E-mail address").fill("nobody@example.com")
    await page.get_by_role("button", name="Send the link").click()
    await expect(page.get_by_text("There is no account with this e-mail address.")).to_be_visible()
    await page.get_by_label("E-mail address").fill(person.email_address)
    await page.get_by_role("button", name="Send the link").click()
    await expect(page.get_by_text(f"A link is on its way to {person.email_address}")).to_be_visible()
    link = mailbox.link_to(person.email_address, "Password Reset")
    await page.goto(link)
    await page.get_by_label("New password", exact=True).fill(NEW)
    assert await violations(page) == []
    await page.get_by_role("button", name="Set password").click()
    await expect(page.get_by_text("Your new password is set")).to_be_visible()
    await elsewhere.reload()
    await expect(elsewhere.get_by_role("button", name="Sign in")).to_be_visible()
    await page.goto(link)
    await page.get_by_label("New password", exact=True).fill(NEW)
    await page.get_by_role("button", name="Set password").click()
    await expect(page.get_by_text("Password reset no longer valid.")).to_be_visible()


async def test_an_account_is_changed_and_deleted(new_visitor: NewVisitor, hub: ServedHub) -> None:
    person = new_person(hub, "Ida")
    other = await signed_in(await new_visitor(), person)
    page = await signed_in(await new_visitor(), person, "/settings/browsers")
    await expect(page.get_by_role("row", name=re.compile("This browser"))).to_have_count(1)
    assert await violations(page) == []
    await page.get_by_role("button", name="Sign out all others").click()
    await expect(page.get_by_role("button", name="Sign out all others")).to_have_count(0)
    await other.reload()
    await expect(other.get_by_role("button", name="Sign in")).to_be_visible()
    await page.get_by_role("link", name="Activity").click()
    await expect(page.get_by_role("row", name="you Signed browsers out")).to_be_visible()
    await page.get_by_label("Show", exact=True).select_option("Signing in")
    await expect(page.get_by_role("row", name="you Signed in")).to_have_count(2)
    await expect(page.get_by_role("row")).to_have_count(3)
    await page.get_by_label("Show", exact=True).select_option("What failed")
    await page.get_by_role("button", name="Show everything").click()
    await expect(page.get_by_role("row", name="Made the account")).to_be_visible()
    await page.get_by_role("link", name="Account").click()
    await page.get_by_label("Last name").fill("Noddack")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    await page.get_by_role("button", name="Change the password").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Current password", exact=True).fill("wrong")
    await dialog.get_by_label("New password", exact=True).fill(NEW)
    await dialog.get_by_role("button", name="Change").click()
    await expect(dialog.get_by_role("alert")).to_have_text("Current password is incorrect.")
    await dialog.get_by_label("Current password", exact=True).fill(PASSWORD)
    await dialog.get_by_role("button", name="Change").click()
    await expect(dialog).to_have_count(0)
    await page.get_by_role("button", name="Delete the account").click()
    end = dialog.get_by_role("button", name="Delete the account")
    await expect(end).to_be_disabled()
    await dialog.get_by_label(f"Type {person.email_address} to confirm").fill(person.email_address)
    await end.click()
    await expect(page.get_by_text("Your account is deleted.")).to_be_visible()
    await sign_in(page, person.email_address, NEW)
    await expect(page.get_by_text("There is no account with this e-mail address.")).to_be_visible()


async def test_a_project_has_keys_of_its_own(visitor: Visitor, hub: ServedHub) -> None:
    person = new_person(hub, "Dorothy")
    project = person.new_project("Crystals")
    page = await signed_in(visitor, person, f"/projects/{project}/settings")
    keys = page.get_by_role("region", name="API keys")
    await keys.get_by_role("button", name="New key").click()
    await page.get_by_role("dialog").get_by_label("Name").fill("robot")
    await page.get_by_role("button", name="Create").click()
    secret = re.search(r"sk-\w+", await page.get_by_role("dialog").locator("code").first.inner_text())
    assert secret is not None
    assert hub.call("touch_project", key=secret[0], project_id=project)["event"] == "success"
    assert hub.call("create_project", key=secret[0])["error"] == "not available with a project API key"
    await page.get_by_role("dialog").get_by_role("button", name="Done").click()
    await expect(keys.get_by_role("row", name=re.compile("robot"))).to_be_visible()


async def test_a_program_that_asks_gets_a_key_once_its_user_agrees(visitor: Visitor, hub: ServedHub) -> None:
    person, given = new_person(hub, "Maria"), list[str]()

    async def take(route: Route) -> None:
        given.append(route.request.url)
        await route.fulfill(body="taken")

    await visitor.context.route("https://authenticated/**", take)
    page = await visitor.open(f"{SERVER}/app?get_api_key=My%20App")
    await expect(page.get_by_role("heading", name="Carrel API Key Access for My App")).to_be_visible()
    await sign_in(page, person.email_address)
    await expect(page.get_by_text(f"My App asks for an API key of your account {person.email_address}")).to_be_visible()
    assert await violations(page) == []
    assert given == []
    await page.get_by_role("button", name="Give it a key").click()
    await expect(page.get_by_text("taken")).to_be_visible()
    key = re.fullmatch(r"https://authenticated/\?api_key=(sk-\w+)", given[0])
    assert key is not None
    assert '"project_created"' in by_curl(hub, key[1])


async def test_a_link_with_a_token_signs_the_browser_in_and_replaces_nobody_unasked(
    visitor: Visitor, hub: ServedHub
) -> None:
    first, second = new_person(hub, "Rosa"), new_person(hub, "Vera")
    token = auth_token(hub, first)
    page = await visitor.open(f"{SERVER}/auth/impersonate?auth_token={token}")
    await expect(page.get_by_text("Signed in as Rosa Test by a link")).to_be_visible()
    await expect(page).to_have_url(f"{SERVER}/projects")
    assert token not in await page.evaluate("JSON.stringify(navigation.entries().map(({ url }) => url))")
    await page.goto(f"{SERVER}/auth/impersonate?auth_token={auth_token(hub, second)}")
    await expect(page.get_by_text("You are signed in as Rosa Test.")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_role("link", name="Stay Rosa Test").click()
    await expect(page.get_by_role("heading", name="Projects", exact=True)).to_be_visible()
    await page.goto(f"{SERVER}/auth/impersonate?auth_token={auth_token(hub, second)}")
    await page.get_by_role("button", name="Sign in with the link").click()
    await expect(page.get_by_text("Signed in as Vera Test by a link")).to_be_visible()
    visitor.expect_problem("401")
    await page.goto(f"{SERVER}/auth/impersonate?auth_token={'x' * 24}")
    await page.get_by_role("button", name="Sign in with the link").click()
    await expect(page.get_by_text("This link is no longer good. Ask for a new one.")).to_be_visible()
    assert token not in hub.log_file.read_text()


async def test_who_is_invited_by_mail_signs_up_and_is_on_the_project(
    new_visitor: NewVisitor, ada: Person, project: str, mailbox: Mailbox
) -> None:
    page = await signed_in(await new_visitor(), ada, f"/projects/{project}/settings")
    await page.get_by_label("Add somebody").fill("rosalind@example.com")
    await page.get_by_role("button", name="Invite rosalind@example.com").click()
    await expect(page.get_by_text("An invitation was sent to rosalind@example.com.")).to_be_visible()
    guest = await (await new_visitor()).open(mailbox.link_to("rosalind@example.com", "Invitation"))
    await guest.get_by_role("link", name="Sign up").click()
    await guest.get_by_label("First name").fill("Rosalind")
    await guest.get_by_label("Last name").fill("Franklin")
    await guest.get_by_label("E-mail address").fill("rosalind@example.com")
    await guest.get_by_label("Password", exact=True).fill(NEW)
    await guest.get_by_label("I agree to the terms").check()
    await guest.get_by_role("button", name="Sign up").click()
    await guest.wait_for_url(f"**/projects/{project}/**")
    await expect(guest.get_by_role("heading", name="Ada's project")).to_be_visible()
