"""Terminals of a real agent, as hubs see them over its link."""

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from support.agents import RunningAgent

from carrel.agent.terminals.requests import MOST_TERMINALS
from carrel.agent.terminals.scrollback import KEPT_BYTES
from carrel.agent.terminals.viewer import WINDOW_BYTES
from carrel.domain.documents import DocumentRefused
from carrel.protocol.documents import Kind, encode_number
from carrel.protocol.terminals import OpenTerminal
from carrel.remote.documents import DocumentStream
from carrel.remote.link import AgentLink

pytestmark = pytest.mark.anyio
SECONDS = 20


class Screen:
    """A page that looks at a terminal: keeps what it is sent, and says that it has taken it while it `takes`."""

    def __init__(self, stream: DocumentStream) -> None:
        self.stream = stream
        self.output = b""
        self.events: dict[str, dict[str, Any]] = {}
        self.begun = 0
        self.received = 0
        self.takes = True
        self._moved = anyio.Event()

    async def read(self) -> None:
        async for kind, payload in self.stream:
            if kind == Kind.OUTPUT:
                self.output += payload
                self.received += len(payload)
                if self.takes:
                    await self.take()
            else:
                assert kind == Kind.EVENT
                event = json.loads(payload)
                self.events[event["event"]] = event
                if event["event"] == "history":
                    self.output = b""
                    self.begun += 1
            self._moved.set()

    async def take(self) -> None:
        await self.stream.send(Kind.TAKEN, encode_number(self.received))

    async def type(self, text: str) -> None:
        await self.stream.send(Kind.INPUT, text.encode())

    async def resize(self, columns: int, rows: int) -> None:
        await self.stream.send(Kind.RESIZE, encode_number(columns) + encode_number(rows))

    async def until(self, condition: Callable[[], object]) -> None:
        with anyio.fail_after(SECONDS):
            while not condition():
                self._moved = anyio.Event()
                await self._moved.wait()

    async def shows(self, pattern: str) -> "re.Match[bytes]":
        """Wait for output that matches."""
        wanted = re.compile(pattern.encode())
        await self.until(lambda: wanted.search(self.output))
        found = wanted.search(self.output)
        assert found is not None
        return found

    async def has_size(self, columns: int, rows: int) -> None:
        wanted = {"columns": columns, "rows": rows}
        await self.until(lambda: wanted.items() <= self.events.get("size", {}).items())


@asynccontextmanager
async def screen(
    link: AgentLink,
    path: str = "x.term",
    size: tuple[int, int] = (80, 24),
    *,
    may_type: bool = True,
    create: bool = True,
) -> AsyncIterator[Screen]:
    request = OpenTerminal(path, may_type=may_type, create=create)
    async with link.open_document(request) as stream, anyio.create_task_group() as tasks:
        assert stream.opened.kind == "terminal"
        one = Screen(stream)
        tasks.start_soon(one.read)
        await one.resize(*size)
        yield one
        tasks.cancel_scope.cancel()


async def refuses(stream: DocumentStream, *messages: tuple[Kind, bytes]) -> None:
    """Send messages of which the last ends the stream."""
    for kind, payload in messages:
        await stream.send(kind, payload)
    with pytest.raises(DocumentRefused), anyio.fail_after(SECONDS):
        await Screen(stream).read()


async def test_a_shell_runs_in_a_terminal_of_its_own_beside_the_file(agent: RunningAgent, link: AgentLink) -> None:
    (agent.home / "sub").mkdir()
    async with screen(link, "sub/é.term", size=(91, 37)) as page:
        await page.type('printf \'|%s\' "$PWD" "$TERM" "$(tty)" "$(stty size)"; shopt -q login_shell && echo login\n')
        found = await page.shows(r"\|(/[^|]*)\|([^|]*)\|([^|]*)\|([0-9 ]*)login")
        assert found[1].decode() == str(agent.home / "sub")
        assert found[2] == b"xterm-256color"
        assert found[3].startswith(b"/dev/pts/")
        assert found[4] == b"37 91"
        await page.type("stty -a; sh -c 'echo sle''eping; exec sleep 1000'\n")
        await page.shows(r"[^-]iutf8(.|\n)*sleeping")
        await page.type("\x03")
        await page.shows(r"\^C")
        await page.type("echo stat''us $?\n")
        await page.shows("status 130")
    assert (agent.home / "sub/é.term").read_bytes() == b""


