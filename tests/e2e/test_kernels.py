"""What is run in a notebook, by a kernel that really runs."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import expect
from support.browsers import Visitor
from support.desks import KERNEL_MS, SitAt
from support.notebooks import code, showing
from support.parents import Opener

NewVisitor = Callable[..., Awaitable[Visitor]]

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

PLOTLY: dict[str, Any] = {
    "data": [{"type": "bar", "x": ["a", "b"], "y": [1, 2]}],
    "layout": {"title": {"text": "Bars"}},
}
VEGA: dict[str, Any] = {
    "data": {"values": [{"a": "first", "b": 28}, {"a": "second", "b": 55}]},
    "mark": "bar",
    "encoding": {"x": {"field": "a", "type": "nominal"}, "y": {"field": "b", "type": "quantitative"}},
}


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
