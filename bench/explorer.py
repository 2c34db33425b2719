"""A directory with very many files: opening it in Chromium, and the call that lists it, against `ls`."""

import http.client
import json
import statistics
import subprocess
from collections.abc import Callable
from functools import partial

import anyio
from anyio import to_thread
from support.browsers import launched, visiting
from support.hubs import ServedHub
from support.people import Person, new_person

from bench.browser import signed_in
from bench.measure import Row, milliseconds, seconds

_ENTRIES = 10_000
_SHOWN_SECONDS = 0.3
_LISTED_SECONDS = 0.1
_FOLDER = "a[href$='/files/many/']"
_OPEN = """(folder) => new Promise((resolve) => {
  const began = performance.now();
  new MutationObserver((_, observer) => {
    if (!document.querySelector(".explorer-rows a[href*='/many/']")) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve((performance.now() - began) / 1000)));
  }).observe(document, { childList: true, subtree: true });
  document.querySelector(folder).click();
})"""


def run(hub: ServedHub, *, short: bool) -> list[Row]:
    return anyio.run(_run, hub, 3 if short else 20)


async def _run(hub: ServedHub, rounds: int) -> list[Row]:
    person = new_person(hub, "Owner")
    project = person.new_project()
    person.shell(project, f"mkdir many; cd many; seq -f f%g.txt {_ENTRIES} | xargs touch")
    many = hub.data_dir / "homes" / project[:2] / project / "many"
    works: dict[str, Callable[[], object]] = {
        "listed": partial(_list, person, project),
        "ls": lambda: subprocess.run(["ls", "-l", many], stdout=subprocess.DEVNULL, check=True),
    }
    times: dict[str, list[float]] = {name: [] for name in ("shown", *works)}
    async with launched() as browser, visiting(browser) as visitor:
        page = await signed_in(visitor, person)
        await page.goto(f"{hub.url}/projects/{project}/files/")
        for _ in range(rounds + 1):
            await page.locator(_FOLDER).wait_for()
            times["shown"].append(await page.evaluate(_OPEN, _FOLDER))
            await page.go_back()
            for name, work in works.items():
                times[name].append(await to_thread.run_sync(partial(seconds, work)))
    shown, listed, ls = (statistics.median(taken[1:]) for taken in times.values())
    return [
        _row(f"from the click until rows of {_ENTRIES} are drawn", shown, "its listing alone", listed, _SHOWN_SECONDS),
        _row(f"listing of {_ENTRIES} files", listed, "ls -l", ls, _LISTED_SECONDS),
    ]


def _row(name: str, ours: float, other: str, baseline: float, most: float) -> Row:
    words = f"{other}: {milliseconds(baseline)}"
    return Row(name, milliseconds(ours), words, f"{ours / baseline:.1f}", f"<= {most * 1000:.0f} ms", ours <= most)


def _list(person: Person, project: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", person.hub.port)
    headers = {"Authorization": f"Bearer {person.key}", "Content-Type": "application/json"}
    connection.request("POST", "/api/v2/files/list", json.dumps({"project_id": project, "path": "many"}), headers)
    assert len(json.loads(connection.getresponse().read())["entries"]) == _ENTRIES
    connection.close()
