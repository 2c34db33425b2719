"""Outputs that change after they were shown: displays, late prints, widgets."""

import json
from typing import Any

import pytest
from pycrdt import Array, Map, Text
from support.notebooks import code, notebook
from support.pages import Desk, Page

from carrel.agent.documents.viewer import encode_comm
from carrel.protocol.documents import Kind, Reader

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def opened(desk: Desk, *sources: str) -> Page:
    (desk.home / "n.ipynb").write_text(notebook(*map(code, sources)))
    return await desk.page("n.ipynb").open()


async def run(page: Page, *cells: str) -> dict[str, Any]:
    what = {"what": "cells", "cells": cells} if cells else {"what": "all"}
    return await page.event("run_ended", **(await page.call("run", **what))["result"])


def plain(page: Page, cell: int) -> list[str]:
    """What the cell shows, as text."""
    return [output.get("text") or output["data"]["text/plain"] for output in page.cell_list()[cell]["outputs"]]


def comms(page: Page) -> list[dict[str, Any]]:
    return [json.loads(Reader(message).sized()) for message in page.comms]


async def test_a_display_is_updated_from_another_cell(desk: Desk) -> None:
    page = await opened(desk, "h = display('one', display_id=True)\ndisplay('x')", "h.update('two')")
    await run(page, "cell-0")
    assert plain(page, 0) == ["'one'", "'x'"]
    await run(page, "cell-1")
    assert (plain(page, 0), plain(page, 1)) == (["'two'", "'x'"], [])


async def test_what_a_thread_prints_later_stands_in_its_cell(desk: Desk) -> None:
    late = "def late():\n  while not os.path.exists('go'): time.sleep(0.01)\n  print('late')\n"
    start = "threading.Thread(target=late).start()\nprint('first')"
    page = await opened(desk, f"import threading, os, time\n{late}{start}")
    await run(page)
    assert plain(page, 0) == ["first\n"]
    (desk.home / "go").touch()
    await page.until(lambda: plain(page, 0) == ["first\nlate\n"])


async def test_a_cleared_output_gives_way_to_the_next(desk: Desk) -> None:
    source = "from IPython.display import clear_output\nfor n in range(5):\n  clear_output(wait=True); print(n)"
    page = await opened(desk, source)
    await run(page)
    assert plain(page, 0) == ["4\n"]


async def test_a_cell_that_is_deleted_while_it_runs_harms_nobody(desk: Desk) -> None:
    page = await opened(desk, "print('a'); input(); print('b')", "print('next')")
    started = await page.call("run", what="all")
    await page.event("stdin", prompt="")
    del page.cells[0]
    await page.settled()
    await page.call("input", value="")
    assert (await page.event("run_ended", **started["result"]))["ok"]
    assert plain(page, 0) == ["next\n"]


async def test_a_cell_that_is_moved_while_it_runs_keeps_its_outputs(desk: Desk) -> None:
    page = await opened(desk, "print('a'); input(); print('b')", "1")
    started = await page.call("run", what="cells", cells=["cell-0"])
    await page.event("stdin", prompt="")
    cell = page.cell_list()[0]
    moved = {**cell, "source": Text(cell["source"]), "metadata": Map({}), "outputs": Array()}
    with page.doc.transaction():
        del page.cells[0]
        page.cells.append(Map(moved))
    await page.settled()
    await page.call("input", value="")
    await page.event("run_ended", **started["result"])
    assert plain(page, 1) == ["a\n\nb\n"]
    assert page.cell_list()[1]["execution_state"] == "idle"


async def test_widgets_talk_with_pages_and_are_listed_for_late_ones(desk: Desk) -> None:
    page = await opened(desk, "import ipywidgets as w\ns = w.IntSlider(3)\ns", "s.value")
    await run(page, "cell-0")
    model = page.cell_list()[0]["outputs"][0]["data"]["application/vnd.jupyter.widget-view+json"]["model_id"]
    late = await desk.page("n.ipynb", account_id="b").open()
    listed = (await late.call("widgets"))["result"]["comms"]
    assert {"comm_id": model, "target_name": "jupyter.widget"} in listed
    content = {"comm_id": model, "data": {"method": "update", "state": {"value": 8}, "buffer_paths": []}}
    await late.say(Kind.COMM, encode_comm({"msg_type": "comm_msg", "content": content, "metadata": {}}, []))
    await run(page, "cell-1")
    assert plain(page, 1) == ["8"]
    await page.call("kernel.restart")
    await late.until(lambda: any(each["msg_type"] == "comm_close" for each in comms(late)))
    assert (await late.call("widgets"))["result"]["comms"] == []


async def test_an_output_widget_shows_what_runs_within_it(desk: Desk) -> None:
    inside = "import ipywidgets as w\no = w.Output()\nwith o:\n  print('in')\n  display('shown')\nprint('out')"
    page = await opened(desk, inside, "[each.get('text') for each in o.outputs]")
    await run(page)
    assert plain(page, 0) == ["out\n"]
    shown = [
        each["content"]["data"].get("state", {}).get("outputs") for each in comms(page) if "data" in each["content"]
    ]
    assert [output.get("text") for output in [each for each in shown if each][-1]] == ["in\n", None]
    assert plain(page, 1) == ["['in\\n', None]"]
