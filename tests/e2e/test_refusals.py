"""What a frame shows and tells its page when nobody is let in, and what a link does outside of a frame."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import anyio
import pytest
from playwright.async_api import Page as BrowserPage
from playwright.async_api import expect
from support.browsers import Visitor
from support.fronts import Front, Page
from support.hubs import ServedHub
from support.notebooks import code, notebook
from support.parents import CARREL, SERVER, Parent, auth_token, file_url, frame_tag, kiosk, open_parent
from support.people import Person, new_person

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("hub")]

SIGN_IN = {"event": "auth-required", "reason": "invalid"}
FORBIDDEN = {"event": "error", "code": "forbidden"}
REPORTED = re.compile(r"policy_violated.*frame-ancestors")


@dataclass
class Card:
    """What is to be seen, and to be heard."""

    state: str
    title: str
    event: dict[str, Any]

    async def is_shown(self, parent: Parent) -> None:
        await parent.hears(self.event)
        banner = parent.frame().locator("#carrel-embed-banner")
        await expect(banner).to_have_attribute("data-state", self.state)
        await expect(banner.get_by_role("heading")).to_have_text(self.title)
        await expect(banner.get_by_role("button", name="Try again")).to_be_visible()
        await expect(banner.get_by_role("link", name="Open in a new tab")).to_be_visible()
        await expect(parent.frame().locator("input, form, [contenteditable]")).to_have_count(0)
        assert (await parent.ask({"action": "status"}))["ready"] is False


@pytest.mark.parametrize(
    ("token", "card"),
    [
        ("", Card("auth-required", "Sign-in needed", {"event": "auth-required", "reason": "missing"})),
        ("short", Card("auth-required", "Sign-in needed", SIGN_IN)),
        ("z" * 24, Card("auth-required", "Sign-in needed", SIGN_IN)),
    ],
    ids=["missing", "malformed", "unknown"],
)
async def test_without_a_good_token_the_card_asks_for_one(
    visitor: Visitor, front: Front, token: str, card: Card
) -> None:
    visitor.expect_problem("40[01]")
    await card.is_shown(await open_parent(visitor, front, frame_tag(kiosk(token=token))))


async def test_a_revoked_token_is_like_one_that_never_was(
    visitor: Visitor, front: Front, hub: ServedHub, token: str
) -> None:
    visitor.expect_problem("401")
    hub.call("revoke_auth_token", auth_token=token)
    parent = await open_parent(visitor, front, frame_tag(kiosk(token=token)))
    await Card("auth-required", "Sign-in needed", SIGN_IN).is_shown(parent)


async def test_somebody_elses_project_stays_closed(
    visitor: Visitor, front: Front, hub: ServedHub, ada: Person, eve: Person, project: str, named: str
) -> None:
    ada.write(project, f"{named}.ipynb", notebook(code("'not for Eve'")))
    visitor.expect_problem("403")
    address = kiosk(file_url(project, f"{named}.ipynb"), token=auth_token(hub, eve))
    parent = await open_parent(visitor, front, frame_tag(address))
    await Card("error", "No access", FORBIDDEN | {"mesg": "no access to project"}).is_shown(parent)


async def test_a_banned_account_is_told_so(
    visitor: Visitor, front: Front, hub: ServedHub, sql: Callable[..., object]
) -> None:
    visitor.expect_problem("403")
    banned = new_person(hub, "Bob")
    token = auth_token(hub, banned)
    sql("UPDATE accounts SET banned=true WHERE account_id=?", banned.account_id)
    parent = await open_parent(visitor, front, frame_tag(kiosk(token=token)))
    await Card("error", "No access", FORBIDDEN | {"mesg": "account is not available"}).is_shown(parent)


async def test_who_tries_too_often_waits_but_is_let_in_with_a_good_token(
    new_visitor: Callable[..., Any], front: Front, token: str
) -> None:
    visitor = await new_visitor(extra_http_headers={"x-forwarded-for": "198.51.100.9"})
    visitor.expect_problem("40[01]|429")
    parent = await open_parent(visitor, front, frame_tag(kiosk()))
    for _ in range(30):
        await parent.ask({"action": "auth", "auth_token": "z" * 24})
    refused = await parent.ask({"action": "auth", "auth_token": "z" * 24})
    assert (refused["code"], refused["mesg"]) == ("auth", "too many attempts")
    another = await open_parent(visitor, front, frame_tag(kiosk(token="z" * 24)))
    throttled = {"event": "error", "code": "throttled", "mesg": "too many attempts"}
    await Card("error", "Too many attempts", throttled).is_shown(another)
    assert (await another.ask({"action": "auth", "auth_token": token}))["status"] == "done"
    await expect(another.frame().locator("#carrel-embed-banner")).to_have_attribute("data-state", "ready")


async def test_a_sandbox_without_an_origin_is_explained_and_nothing_is_tried(
    visitor: Visitor, front: Front, token: str
) -> None:
    front.seen.clear()
    tag = frame_tag(kiosk(token=token)).replace("<iframe", '<iframe sandbox="allow-scripts"')
    parent = await open_parent(visitor, front, tag)
    banner = parent.frame().locator("#carrel-embed-banner")
    await expect(banner.get_by_role("heading")).to_have_text("This embed needs allow-same-origin")
    await expect(banner).to_have_attribute("data-state", "error")
    assert [seen.target for seen in front.seen if "/api/" in seen.target] == []


async def test_a_page_that_is_not_listed_shows_nothing_and_is_reported(
    visitor: Visitor, front: Front, hub: ServedHub, token: str
) -> None:
    front.pages["stranger.example.test", "/reported"] = Page(
        f"<!doctype html><title>x</title>{frame_tag(kiosk(query=f'&auth_token={token}'))}".encode()
    )
    front.seen.clear()
    visitor.expect_problem("frame-ancestors")
    page = await visitor.open("https://stranger.example.test/reported")
    with anyio.fail_after(20):
        while not REPORTED.search(hub.log_file.read_text()):
            await page.evaluate("new Promise((done) => setTimeout(done, 20))")
    assert token not in hub.log_file.read_text()
    assert [seen.target for seen in front.seen if "embed/session" in seen.target] == []


async def signed_in(page: BrowserPage) -> None:
    await expect(page.get_by_text("Signed in as Ada Test by link, in this tab only.")).to_be_visible()


@pytest.mark.parametrize("start", ["/app", "file"])
async def test_a_link_with_a_token_signs_in_one_tab_and_replaces_no_cookie(
    visitor: Visitor, ada: Person, project: str, token: str, named: str, start: str
) -> None:
    ada.write(project, f"{named}.py", "print('from a link')")
    await visitor.context.add_cookies([{"name": "signed-in", "value": "somebody else", "url": SERVER}])
    path = file_url(project, f"{named}.py") if start == "file" else start
    page = await visitor.open(f"{SERVER}{path}?auth_token={token}")
    await signed_in(page)
    assert token not in page.url
    assert urlsplit(page.url).path == (path if start == "file" else "/app")
    if start == "file":
        await expect(page.get_by_text("print('from a link')")).to_be_visible()
    cookies = {cookie["name"]: cookie["value"] for cookie in await visitor.context.cookies(SERVER)}
    assert cookies.pop("signed-in") == "somebody else"
    assert [name for name in cookies if not name.startswith("__Host-carrel-e-")] == []
    assert token not in await page.evaluate("JSON.stringify(navigation.entries().map(({ url }) => url))")
    await page.reload()
    await signed_in(page)
    elsewhere = await visitor.open(f"{SERVER}{file_url(project, f'{named}.py')}")
    await expect(elsewhere.get_by_role("heading", name="Sign in to Carrel")).to_be_visible()


async def test_signing_in_is_never_framed(visitor: Visitor, front: Front, token: str) -> None:
    visitor.expect_problem("frame-ancestors|X-Frame-Options")
    tags = [frame_tag(f"{path}?fullscreen=kiosk#auth_token={token}") for path in ("/auth/impersonate", "/auth/sign-in")]
    parent = await open_parent(visitor, front, *tags)
    for frame in parent.page.frames[1:]:
        assert CARREL not in frame.url
    assert await parent.heard() == []
