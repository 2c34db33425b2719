"""Pages in Chromium: from an address to a notebook that can be read, to its first output, and what that weighs.

Each side opens a notebook of 50 cells in four ways, in turns with the other: at rest (ours: the project is stopped,
JupyterLab: its server runs, no kernel does) or in use (the notebook's kernel runs), in a fresh profile or again. Before
each the machine comes to rest, so that none is charged with what the one before leaves behind.
"""

import statistics
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Protocol

import anyio
from playwright.async_api import Browser, BrowserContext, Page
from support.browsers import launched, visiting
from support.hubs import ServedHub, served_hub
from support.notebooks import code, markdown, notebook
from support.parents import auth_token, file_url, kiosk
from support.people import Person, new_person

from bench import jupyterlab
from bench.browser import Watched, Weight
from bench.measure import Row, milliseconds, until_quiet

_PATIENCE_SECONDS = 300
_AGAIN = 3
_READABLE, _TYPED = "bench-readable.", "bench-typed."
_COUNTING = 'n = globals().get("n", 0) + 1\nprint("bench-" + f"output-{n}.")'
_PLACE = """(() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    if (!texts.currentNode.data.includes("globals")) continue;
    const { left, top, height } = texts.currentNode.parentElement.getBoundingClientRect();
    return [left + 2, top + height / 2];
  }
})()"""
_WITHOUT = "without JupyterLab: short, or not installed"
_UNTIL = """(patience) => new Promise((resolve) => {
  const ends = performance.now() + patience;
  const look = () => %s ? resolve(true) : performance.now() > ends ? resolve(false) : requestAnimationFrame(look);
  look();
})"""
_EDITED = _UNTIL % "document.querySelector('.cm-editor.cm-focused')"
_IDLE = _UNTIL % "document.querySelector('#jp-main-statusbar')?.innerText.includes('| Idle')"
_PARENT_PAGE = """<!doctype html><title>A course</title>
<script>
  const ready = new Promise((resolve) => {
    addEventListener("message", ({ data }) => { if (data.event === "ready") resolve(); });
  });
  const ask = (message) => new Promise((resolve, reject) => {
    const id = Math.random();
    const hear = ({ data }) => {
      if (data.id !== id || data.status === "ack") return;
      removeEventListener("message", hear);
      if (data.status === "done") resolve(); else reject(new Error(data.mesg));
    };
    addEventListener("message", hear);
    frames[0].postMessage({ ...message, id }, "*");
  });
  const open = async (project_id, paths) => {
    const times = [];
    for (const path of paths) {
      const started = performance.now();
      await ask({ action: "open", project_id, path });
      times.push((performance.now() - started) / 1000);
    }
    await ask({ action: "closeall" });
    return times;
  };
</script>
<iframe style="width: 1200px; height: 650px" src="%s"></iframe>
"""


async def enter(page: Page) -> None:
    """Click into the first code cell until its editor is there: what is loaded late may move it from under a click."""
    is_edited = False
    while not is_edited:
        left, top = await page.evaluate(_PLACE)
        await page.mouse.click(left, top)
        is_edited = await page.evaluate(_EDITED, 1000)


class Side(Protocol):
    """A server with notebooks."""

    async def write(self, name: str) -> None:
        """Put the notebook there."""

    async def rest(self) -> None:
        """Stop what need not run."""

    async def address(self, name: str) -> str: ...

    async def run(self, page: Page) -> None:
        """Run the first code cell, in which the cursor is."""


@dataclass(frozen=True)
class Ours:
    hub: ServedHub
    person: Person
    project_id: str

    async def write(self, name: str) -> None:
        await anyio.to_thread.run_sync(self.person.write, self.project_id, name, _notebook())

    async def rest(self) -> None:
        await anyio.to_thread.run_sync(lambda: self.person.call("stop_project", project_id=self.project_id))

    async def address(self, name: str) -> str:
        token = await anyio.to_thread.run_sync(auth_token, self.hub, self.person)
        return self.hub.url + kiosk(file_url(self.project_id, name), token=token)

    async def run(self, page: Page) -> None:
        """The kernel is started by this."""
        await page.keyboard.press("Shift+Enter")


