"""Cells run on the server: their outputs are in the document, in order, whoever watches."""

import json
from typing import Any

import nbformat
import pytest
from support.notebooks import code, markdown, notebook
from support.pages import Desk, Page

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def opened(desk: Desk, *sources: str, **rights: Any) -> Page:
    """A page on a notebook with these cells."""
    (desk.home / "n.ipynb").write_text(notebook(*map(code, sources)))
    return await desk.page("n.ipynb", **rights).open()


async def run(page: Page, **params: Any) -> dict[str, Any]:
    """Run cells, all of them if nothing is said; how that ended, when the page has seen it."""
    reply = await page.call("run", **({"what": "all"} | params))
    return await page.event("run_ended", run_id=reply["result"]["run_id"])


def outputs(page: Page, cell: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.cell_list()[cell]["outputs"]
    return found


async def test_cells_run_in_order_and_share_a_kernel(desk: Desk) -> None:
    page = await opened(desk, "x = 20; print('one')", "x + 1", "x +* 2")
    ended = await run(page)
    first, second, third = page.cell_list()
    assert first["outputs"] == [{"output_type": "stream", "name": "stdout", "text": "one\n"}]
    assert [cell["execution_count"] for cell in (first, second)] == [1, 2]
    assert {cell["execution_state"] for cell in (first, second, third)} == {"idle"}
    assert second["outputs"][0]["data"]["text/plain"] == "21"
    assert third["outputs"][0]["ename"] == "SyntaxError"
    assert (ended["ok"], ended["executed"], ended["failed"]) == (False, 3, 1)
    assert ended["first_error"]["cell"] == "cell-2"


async def test_what_is_saved_is_a_valid_notebook(desk: Desk) -> None:
    page = await opened(desk, "import sys; print(1); print(2, file=sys.stderr); 3", "1/0", "float('nan')")
    await run(page, stop_on_error=False)
    await page.call("save", cause="user")
    saved = json.loads((desk.home / "n.ipynb").read_text())
    nbformat.validate(saved)
    assert [len(cell["outputs"]) for cell in saved["cells"]] == [3, 1, 1]
    assert saved["metadata"]["language_info"]["name"] == "python"


async def test_an_error_stops_the_run_unless_told_otherwise(desk: Desk) -> None:
    page = await opened(desk, "1/0", "print('after')")
    stopped = await run(page)
    assert (stopped["executed"], outputs(page, 1)) == (1, [])
    went_on = await run(page, stop_on_error=False)
    assert (went_on["executed"], went_on["failed"], len(outputs(page, 1))) == (2, 1, 1)


SLOW_TO_FORGET_ERRORS = """kernel = get_ipython().kernel
forget, later = kernel._post_dummy_stop_aborting_message, kernel.shell_channel_thread.io_loop.call_later
kernel._post_dummy_stop_aborting_message = lambda subshell: later(2, forget, subshell)"""


async def test_what_is_run_right_after_an_error_runs(desk: Desk) -> None:
    page = await opened(desk, SLOW_TO_FORGET_ERRORS, "1/0", "print('after')")
    await run(page)
    await run(page, what="cells", cells=["cell-2"])
    assert outputs(page, 2)[0]["text"] == "after\n"


async def test_parts_of_a_notebook_run(desk: Desk) -> None:
    sources = ["a = 1", "b = 2", "c = 3"]
    (desk.home / "n.ipynb").write_text(notebook(code(sources[0]), markdown("text"), *map(code, sources[1:])))
    page = await desk.page("n.ipynb").open()
    counts = {}
    for what in ("above", "below"):
        ended = await run(page, what=what, cell="cell-2")
        counts[what] = ended["executed"]
    assert counts == {"above": 1, "below": 2}


async def test_a_cell_that_waits_is_not_queued_twice_and_uses_its_latest_source(desk: Desk) -> None:
    page = await opened(desk, "input()", "print('old')")
    first = await page.call("run", what="all")
    await page.event("stdin", prompt="")
    second = await page.call("run", what="cells", cells=["cell-1"])
    source = page.cells[1]["source"]
    del source[7:10]
    source.insert(7, "new")
    await page.settled()
    await page.call("input", value="go")
    for reply in (first, second):
        ended = (await page.call("run.result", run_id=reply["result"]["run_id"]))["result"]
        assert ended["ok"]
    assert [output["text"] for output in outputs(page, 1)] == ["new\n"]
    assert page.cell_list()[1]["execution_count"] == 2


async def test_a_question_is_answered_and_stands_in_the_output(desk: Desk) -> None:
    page = await opened(desk, "name = input('Who? '); print('Hello', name)")
    started = await page.call("run", what="all")
    await page.event("stdin", cell="cell-0", prompt="Who? ")
    late = await desk.page("n.ipynb", account_id="b").open()
    await late.event("stdin", cell="cell-0", prompt="Who? ", password=False)
    await late.call("input", value="Ann")
    await page.event("stdin", prompt=None)
    await page.event("run_ended", **started["result"])
    assert outputs(page)[0]["text"] == "Who? Ann\nHello Ann\n"


async def test_an_interrupt_ends_a_question(desk: Desk) -> None:
    page = await opened(desk, "input('Who? ')", "print(1)")
    started = await page.call("run", what="all")
    await page.event("stdin", prompt="Who? ")
    await page.call("run.cancel")
    await page.event("stdin", prompt=None)
    ended = await page.event("run_ended", **started["result"])
    assert (ended["ok"], ended["cancelled"]) == (False, True)
    assert (outputs(page)[-1]["ename"], outputs(page, 1)) == ("KeyboardInterrupt", [])


async def test_a_kernel_that_dies_says_so_and_starts_again_on_demand(desk: Desk) -> None:
    page = await opened(desk, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "print('alive')")
    ended = await run(page, stop_on_error=False)
    dead = await page.event("kernel", state="dead")
    assert (ended["ok"], ended["first_error"]["ename"], dead["queue"]) == (False, "KernelDied", [])
    assert "SIGKILL" in dead["reason"]
    assert outputs(page)[0]["output_type"] == "error"
    assert outputs(page, 1) == []
    assert (await run(page, what="cells", cells=["cell-1"]))["ok"]
    assert outputs(page, 1)[0]["text"] == "alive\n"


async def test_a_restart_ends_the_cell_that_runs_and_the_queue(desk: Desk) -> None:
    page = await opened(desk, "x = 1; input()", "x")
    started = await page.call("run", what="all")
    await page.event("stdin", prompt="")
    assert await page.call("kernel.restart") == {"id": 2, "result": {}}
    ended = await page.event("run_ended", **started["result"])
    assert (ended["ok"], ended["cancelled"]) == (False, True)
    assert outputs(page)[-1]["ename"] == "KernelRestarted"
    assert (await run(page, what="cells", cells=["cell-1"]))["first_error"]["ename"] == "NameError"


async def test_an_unknown_kernel_is_named_with_what_there_is(desk: Desk) -> None:
    text = notebook(code("1")).replace('"name": "python3"', '"name": "cobol"')
    (desk.home / "n.ipynb").write_text(text)
    page = await desk.page("n.ipynb").open()
    ended = await run(page)
    event = await page.event("kernel", state="dead")
    assert (ended["ok"], event["name"]) == (False, "cobol")
    assert "cobol" in event["reason"]
    assert "python3" in event["reason"]
    assert (await page.call("kernel.start", name="cobol"))["error"]["code"] == "not_found"
    assert (await page.call("kernel.start", name="python3"))["result"] == {}
    assert page.doc["meta"]["metadata"]["kernelspec"]["name"] == "python3"


async def test_a_run_goes_on_without_viewers(desk: Desk) -> None:
    page = await opened(desk, "while not __import__('os').path.exists('go'): pass\nprint('done')")
    await page.call("run", what="all")
    await page.event("kernel", running="cell-0")
    await page.close()
    (desk.home / "go").touch()
    again = await desk.page("n.ipynb").open()
    await again.until(lambda: outputs(again) != [] and again.cell_list()[0]["execution_state"] == "idle")
    assert outputs(again)[0]["text"] == "done\n"


async def test_who_may_not_run_runs_nothing(desk: Desk) -> None:
    page = await opened(desk, "1", may_run=False)
    watcher = await desk.page("n.ipynb", may_run=False, may_edit=False).open()
    for method in ("run", "run.cancel", "kernel.start", "kernel.interrupt", "kernel.restart", "complete", "input"):
        assert (await page.call(method, what="all"))["error"]["code"] == "forbidden"
        assert (await watcher.call(method, what="all"))["error"]["code"] == "readonly"
    assert (await watcher.call("kernel.specs"))["result"]["default"] == "python3"


async def test_completions_count_as_pages_do(desk: Desk) -> None:
    page = await opened(desk, "%config IPCompleter.use_jedi = False\nsome_name = '😀'")
    assert (await page.call("complete", code="so", cursor=2))["error"]["code"] == "no_kernel"
    await run(page)
    source = "'😀'; some_na"
    reply = (await page.call("complete", code=source, cursor=len(source) + 1))["result"]
    assert [each["text"] for each in reply["matches"]] == ["some_name"]
    assert (reply["start"], reply["end"]) == (6, 13)
    found = (await page.call("inspect", code="some_name", cursor=4, detail=0))["result"]
    assert found["found"]
    assert "😀" in found["data"]["text/plain"]
