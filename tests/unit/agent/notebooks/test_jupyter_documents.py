"""Documents that jupyter_ydoc, or yjs in its schema, has written: rooms read them, run them and save them."""

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_ydoc import YNotebook
from support.node import NODE, WEB
from support.notebooks import code, notebook
from support.pages import Desk, Page

from carrel.agent.documents.notebook_file import NotebookFile

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

SUPPORT = Path(__file__).parents[3] / "support"
STREAM = {"output_type": "stream", "name": "stdout", "text": "old\n"}
SHOWN = {
    "output_type": "display_data",
    "data": {"text/plain": "'é😀'", "application/json": {"a": [1, 2.5]}},
    "metadata": {},
}
ERROR = {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["a", "b"]}


def content(*cells: dict[str, Any]) -> dict[str, Any]:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": list(cells), "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


async def opened(desk: Desk) -> Page:
    (desk.home / "n.ipynb").write_text(notebook(code("first = 1")))
    return await desk.page("n.ipynb").open()


async def run(page: Page, *cells: str) -> bool:
    reply = await page.call("run", what="cells", cells=cells)
    ended = await page.event("run_ended", run_id=reply["result"]["run_id"])
    return bool(ended["ok"])


async def saved(desk: Desk, page: Page) -> list[dict[str, Any]]:
    """The cells of the file, which must be a valid notebook, with texts as one string."""
    await page.settled()
    assert "result" in await page.call("save", cause="user")
    data = (desk.home / "n.ipynb").read_bytes()
    nbformat.validate(json.loads(data))
    return NotebookFile(data).value.cells


def yjs(script: str, *updates: bytes) -> bytes:
    """What a script of yjs prints when it is given these updates."""
    lines = b"\n".join(map(base64.b64encode, updates))
    command = [*NODE, str(SUPPORT / script), str(WEB / "package.json")]
    return subprocess.run(command, input=lines, capture_output=True, check=True).stdout


async def test_what_jupyter_ydoc_sets_is_saved_run_and_read_by_it_again(desk: Desk) -> None:
    page = await opened(desk)
    theirs = YNotebook(page.doc)
    old = code("print(6 * 7)\n'é😀'", "a") | {"outputs": [STREAM, SHOWN, ERROR], "execution_count": 3}
    text = {"id": "b", "cell_type": "markdown", "metadata": {"x": {"y": 1}}, "source": "# Title\n"}
    picture = text | {"id": "c", "attachments": {"a.png": {"image/png": "AAAA"}}}
    raw = text | {"id": "d", "cell_type": "raw"}
    theirs.set(content(old, text, picture, raw))
    assert await saved(desk, page) == [old, text, picture, raw]
    assert await run(page, "a")
    count = {"execution_count": 1, "metadata": {}}
    result = {"output_type": "execute_result", "data": {"text/plain": "'é😀'"}} | count
    expected = [STREAM | {"text": "42\n"}, result]
    assert theirs.get()["cells"][0]["outputs"] == expected
    assert (await saved(desk, page))[0]["outputs"] == expected


async def test_what_jupyter_ydoc_changes_in_place_is_gone_on_with(desk: Desk) -> None:
    page = await opened(desk)
    theirs = YNotebook(page.doc)
    await page.push()
    assert await run(page, "cell-0")
    cell = theirs.get()["cells"][0]
    shown = cell | {"outputs": [SHOWN], "source": "print('😀')", "metadata": {"tags": ["x"]}}
    theirs.set(content(shown))  # in place: its outputs are then plain values in the array
    assert await saved(desk, page) == [shown]
    theirs.set_cell(0, source="print('é')")
    theirs.append_cell(code("first + 1", "last"))
    await page.push()
    assert await run(page, "cell-0", "last")
    first, last = await saved(desk, page)
    assert first["outputs"] == [STREAM | {"text": "é\n"}]
    assert last["outputs"][0]["data"] == {"text/plain": "2"}
    assert [each["outputs"] for each in theirs.get()["cells"]] == [first["outputs"], last["outputs"]]
    theirs.set(content(last))
    assert await saved(desk, page) == [last]


async def test_what_yjs_writes_in_that_schema_is_gone_on_with(desk: Desk) -> None:
    page = await opened(desk)
    page.doc.apply_update(base64.b64decode(yjs("yjs_writer.mjs", page.doc.get_update())))
    first, new, text = await saved(desk, page)
    assert first["source"] == "irst = 1# 😀 from yjs\n"
    shown = {"output_type": "display_data", "data": {"text/plain": "'é😀'"}, "metadata": {}}
    assert new == code("print(6 * 7)", "js") | {
        "metadata": {"tags": ["new"]}, "execution_count": 3, "outputs": [STREAM | {"text": "printed\n"}, shown]
    }  # fmt: skip
    assert text == {
        "id": "text", "cell_type": "markdown", "metadata": {}, "source": "# A title\n",
        "attachments": {"a.png": {"image/png": "AAAA"}},
    }  # fmt: skip
    assert await run(page, "js")
    _, ran, _ = await saved(desk, page)
    assert (ran["outputs"], ran["execution_count"]) == ([STREAM | {"text": "42\n"}], 1)
    seen = json.loads(yjs("yjs_reader.mjs", page.doc.get_update()))
    assert seen["cells"][1]["outputs"] == ran["outputs"]
    assert seen["meta"]["metadata"]["written_by"] == "yjs"