@dataclass(frozen=True)
class Lab:
    url: str
    directory: Path

    async def write(self, name: str) -> None:
        await anyio.Path(self.directory / name).write_text(_notebook())

    async def rest(self) -> None:
        await anyio.to_thread.run_sync(jupyterlab.end_kernels, self.url)

    async def address(self, name: str) -> str:
        return f"{self.url}/lab/workspaces/{name.partition('.')[0]}/tree/{name}"

    async def run(self, page: Page) -> None:
        """What is run before the kernel is there is lost, and asks for a kernel instead."""
        await page.evaluate(_IDLE, 1000 * _PATIENCE_SECONDS)
        await page.keyboard.press("Shift+Enter")


@dataclass
class Times:
    """Seconds until a notebook could be read, and until its first cell's output was there."""

    readable: list[float] = field(default_factory=list)
    output: list[float] = field(default_factory=list)


Ways = dict[str, Times]


def run(place: Path, *, short: bool) -> list[Row]:
    return anyio.run(_run, place, short)


async def _run(place: Path, short: bool) -> list[Row]:
    async with _servers(place, with_lab=not short and jupyterlab.is_installed()) as (ours, lab), launched() as browser:
        sides: list[Side] = [ours] if lab is None else [ours, lab]
        found: list[Ways] = [defaultdict(Times) for _ in sides]
        for number in range(1 if short else 5):
            for side, ways in zip(sides, found, strict=True):
                with anyio.fail_after(_PATIENCE_SECONDS):
                    await _round(browser, side, number, ways)
        rows = _opening_rows(found)
        with anyio.fail_after(_PATIENCE_SECONDS):
            rows.append(await _messages(browser, ours, passes=1 if short else 5))
            weights = [await _weights(browser, side) for side in sides]
    return rows + _weight_rows(weights)


@asynccontextmanager
async def _servers(place: Path, *, with_lab: bool) -> AsyncIterator[tuple[Ours, Lab | None]]:
    """Both, or ours alone: JupyterLab takes too long for the short form, and must be installed."""
    async with AsyncExitStack() as stack:
        hub = stack.enter_context(served_hub(place / "pages", CARREL_DEV="1", CARREL_RUNNER_IMPORTS="null"))
        person = new_person(hub, "Ada")
        ours = Ours(hub, person, person.new_project())
        if not with_lab:
            yield ours, None
            return
        directory = place / "lab"
        directory.mkdir()
        yield ours, Lab(stack.enter_context(jupyterlab.served(directory)), directory)


def _notebook() -> str:
    """50 cells; the first code cell counts, and the fourth cell is the last one near the top."""
    cells = [markdown("# A notebook\n\nWith *some* text."), code(_COUNTING), markdown("Then."), code(f"# {_READABLE}")]
    for number in range(23):
        cells.append(markdown(f"## Part {number}\n\nSome **words** and `code` about part {number}."))
        cells.append(code(f"def part_{number}(x: int) -> int:\n    return x + {number}\n\n\npart_{number}(1)"))
    return notebook(*cells)


async def _round(browser: Browser, side: Side, number: int, ways: Ways) -> None:
    first, second = f"first-{number}.ipynb", f"second-{number}.ipynb"
    for name in (first, second):
        await side.write(name)
    await side.rest()
    async with visiting(browser) as visitor:
        await _open(visitor.context, side, first, 1, ways["at rest, fresh profile"])
        for count in range(2, 2 + _AGAIN):
            await _open(visitor.context, side, first, count, ways["in use, opened again"])
    async with visiting(browser) as visitor:
        await _open(visitor.context, side, first, 2 + _AGAIN, ways["in use, fresh profile"])
        await side.rest()
        await _open(visitor.context, side, second, 1, ways["at rest, seen before"])


async def _open(context: BrowserContext, side: Side, name: str, count: int, times: Times) -> None:
    """Open it and run its first code cell as soon as it can be read; `count` is how often that has been done then."""
    watched = await Watched.new(context)
    address = await side.address(name)
    await until_quiet()
    await watched.page.goto(address, wait_until="commit")
    times.readable.append(await watched.until(_READABLE))
    await enter(watched.page)
    await side.run(watched.page)
    times.output.append(await watched.until(f"bench-output-{count}."))
    await watched.page.close()


