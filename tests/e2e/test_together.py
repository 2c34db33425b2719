"""Several pages on one notebook, and what happens to edits and runs when pages, networks and hubs go and come."""

import json
from collections.abc import Awaitable, Callable

import anyio
import pytest
from playwright.async_api import expect
from support.browsers import Visitor
from support.fronts import Front
from support.hubs import ServedHub
from support.notebooks import code
from support.parents import Opener, Parent

NewVisitor = Callable[..., Awaitable[Visitor]]
Sql = Callable[..., list[tuple[object, ...]]]

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def type_at(parent: Parent, line: str, text: str, key: str = "End") -> None:
    """Type into a cell, in the line that shows this text, at its end or start."""
    await parent.click_source(line)
    await parent.page.keyboard.press(key)
    await parent.page.keyboard.type(text)


async def loads_editors(parent: Parent) -> None:
    """Wait until cells can be edited without anything more from the network."""
    await expect(parent.frame().locator(".cm-content").first).to_be_visible(timeout=60_000)


async def has_loaded_everything(parent: Parent) -> None:
    """Wait until what comes when there is time has come, too, and does its work."""
    with anyio.fail_after(60):
        while not await parent.page.frames[1].evaluate(RUNS_LATER):
            pass


RUNS_LATER = """async () => {
  const later = performance.getEntriesByType("resource").find(({ name }) => /later[^/]*\\.js$/.test(name));
  if (later) await import(later.name);
  return Boolean(later);
}"""


async def test_two_browsers_edit_the_same_cell(new_visitor: NewVisitor, opener: Opener) -> None:
    opener.write(code("first = 1\nlast = 2"))
    one, two = await opener.open(await new_visitor()), await opener.open(await new_visitor())
    await type_at(one, "first = 1", "0")
    await type_at(two, "last = 2", "5")
    for parent in (one, two):
        await expect(parent.frame().get_by_text("first = 10", exact=True)).to_be_visible()
        await expect(parent.frame().get_by_text("last = 25", exact=True)).to_be_visible()
    assert (await one.ask({"action": "save"}))["status"] == "done"
    assert '"first = 10\\nlast = 25"' in opener.read().replace('\\n",\n    "', "\\n")


async def test_a_page_closed_during_a_run_shows_all_output_when_it_is_opened_again(
    new_visitor: NewVisitor, opener: Opener
) -> None:
    gate = f"/tmp/{opener.path}.gate"
    opener.write(
        code(
            f"import pathlib, time\nprint('begun')\nwhile not pathlib.Path('{gate}').exists(): time.sleep(.02)"
            "\nprint('ended')"
        )
    )
    visitor = await new_visitor()
    parent = await opener.open(visitor)
    await parent.say({"action": "run", "id": "run"})
    await expect(parent.frame().locator(".outputs").get_by_text("begun")).to_be_visible(timeout=60_000)
    await visitor.context.close()
    opener.person.shell(opener.project, f"touch {gate}")
    again = await opener.open(await new_visitor())
    await expect(again.frame().locator(".outputs").get_by_text("ended")).to_be_visible()
    await expect(again.frame().locator(".outputs").get_by_text("begun")).to_be_visible()


async def test_twenty_seconds_without_network_lose_neither_edits_nor_outputs(
    new_visitor: NewVisitor, opener: Opener, front: Front
) -> None:
    begun, ended = f"/tmp/{opener.path}.begun", f"/tmp/{opener.path}.ended"
    opener.write(code("apart = 1"), code("together = 2"), code(PUTTING_OUT.format(begun=begun, ended=ended)))
    traveller = await new_visitor(user_agent="somebody on a train")
    traveller.expect_problem("ERR_")  # what was on its way when the network went
    apart = await opener.open(traveller)
    connected = await opener.open(await new_visitor())
    await loads_editors(apart)
    await apart.say({"action": "run", "what": "cell", "cell": "cell-2", "id": "run"})
    for parent in (apart, connected):
        await expect(parent.frame().locator(".outputs")).to_contain_text("waiting", timeout=60_000)
    await has_loaded_everything(apart)
    front.cut("on a train")
    await traveller.context.set_offline(True)
    try:
        opener.person.shell(opener.project, f"touch {begun}")
        await type_at(apart, "apart = 1", "00")
        await type_at(connected, "together = 2", "55")
        for key in ("Escape", "ArrowUp", "Control+Shift+ArrowDown", "Control+Shift+ArrowDown"):
            await connected.page.keyboard.press(key)
        await expect(connected.frame().locator("[data-cell]").last).to_contain_text("apart = 1")
        await expect(apart.frame().get_by_text("Offline: edits are kept here")).to_be_visible()
        await expect(apart.frame().get_by_text("Reconnecting…")).to_be_visible()
        status = await apart.ask({"action": "status"})
        assert status["dirty"] == {opener.project: [opener.path]}
        assert status["connection"]["status"] != "connected"
        await expect(connected.frame().locator(".outputs")).to_contain_text("After 20 seconds")
        await expect(connected.frame().get_by_text("apart = 1", exact=True)).to_be_visible()
        await expect(apart.frame().locator(".outputs")).not_to_contain_text("After")
    finally:
        front.mend()
        await traveller.context.set_offline(False)
    for parent in (apart, connected):
        await expect(parent.frame().get_by_text("apart = 100", exact=True)).to_be_visible(timeout=60_000)
        await expect(parent.frame().get_by_text("together = 255", exact=True)).to_be_visible(timeout=60_000)
    await expect(apart.frame().locator(".outputs")).to_contain_text("After 20 seconds")
    await expect(apart.frame().get_by_text("Reconnecting…")).to_be_hidden()
    assert (await apart.ask({"action": "status"}))["connection"]["status"] == "connected"
    opener.person.shell(opener.project, f"touch {ended}")
    assert (await apart.hears({"id": "run"}, but={"status": "ack"}))["ok"]
    assert (await apart.ask({"action": "save"}))["status"] == "done"
    await expect(apart.frame().get_by_text("Saved", exact=True)).to_be_visible()
    assert "apart = 100" in opener.read()
    assert "together = 255" in opener.read()
    afresh = await opener.open(await new_visitor())
    stayed = await outputs_in(connected)
    for parent in (apart, afresh):
        with anyio.move_on_after(30):  # how images look is known when they have been loaded
            while await outputs_in(parent) != stayed:
                stayed = await outputs_in(connected)
        assert await outputs_in(parent) == stayed


