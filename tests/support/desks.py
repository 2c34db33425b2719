"""A notebook as somebody at a keyboard has it."""

import re
from collections.abc import Awaitable, Callable

from playwright.async_api import FrameLocator, Keyboard, Locator, expect

from support.parents import CARREL, Parent

KERNEL_MS = 90_000
"""How long a kernel may take to start and to answer on a machine that has much to do."""

_MARKED = """(expected) => {
  const texts = (name) => [...CSS.highlights.get(name) ?? []]
    .sort((one, other) => one.compareBoundaryPoints(Range.START_TO_START, other))
    .map((range) => range.toString());
  return JSON.stringify([texts("found"), texts("found-current")]) === JSON.stringify(expected);
}"""


class Desk:
    """One page with the notebook: where its cells are, and the keys."""

    def __init__(self, parent: Parent) -> None:
        self.parent = parent
        self.frame: FrameLocator = parent.frame()
        self.keys: Keyboard = parent.page.keyboard
        self.cells: Locator = self.frame.locator(".cell")

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.keys.press(key)

    async def command_mode(self, number: int) -> None:
        """Go to a cell, counted from 0, as a whole."""
        await self.cells.nth(number).focus()
        await expect(self.cells.nth(number)).to_have_class(re.compile("is-active"))

    async def edits(self, number: int, line: str) -> None:
        """Click into a line of a cell and go to its end."""
        await self.parent.click_source(line)
        await expect(self.cells.nth(number)).to_have_class(re.compile("is-editing"))
        await self.press("End")

    async def has_texts(self, *texts: str) -> None:
        await expect(self.frame.locator(".cell :is(.static-source, .cm-content, .markdown)")).to_have_text(list(texts))

    async def runs(self, number: int) -> None:
        """Run a cell and wait until its run has ended."""
        before = await self.prompt(number).inner_text()
        await self.command_mode(number)
        await self.press("Control+Enter")
        await expect(self.prompt(number)).not_to_have_text(before, timeout=KERNEL_MS)
        await expect(self.prompt(number)).to_have_text(re.compile(r"\[\d+\]"), timeout=KERNEL_MS)

    async def marks(self, *found: str, current: str | None = None) -> None:
        """Wait until just these texts are marked as found, in the order of the page."""
        frame = next(frame for frame in self.parent.page.frames if CARREL in frame.url)
        await frame.wait_for_function(_MARKED, arg=[list(found), [] if current is None else [current]])

    async def has_order(self, *numbers: int) -> None:
        """Wait until the notebook begins with these cells, by what was their number in the file."""
        for place, number in enumerate(numbers):
            await expect(self.cells.nth(place)).to_have_attribute("data-cell", f"cell-{number}")

    async def at(self, what: Locator, down: float = 0.5) -> tuple[float, float]:
        """A point of the page within something that is seen, in its middle unless it is to be further down."""
        box = await what.bounding_box()
        assert box is not None
        return box["x"] + box["width"] / 2, box["y"] + box["height"] * down

    def grip(self, number: int) -> Locator:
        return self.cells.nth(number).get_by_role("button", name="Drag to move")

    def prompt(self, number: int) -> Locator:
        return self.cells.nth(number).locator(".prompt")

    def outputs(self, number: int) -> Locator:
        return self.cells.nth(number).locator(".outputs")


SitAt = Callable[..., Awaitable[Desk]]
"""Writes a notebook of these cells, if any, and opens it in another browser."""
