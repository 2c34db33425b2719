"""Sharing: publishing a folder, finding it without an account, reading what is hostile in it, and having a copy."""

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from support.browsers import Visitor
from support.fronts import Front
from support.notebooks import markdown, notebook, showing
from support.parents import SERVER
from support.people import PASSWORD, Person
from support.reaching import ALLOWED, REACHING, accepted
from support.site import signed_in

NewVisitor = Callable[..., Awaitable[Visitor]]

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

CASES = json.loads((Path(__file__).parents[1] / "vectors" / "xss.json").read_text())["cases"]
HOSTILE = [case["source"] for case in CASES if case["mime"] == "text/markdown"]
IS_CLEAN = "window.xss === undefined"


async def published(page: Page, project: str, name: str) -> str:
    """Publish something in a project's home, as its page does; its public address."""
    await page.goto(f"{SERVER}/projects/{project}/files/")
    await page.get_by_role("row").filter(has_text=name).get_by_role("gridcell").last.click()
    await page.locator("summary", has_text="⋯").click()
    await page.get_by_role("button", name="Publish", exact=True).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Publish", exact=True).click()
    told = await dialog.locator("code").inner_text()
    return told[told.index(SERVER) :]


async def test_a_folder_is_published_read_by_a_stranger_and_copied(
    visitor: Visitor, new_visitor: NewVisitor, front: Front, ada: Person, eve: Person
) -> None:
    project = ada.new_project("Hostile notes")
    content = notebook(showing({"text/html": REACHING}), *map(markdown, HOSTILE), markdown("## The end"))
    ada.write(project, "notes/deep/hostile.ipynb", content)
    ada.write(project, "secret.txt", "secret")
    address = await published(await signed_in(visitor, ada), project, "notes")

    stranger = await new_visitor()
    stranger.expect_problem("")  # what is refused is told in the console
    page = await stranger.open(address)
    await page.get_by_role("link", name="deep").click()
    await page.get_by_role("link", name="hostile.ipynb").click()
    await page.get_by_role("link", name="Sign in to open it in a project").click()
    await page.get_by_label("E-mail").fill(eve.email_address)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{address}/deep/hostile.ipynb")
    front.seen.clear()
    told = page.frame_locator(".output-frame iframe").first.locator("#told")
    await expect(told).not_to_be_empty()
    attempts = json.loads(await told.inner_text())
    assert {name for name, outcome in attempts.items() if outcome != "refused"} <= ALLOWED
    await expect(page.get_by_role("heading", name="The end")).to_be_visible()
    assert (await page.evaluate(IS_CLEAN), accepted(front), len(stranger.context.pages)) == (True, [], 1)

    await page.get_by_role("button", name="Open in a project").click()
    await page.get_by_role("button", name="Copy and open").click()
    await page.wait_for_url(re.compile(rf"{SERVER}/projects/[0-9a-f-]{{36}}/files/hostile\.ipynb"))
    await expect(page.get_by_role("region", name="hostile.ipynb", exact=True)).to_be_visible()
    own = page.url.removeprefix(f"{SERVER}/projects/")[:36]
    assert own != project
    assert json.loads(eve.read(own, "hostile.ipynb")) == json.loads(content)