async def test_what_was_shown_is_there_for_whoever_comes_later(agent: RunningAgent, link: AgentLink) -> None:
    async with screen(link) as page:
        await page.type("name=kept; echo fi''rst\n")
        await page.shows("first")
    async with AgentLink.connect(agent.address) as other, screen(other, create=False) as again:
        await again.shows("first")
        await again.until(lambda: again.events["history"]["bytes"] == len(again.output))
        assert again.begun == 1
        await again.type("echo $name''$name\n")
        await again.shows("keptkept")


async def test_several_pages_see_the_same_and_all_may_type(agent: RunningAgent, link: AgentLink) -> None:
    (agent.home / "link.term").symlink_to("x.term")
    async with screen(link) as one, screen(link, "link.term") as two:
        await one.type("a=1; echo s''et\n")
        await two.shows("set")
        await two.type("echo sum''=$((a + 1))\n")
        await one.shows("sum=2")
        await two.shows("sum=2")
        assert one.events["size"]["answers"] is True
        assert two.events["size"]["answers"] is False


async def test_the_terminal_fits_into_every_page_that_shows_it(link: AgentLink) -> None:
    async with screen(link, size=(100, 30)) as one:
        await one.has_size(100, 30)
        async with screen(link, size=(120, 20)) as two, screen(link, size=(50, 10), may_type=False):
            for page in (one, two):
                await page.has_size(100, 20)
            await two.resize(0, 0)
            await one.has_size(100, 30)
            await two.resize(1, 1_000_000)
            await one.has_size(2, 30)
        await one.has_size(100, 30)


async def test_who_may_only_look_sees_but_cannot_type(link: AgentLink) -> None:
    async with screen(link) as page:
        await page.type("echo fi''rst\n")
        await page.shows("first")
        async with link.open_document(OpenTerminal("x.term", may_type=False)) as stream:
            await refuses(stream, (Kind.RESIZE, b"\x50\x18"), (Kind.INPUT, b"echo sec''ond\n"))
        async with screen(link, may_type=False, create=False) as looking:
            await looking.shows("first")
            await page.type("echo th''ird\n")
            await looking.shows("third")
        assert b"second" not in page.output


async def test_nothing_is_opened_that_is_no_file(agent: RunningAgent, link: AgentLink) -> None:
    (agent.home / "d.term").mkdir()
    for path, may_type, create, reason in [
        ("x.term", True, False, "not_found"),
        ("x.term", False, True, "not_found"),
        ("d.term", True, True, "not_a_file"),
        ("../x.term", True, True, "bad_path"),
    ]:
        with pytest.raises(DocumentRefused) as refused:
            async with screen(link, path, may_type=may_type, create=create):
                pass
        assert refused.value.reason == reason, path
    assert not (agent.home / "x.term").exists()


async def test_a_shell_that_has_ended_says_so_and_any_key_starts_another(link: AgentLink) -> None:
    async with screen(link) as page:
        await page.type("exit 3\n")
        await page.shows("has ended with status 3; press any key")
        await page.until(lambda: page.events["shell"] == {"event": "shell", "running": False, "status": 3})
        await page.type("q")
        await page.until(lambda: page.events["shell"]["running"])
        await page.type("echo an''other\n")
        await page.shows("another")
        await page.type("exec sh -c 'echo sle''eping; exec sleep 1000'\n")
        await page.shows("sleeping")
        await page.type("\x1c")
        await page.shows("has ended with status -3")


