"""The page that shows the description of the API."""

import pytest
from playwright.async_api import expect
from support import axe
from support.browsers import Visitor
from support.hubs import ServedHub
from support.parents import SERVER

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_a_visitor_finds_a_call_and_reads_what_it_takes(visitor: Visitor, hub: ServedHub) -> None:
    """Without signing in, and without a word of complaint in the console: the page's policy lets it do all it does."""
    page = await visitor.open(f"{SERVER}/api/docs")
    await expect(page.get_by_role("heading", name="API of Carrel")).to_be_visible()
    await page.get_by_text("v1: copies").click()
    assert await axe.violations(page) == []
    await page.get_by_text("Cancel a scheduled copy that has not begun").first.click()
    await expect(page.get_by_text("/api/v1/copy_path_delete").first).to_be_visible()
    await expect(page.get_by_text("a scheduled copy", exact=True).first).to_be_visible()
