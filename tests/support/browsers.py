"""Chromium for tests: one process, host names that lead to a front on loopback, third-party cookies blocked.

It is the headless shell, the same engine without a desktop's browser around it, which takes a quarter less of the
processor.

A `Visitor` is a browser profile of its own. What its pages complain of in the console is a failure unless the test
expects it, and what they showed when a test failed is kept as pictures.
"""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Error, Page, async_playwright, expect

from support.fronts import Front

CHROMIUM = os.environ.get("CARREL_TEST_CHROMIUM", "/usr/bin/chromium-headless-shell")
ARTIFACTS = Path(__file__).parents[1] / "e2e" / ".artifacts"
WAIT_MS = 60_000

_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--test-third-party-cookie-phaseout",
    "--disable-features=OptimizationHints,MediaRouter",
)


@asynccontextmanager
async def running_browser(front: Front) -> AsyncIterator[Browser]:
    """Chromium that trusts the front and reaches nothing else."""
    flags = [
        f"--host-resolver-rules=MAP *.test 127.0.0.1:{front.port}, MAP *.example.net 127.0.0.1:{front.port}, "
        "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
        f"--ignore-certificate-errors-spki-list={front.fingerprint}",
    ]
    expect.set_options(timeout=WAIT_MS)
    async with launched(*flags) as browser:
        yield browser


@asynccontextmanager
async def launched(*flags: str) -> AsyncIterator[Browser]:
    """Chromium, with flags of its own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*_FLAGS, *flags], chromium_sandbox=os.geteuid() != 0
        )
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Visitor:
    """Somebody with a browser."""

    context: BrowserContext
    problems: list[str] = field(default_factory=list)
    _expected: list[re.Pattern[str]] = field(default_factory=list)

    async def open(self, url: str) -> Page:
        page = await self.new_page()
        await page.goto(url)
        return page

    async def new_page(self) -> Page:
        page = await self.context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"{page.url}: uncaught {error}"))
        return page

    def expect_problem(self, pattern: str) -> None:
        """What the console may complain of from now on and until the end of the test."""
        self._expected.append(re.compile(pattern))

    def unexpected(self) -> list[str]:
        return [text for text in self.problems if not any(pattern.search(text) for pattern in self._expected)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"{message.location.get('url', '')}: {message.text}")

    async def keep_pictures(self, name: str) -> None:
        ARTIFACTS.mkdir(exist_ok=True)
        for number, page in enumerate(self.context.pages):
            try:
                await page.screenshot(path=ARTIFACTS / f"{name}-{number}.png", timeout=5_000)
            except Error as error:
                (ARTIFACTS / f"{name}-{number}.txt").write_text(str(error))


@asynccontextmanager
async def visiting(browser: Browser, **options: Any) -> AsyncIterator[Visitor]:
    """A fresh profile; it ends with the block."""
    context = await browser.new_context(**options)
    context.set_default_timeout(WAIT_MS)
    context.set_default_navigation_timeout(WAIT_MS)
    try:
        yield Visitor(context)
    finally:
        await context.close()
