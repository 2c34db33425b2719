"""Running notebooks in a served hub, from a page's end; what that costs the agent and the hub is told apart.

The page is a WebSocket that takes everything in, as a browser's does.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from support.hubs import ServedHub
from support.live_pages import LivePage, open_live, open_session, token_of
from support.notebooks import code, notebook
from support.people import Person, new_person

from bench import live
from bench.measure import Row, milliseconds
from bench.memory import sandbox_pid, tree

_TICKS = os.sysconf("SC_CLK_TCK")
_MIB = 1 << 20

_LINE = 1000
_CLEAR_PEAK = "5"


class Process:
    """What a process has used since this was made."""

    def __init__(self, pid: int) -> None:
        self._place = Path(f"/proc/{pid}")
        with suppress(PermissionError):  # without the right, what it had at most before counts as well
            (self._place / "clear_refs").write_text(_CLEAR_PEAK)
        self.bytes = self._memory("VmRSS")
        self._cpu_before = self._cpu()

    @property
    def grown_bytes(self) -> int:
        """How much larger its resident memory has been at most."""
        return max(self._memory("VmHWM") - self.bytes, 0)

    @property
    def cpu_seconds(self) -> float:
        return self._cpu() - self._cpu_before

    def _cpu(self) -> float:
        fields = (self._place / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def _memory(self, name: str) -> int:
        lines = (self._place / "status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith(name)).split()[1]) * 1024


class Project:
    """A project in which notebooks are run, one after the other."""

    def __init__(self, hub: ServedHub) -> None:
        self.hub = hub
        self.person: Person = new_person(hub, "Ada")
        self.project_id = self.person.new_project()
        self._count = 0

    @contextmanager
    def open(self, *sources: str) -> Iterator[live.Notebook]:
        """A notebook whose kernel runs already."""
        self.path = f"n{self._count}.ipynb"
        self._count += 1
        self.person.write(self.project_id, self.path, notebook(code("1"), *map(code, sources)))
        with live.opened(self.hub, self.person, self.project_id, self.path) as page:
            page.run("cell-0")
            yield page
            page.call("kernel.shutdown")

    def agent(self) -> Process:
        _, agent, *_ = tree(sandbox_pid(self.hub, self.project_id))
        return Process(agent)

    def served(self) -> Process:
        assert self.hub.process is not None
        return Process(self.hub.process.pid)

    @contextmanager
    def deaf_page(self) -> Iterator[None]:
        """A page that opens the same notebook, asks for all of it, and then takes nothing in."""
        ticket = open_session(self.hub, token_of(self.person)).ticket()
        with open_live(self.hub, ticket, ping_interval=None, close_timeout=0) as connection:
            page = LivePage(connection)
            page.open(1, self.project_id, self.path)
            live.Notebook(page).synchronise()
            yield


def run(hub: ServedHub, *, short: bool) -> list[Row]:
    project = Project(hub)
    rows = [
        _latency(project, 20 if short else 200),
        _many_cells(project, 100 if short else 1000),
        _prints(project, 5_000 if short else 100_000),
        _flood(project, 30_000 if short else 1_000_000, deaf=False),
        _flood(project, 30_000 if short else 1_000_000, deaf=True),
    ]
    project.person.call("stop_project", project_id=project.project_id)
    return rows


def _latency(project: Project, rounds: int) -> Row:
    with project.open("n = 0", "print(n); n += 1") as page:
        page.run("cell-1")
        taken = []
        for number in range(rounds):
            started = time.perf_counter()
            run_id = page.start("cell-2")
            page.until(_shows(page, 2, f"{number}\n"))
            taken.append(time.perf_counter() - started)
            page.until_ended(run_id)
    p95 = statistics.quantiles(taken, n=20)[-1]
    return Row(
        "run to first output, in use", f"p50 {milliseconds(statistics.median(taken))}", f"p95 {milliseconds(p95)}"
    )


def _shows(page: live.Notebook, cell: int, text: str) -> Callable[[], bool]:
    return lambda: page.text(cell) == text


def _many_cells(project: Project, count: int) -> Row:
    with project.open(*(f"print({number})" for number in range(count))) as page:
        agent, started = project.agent(), time.perf_counter()
        page.run(*(f"cell-{number}" for number in range(1, count + 1)))
        took = time.perf_counter() - started
        assert page.text(count) == f"{count - 1}\n"
        return Row(f"{count} cells that print", f"{took:.2f} s", f"agent's CPU {agent.cpu_seconds:.2f} s")


def _prints(project: Project, count: int) -> Row:
    with project.open(f"for n in range({count}): print(n, flush=True)") as page:
        agent, started, updates = project.agent(), time.perf_counter(), page.updates
        page.run("cell-1")
        took = time.perf_counter() - started
        assert page.text(1).count("\n") == count
        return Row(
            f"{count} flushed prints",
            f"{count / took:.0f}/s",
            f"agent's CPU {agent.cpu_seconds:.2f} s",
            f"{page.updates - updates} updates",
        )


def _flood(project: Project, lines: int, *, deaf: bool) -> Row:
    """A cell prints without end; `deaf`: and another page takes nothing in."""
    with project.open(f"line = 'x' * {_LINE - 1} + '\\n'\nfor _ in range({lines}): print(line, end='')") as page:
        if not deaf:
            return _measured_flood(project, page, lines, "")
        with project.deaf_page():
            return _measured_flood(project, page, lines, ", another page reads nothing")


def _measured_flood(project: Project, page: live.Notebook, lines: int, how: str) -> Row:
    agent, served, received, started = project.agent(), project.served(), page.bytes, time.perf_counter()
    page.run("cell-1")
    took = time.perf_counter() - started
    assert page.outputs(1)[1]["text"].startswith("[output truncated: ")
    most = max(agent.grown_bytes, served.grown_bytes)
    return Row(
        f"{lines * _LINE / 1e6:.0f} MB printed by a cell{how}",
        f"agent +{agent.grown_bytes / _MIB:.0f} MiB, hub +{served.grown_bytes / _MIB:.0f} MiB",
        f"{took:.1f} s, CPU of agent {agent.cpu_seconds:.1f} s, of hub {served.cpu_seconds:.1f} s",
        f"page got {(page.bytes - received) / _MIB:.1f} MiB",
        "each <= +50 MiB",
        most <= 50 * _MIB,
    )
