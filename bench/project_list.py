"""The list of a thousand projects in Chromium: from its address until it can be used, and what a search takes there."""

import statistics

import anyio
from playwright.async_api import Page
from support.browsers import launched, visiting
from support.hubs import ServedHub
from support.people import new_person
from support.v2 import ask

from bench.browser import signed_in
from bench.measure import Row, milliseconds

_PROJECTS = 1000
_MOST_SECONDS = 0.5
_WATCH = """new MutationObserver((_, observer) => {
  if (!document.querySelector(".projects tbody a")) return;
  observer.disconnect();
  requestAnimationFrame(() => setTimeout(() => document.documentElement.dataset.usableAt = performance.now()));
}).observe(document, { childList: true, subtree: true })"""
_SEARCH = """(text) => new Promise((resolve) => {
  const field = document.querySelector("input.search"), began = performance.now();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
})"""


def run(hub: ServedHub, *, short: bool) -> list[Row]:
    return anyio.run(_run, hub, 2 if short else 10)


async def _run(hub: ServedHub, rounds: int) -> list[Row]:
    person = new_person(hub, "Owner")
    for number in range(_PROJECTS):
        ask(person, "projects/create", title=f"Project {number}")
    async with launched() as browser, visiting(browser) as visitor:
        page = await signed_in(visitor, person)
        await page.locator(".projects tbody a").first.wait_for()
        await page.add_init_script(_WATCH)
        shown = [await _shown(page, hub) for _ in range(rounds + 1)][1:]
        searched = [await page.evaluate(_SEARCH, text) / 1000 for text in ("99", "") * rounds]
    took, found = statistics.median(shown), statistics.median(searched)
    return [
        Row(f"list of {_PROJECTS} projects, again", milliseconds(took), "", "", "<= 500 ms", took <= _MOST_SECONDS),
        Row("search in it, until it is drawn", milliseconds(found), "", "", "<= 100 ms", found <= _MOST_SECONDS / 5),
    ]


async def _shown(page: Page, hub: ServedHub) -> float:
    await page.goto(f"{hub.url}/projects")
    usable = page.locator("html[data-usable-at]")
    await usable.wait_for()
    return float(await usable.get_attribute("data-usable-at") or "nan") / 1000