async def test_a_shell_waits_for_no_page_and_one_left_behind_begins_anew(agent: RunningAgent, link: AgentLink) -> None:
    async with screen(link) as slow:
        await slow.type("echo rea''dy\n")
        await slow.shows("ready")
        slow.takes = False
        await slow.type("head -c 5000000 /dev/zero | tr '\\0' x; printf '\\033[c'; echo > gone; echo; echo do''ne\n")
        taken = slow.received
        with anyio.fail_after(SECONDS):
            while not (agent.home / "gone").exists():
                taken += 1  # it moves, but slowly
                await slow.stream.send(Kind.TAKEN, encode_number(min(taken, slow.received)))
                await link.ping()
        assert slow.received < 2 * WINDOW_BYTES
        slow.takes = True
        await slow.take()
        await slow.shows("done")
        assert slow.begun == 2
        assert slow.events["history"]["bytes"] == 0
        assert len(slow.output) <= KEPT_BYTES * 1.3


async def test_terminals_are_listed_and_ended_also_those_that_nobody_looks_at(link: AgentLink) -> None:
    async with screen(link) as page:
        await page.shows(r"\$|#")
    async with screen(link, "busy.term") as page:
        await page.type("echo sta''rted; trap '' HUP; sleep 1000\n")
        await page.shows("started")
        before = (await link.activity()).count
        wanted = [("x.term", 0, False), ("busy.term", 1, True)]
        with anyio.fail_after(SECONDS):
            while [(one.path, one.viewers, one.is_busy) for one in await link.terminals()] != wanted:
                await link.ping()
        assert (await link.activity()).count == before  # who only asks uses nothing
        assert await link.end_terminal("busy.term")
        await page.shows("has ended with status -9")
    assert await link.end_terminal("x.term")
    assert not await link.end_terminal("x.term")
    assert not await link.end_terminal("other.term")
    assert await link.terminals() == []


async def test_more_is_typed_than_a_program_takes(link: AgentLink) -> None:
    async with screen(link) as page:
        await page.type("stty raw -echo; echo is''raw; sleep .5; head -c 500000 | wc -c; stty sane\n")
        await page.shows("israw")
        for _ in range(50):
            await page.type("x" * 10_000)
        await page.shows("500000")


async def test_a_page_that_says_what_it_must_not_loses_the_terminal(link: AgentLink) -> None:
    for kind, payload in [
        (Kind.TAKEN, encode_number(10**9)),
        (Kind.RESIZE, b"\x01"),
        (Kind.SYNC_STEP_1, b"\x00"),
    ]:
        async with link.open_document(OpenTerminal("x.term", may_type=True, create=True)) as stream:
            await refuses(stream, (kind, payload))


async def test_the_terminals_of_a_project_are_counted(agent: RunningAgent, link: AgentLink) -> None:
    for number in range(MOST_TERMINALS):
        async with screen(link, f"{number}.term") as page:
            await page.shows(r"\$|#")
    with pytest.raises(DocumentRefused) as refused:
        async with screen(link, "more.term"):
            pass
    assert refused.value.reason == "busy"
    async with screen(link, "0.term") as page:
        await page.type("exit\n")
        await page.shows("has ended")
    with anyio.fail_after(SECONDS):
        while not await has_room(link):
            await link.ping()  # the agent has yet to notice that the page has gone


async def has_room(link: AgentLink) -> bool:
    try:
        async with screen(link, "more.term") as page:
            await page.type("echo ro''om\n")
            await page.shows("room")
    except DocumentRefused:
        return False
    return True


def rss(process: int) -> int:
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * 4096


@pytest.mark.slow
async def test_a_hundred_megabytes_leave_the_agent_small_and_awake(agent: RunningAgent, link: AgentLink) -> None:
    async with screen(link) as page:
        await page.type("echo rea''dy\n")
        await page.shows("ready")
        before = rss(agent.process.pid)
        await page.type("head -c 100M /dev/zero | tr '\\0' x; echo do''ne\n")
        largest = 0
        while b"done" not in page.output[-100:]:
            page.output = page.output[-100:]
            await link.ping()
            largest = max(largest, rss(agent.process.pid))
    assert largest - before < 50_000_000
