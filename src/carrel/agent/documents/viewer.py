"""One page in a room: it speaks the messages of docs/live.md over its stream of the link."""

import asyncio
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from carrel.agent.connection import Refused, Stream
from carrel.agent.documents.extension import CallFailed, Event
from carrel.agent.documents.outbox import Outbox, TooSlow
from carrel.protocol.codec import GarbledFrame
from carrel.protocol.documents import (
    BUSY,
    DOCUMENT_CHANNEL,
    MAX_MESSAGE,
    Kind,
    MessageDecoder,
    OpenDocument,
    Reader,
    encode_number,
    encode_sized,
)
from carrel.protocol.link import CHUNK

if TYPE_CHECKING:
    from carrel.agent.documents.room import Room

BAD_CALL = "bad_call"
_MOST_CALLS = 64
_SERVER = encode_number(0)


class _Call(msgspec.Struct):
    id: msgspec.Raw
    method: str
    params: dict[str, Any] = {}


_calls = msgspec.json.Decoder(_Call)


class PageViewer:
    """A page that takes part; `run` is its life."""

    def __init__(self, room: "Room", stream: Stream, who: OpenDocument) -> None:
        self.account_id = who.account_id
        self.name = who.name
        self.may_edit = who.may_edit
        self.may_run = who.may_run
        self.user = {"name": who.name, "color": who.color, "account_id": who.account_id}
        self.is_synchronised = False
        self.outbox = Outbox(room.doc.get_update, room.awareness.encode)
        self._room = room
        self._stream = stream
        self._number = 0
        self._parts = bytearray()
        self._unacknowledged: list[tuple[int, int]] = []
        self._ended: asyncio.Future[Refused] = asyncio.get_running_loop().create_future()
        self._calls = 0

    async def run(self) -> None:
        """Take part until cancelled; raises `Refused` if the room or the page ends it."""
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                tasks.create_task(self._send())
                tasks.create_task(self._receive())
                raise await self._ended
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None

    def end(self, code: str, message: str) -> None:
        """Let `run` raise."""
        if not self._ended.done():
            self._ended.set_result(Refused(code, message))

    def send(self, kind: Kind, payload: bytes) -> None:
        """Put a message on the list; a viewer that takes nothing in is dropped."""
        try:
            self.outbox.put(kind, payload)
        except TooSlow:
            self.end(BUSY, "The page did not take in what it was sent.")

    def send_event(self, event: Event) -> None:
        self.send(Kind.EVENT, msgspec.json.encode(event))

    def send_comm(self, header: Event, buffers: Sequence[bytes] = ()) -> None:
        self.send(Kind.COMM, encode_comm(header, buffers))

    def acknowledge(self, durable: int) -> None:
        """Tell the page of its updates up to a position of the log."""
        done = [number for number, position in self._unacknowledged if position <= durable]
        if done:
            del self._unacknowledged[: len(done)]
            self.outbox.acknowledge(done[-1])

    async def _send(self) -> None:
        while True:
            frame = memoryview(await self.outbox.next())
            for start in range(0, len(frame), CHUNK):
                await self._stream.send(DOCUMENT_CHANNEL, bytes(frame[start : start + CHUNK]))
            self._room.moved()

    async def _receive(self) -> None:
        decoder = MessageDecoder()
        try:
            while True:
                for kind, payload in decoder.feed(await self._stream.receive()):
                    await self._take_part(kind, payload)
        except GarbledFrame as error:
            self.end(BAD_CALL, str(error))

    async def _take_part(self, kind: int, payload: bytes) -> None:
        if not self._parts and kind != Kind.PART:
            return await self._take(kind, Reader(payload))
        self._parts += payload
        if len(self._parts) > MAX_MESSAGE:
            raise GarbledFrame(f"a message of more than {MAX_MESSAGE} bytes")
        if kind != Kind.PART:
            whole, self._parts = bytes(self._parts), bytearray()
            await self._take(kind, Reader(whole))

    async def _take(self, kind: int, reader: Reader) -> None:
        if kind == Kind.SYNC_STEP_1:
            self._synchronise(reader.rest())
        elif kind in (Kind.SYNC_STEP_2, Kind.UPDATE, Kind.RESCUE):
            self._take_update(kind, reader)
        elif kind == Kind.AWARENESS:
            self._room.take_awareness(self, reader.rest())
        elif kind == Kind.CALL:
            self._call(reader.rest())
        elif kind == Kind.COMM:
            await self._room.take_comm(self, *decode_comm(reader))
        else:
            raise GarbledFrame(f"a message of kind {kind}")

    def _synchronise(self, state: bytes) -> None:
        try:
            update = self._room.diff(state)
        except ValueError as error:
            raise GarbledFrame("a state vector that is none") from error
        self.is_synchronised = True
        self.send(Kind.SYNC_STEP_2, _SERVER + update)

    def _take_update(self, kind: int, reader: Reader) -> None:
        number = reader.number()
        if number != self._number + 1:
            raise GarbledFrame(f"number {number} after {self._number}")
        self._number = number
        try:
            if kind == Kind.RESCUE:
                position = self._room.take_rescue(self, reader.text(), reader.rest())
            else:
                position = self._room.take_update(self, reader.rest(), is_answer=kind == Kind.SYNC_STEP_2)
        except CallFailed as error:
            self.send_event({"event": "refused", "code": error.code, "message": str(error)})
            return
        self._unacknowledged.append((number, position))
        self.acknowledge(self._room.durable)

    def _call(self, data: bytes) -> None:
        try:
            call = _calls.decode(data)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise GarbledFrame(f"a call that is none: {error}") from error
        if self._calls >= _MOST_CALLS:
            self._reply(call, error=CallFailed("busy", "Too many calls are under way."))
            return
        self._calls += 1
        self._tasks.create_task(self._answer(call))

    async def _answer(self, call: _Call) -> None:
        try:
            self._reply(call, result=await self._room.call(self, call.method, call.params))
        except CallFailed as error:
            self._reply(call, error=error)
        except Exception as error:  # noqa: BLE001 -- a bug in one method must not end the room
            traceback.print_exc()
            self._reply(call, error=CallFailed("internal", type(error).__name__))
        finally:
            self._calls -= 1

    def _reply(self, call: _Call, *, result: Event | None = None, error: CallFailed | None = None) -> None:
        body: Event = {"id": call.id}
        if error is None:
            body["result"] = result
        else:
            body["error"] = {"code": error.code, "message": str(error)}
        self.send(Kind.REPLY, msgspec.json.encode(body))


def encode_comm(header: Event, buffers: Sequence[bytes]) -> bytes:
    """The payload of a `COMM`."""
    return b"".join(map(encode_sized, (msgspec.json.encode(header), *buffers)))


def decode_comm(reader: Reader) -> tuple[Event, list[bytes]]:
    """Header and buffers of a `COMM`; raises `GarbledFrame`."""
    try:
        header = msgspec.json.decode(reader.sized(), type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise GarbledFrame(f"a comm that is none: {error}") from error
    buffers = []
    while not reader.is_at_end:
        buffers.append(reader.sized())
    return header, buffers