def _opening_rows(found: list[Ways]) -> list[Row]:
    rows = []
    for way, times in found[0].items():
        lab = found[1][way] if len(found) > 1 else Times()
        most = 0.3 if way == "in use, opened again" else None
        rows.append(_row(f"{way}: readable", times.readable, lab.readable, most_s=most, most_ratio=most and 0.2))
        most = 1.5 if way.startswith("at rest") else None
        rows.append(_row(f"{way}: first output", times.output, lab.output, most_s=most))
    return rows


def _row(
    name: str, ours: list[float], lab: list[float], *, most_s: float | None = None, most_ratio: float | None = None
) -> Row:
    median = statistics.median(ours)
    met = None if most_s is None else median <= most_s
    goal = "" if most_s is None else f"<= {most_s * 1000:.0f} ms"
    if not lab:
        return Row(name, milliseconds(median), _WITHOUT, "", goal, met)
    ratio = median / statistics.median(lab)
    if most_ratio is not None:
        goal, met = f"{goal} and <= {most_ratio}", met and ratio <= most_ratio
    return Row(
        name, milliseconds(median), f"JupyterLab {milliseconds(statistics.median(lab))}", f"{ratio:.2f}", goal, met
    )


async def _messages(browser: Browser, ours: Ours, *, passes: int) -> Row:
    """Notebooks that a parent page of another site opens by messages, one after the other."""
    names = [f"message-{number}.ipynb" for number in range(8)]
    for name in names:
        await ours.write(name)
    token = await anyio.to_thread.run_sync(auth_token, ours.hub, ours.person)
    body = _PARENT_PAGE % f"{ours.hub.url}{kiosk(token=token)}"
    times: list[float] = []
    with _parent(body.encode()) as address:
        async with visiting(browser) as visitor:
            page = await visitor.open(address)
            await page.evaluate("ready")
            await page.evaluate("([project, paths]) => open(project, paths)", [ours.project_id, names[:1]])
            for _ in range(passes):
                times += await page.evaluate("([project, paths]) => open(project, paths)", [ours.project_id, names])
    p95 = statistics.quantiles(times, n=20)[-1]
    return Row(
        f"open to done by message, {len(times)} opens",
        f"p95 {milliseconds(p95)}",
        f"p50 {milliseconds(statistics.median(times))}",
        goal="p95 <= 300 ms",
        met=p95 <= 0.3,
    )


@contextmanager
def _parent(body: bytes) -> Iterator[str]:
    """The address of a page of another site."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://localhost:{server.server_port}/"
        finally:
            server.shutdown()  # or its thread would keep the process


async def _weights(browser: Browser, side: Side) -> tuple[Weight, Weight]:
    """What came until the notebook could be read, and until it could be edited."""
    await side.write("weight.ipynb")
    async with visiting(browser) as visitor:
        watched = await Watched.new(visitor.context)
        await watched.page.goto(await side.address("weight.ipynb"), wait_until="commit")
        await watched.until(_READABLE)
        readable = await watched.weight()
        await enter(watched.page)
        usable = await watched.weight()
        await watched.page.keyboard.type(f"#{_TYPED}")
        await watched.until(_TYPED)
        return readable, usable


def _weight_rows(weights: list[tuple[Weight, Weight]]) -> list[Row]:
    rows = []
    for number, name in enumerate(("readable", "usable")):
        ours, *lab = [pair[number] for pair in weights]
        for what, size, others in (
            ("scripts and styles", ours.code, [weight.code for weight in lab]),
            ("everything", ours.total, [weight.total for weight in lab]),
        ):
            has_goal = (name, what) == ("usable", "scripts and styles")
            baseline = f"JupyterLab {others[0] / 1000:.0f} kB" if others else _WITHOUT
            rows.append(
                Row(
                    f"{what} over the wire until {name}",
                    f"{size / 1000:.0f} kB",
                    baseline,
                    f"{size / others[0]:.3f}" if others else "",
                    "<= 200 kB" if has_goal else "",
                    size <= 200_000 if has_goal else None,
                )
            )
    return rows
