"""The notebook editor as somebody at a keyboard has it, with the kernel that really runs."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from playwright.async_api import FrameLocator, Keyboard, Locator, Route, expect
from support.browsers import Visitor
from support.notebooks import code, markdown, showing
from support.parents import CARREL, Opener, Parent

NewVisitor = Callable[..., Awaitable[Visitor]]

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

KERNEL_MS = 90_000
"""How long a kernel may take to start and to answer on a machine that has much to do."""

PLOTLY: dict[str, Any] = {
    "data": [{"type": "bar", "x": ["a", "b"], "y": [1, 2]}],
    "layout": {"title": {"text": "Bars"}},
}
VEGA: dict[str, Any] = {
    "data": {"values": [{"a": "first", "b": 28}, {"a": "second", "b": 55}]},
    "mark": "bar",
    "encoding": {"x": {"field": "a", "type": "nominal"}, "y": {"field": "b", "type": "quantitative"}},
}

MARKED = """(expected) => {
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
        await frame.wait_for_function(MARKED, arg=[list(found), [] if current is None else [current]])

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


@pytest.fixture
def sit_at(opener: Opener, new_visitor: NewVisitor) -> Callable[..., Awaitable[Desk]]:
    """Write a notebook of these cells, if any, and open it in another browser."""

    async def sit(*cells: dict[str, object]) -> Desk:
        if cells:
            opener.write(*cells)
        desk = Desk(await opener.open(await new_visitor()))
        await expect(desk.cells.first).to_be_visible()
        return desk

    return sit


SitAt = Callable[..., Awaitable[Desk]]


async def test_keys_of_command_mode_change_cells_as_in_jupyter(sit_at: SitAt) -> None:
    desk = await sit_at(code("one"), code("two"), code("three"))
    await desk.command_mode(0)
    await desk.press("ArrowDown", "a")
    await desk.has_texts("one", "", "two", "three")
    await desk.press("Enter")
    await desk.keys.type("typed\nmore")
    await desk.press("Escape", "d", "d")
    await desk.has_texts("one", "two", "three")
    await desk.press("z")
    await desk.has_texts("one", "typedmore", "two", "three")
    await desk.press("Control+Shift+ArrowDown")
    await desk.has_texts("one", "two", "typedmore", "three")
    await desk.press("m")
    await expect(desk.cells.nth(2)).to_have_class(re.compile("cell-markdown"))
    await desk.press("y", "Shift+ArrowDown", "Shift+M")
    await desk.has_texts("one", "two", "typedmorethree")


async def test_keys_of_edit_mode_split_a_cell_and_go_from_cell_to_cell(sit_at: SitAt) -> None:
    desk = await sit_at(code("one\ntwo"), code("three"))
    await desk.edits(0, "one")
    await desk.press("Control+Shift+Minus")
    await desk.has_texts("one", "two", "three")
    await expect(desk.cells.nth(1).locator(".cm-focused")).to_be_visible()
    await desk.press("ArrowDown")
    await expect(desk.cells.nth(2).locator(".cm-focused")).to_be_visible()
    await desk.keys.type("0")
    await desk.press("Control+z", "Escape")
    await expect(desk.cells.nth(2)).to_be_focused()
    await desk.has_texts("one", "two", "three")


async def test_what_is_typed_before_the_editor_is_there_is_not_lost(opener: Opener, new_visitor: NewVisitor) -> None:
    opener.write(code("one\ntwo"), code("last"))
    visitor, arrives = await new_visitor(), anyio.Event()

    async def later(route: Route) -> None:
        await arrives.wait()
        await route.continue_()

    await visitor.context.route("**/editing-*.js", later)
    desk = Desk(await opener.open(visitor))
    line = desk.frame.get_by_text("one", exact=True)
    await line.click(position={"x": 1, "y": 5})
    await expect(desk.frame.get_by_role("textbox", name="Code cell 1")).to_be_focused()
    await desk.keys.type("ddx")
    await desk.press("Enter", "Backspace", "Backspace", "End", "ArrowDown", "Enter")
    await desk.keys.insert_text("ü = 3")
    await expect(desk.frame.locator(".static-source").first).to_have_text("ddonetwoü = 3")
    await desk.press("Shift+ArrowLeft")
    arrives.set()
    await expect(desk.cells.first.locator(".cm-focused")).to_be_visible()
    await desk.keys.type("4")
    await desk.has_texts("ddonetwoü = 4", "last")
    assert (await desk.parent.ask({"action": "save"}))["status"] == "done"
    assert json.loads(opener.read())["cells"][0]["source"] == "ddone\ntwo\nü = 4"


async def test_several_cells_are_cut_pasted_and_brought_back(sit_at: SitAt) -> None:
    desk = await sit_at(code("one"), code("two"), code("three"))
    await desk.command_mode(0)
    await desk.press("Shift+ArrowDown", "x")
    await desk.has_texts("three")
    await desk.press("v")
    await desk.has_texts("three", "one", "two")
    await desk.press("z", "z")
    await desk.has_texts("one", "two", "three")


async def test_the_toolbar_of_a_cell_can_be_clicked(sit_at: SitAt) -> None:
    desk = await sit_at(code("one"), code("two"), code("three"))
    await desk.edits(1, "two")
    tools = desk.cells.nth(1).get_by_role("toolbar", name="Cell")
    await tools.get_by_role("button", name="More for this cell").click()
    await desk.frame.get_by_role("menuitem", name="Fold input").click()
    await expect(desk.cells.nth(1).get_by_text("Input is folded")).to_be_visible()
    await desk.cells.nth(1).get_by_role("button", name="Move down").click()
    await desk.has_texts("one", "three")
    await desk.cells.nth(2).get_by_role("button", name="Delete").click()
    await expect(desk.cells).to_have_count(2)


async def test_selected_cells_are_dragged_together_and_come_back_together(
    opener: Opener, new_visitor: NewVisitor
) -> None:
    opener.write(*(code(f"number = {number}") for number in range(30)))
    visitor = await new_visitor(has_touch=True)
    desk = Desk(await opener.open(visitor))
    mouse = desk.parent.page.mouse
    await desk.command_mode(0)
    await desk.press("Shift+ArrowDown")
    await mouse.move(*await desk.at(desk.grip(1)))
    await mouse.down()
    await expect(desk.grip(1)).to_be_focused()
    await mouse.move(*await desk.at(desk.cells.nth(3), 0.8), steps=3)
    await expect(desk.cells.nth(4)).to_have_attribute("data-drop", "before")
    await desk.press("Escape")
    await expect(desk.frame.locator("[data-drop]")).to_have_count(0)
    await mouse.up()
    await desk.has_order(0, 1, 2, 3)
    await mouse.move(*await desk.at(desk.grip(1)))
    await mouse.down()
    await mouse.move(*await desk.at(desk.frame.locator(".notebook-scroller"), 0.99), steps=3)
    await expect(desk.cells.nth(29)).to_have_attribute("data-drop", "after")  # it has scrolled to the end
    await mouse.up()
    await desk.has_order(2, 3)
    await expect(desk.cells.nth(29)).to_be_focused()
    await expect(desk.frame.locator(".is-selected")).to_have_count(2)
    await desk.press("z")
    await desk.has_order(0, 1, 2, 3)
    await expect(desk.cells.nth(0)).to_be_focused()
    touch = await visitor.context.new_cdp_session(desk.parent.page)
    await expect(desk.grip(0)).to_be_in_viewport()
    path = [await desk.at(desk.grip(0)), await desk.at(desk.cells.nth(1)), await desk.at(desk.cells.nth(2), 0.8)]
    steps = [("touchStart", path[:1]), ("touchMove", path[1:2]), ("touchMove", path[2:]), ("touchEnd", [])]
    for kind, places in steps:
        points = [{"x": x, "y": y} for x, y in places]
        await touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    await desk.has_order(1, 2, 0, 3)


async def test_cells_scroll_below_the_bar_and_keys_bring_them_into_sight(sit_at: SitAt) -> None:
    desk = await sit_at(*(code(f"first = {number}\nsecond = 2\nthird = 3") for number in range(80)))
    await desk.command_mode(0)
    for _ in range(40):
        await desk.press("j")
    await expect(desk.cells.nth(40)).to_be_focused()
    await expect(desk.cells.nth(40)).to_be_in_viewport(ratio=0.9)
    await desk.parent.page.locator("iframe").evaluate("frame => frame.style.height = '260px'")
    await expect(desk.cells.nth(40)).to_be_in_viewport(ratio=0.9)
    await expect(desk.frame.get_by_role("toolbar", name="Notebook")).to_be_in_viewport(ratio=1)
    await expect(desk.cells.nth(0)).not_to_be_in_viewport()


async def test_shift_enter_runs_and_goes_on_to_a_new_cell(sit_at: SitAt) -> None:
    desk = await sit_at(code("6 * 7"))
    await desk.edits(0, "6 * 7")
    await desk.press("Shift+Enter")
    await expect(desk.outputs(0)).to_contain_text("42", timeout=KERNEL_MS)
    await expect(desk.cells.nth(1).locator(".cm-focused")).to_be_visible()
    await expect(desk.cells.nth(0).locator(".took")).to_have_text(re.compile(r"\d m?s"))


async def test_the_kernel_completes_and_explains(sit_at: SitAt) -> None:
    desk = await sit_at(code("import math"), code("math.sq"))
    await desk.runs(0)
    await desk.edits(1, "math.sq")
    await desk.press("Tab")
    option = desk.frame.get_by_role("option", name=re.compile("sqrt"))
    await expect(option).to_have_attribute("aria-selected", "true", timeout=KERNEL_MS)
    while await option.is_visible():  # a key that comes with the offer itself does not take it
        await desk.press("Tab")
    await expect(desk.cells.nth(1).locator(".cm-content")).to_have_text("math.sqrt")
    await desk.press("Shift+Tab")
    tooltip = desk.frame.get_by_role("tooltip")
    await expect(tooltip).to_contain_text("Return the square root of x.", timeout=KERNEL_MS)
    await desk.press("Escape")
    await expect(tooltip).to_be_hidden()
    await expect(desk.cells.nth(1).locator(".cm-focused")).to_be_visible()


async def test_a_question_of_the_kernel_takes_the_keyboard_and_gives_it_back(sit_at: SitAt) -> None:
    desk = await sit_at(code("import getpass\nname = input('Who? ')\nprint(name, len(getpass.getpass('Secret? ')))"))
    onlooker = await sit_at()
    await desk.command_mode(0)
    await desk.press("Control+Enter")
    await expect(desk.frame.get_by_label("Who?")).to_be_focused(timeout=KERNEL_MS)
    await expect(onlooker.frame.get_by_label("Who?")).not_to_be_focused()
    await desk.keys.type("Grace")
    await desk.press("Enter")
    await expect(desk.frame.get_by_label("Secret?")).to_be_focused(timeout=KERNEL_MS)
    await expect(desk.frame.get_by_label("Secret?")).to_have_attribute("type", "password")
    await desk.keys.type("word")
    await desk.press("Enter")
    await expect(desk.outputs(0)).to_contain_text("Grace 4", timeout=KERNEL_MS)
    await expect(desk.outputs(0)).not_to_contain_text("word")
    await expect(desk.cells.nth(0)).to_be_focused()


async def test_widgets_tell_the_kernel_and_are_told_by_it(sit_at: SitAt) -> None:
    slider = "from ipywidgets import IntSlider, interact\ns = IntSlider(value=3)\n"
    desk = await sit_at(
        code(f"{slider}interact(lambda n: print('n is', n), n=s);"), code("s.value = 50"), code("s.value")
    )
    await desk.runs(0)
    widget = desk.outputs(0).frame_locator("iframe")
    await expect(widget.get_by_text("n is 3", exact=True)).to_be_visible(timeout=KERNEL_MS)
    await widget.get_by_role("slider").press("ArrowRight")
    await expect(widget.get_by_text("n is 4", exact=True)).to_be_visible(timeout=KERNEL_MS)
    await desk.runs(2)
    await expect(desk.outputs(2)).to_contain_text("4")
    await desk.runs(1)
    await expect(widget.get_by_text("n is 50", exact=True)).to_be_visible(timeout=KERNEL_MS)
    await expect(widget.get_by_role("slider")).to_have_attribute("aria-valuenow", re.compile("50"))


async def test_plotly_and_vega_are_drawn_in_frames(sit_at: SitAt) -> None:
    desk = await sit_at(
        showing({"application/vnd.plotly.v1+json": PLOTLY, "text/plain": "a figure"}),
        showing({"application/vnd.vegalite.v5+json": VEGA, "text/plain": "a chart"}),
    )
    figure = desk.outputs(0).frame_locator("iframe")
    await expect(figure.locator(".bars path")).to_have_count(2, timeout=KERNEL_MS)
    await expect(figure.get_by_text("Bars")).to_be_visible()
    chart = desk.outputs(1).frame_locator("iframe")
    await expect(chart.locator(".mark-rect path")).to_have_count(2, timeout=KERNEL_MS)


async def test_find_goes_from_match_to_match_and_replace_changes_them(sit_at: SitAt) -> None:
    desk = await sit_at(
        code("alpha = 1"), markdown("about alpha"), code("alpha + Alpha"), code("\n" * 100), code("far = 1 / alpha")
    )
    await desk.command_mode(0)
    await desk.press("f")
    bar = desk.frame.get_by_role("search", name="Find and replace")
    await bar.get_by_label("Find", exact=True).fill("alpha")
    await expect(bar.get_by_role("status")).to_have_text("5")
    await desk.marks("alpha", "alpha", "alpha", "Alpha")
    await desk.cells.last.scroll_into_view_if_needed()
    await desk.marks("alpha", "alpha", "alpha", "Alpha", "alpha")
    await bar.get_by_label("Match case").click()
    await expect(bar.get_by_role("status")).to_have_text("4")
    await bar.get_by_role("button", name="Next").click()
    await expect(bar.get_by_role("status")).to_have_text("1 of 4")
    await desk.marks("alpha", "alpha", "alpha", current="alpha")
    await expect(desk.cells.nth(0)).to_have_class(re.compile("is-active"))
    await bar.get_by_label("Replace with").fill("beta")
    await bar.get_by_role("button", name="Replace", exact=True).click()
    await desk.has_texts("beta = 1", "about alpha", "alpha + Alpha", "", "far = 1 / alpha")
    await desk.marks("alpha", "alpha", current="alpha")
    await bar.get_by_role("button", name="All").click()
    await desk.has_texts("beta = 1", "about beta", "beta + Alpha", "", "far = 1 / beta")
    await bar.get_by_label("Find", exact=True).fill("beta")
    await desk.marks("beta", "beta", "beta", "beta")
    await desk.press("Escape")
    await expect(bar).to_be_hidden()
    await desk.marks()


async def test_an_interrupt_ends_the_running_cell_and_those_that_wait(sit_at: SitAt) -> None:
    desk = await sit_at(
        code("import time\nprint('begun')\nwhile True: time.sleep(.05)"), code("print('late')"), code("5")
    )
    await desk.command_mode(0)
    await desk.press("Shift+Enter", "Shift+Enter")
    await expect(desk.outputs(0)).to_contain_text("begun", timeout=KERNEL_MS)
    await expect(desk.prompt(0)).to_have_text("[*]")
    await expect(desk.prompt(1)).to_have_text("[…]")
    await desk.press("i", "i")
    await expect(desk.outputs(0)).to_contain_text("KeyboardInterrupt", timeout=KERNEL_MS)
    await expect(desk.prompt(1)).to_have_text("[ ]")
    await desk.runs(2)
    await expect(desk.outputs(1)).to_have_count(0)


async def test_a_restart_is_asked_for_and_forgets_what_was_defined(sit_at: SitAt) -> None:
    desk = await sit_at(code("defined = 1"), code("defined"))
    await desk.runs(0)
    await desk.press("0", "0")
    question = desk.frame.get_by_role("alertdialog")
    await expect(question.get_by_role("button", name="Restart")).to_be_focused()
    await desk.press("Enter")
    await expect(question).to_be_hidden(timeout=KERNEL_MS)
    await desk.runs(1)
    await expect(desk.outputs(1)).to_contain_text("NameError", timeout=KERNEL_MS)


async def test_a_kernel_that_dies_is_told_and_comes_back(sit_at: SitAt) -> None:
    desk = await sit_at(code("import os\nos._exit(3)"), code("'alive'"))
    await desk.command_mode(0)
    await desk.press("Shift+Enter")
    notice = desk.frame.get_by_role("alert")
    await expect(notice).to_contain_text("The kernel is dead", timeout=KERNEL_MS)
    await notice.get_by_role("button", name="Restart").click()
    await expect(notice).to_be_hidden(timeout=KERNEL_MS)
    await desk.runs(1)
    await expect(desk.outputs(1)).to_contain_text("alive")


async def test_a_notebook_whose_kernel_is_not_there_says_so_and_takes_another(sit_at: SitAt, opener: Opener) -> None:
    opener.write(code("'runs'"))
    foreign = opener.read().replace('"python3"', '"ir"').replace('"Python 3"', '"R 4"')
    opener.person.write(opener.project, opener.path, foreign)
    desk = await sit_at()
    await expect(desk.frame.locator(".kernel-name")).to_have_text("R 4")
    await desk.command_mode(0)
    await desk.press("Control+Enter")
    await expect(desk.frame.get_by_role("alert")).to_contain_text("there is no kernel 'ir' here", timeout=KERNEL_MS)
    await expect(desk.frame.get_by_role("alert")).not_to_contain_text("variables")
    await desk.frame.get_by_role("button", name="Kernel:").click()
    await desk.frame.get_by_role("menuitemradio", name="Python 3").click()
    await expect(desk.frame.get_by_role("alert")).to_be_hidden(timeout=KERNEL_MS)
    await desk.runs(0)
    await expect(desk.outputs(0)).to_contain_text("runs")


async def test_one_sees_where_others_are(sit_at: SitAt) -> None:
    desk = await sit_at(code("here = 1"), code("there = 2"))
    other = await sit_at()
    await other.edits(1, "there = 2")
    caret = desk.cells.nth(1).locator(".remote-caret")
    await expect(caret).to_have_count(1)
    await expect(caret).to_have_attribute("data-name", "Ada Test")
    await expect(desk.cells.nth(1).get_by_role("img", name="Ada Test is here")).to_be_visible()
    await expect(desk.frame.get_by_role("list", name="Also here").get_by_role("listitem")).to_have_count(1)
    await other.press("Escape")
    await expect(caret).to_have_count(0)