PUTTING_OUT = """import base64, pathlib, sys, time
from IPython.display import HTML, Image, display
pixel = Image(data=base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"), format="gif")
display(pixel, HTML("<table><tr><td>plain</td></tr></table>"))
print("waiting")
def until(path):
    while not pathlib.Path(path).exists():
        print(".", end="", flush=True)
        time.sleep(.05)
until("{begun}")
for second in range(1, 21):
    time.sleep(1)
    print(f"\\x1b[32mafter\\x1b[0m {{second}} seconds\\rAfter", flush=True)
until("{ended}")
print("to stderr", file=sys.stderr)
display(pixel, HTML("<p>framed</p><script>document.body.append(' by a script')</script>"))
{{"text": "\\u00fc\\u2028"}}"""
"""A cell that puts out text in many small steps, images and HTML, before, during and after a cut of 20 seconds."""


async def outputs_in(parent: Parent) -> tuple[object, str, str]:
    """What the cell has put out in the end: what the page has of it, draws of it, and has in its frame."""
    exported = await parent.ask({"action": "export", "format": "ipynb"})
    frame = parent.frame().locator(".output-frame")
    await frame.scroll_into_view_if_needed()
    content = frame.frame_locator("iframe").locator("body")
    await expect(content).to_contain_text("framed by a script")
    drawn = await parent.frame().locator(".outputs").inner_html()
    return json.loads(exported["data"])["cells"][2], drawn, await content.inner_html()


async def test_a_killed_hub_loses_neither_edits_nor_the_run(
    new_visitor: NewVisitor, opener: Opener, hub: ServedHub
) -> None:
    gate = f"/tmp/{opener.path}.gate"
    waiting = f"import pathlib, time\nwhile not pathlib.Path('{gate}').exists(): time.sleep(.02)\nprint('survived')"
    opener.write(code(waiting), code("edited = 1"))
    visitor = await new_visitor()
    visitor.expect_problem("50[0-9]|ERR_|WebSocket")
    parent = await opener.open(visitor)
    await parent.say({"action": "run", "id": "run"})
    await expect(parent.frame().get_by_text("[*]").first).to_be_visible(timeout=60_000)
    hub.kill()
    try:
        await type_at(parent, "edited = 1", "23")
    finally:
        hub.start()
    opener.person.shell(opener.project, f"touch {gate}")
    await expect(parent.frame().locator(".outputs").get_by_text("survived")).to_be_visible(timeout=60_000)
    assert (await parent.ask({"action": "save"}, wait_ms=60_000))["status"] == "done"
    assert "edited = 123" in opener.read()


async def test_a_bearer_that_lapses_during_a_run_is_replaced_unnoticed(
    new_visitor: NewVisitor, opener: Opener, sql: Sql
) -> None:
    gate = f"/tmp/{opener.path}.gate"
    opener.write(
        code(f"import pathlib, time\nwhile not pathlib.Path('{gate}').exists(): time.sleep(.02)\nprint('ran')")
    )
    visitor = await new_visitor()
    visitor.expect_problem("401")
    parent = await opener.open(visitor)
    await parent.say({"action": "run", "id": "run"})
    await expect(parent.frame().get_by_text("[*]").first).to_be_visible(timeout=60_000)
    lapse_bearers(sql)
    await parent.hears({"event": "kernel"})
    opener.person.shell(opener.project, f"touch {gate}")
    await expect(parent.frame().locator(".outputs").get_by_text("ran")).to_be_visible(timeout=60_000)
    assert (await parent.hears({"id": "run"}, but={"status": "ack"}))["ok"]


async def test_twenty_minutes_offline_end_without_a_new_token(
    new_visitor: NewVisitor, opener: Opener, front: Front, sql: Sql
) -> None:
    opener.write(code("minutes = 2"))
    visitor = await new_visitor()
    await visitor.context.clock.install()
    visitor.expect_problem("401|ERR_|WebSocket")
    parent = await opener.open(visitor)
    await loads_editors(parent)
    front.cut()
    try:
        lapse_bearers(sql)
        await type_at(parent, "minutes = 2", "0")
        await visitor.context.clock.fast_forward("20:00")
    finally:
        front.mend()
    await visitor.context.clock.fast_forward("01:00")
    assert (await parent.ask({"action": "save"}, wait_ms=60_000))["status"] == "done"
    assert "minutes = 20" in opener.read()


def lapse_bearers(sql: Sql) -> None:
    """As if a quarter of an hour had passed for the hub."""
    sql("UPDATE embed_sessions SET bearer_expires = '2020-01-01 00:00:00.000000', bearer_before = NULL")
