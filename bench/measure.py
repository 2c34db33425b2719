"""How things are measured: ours and its baselines in turns, so that both meet the same machine; medians are kept."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import anyio


@dataclass(frozen=True)
class Row:
    """One line of the table. `goal` and `met` are words for people; nothing fails on them."""

    name: str
    ours: str
    baseline: str
    ratio: str = ""
    goal: str = ""
    met: bool | None = None


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def interleaved(rounds: int, works: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Median seconds of each work; in every round each is done once. One round more, the first, is thrown away."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):
        for name, work in works.items():
            took = seconds(work)
            if number:
                taken[name].append(took)
    return {name: statistics.median(values) for name, values in taken.items()}


async def until_quiet(patience_s: float = 3) -> None:
    """Wait until little runs on the machine, but not for ever."""
    with anyio.move_on_after(patience_s):
        share = 1.0
        while share > 0.1:
            busy, total = _processor_times()
            await anyio.sleep(0.3)
            busy_then, total_then = _processor_times()
            share = (busy_then - busy) / (total_then - total)


def _processor_times() -> tuple[int, int]:
    """The processors' time since the machine's start: busy, and in all (proc_stat(5))."""
    times = [int(text) for text in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return sum(times) - times[3] - times[4], sum(times)


def milliseconds(value: float) -> str:
    return f"{value * 1000:.1f} ms"


def print_table(rows: list[Row]) -> None:
    cells = [("what", "ours", "baseline", "ratio", "goal", "met")]
    cells += [(r.name, r.ours, r.baseline, r.ratio, r.goal, {True: "yes", False: "NO", None: ""}[r.met]) for r in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(cells[0]))]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
