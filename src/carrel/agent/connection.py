"""One hub's connection: frames in, a task for each request, frames out.

Everything that a task sends in one turn of the event loop leaves in one write. A task that sends data waits for the
stream's credit and for the socket, so neither a slow hub nor a slow caller behind it fills our memory.
"""

import asyncio
import traceback
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import msgspec

from carrel import __version__
from carrel.protocol.codec import GarbledFrame, ProtocolError, pack, unpack
from carrel.protocol.evaluations import ANSWER_CHANNEL, Answered
from carrel.protocol.link import CHUNK, AgentEnd
from carrel.protocol.messages import BAD_REQUEST, CANCELLED, INTERNAL, Cancel, Credit, Data, Request
from carrel.protocol.requests import AgentRequest

HANDSHAKE_SECONDS = 10.0
_requests: "msgspec.msgpack.Decoder[AgentRequest]" = msgspec.msgpack.Decoder(AgentRequest)


class Refused(Exception):
    """A request that ends in `Failed(code, message)`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Stream:
    """The agent's side of one request, as its handler sees it."""

    def __init__(self, connection: "Connection", stream_id: int) -> None:
        self._connection = connection
        self._id = stream_id
        self.task: asyncio.Task[None] | None = None
        self.writable = asyncio.Event()
        self._input: deque[bytes] = deque()
        self._arrived = asyncio.Event()

    def started(self, body: msgspec.Struct) -> None:
        """Tell that the work has begun."""
        self._connection.link.started(self._id, pack(body))
        self._connection.flush_soon()

    async def send(self, channel: int, data: bytes) -> None:
        """Send data, as fast as the other end takes it."""
        link = self._connection.link
        while data:
            size = min(link.credit(self._id), CHUNK, len(data))
            if size == 0 or self._connection.is_congested:
                self.writable.clear()
                await self.writable.wait()
                continue
            link.send_data(self._id, channel, data[:size])
            self._connection.flush_soon()
            data = data[size:]

    async def answer(self, values: list[Any]) -> Answered:
        """Send a list, in JSON."""
        await self.send(ANSWER_CHANNEL, msgspec.json.encode(values))
        return Answered()

    async def receive(self) -> bytes:
        """The next piece of what the hub sends on the stream; it never ends but by the stream's cancellation."""
        while not self._input:
            self._arrived.clear()
            await self._arrived.wait()
        piece = self._input.popleft()
        self._connection.link.consumed(self._id, len(piece))
        self._connection.flush_soon()
        return piece

    def put(self, piece: bytes) -> None:
        """Called by the connection; the stream's credit bounds how much can be waiting."""
        self._input.append(piece)
        self._arrived.set()


Handler = Callable[[Stream, Any], Awaitable[msgspec.Struct]]
"""Does what a request asks and returns the body of `Ended`; raises `Refused`. Cancelled with the stream."""


class Connection(asyncio.Protocol):
    """Serves one hub until it hangs up or breaks the protocol; its running commands are then killed, jobs live on."""

    def __init__(
        self, handlers: Mapping[type, Handler], tasks: asyncio.TaskGroup, open_ones: "set[Connection]"
    ) -> None:
        self.link = AgentEnd(f"carrel {__version__}")
        self.is_congested = False
        self._handlers = handlers
        self._tasks = tasks
        self._open_ones = open_ones
        self._streams: dict[int, Stream] = {}
        self._flushing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._open_ones.add(self)
        loop = asyncio.get_running_loop()
        self._handshake = loop.call_later(HANDSHAKE_SECONDS, self._transport.abort)
        self._flush()

    def data_received(self, data: bytes) -> None:
        try:
            for frame in self.link.receive(data):
                self._dispatch(frame)
        except ProtocolError:
            self._transport.abort()
        if self.link.version is not None:
            self._handshake.cancel()
        if self.link.has_output:
            self.flush_soon()

    def connection_lost(self, exc: Exception | None) -> None:
        self._handshake.cancel()
        self._open_ones.discard(self)
        for stream in self._streams.values():
            if stream.task is not None:
                stream.task.cancel()

    def pause_writing(self) -> None:
        self.is_congested = True

    def resume_writing(self) -> None:
        self.is_congested = False
        for stream in self._streams.values():
            stream.writable.set()

    def flush_soon(self) -> None:
        """Write what the link has to say at the end of this turn of the event loop."""
        if not self._flushing:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        output = self.link.take_output()
        if output and not self._transport.is_closing():
            self._transport.write(output)

    def _dispatch(self, frame: object) -> None:
        if isinstance(frame, Request):
            stream = self._streams[frame.id] = Stream(self, frame.id)
            stream.task = self._tasks.create_task(self._answer(frame, stream))
            stream.task.add_done_callback(lambda _: self._close(frame.id))
        elif isinstance(frame, Credit):
            self._streams[frame.id].writable.set()
        elif isinstance(frame, Cancel):
            task = self._streams[frame.id].task
            assert task is not None
            task.cancel()
        elif isinstance(frame, Data):
            self._streams[frame.id].put(frame.chunk)

    async def _answer(self, frame: Request, stream: Stream) -> None:
        """The life of one stream; nothing that happens to it may reach the others."""
        try:
            request = unpack(_requests, frame.body)
            reply = await self._handlers[type(request)](stream, request)
            self.link.end(frame.id, pack(reply))
        except Refused as error:
            self.link.fail(frame.id, error.code, str(error))
        except GarbledFrame as error:
            self.link.fail(frame.id, BAD_REQUEST, str(error))
        except Exception as error:  # noqa: BLE001 -- a bug in one handler must not end the agent
            traceback.print_exc()
            self.link.fail(frame.id, INTERNAL, type(error).__name__)

    def _close(self, stream_id: int) -> None:
        """The task is over; if it was cancelled (perhaps before its first step) the hub is still owed an end."""
        del self._streams[stream_id]
        if self.link.is_open(stream_id):
            self.link.fail(stream_id, CANCELLED)
        self.flush_soon()
