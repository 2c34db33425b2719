"""What the other tests here rely on: the browser's rules, and a network that breaks when it is told to."""

from collections.abc import Iterator

import pytest
from playwright.async_api import Error
from support.browsers import Visitor
from support.fronts import Front, Page

pytestmark = pytest.mark.anyio

FRAME = Page(b"<!doctype html><title>frame</title>")


@pytest.fixture
def sites(front: Front) -> Iterator[Front]:
    parent = Page(b'<!doctype html><title>parent</title><iframe src="https://hers.example.net/"></iframe>')
    front.pages = {("his.example.test", "/"): parent, ("hers.example.net", "/"): FRAME}
    yield front
    front.pages = {}
    front.mend()


async def test_third_party_cookies_are_blocked_but_partitioned_ones_are_kept(visitor: Visitor, sites: Front) -> None:
    page = await visitor.open("https://his.example.test/")
    frame = page.frame(url="https://hers.example.net/")
    assert frame is not None
    await frame.evaluate("document.cookie = 'plain=1; Secure; SameSite=None'")
    await frame.evaluate("document.cookie = '__Host-kept=1; Secure; Path=/; SameSite=None; Partitioned'")
    assert await frame.evaluate("document.cookie") == "__Host-kept=1"
    first_party = await visitor.open("https://hers.example.net/")
    await first_party.evaluate("document.cookie = 'plain=1; Secure; SameSite=None'")
    assert await first_party.evaluate("document.cookie") == "plain=1"


async def test_each_request_is_seen_with_its_headers(visitor: Visitor, sites: Front) -> None:
    sites.seen.clear()
    visitor.expect_problem("404")
    page = await visitor.open("https://hers.example.net/")
    await page.evaluate("fetch('/nothing?x=1', {method: 'POST', headers: {'X-Odd': 'yes'}})")
    seen = next(seen for seen in sites.seen if seen.target == "/nothing?x=1")
    assert (seen.method, seen.host, seen.headers["x-odd"]) == ("POST", "hers.example.net", "yes")


async def test_a_cut_network_refuses_a_stalled_one_waits_and_a_mended_one_answers(
    visitor: Visitor, sites: Front
) -> None:
    page = await visitor.open("https://hers.example.net/")
    visitor.expect_problem("ERR_")
    sites.cut()
    with pytest.raises(Error, match="Failed to fetch"):
        await page.evaluate("fetch('/').then(r => r.status)")
    sites.mend()
    sites.stall()
    await page.evaluate("window.answer = null; fetch('/').then(r => window.answer = r.status); null")
    await page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert await page.evaluate("window.answer") is None
    sites.mend()
    await page.wait_for_function("window.answer === 200")


async def test_no_other_host_is_reached(visitor: Visitor, sites: Front) -> None:
    page = await visitor.new_page()
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        await page.goto("https://example.com/")
