"""Everything at once, at random: five pages, a cell that runs, outside writers, killed agents and lost logs.

Each edit puts a line of its own into a cell. At the end every page, the file and yjs have the same cells, each cell is
there once, each line is there that was acknowledged and that nobody may have deleted, and each cell that stayed in its
place shows exactly what was printed when it ran last.
"""

import asyncio
import base64
import json
import os
import random
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pycrdt import Array, Map, Text
from support.node import NODE, WEB
from support.pages import Desk, Page

from carrel.agent.documents.extension import Host
from carrel.agent.documents.notebook import notebook_of
from carrel.agent.documents.notebook_file import NotebookFile
from carrel.agent.documents.pace import Pace
from carrel.agent.notebooks.cells import Cells
from carrel.agent.notebooks.writer import Writer

pytestmark = pytest.mark.anyio

_PACE = Pace(poll=0.02, settle=0.005, quiet=0.03, longest=0.3, retry=0.02, linger=0.1, version=0.1)
_READER = Path(__file__).parents[3] / "support" / "yjs_reader.mjs"
_LINES = 40


class Execution:
    """Stands for a kernel, and as one it ends with the agent: one cell at a time runs and prints."""

    def extend(self, host: Host) -> None:
        """A room has opened."""
        self.running = ""
        self.printed: dict[str, str] = {}
        self._host = host
        self._cells = Cells(host.doc)
        self._writer = Writer(host, self._cells)

    def step(self, random: random.Random) -> None:
        """Begin, print or end."""
        if self.running:
            text = f"{len(self.printed[self.running])} é😀\n" if random.random() < 0.8 else "\rback\n"
            self._writer.print(self.running, "stdout", text)
            self.printed[self.running] += text.lstrip("\r")
            if random.random() < 0.05:
                self.end()
        elif cells := self._cells.code():
            self.running = random.choice(cells)
            self.printed[self.running] = ""
            self._host.hold()
            self._writer.begin(self.running)

    def end(self) -> None:
        """The cell has run."""
        if self.running:
            self._writer.end(self.running)
            self.running = ""
            self._host.release()


class Storm:
    """One run; `lines` are the lines that must be there at the end unless their cell has gone.

    A cell that moves is made again, so what others type into it at that moment goes with the old one: each making has
    a mark of its own in the metadata, and lines belong to that. One that is `gone` may come back as it is in the file
    or in a page, because somebody has changed it there, and go again with what is in it. Of one that two have moved,
    neither knowing of the other, each of both may go.
    """

    def __init__(self, desk: Desk, execution: Execution, seed: int) -> None:
        self.random = random.Random(seed)
        self.execution = execution
        self.desk = desk
        self.path = desk.home / "storm.ipynb"
        cells = [cell("code", f"c{index}") for index in range(4)]
        self.path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1))
        self.pages = [desk.page("storm.ipynb", account_id=f"a{index}") for index in range(5)]
        self.lines: dict[str, str] = {}
        self.moved: set[str] = set()
        self.gone: set[str] = set()
        self.marks: dict[str, list[str]] = {}
        self.made = {f"c{index}" for index in range(4)}
        self.operations = 0
        self.rescues = 0
        self.kills: list[tuple[int, bool]] = []

    async def run(self, operations: int, *, losses: bool) -> None:
        """Open everything, go on until so much has been done, and come to rest."""
        for page in self.pages:
            if not page.is_open:
                await page.open()
        while self.operations < operations:
            await self.step(losses=losses)
        await self.rest()

    async def step(self, *, losses: bool) -> None:
        """One page edits; now and then something happens."""
        page = self.random.choice(self.pages)
        for _ in range(self.random.randrange(1, 12)):
            with page.doc.transaction():
                self.edit(page)
        happening = self.random.random()
        if happening < 0.01:
            await (page.close() if page.is_open else page.open())
        elif happening < 0.03:
            await self.desk.rooms._threads.for_file(self.write_outside)  # whoever reads and writes has to be alone
        elif happening < 0.0315:
            await self.kill(lose_log=losses and self.random.random() < 0.3)
        if self.random.random() < 0.2 and any(page.is_open for page in self.pages):
            self.execution.step(self.random)
        if page.is_open:
            await page.push()
        if self.random.random() < 0.3:
            await asyncio.sleep(0)

    def edit(self, page: Page) -> None:
        """A line more; sometimes one less, a cell more, less, or elsewhere."""
        self.operations += 1
        count = len(page.cells)
        kind = self.random.random()
        if count == 0 or (kind < 0.01 and count < 12):
            name = f"n{self.operations}"
            self.made.add(name)
            page.cells.insert(self.random.randrange(count + 1), live_cell(name, "", name))
            return
        index = self.random.randrange(count)
        found = page.cells[index]
        name, source, mark = str(found["id"]), found["source"], str(found["metadata"]["mark"])
        lines = str(source).splitlines(keepends=True)
        if kind < 0.011:
            self.moved.add(name)
            marks = self.marks.setdefault(name, [name])
            self.gone.update(marks)
            stays = self.random.random() < 0.5
            del page.cells[index]
            if stays:
                made = live_cell(name, "".join(lines), f"m{self.operations}")
                if mark != marks[-1]:
                    self.gone.add(f"m{self.operations}")
                marks.append(f"m{self.operations}")
                page.cells.insert(self.random.randrange(count), made)
            for line in map(str.strip, lines):
                if stays and line in self.lines:
                    self.lines[line] = f"m{self.operations}"
                else:
                    self.lines.pop(line, None)
            return
        at = self.random.randrange(len(lines) + 1)
        offset = sum(len(line.encode()) for line in lines[:at])
        if at and (len(lines) > _LINES or kind < 0.3):
            self.lines.pop(lines[at - 1].strip(), None)
            del source[offset - len(lines[at - 1].encode()) : offset]
            return
        line = line_of(self.operations)
        self.lines[line] = mark
        source.insert(offset, f"{line}\n")

    def write_outside(self) -> None:
        """Another program adds a line to the file, in one step or in place."""
        self.operations += 1
        content = json.loads(self.path.read_bytes())
        if not content["cells"]:
            return
        found = self.random.choice(content["cells"])
        line = f"outside {line_of(self.operations)}"
        found["source"] = [*found["source"], f"{line}\n"]
        self.lines[line] = found["metadata"]["mark"]
        text = json.dumps(content, indent=1)
        if self.random.random() < 0.5:
            other = self.path.with_name("other")
            other.write_text(text)
            os.replace(other, self.path)
        else:
            self.path.write_text(text)

    async def kill(self, *, lose_log: bool) -> None:
        """The agent dies, perhaps with its log; pages come back with what they have, or as new ones with nothing."""
        self.kills.append((self.operations, lose_log))
        if not lose_log:
            await self.forget()
        await self.desk.kill()
        if lose_log:
            for log in self.desk.logs.iterdir():
                log.unlink()
        await self.desk.restart()
        for page in self.pages:
            if self.random.random() < 0.8:
                await page.open()

    async def forget(self) -> None:
        """Everybody who is there has everything acknowledged, and closes the browser."""
        for index, page in enumerate(self.pages):
            if page.is_open:
                await page.settled()
                self.rescues += page.rescued
                self.pages[index] = self.desk.page("storm.ipynb")

    async def rest(self) -> None:
        """All pages come back, and everything arrives everywhere."""
        for page in self.pages:
            if not page.is_open:
                await page.open()
            await page.settled()
        self.execution.end()
        for page in self.pages:
            assert "result" in await page.call("save", cause="user")
        for page in self.pages:
            await page.until(lambda page=page: page.cell_list() == self.pages[0].cell_list())  # type: ignore[misc]
        self.rescues += sum(page.rescued for page in self.pages)

    def check(self) -> None:
        """The promises."""
        found = self.pages[0].cell_list()
        cells = {each["id"]: each["source"] for each in found}
        outputs = {each["id"]: "".join(output["text"] for output in each["outputs"]) for each in found}
        marks = {each["metadata"]["mark"] for each in found}
        assert len(cells) == len(found)
        written = NotebookFile(self.path.read_bytes()).value
        assert written.cells == notebook_of({}, found).cells
        ran = {name: text for name, text in self.execution.printed.items() if name in cells.keys() - self.moved}
        assert {name: outputs[name] for name in ran} == ran
        assert self.made <= cells.keys() | self.moved
        present = {line for source in cells.values() for line in source.splitlines()}
        wanted = {line: mark for line, mark in self.lines.items() if mark in marks - self.gone}
        lost = {line: mark for line, mark in wanted.items() if line not in present}
        assert lost == {}, (len(lost), sorted(set(lost.values())), "killed, and with the log:", self.kills)
        if not self.rescues:
            lines = [line for source in cells.values() for line in source.splitlines()]
            assert [line for line in set(lines) if lines.count(line) > 1] == []


