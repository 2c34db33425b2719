"""Running notebooks, measured from a page's end of a real agent: `python -m bench.notebooks`.

The agent runs without a sandbox; its own processor time and memory are told apart from the kernel's.
"""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
from pycrdt import Array, Doc
from support.agents import MAIN, running_agent
from support.environments import ENVIRONMENT
from support.notebooks import code, notebook

from bench.measure import Row, milliseconds, print_table
from carrel.protocol.documents import Kind, OpenDocument, Reader, encode_number
from carrel.remote.documents import DocumentStream
from carrel.remote.link import AgentLink

_MAIN = f"import os\nos.environ['CARREL_ENVIRONMENT'] = {str(ENVIRONMENT)!r}\n{MAIN}"
_TICKS = os.sysconf("SC_CLK_TCK")
_MIB = 1 << 20


class _Page:
    """A page that has a notebook open."""

    def __init__(self, stream: DocumentStream) -> None:
        self.doc: Doc[Any] = Doc()
        self.cells: Array[Any] = self.doc.get("cells", type=Array)
        self.events: list[dict[str, Any]] = []
        self.updates = self.bytes = 0
        self._stream = stream
        self._messages = stream.__aiter__()

    async def open(self) -> "_Page":
        await self._stream.send(Kind.SYNC_STEP_1, self.doc.get_state())
        await self.until(lambda: len(self.cells) > 0)
        return self

    async def run(self, *cells: str) -> None:
        """Run cells; returns when that is over."""
        self.events.clear()
        await self.ask(*cells)
        await self.until(lambda: any(event["event"] == "run_ended" for event in self.events))

    async def ask(self, *cells: str) -> None:
        params = {"what": "cells", "cells": cells} if cells else {"what": "all"}
        await self._stream.send(Kind.CALL, json.dumps({"id": 1, "method": "run", "params": params}).encode())

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            kind, payload = await anext(self._messages)
            if kind == Kind.EVENT:
                self.events.append(json.loads(payload))
            elif kind == Kind.SYNC_STEP_1:
                await self._stream.send(Kind.SYNC_STEP_2, encode_number(1) + b"\0\0")
            elif kind in (Kind.SYNC_STEP_2, Kind.UPDATE):
                reader = Reader(payload)
                reader.number()
                self.doc.apply_update(reader.rest())
                self.updates += 1
                self.bytes += len(payload)


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _memory(pid: int, name: str) -> int:
    """`VmRSS` or `VmHWM` in bytes."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024


async def _with_page(sources: list[str], measure: Callable[["_Page", int], Any]) -> Any:
    directory = Path(tempfile.mkdtemp(prefix="crl-bench-"))
    who = OpenDocument("n.ipynb", "a", "Ann", "#000000", may_edit=True, may_run=True)
    async with running_agent(directory, main=_MAIN) as agent:
        (agent.home / "n.ipynb").write_text(notebook(*map(code, sources)))
        async with AgentLink.connect(agent.address) as link, link.open_document(who) as stream:
            page = await _Page(stream).open()
            return await measure(page, agent.process.pid)


async def _thousand(page: _Page, agent: int) -> Row:
    await page.run("cell-0")
    cpu, started = _cpu_seconds(agent), time.perf_counter()
    await page.run()
    took, cpu = time.perf_counter() - started, _cpu_seconds(agent) - cpu
    assert all(cell["outputs"][0]["text"] for cell in page.cells)
    return Row("1000 cells that print", f"{took:.2f} s", f"agent's CPU {cpu:.2f} s")


async def _prints(page: _Page, agent: int) -> Row:
    await page.run("cell-0")
    cpu, started, updates = _cpu_seconds(agent), time.perf_counter(), page.updates
    await page.run("cell-1")
    took, cpu = time.perf_counter() - started, _cpu_seconds(agent) - cpu
    assert str(page.cells[1]["outputs"][0]["text"]).count("\n") == 100_000
    return Row(
        "100000 flushed prints",
        f"{100_000 / took:.0f}/s",
        f"agent's CPU {cpu:.2f} s",
        f"{page.updates - updates} updates",
    )


async def _gigabyte(page: _Page, agent: int) -> Row:
    await page.run("cell-0")
    before, cpu, started = _memory(agent, "VmRSS"), _cpu_seconds(agent), time.perf_counter()
    await page.run("cell-1")
    took, cpu, peak = time.perf_counter() - started, _cpu_seconds(agent) - cpu, _memory(agent, "VmHWM")
    mark = str(page.cells[1]["outputs"][1]["text"])
    assert mark.startswith("[output truncated: 999"), mark
    return Row(
        "1 GB printed by a cell",
        f"agent +{(peak - before) / _MIB:.0f} MiB (from {before / _MIB:.0f})",
        f"{took:.1f} s, agent's CPU {cpu:.1f} s, page got {page.bytes / _MIB:.1f} MiB",
        goal="<= +50 MiB",
        met=peak - before <= 50 * _MIB,
    )


async def _latency(page: _Page, agent: int) -> Row:
    await page.run("cell-0")
    taken = []
    for number in range(200):
        started = time.perf_counter()
        page.events.clear()
        await page.ask("cell-1")
        await page.until(lambda wanted=f"{number}\n": _text(page, 1) == wanted)  # type: ignore[misc] # its type is plain
        taken.append(time.perf_counter() - started)
        await page.until(lambda: any(event["event"] == "run_ended" for event in page.events))
    p95 = statistics.quantiles(taken, n=20)[-1]
    return Row("run to first output, warm", f"p50 {milliseconds(statistics.median(taken))}", f"p95 {milliseconds(p95)}")


def _text(page: _Page, cell: int) -> str:
    outputs = page.cells[cell]["outputs"]
    return str(outputs[0]["text"]) if len(outputs) else ""


async def main() -> None:
    """Measure everything, one after the other."""
    flood = "line = 'x' * 999 + '\\n'\nfor _ in range(1_000_000): print(line, end='')"
    rows = [
        await _with_page(["n = 0", "print(n); n += 1"], _latency),
        await _with_page([f"print({number})" for number in range(1000)], _thousand),
        await _with_page(["1", "for n in range(100_000): print(n, flush=True)"], _prints),
        await _with_page(["1", flood], _gigabyte),
    ]
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print_table(rows)


if __name__ == "__main__":
    anyio.run(main)
