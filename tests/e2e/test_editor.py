"""The notebook editor as somebody at a keyboard has it."""

import json
import re
from collections.abc import Awaitable, Callable

import anyio
import pytest
from playwright.async_api import Route, expect
from support.browsers import Visitor
from support.desks import Desk, SitAt
from support.notebooks import code, markdown
from support.parents import Opener

NewVisitor = Callable[..., Awaitable[Visitor]]

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


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
    await desk.grip(1).hover()
    await mouse.down()
    await expect(desk.grip(1)).to_be_focused()
    await mouse.move(*await desk.at(desk.cells.nth(3), 0.8), steps=3)
    await expect(desk.cells.nth(4)).to_have_attribute("data-drop", "before")
    await desk.press("Escape")
    await expect(desk.frame.locator("[data-drop]")).to_have_count(0)
    await mouse.up()
    await desk.has_order(0, 1, 2, 3)
    await desk.grip(1).hover()
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