def line_of(number: int) -> str:
    """A line that is no other with something put in."""
    return f"{sha256(b'%d' % number).hexdigest()[:8]} {number} é😀"


def cell(kind: str, name: str) -> dict[str, Any]:
    metadata = {"mark": name}
    return {"cell_type": kind, "id": name, "metadata": metadata, "source": [], "outputs": [], "execution_count": None}


def live_cell(name: str, text: str, mark: str) -> "Map[Any]":
    return Map({**cell("code", name), "source": Text(text), "metadata": Map({"mark": mark}), "outputs": Array([])})


def read_with_yjs(updates: list[bytes]) -> dict[str, Any]:
    """What yjs makes of a stream of updates."""
    lines = b"\n".join(map(base64.b64encode, updates))
    command = [*NODE, str(_READER), str(WEB / "package.json")]
    done = subprocess.run(command, input=lines, capture_output=True, check=True, timeout=60)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


async def storm(directory: Path, seed: int, operations: int, *, losses: bool, rests: int = 1) -> Storm:
    execution = Execution()
    async with Desk(directory, _PACE, (execution.extend,)).running() as desk:
        run = Storm(desk, execution, seed)
        for rest in range(1, rests + 1):  # what is lost in a cell can be seen for as long as nobody moves that
            await run.run(operations * rest // rests, losses=losses)
            run.check()
        assert read_with_yjs(run.pages[0].stream)["cells"] == run.pages[0].cell_list()
        return run


@pytest.mark.parametrize("seed", range(3))
async def test_nothing_gets_lost(tmp_path: Path, seed: int) -> None:
    await storm(tmp_path, seed, 3_000, losses=False)


@pytest.mark.parametrize("seed", range(3))
async def test_nothing_gets_lost_with_the_logs(tmp_path: Path, seed: int) -> None:
    await storm(tmp_path, seed, 3_000, losses=True)


@pytest.mark.slow
@pytest.mark.timeout(600)  # a minute where nothing else runs
async def test_nothing_gets_lost_in_a_long_storm(tmp_path: Path) -> None:
    run = await storm(tmp_path, 42, 100_000, losses=True, rests=20)
    assert len(run.kills) > 10
