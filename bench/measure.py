"""How things are measured: ours and its baselines in turns, so that both meet the same machine; medians are kept."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


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


def milliseconds(value: float) -> str:
    return f"{value * 1000:.1f} ms"


def print_table(rows: list[Row]) -> None:
    cells = [("what", "ours", "baseline", "ratio", "goal", "met")]
    cells += [(r.name, r.ours, r.baseline, r.ratio, r.goal, {True: "yes", False: "NO", None: ""}[r.met]) for r in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(cells[0]))]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
