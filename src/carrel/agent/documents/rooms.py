"""The rooms that are open: one for each real file, whatever names it is opened by."""

import asyncio
import os
import traceback
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import msgspec

from carrel.agent.connection import Refused, Stream
from carrel.agent.documents.extension import CallFailed, Extension
from carrel.agent.documents.log import Failure, Log, SavedVersion
from carrel.agent.documents.opening import open_room
from carrel.agent.documents.pace import Pace
from carrel.agent.documents.place import Place
from carrel.agent.documents.room import Room
from carrel.agent.documents.threads import Threads
from carrel.agent.documents.viewer import PageViewer
from carrel.protocol.documents import BUSY, NOT_FOUND, DocumentOpened, OpenDocument
from carrel.protocol.messages import INTERNAL

_MOST_ROOMS = 200


class _Entry(msgspec.Struct, eq=False):
    """The place of a room; `lock` is held by who opens or closes it, `waiting` are those who are about to enter."""

    lock: asyncio.Lock
    room: Room | None = None
    life: asyncio.Task[None] | None = None
    waiting: int = 0


class Rooms:
    """Opens rooms when somebody wants in, and closes them some time after the last has left."""

    def __init__(
        self, place: Place, tasks: asyncio.TaskGroup, extensions: Sequence[Extension] = (), pace: Pace | None = None
    ) -> None:
        self._place = place
        self._tasks = tasks
        self._extensions = extensions
        self._pace = pace or Pace()
        self._threads = Threads()
        self._entries: dict[str, _Entry] = {}
        self._sweeper: asyncio.Task[None] | None = None

    async def take_part(self, stream: Stream, request: OpenDocument) -> None:
        """The part that a page takes in a document, until it is cancelled; raises `Refused`."""
        real = self._place.resolve(request.path)
        entry = self._entry(real)
        entry.waiting += 1
        try:
            room = await self._open(real, entry, create=request.create and request.may_edit)
            viewer = PageViewer(room, stream, request)
            stream.started(DocumentOpened(room.kind, room.generation))
            room.enter(viewer)
        finally:
            entry.waiting -= 1
        try:
            await viewer.run()
        finally:
            room.leave(viewer)

    async def versions(self, path: str) -> list[tuple[SavedVersion, bytes]]:
        """The history of a document, oldest first, whether it is open or not; raises `Refused`."""
        real = self._place.resolve(path)
        entry = self._entry(real)
        async with entry.lock:
            if entry.room is not None:
                return await entry.room.logbook.do(read_versions) or []
            log = self._place.log_of(real)
            if not await self._threads.for_log(os.path.exists, log):
                raise Refused(NOT_FOUND, "The document has no history.")
            try:
                return await self._threads.for_log(_read_closed, log)
            except Failure as error:
                raise Refused(BUSY, f"The history cannot be read: {error}.") from error

    async def save(self) -> None:
        """Write every document that is not in its file yet; what cannot be written stays in its log."""
        for room in [entry.room for entry in self._entries.values() if entry.room is not None]:
            if room.watch.is_dirty and not room.is_broken:
                with suppress(CallFailed):
                    await room.save("auto")

    async def save_one(self, path: str) -> None:
        """Write a document, if it is open, to its file; raises `Refused` if that is not possible."""
        entry = self._entries.get(self._place.resolve(path))
        if entry is None:
            return
        async with entry.lock:
            room = entry.room
            if room is None or not room.watch.is_dirty:
                return
            if room.is_broken:
                raise Refused(BUSY, "The document has to be opened anew.")
            try:
                await room.save("user")
            except CallFailed as error:
                raise Refused(error.code, str(error)) from error

    def _entry(self, real: str) -> _Entry:
        if real not in self._entries and len(self._entries) >= _MOST_ROOMS:
            raise Refused(BUSY, "Too many documents of the project are open.")
        return self._entries.setdefault(real, _Entry(asyncio.Lock()))

    async def _open(self, real: str, entry: _Entry, *, create: bool) -> Room:
        """The room, opened by a task of its own: a page that loses patience must not leave half of it behind."""
        if entry.room is None or entry.room.is_broken or entry.lock.locked():
            opened = await asyncio.shield(self._tasks.create_task(self._make(real, entry, create=create)))
            if isinstance(opened, Refused):
                raise opened
            return opened
        return entry.room

    async def _make(self, real: str, entry: _Entry, *, create: bool) -> Room | Refused:
        """A room, or why there is none; never raises."""
        async with entry.lock:
            try:
                if entry.room is not None and entry.room.is_broken:
                    await self._end(entry)
                if entry.room is None:
                    entry.room = await self._start(real, entry, create=create)
                return entry.room
            except Refused as error:
                self._forget(real, entry)
                return error
            except Exception as error:  # noqa: BLE001 -- a bug in one document must not end the agent
                traceback.print_exc()
                return Refused(INTERNAL, type(error).__name__)

    async def _start(self, real: str, entry: _Entry, *, create: bool) -> Room:
        room = await open_room(self._place, real, self._threads, self._pace, create=create)
        room.watch.follow = partial(self._follow, entry)
        if self._sweeper is None:
            self._sweeper = self._tasks.create_task(self._sweep())
        entry.life = self._tasks.create_task(_live(room))
        await room.is_running.wait()
        for extend in self._extensions:
            extend(room)
        return room

    async def _sweep(self) -> None:
        """Close the rooms that nobody has needed for a while."""
        while True:
            await asyncio.sleep(self._pace.linger / 4)
            for real, entry in list(self._entries.items()):
                await self._close(real, entry)

    async def _close(self, real: str, entry: _Entry) -> None:
        async with entry.lock:
            if entry.room is None or entry.room.is_needed or entry.waiting or entry.room.is_young(self._pace.linger):
                return
            try:
                await entry.room.finish()
                await self._end(entry)
            except Exception:  # noqa: BLE001 -- a bug in one document must not end the agent
                traceback.print_exc()
            self._forget(real, entry)

    async def _end(self, entry: _Entry) -> None:
        room, entry.room = entry.room, None
        assert room is not None
        assert entry.life is not None
        entry.life.cancel()
        await asyncio.wait([entry.life])
        await room.close()

    async def _follow(self, entry: _Entry, real: str) -> str | None:
        """Have a room at the new path of its file, with its log; that path as people see it, None if it cannot be."""
        room, shown = entry.room, self._place.shown(real)
        if room is None or shown is None or real in self._entries:
            return None
        self._entries[real] = entry  # before the log is there, so that nobody makes another
        await room.logbook.move(self._place.log_of(real))
        self._entries.pop(room.path, None)
        room.path = real
        return shown

    def _forget(self, real: str, entry: _Entry) -> None:
        if entry.room is None and not entry.waiting and self._entries.get(real) is entry:
            del self._entries[real]


async def _live(room: Room) -> None:
    try:
        await room.run()
    except Exception:  # noqa: BLE001 -- a bug in one document must not end the agent
        traceback.print_exc()
        room.crash()


def read_versions(log: Log) -> list[tuple[SavedVersion, bytes]]:
    """All versions with their contents."""
    return [(version, log.version(version.version) or b"") for version in log.versions()]


def _read_closed(path: str) -> list[tuple[SavedVersion, bytes]]:
    log = Log(path)
    try:
        return read_versions(log)
    finally:
        log.close()
