"""Live documents in numbers: `PYTHONPATH=tests python -m bench.documents` prints them, or those that are named.

Pages and rooms are in one process; what one viewer costs is the difference between runs with few and with many.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from pycrdt import Map, Text
from support.pages import Desk, Page

from carrel.agent.documents.extension import Host
from carrel.agent.documents.pace import Pace

_EDITS = 5000
_OUTPUTS = 100_000
_NOTEBOOK = {
    "cells": [
        {"cell_type": "code", "id": f"c{n}", "metadata": {}, "source": [], "outputs": [], "execution_count": None}
        for n in range(100)
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}


async def typing(directory: Path, viewers: int) -> None:
    """One page types as fast as it can; others watch without looking, so that only the room's work counts."""
    async with Desk(directory, Pace()).running() as desk:
        (desk.home / "a.txt").write_text("")
        page = await desk.page("a.txt").open()
        others = [await desk.page("a.txt").open() for _ in range(viewers - 1)]
        drains = [desk.tasks.create_task(drain(other)) for other in others]
        await asyncio.sleep(0)
        began, cpu = time.perf_counter(), time.process_time()
        for number in range(_EDITS):
            page.text.insert(number, "x")
            await page.push()
        await page.settled()
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        for each in drains:
            each.cancel()
        print(f"typing, {viewers} viewers: {_EDITS / took:.0f} edits/s, {cpu / _EDITS * 1e6:.0f} µs of CPU an edit")


async def typing_two(directory: Path) -> None:
    await typing(directory, 2)


async def typing_twenty(directory: Path) -> None:
    await typing(directory, 20)


async def drain(page: Page) -> None:
    """Take everything from a page's stream without reading it."""
    page._reader.cancel()
    while True:
        await page._stream.to_page.get()


async def acknowledgements(directory: Path) -> None:
    """From an edit to its `ACK`, one at a time."""
    async with Desk(directory, Pace()).running() as desk:
        (desk.home / "a.txt").write_text("")
        page = await desk.page("a.txt").open()
        times = []
        for _ in range(500):
            page.text.insert(0, "x")
            began = time.perf_counter()
            await page.settled()
            times.append((time.perf_counter() - began) * 1000)
        cuts = statistics.quantiles(times, n=20)
        print(f"edit to ACK: p50 {cuts[9]:.2f} ms, p95 {cuts[18]:.2f} ms")


async def outputs(directory: Path) -> None:
    """Many small outputs, a thousand a cell; then the log beside the notebook, and how long opening takes."""
    hosts: list[Host] = []
    async with Desk(directory, Pace(), (hosts.append,)).running() as desk:
        path = desk.home / "n.ipynb"
        path.write_text(json.dumps(_NOTEBOOK))
        page = await desk.page("n.ipynb").open()
        room = hosts[0]
        most, began = 0, time.perf_counter()
        for number in range(_OUTPUTS):
            if number % 1000 == 0:
                text, end = Text(""), 0
                output = {"output_type": "stream", "name": "stdout", "text": text}
                room.doc["cells"][number // 1000]["outputs"].append(Map(output))
            line = f"{number} of many lines of output\n"
            text.insert(end, line)
            end += len(line)
            if number % 200 == 0:
                await asyncio.sleep(0.001)
                most = max(most, log_bytes(desk))
        took = time.perf_counter() - began
        await page.call("save", cause="user")
        size = path.stat().st_size
        print(
            f"{_OUTPUTS} outputs in {took:.1f} s: notebook {size} bytes, log {log_bytes(desk) / size:.2f} of that now,"
        )
        print(f"  {most / size:.2f} at most meanwhile")
        await desk.restart()
        began = time.perf_counter()
        await desk.page("n.ipynb").open()
        print(f"opening it again: {(time.perf_counter() - began) * 1000:.0f} ms")


async def loading(directory: Path) -> None:
    """Opening a document with 10 000 updates in its log that are not compacted."""
    async with Desk(directory, Pace(quiet=3600, longest=3600)).running() as desk:
        (desk.home / "a.txt").write_text("")
        page = await desk.page("a.txt").open()
        for _ in range(10_000):
            page.text.insert(0, "word ")
            await page.push()
        await page.settled()
        await desk.restart()
        began = time.perf_counter()
        again = await desk.page("a.txt").open()
        print(f"loading 10 000 updates: {(time.perf_counter() - began) * 1000:.0f} ms ({len(again.text)} characters)")


def log_bytes(desk: Desk) -> int:
    return sum(file.stat().st_size for file in desk.logs.iterdir())


async def main() -> None:
    wanted = sys.argv[1:]
    for work in (typing_two, typing_twenty, acknowledgements, outputs, loading):
        if wanted and work.__name__ not in wanted:
            continue
        with tempfile.TemporaryDirectory() as directory:
            await work(Path(directory))


if __name__ == "__main__":
    asyncio.run(main())
