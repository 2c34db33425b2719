"""Live documents: pages and rooms in one process, so that the difference between few and many viewers is the room's."""

import asyncio
import json
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from pycrdt import Map, Text
from support.pages import Desk, Page

from bench.measure import Row, milliseconds
from carrel.agent.documents.extension import Host
from carrel.agent.documents.pace import Pace

_MANY = 100_000
_NOTEBOOK = {
    "cells": [
        {"cell_type": "code", "id": f"c{n}", "metadata": {}, "source": [], "outputs": [], "execution_count": None}
        for n in range(100)
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@dataclass(frozen=True)
class Typing:
    edits_per_second: float
    cpu_seconds: float
    """For each edit, of the page that types and the room together."""


def run(*, short: bool) -> list[Row]:
    return asyncio.run(_run(short))


async def _run(short: bool) -> list[Row]:
    rows = [await _fan_out(500 if short else 5000, 1 if short else 3), await _acknowledgements(50 if short else 500)]
    rows += await _outputs(5_000 if short else _MANY)
    return [*rows, await _loading(1_000 if short else 10_000)]


async def _fan_out(edits: int, rounds: int) -> Row:
    """With 20 viewers and with one that watches, in turns."""
    many, few = [], []
    for _ in range(rounds):
        many.append(await _typing(20, edits))
        few.append(await _typing(2, edits))
    ours, baseline = (statistics.median(each.cpu_seconds for each in found) for found in (many, few))
    rate, faster = (statistics.median(each.edits_per_second for each in found) for found in (many, few))
    return Row(
        "typing as fast as it goes, 20 viewers",
        f"{ours * 1e6:.0f} us of CPU an edit, {rate:.0f} edits/s",
        f"2 viewers: {baseline * 1e6:.0f} us, {faster:.0f} edits/s",
        f"{ours / baseline:.2f} of the CPU",
    )


async def _typing(viewers: int, edits: int) -> Typing:
    """One page types; the others watch without looking, so that only the room's work counts."""
    with tempfile.TemporaryDirectory() as directory:
        async with Desk(Path(directory), Pace()).running() as desk:
            (desk.home / "a.txt").write_text("")
            page = await desk.page("a.txt").open()
            others = [await desk.page("a.txt").open() for _ in range(viewers - 1)]
            drains = [desk.tasks.create_task(_drain(other)) for other in others]
            await asyncio.sleep(0)
            began, cpu = time.perf_counter(), time.process_time()
            for number in range(edits):
                page.text.insert(number, "x")
                await page.push()
            await page.settled()
            took, cpu = time.perf_counter() - began, time.process_time() - cpu
            for each in drains:
                each.cancel()
    return Typing(edits / took, cpu / edits)


async def _drain(page: Page) -> None:
    """Take everything from a page's stream without reading it."""
    page._reader.cancel()
    while True:
        await page._stream.to_page.get()


async def _acknowledgements(edits: int) -> Row:
    """From an edit to its `ACK`, one at a time; a commit to the disk is between."""
    times = []
    with tempfile.TemporaryDirectory() as directory:
        async with Desk(Path(directory), Pace()).running() as desk:
            (desk.home / "a.txt").write_text("")
            page = await desk.page("a.txt").open()
            for _ in range(edits):
                page.text.insert(0, "x")
                began = time.perf_counter()
                await page.settled()
                times.append(time.perf_counter() - began)
    p95 = statistics.quantiles(times, n=20)[-1]
    return Row(
        "edit to its acknowledgement", f"p50 {milliseconds(statistics.median(times))}", f"p95 {milliseconds(p95)}"
    )


async def _outputs(count: int) -> list[Row]:
    """Many small outputs in 100 cells: the document's log beside the notebook, and how long opening it again takes."""
    hosts: list[Host] = []
    with tempfile.TemporaryDirectory() as directory:
        async with Desk(Path(directory), Pace(), (hosts.append,)).running() as desk:
            path = desk.home / "n.ipynb"
            path.write_text(json.dumps(_NOTEBOOK))
            page = await desk.page("n.ipynb").open()
            most = await _put_out(hosts[0], desk, count)
            await page.call("save", cause="user")
            size = path.stat().st_size
            now = _log_bytes(desk)
            await desk.restart()
            began = time.perf_counter()
            await desk.page("n.ipynb").open()
            opening = time.perf_counter() - began
    return [
        Row(
            f"log of a notebook after {count} outputs",
            f"{now / 1e6:.1f} MB, at most {max(most, now) / 1e6:.1f} MB",
            f"notebook {size / 1e6:.1f} MB",
            f"{now / size:.2f}, at most {max(most, now) / size:.2f}",
            "<= 3x" if count == _MANY else "",  # the least that a log takes is more than a small notebook
            max(most, now) <= 3 * size if count == _MANY else None,
        ),
        Row("opening that notebook from its log", milliseconds(opening), ""),
    ]


async def _put_out(room: Host, desk: Desk, count: int) -> int:
    """Append lines, as a kernel's are; how large the log was at most."""
    most, text, end = 0, Text(""), 0
    for number in range(count):
        if number % (count // 100) == 0:
            text, end = Text(""), 0
            output = {"output_type": "stream", "name": "stdout", "text": text}
            room.doc["cells"][number // (count // 100)]["outputs"].append(Map(output))
        line = f"{number} of many lines of output\n"
        text.insert(end, line)
        end += len(line)
        if number % 200 == 0:
            await asyncio.sleep(0.001)
            most = max(most, _log_bytes(desk))
    return most


async def _loading(count: int) -> Row:
    """Opening a document whose log has many updates that are not yet one."""
    with tempfile.TemporaryDirectory() as directory:
        async with Desk(Path(directory), Pace(quiet=3600, longest=3600)).running() as desk:
            (desk.home / "a.txt").write_text("")
            page = await desk.page("a.txt").open()
            for _ in range(count):
                page.text.insert(0, "word ")
                await page.push()
            await page.settled()
            await desk.restart()
            began = time.perf_counter()
            await desk.page("a.txt").open()
            return Row(f"opening a text after {count} edits", milliseconds(time.perf_counter() - began), "")


def _log_bytes(desk: Desk) -> int:
    return sum(file.stat().st_size for file in desk.logs.iterdir())
