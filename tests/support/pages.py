"""Pages without a browser: each has a Yjs document and speaks the real messages with real rooms, over memory."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from pycrdt import Array, Doc, Map, Text

from carrel.agent.connection import Stream
from carrel.agent.documents.extension import Extension
from carrel.agent.documents.pace import Pace
from carrel.agent.documents.place import Place
from carrel.agent.documents.rooms import Rooms
from carrel.protocol.documents import (
    DOCUMENT_CHANNEL,
    DocumentOpened,
    Kind,
    MessageDecoder,
    OpenDocument,
    Reader,
    encode_message,
    encode_number,
    encode_sized,
)

QUICK = Pace(poll=0.02, settle=0.01, quiet=0.02, longest=0.1, retry=0.02, linger=0.05, version=0.0)
PATIENT = Pace(quiet=3600, longest=3600, poll=3600)
"""Nothing is saved or noticed by itself."""
SECONDS = 60
_EMPTY = b"\x00\x00"


class MemoryStream(Stream):
    """A stream whose other end is in the same process; `window` pieces may wait in each direction."""

    def __init__(self, window: int = 64) -> None:
        self.opened: asyncio.Future[DocumentOpened] = asyncio.get_running_loop().create_future()
        self.to_page: asyncio.Queue[bytes] = asyncio.Queue(window)
        self.to_room: asyncio.Queue[bytes] = asyncio.Queue(window)

    def started(self, body: msgspec.Struct) -> None:
        assert isinstance(body, DocumentOpened)
        self.opened.set_result(body)

    async def send(self, channel: int, data: bytes) -> None:
        assert channel == DOCUMENT_CHANNEL
        await self.to_page.put(data)

    async def receive(self) -> bytes:
        return await self.to_room.get()


class Page:
    """One page; between `open` and `close` it is connected. Its document lives longer, as in a browser."""

    def __init__(self, desk: "Desk", path: str, **rights: Any) -> None:
        self.doc: Doc[Any] = Doc()
        self.generation = ""
        self.kind = ""
        self.events: list[dict[str, Any]] = []
        self.comms: list[bytes] = []
        self.states: dict[int, tuple[int, Any]] = {}
        self.acknowledged = 0
        self.sent = 0
        self.received_updates = 0
        self.rescued = 0
        self.stream: list[bytes] = []
        self.replies: dict[Any, dict[str, Any]] = {}
        self.listens = asyncio.Event()
        self.listens.set()
        self._desk = desk
        self._tasks = desk.tasks
        self._who: dict[str, Any] = {
            "account_id": "a",
            "name": "Ann",
            "color": "#123456",
            "may_edit": True,
            "may_run": True,
        } | rights
        self.path = path
        self._moved = asyncio.Event()
        self._calls = 0
        self._updates: list[bytes] = []
        self._hears = True
        self._task: asyncio.Task[None] | None = None
        self._synchronised = False
        self._is_rescuing = False
        self._shape()

    def _shape(self) -> None:
        for name, kind in (("source", Text), ("cells", Array), ("meta", Map)):
            self.doc.get(name, type=kind)
        self._subscription = self.doc.observe(self._changed)

    @property
    def text(self) -> Text:
        text: Text = self.doc.get("source", type=Text)
        return text

    @property
    def cells(self) -> "Array[Any]":
        cells: Array[Any] = self.doc.get("cells", type=Array)
        return cells

    def cell_list(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(str(self.cells))
        return found

    async def open(self, *, create: bool = False) -> "Page":
        """Connect, and synchronise in both directions; raises `Refused`."""
        self._stream = MemoryStream()
        request = OpenDocument(path=self.path, create=create, **self._who)
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = self._tasks.create_task(self._take_part(request))
        both: list[asyncio.Future[Any]] = [self._stream.opened, self._ended]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if self._ended.done():
            self._task = None
            self._ended.result()
        opened = self._stream.opened.result()
        self.kind, self.sent, self.acknowledged = opened.kind, 0, 0
        self._synchronised = False
        self._reader = self._tasks.create_task(self._listen())
        if self.generation not in ("", opened.generation):
            await self._rescue()
        self.generation = opened.generation
        await self.say(Kind.SYNC_STEP_1, self.doc.get_state())
        await self.until(lambda: self._synchronised)
        return self

    async def close(self) -> None:
        """Disconnect, at once."""
        assert self._task is not None
        for task in (self._reader, self._task):
            task.cancel()
        await asyncio.wait([self._reader, self._task])
        self._task = None

    @property
    def is_open(self) -> bool:
        return self._task is not None

    async def say(self, kind: int, payload: bytes) -> None:
        await self._stream.to_room.put(encode_message(kind, payload))

    async def push(self) -> None:
        """Send the edits made since."""
        while self._updates:
            await self._say_numbered(Kind.UPDATE, self._updates.pop(0))

    async def settled(self) -> None:
        """Return when everything that was sent is durable."""
        await self.push()
        await self.until(lambda: self.acknowledged == self.sent)

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """A call's reply, with `result` or `error`."""
        self._calls += 1
        number = self._calls
        await self.say(Kind.CALL, json.dumps({"id": number, "method": method, "params": params}).encode())
        await self.until(lambda: number in self.replies)
        return self.replies.pop(number)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that a message brings about."""
        async with asyncio.timeout(SECONDS):
            while not condition():
                self._moved.clear()
                await self._moved.wait()

    async def event(self, name: str, **fields: Any) -> dict[str, Any]:
        """Wait for an event with these fields, and forget those before it."""
        wanted = {"event": name, **fields}

        def is_there() -> bool:
            return any(wanted.items() <= event.items() for event in self.events)

        await self.until(is_there)
        while not wanted.items() <= (event := self.events.pop(0)).items():
            pass
        return event

    async def _take_part(self, request: OpenDocument) -> None:
        try:
            await self._desk.rooms.take_part(self._stream, request)
        except Exception as error:  # noqa: BLE001 -- whoever waits for the page gets it
            self._ended.set_exception(error)
            if self._stream.opened.done():
                self._ended.exception()
                self.events.append({"event": "closed", "code": getattr(error, "code", repr(error))})
                self._moved.set()

    async def _listen(self) -> None:
        decoder = MessageDecoder()
        while True:
            await self.listens.wait()
            for kind, payload in decoder.feed(await self._stream.to_page.get()):
                await self._take(kind, Reader(payload))
                self._moved.set()

    async def _take(self, kind: int, reader: Reader) -> None:
        if self._is_rescuing and kind in (Kind.SYNC_STEP_1, Kind.SYNC_STEP_2, Kind.UPDATE):
            pass  # of another generation: what is here goes there by its content
        elif kind == Kind.SYNC_STEP_1:
            self._updates.clear()
            await self._say_numbered(Kind.SYNC_STEP_2, self.doc.get_update(reader.rest()))
        elif kind in (Kind.SYNC_STEP_2, Kind.UPDATE):
            assert reader.number() == 0
            self._hears = False
            self.doc.apply_update(reader.rest())
            self._hears = True
            self.received_updates += 1
            self._synchronised = self._synchronised or kind == Kind.SYNC_STEP_2
        elif kind == Kind.ACK:
            self.acknowledged = reader.number()
        elif kind == Kind.AWARENESS:
            for _ in range(reader.number()):
                client, clock, state = reader.number(), reader.number(), reader.sized()
                self.states[client] = (clock, json.loads(state))
        elif kind == Kind.EVENT:
            self.events.append(json.loads(reader.rest()))
        elif kind == Kind.REPLY:
            reply = json.loads(reader.rest())
            self.replies[reply["id"]] = reply
        else:
            assert kind == Kind.COMM
            self.comms.append(reader.rest())

    async def _rescue(self) -> None:
        """As docs/live.md asks for: give everything away, wait for the `ACK`, begin with an empty document."""
        self._is_rescuing = True
        payload = encode_sized(self.generation.encode()) + self.doc.get_update()
        await self._say_numbered(Kind.RESCUE, payload)
        number = self.sent
        await self.until(lambda: self.acknowledged >= number)
        self.rescued += 1
        self._is_rescuing = False
        self._subscription.drop()
        self._updates.clear()
        self.stream.clear()
        self.doc = Doc()
        self._shape()

    async def _say_numbered(self, kind: Kind, payload: bytes) -> None:
        self.sent += 1
        await self.say(kind, encode_number(self.sent) + payload)

    def _changed(self, event: Any) -> None:
        self.stream.append(event.update)
        if self._hears and event.update != _EMPTY:
            self._updates.append(event.update)


class Desk:
    """A home with rooms that can be lost as by a killed agent, and pages that open its files."""

    def __init__(self, directory: Path, pace: Pace, extensions: tuple[Extension, ...] = ()) -> None:
        self.home, self.logs = directory / "home", directory / "logs"
        self.home.mkdir(exist_ok=True)
        self.pace = pace
        self._extensions = extensions
        self._pages: list[Page] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Desk"]:
        async with asyncio.TaskGroup() as self.tasks:
            await self._start()
            try:
                yield self
            finally:
                await self.kill()

    def page(self, path: str, **rights: Any) -> Page:
        page = Page(self, path, **rights)
        self._pages.append(page)
        return page

    async def kill(self) -> None:
        """What an agent's end leaves: the files, and what was committed. Nothing is saved or flushed."""
        for page in self._pages:
            if page.is_open:
                await page.close()
        self._life.cancel()
        await asyncio.wait([self._life])
        self._abandon()

    async def restart(self) -> None:
        """Kill the rooms, and start anew; pages have to open again."""
        await self.kill()
        await self._start()

    def _abandon(self) -> None:
        """Let go of the logs in the state they are in: closing them properly would tidy them up."""
        self.rooms._threads.close()
        kept = self.logs.with_name("kept")
        if self.logs.exists():
            shutil.copytree(self.logs, kept)
        for entry in self.rooms._entries.values():
            if entry.room is not None:
                entry.room.logbook._log.close()
        if kept.exists():
            shutil.rmtree(self.logs)
            kept.rename(self.logs)

    async def _start(self) -> None:
        group, ready = asyncio.TaskGroup(), asyncio.Event()
        self._life = self.tasks.create_task(_hold(group, ready))
        await ready.wait()
        self.rooms = Rooms(Place(str(self.home), str(self.logs)), group, self._extensions, self.pace)


async def _hold(group: asyncio.TaskGroup, ready: asyncio.Event) -> None:
    async with group:
        ready.set()
        await asyncio.Event().wait()
