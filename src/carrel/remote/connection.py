"""One connection to one agent: the socket, the tasks that serve it, and the streams that calls are made of.

The agent is not trusted. Sizes and numbers are bounded by the link's state machine and the callers; the first thing
that is not as it should be closes the connection with a reason, and every call that is under way raises `AgentLost`.
Nothing that one agent sends can touch the connection of another.
"""

import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from socket import SHUT_RDWR

import anyio
import msgspec
from anyio import AsyncContextManagerMixin
from anyio.abc import SocketAttribute, SocketStream

from carrel import __version__
from carrel.domain.errors import Overloaded
from carrel.domain.execution import AgentLost
from carrel.protocol.codec import ProtocolError, pack
from carrel.protocol.link import CHUNK, HubEnd, StreamsExhausted
from carrel.protocol.messages import Credit, Data, Ended, Failed, Hello, Started

HANDSHAKE_SECONDS = 5.0
_READ_BYTES = 1 << 18
_FRAMES_PER_SECOND = 50_000
_QUEUED_BYTES = 8 << 20
_ROOM_BYTES = 1 << 20
Answer = Started | Data | Ended | Failed


class Call:
    """A stream as its caller sees it: what the agent answers, in order."""

    def __init__(self, connection: "Connection", stream_id: int) -> None:
        self.stream_id = stream_id
        self.connection = connection
        self.is_over = False
        self._answers: deque[Answer] = deque()
        self._arrived = anyio.Event()
        self._writable = anyio.Event()

    async def receive(self) -> Answer:
        """The next answer; raises `AgentLost`. After `Ended` or `Failed` there is none."""
        while not self._answers:
            self.connection.check()
            self._arrived = anyio.Event()
            await self._arrived.wait()
        answer = self._answers.popleft()
        if isinstance(answer, Data):
            self.connection.consumed(self.stream_id, len(answer.chunk))
        return answer

    async def send(self, channel: int, data: bytes) -> None:
        """Send input, as fast as the agent takes it; raises `AgentLost`. What comes after the end is dropped."""
        while data and not self.is_over:
            self.connection.check()
            self._writable = anyio.Event()
            size = self.connection.send(self.stream_id, channel, data)
            data = data[size:]
            if size == 0:
                await self._writable.wait()

    def wake_writer(self) -> None:
        """Called by the connection when more can be sent."""
        self._writable.set()

    def put(self, answer: Answer) -> None:
        """Called by the connection."""
        self._answers.append(answer)
        self.is_over = isinstance(answer, Ended | Failed)
        self.wake()

    def wake(self) -> None:
        """Called by the connection when it is lost."""
        self._arrived.set()
        self._writable.set()


class Connection(AsyncContextManagerMixin):
    """`async with Connection(address)` connects and shakes hands; raises `AgentLost` if that fails."""

    def __init__(self, address: Path) -> None:
        self.closed_reason: str | None = None
        self._address = address
        self._link = HubEnd(f"carrel {__version__}")
        self._calls: dict[int, Call] = {}
        self._output = anyio.Event()
        self._closed = anyio.Event()

    @asynccontextmanager
    async def __asynccontextmanager__(self) -> AsyncIterator["Connection"]:
        failure: Exception | None = None
        async with await self._connect() as socket:
            self._raw_socket = socket.extra_attributes[SocketAttribute.raw_socket]()
            await self._shake_hands(socket)
            async with anyio.create_task_group() as tasks:
                self._tasks = tasks
                tasks.start_soon(_shielded, self._read, socket)
                tasks.start_soon(_shielded, self._write, socket)
                try:
                    yield self
                except Exception as error:  # noqa: BLE001 -- raised below, where no task group wraps it
                    failure = error
                finally:
                    self.close("the hub closed it")
                tasks.cancel_scope.cancel()
        if failure is not None:
            raise failure

    def start_soon(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Run something beside the connection, until it is closed."""
        self._tasks.start_soon(work)

    def check(self) -> None:
        """Raise `AgentLost` if the connection is closed."""
        if self.closed_reason is not None:
            raise AgentLost(self.closed_reason)

    async def wait_closed(self) -> str:
        """Return the reason when the connection is closed, by whomever."""
        await self._closed.wait()
        return self.closed_reason or ""

    def close(self, reason: str) -> None:
        """Give the connection up; only the first reason counts."""
        if self.closed_reason is not None:
            return
        self.closed_reason = reason
        self._closed.set()
        self._output.set()
        with suppress(OSError):  # it was not connected any more
            self._raw_socket.shutdown(SHUT_RDWR)
        for call in self._calls.values():
            call.wake()

    @contextmanager
    def call(self, request: msgspec.Struct) -> Iterator[Call]:
        """Send a request; at the end of the block what is not over is cancelled. Raises `AgentLost`, `Overloaded`."""
        self.check()
        if self._link.output_bytes > _QUEUED_BYTES:
            raise Overloaded("the project does not take its calls in")
        try:
            call = Call(self, self._link.request(pack(request)))
        except StreamsExhausted as error:
            raise Overloaded("too many calls to the project are under way") from error
        self._calls[call.stream_id] = call
        self._output.set()
        try:
            yield call
        finally:
            del self._calls[call.stream_id]
            if not call.is_over:
                self._link.cancel(call.stream_id)
                self._output.set()

    def send(self, stream_id: int, channel: int, data: bytes) -> int:
        """Queue the beginning of `data`; how much of it there is credit and room for now."""
        size = min(self._link.credit(stream_id), CHUNK, len(data))
        if self._link.output_bytes > _ROOM_BYTES:
            return 0
        if size:
            self._link.send_data(stream_id, channel, data[:size])
            self._output.set()
        return size

    def consumed(self, stream_id: int, size: int) -> None:
        """Let the agent send as much again."""
        self._link.consumed(stream_id, size)
        if self._link.has_output:
            self._output.set()

    async def _connect(self) -> SocketStream:
        try:
            with anyio.fail_after(HANDSHAKE_SECONDS):
                return await anyio.connect_unix(self._address)
        except (OSError, TimeoutError) as error:
            raise AgentLost(f"cannot connect: {error}") from error

    async def _shake_hands(self, socket: SocketStream) -> None:
        try:
            with anyio.fail_after(HANDSHAKE_SECONDS):
                await socket.send(self._link.take_output())
                while self._link.version is None:
                    self._take(await socket.receive())
        except TimeoutError as error:
            self.close("it did not say hello in time")
            raise AgentLost("it did not say hello in time") from error
        except _BROKEN as error:
            self.close(_reason(error))
            raise AgentLost(_reason(error)) from error

    async def _read(self, socket: SocketStream) -> None:
        """Take frames in, no more of them a second than a well-behaved agent could want to send.

        Like the writer it is not cancelled but ended by the socket's shutdown: cancelling a read of anyio's Unix
        sockets in the moment when data arrives makes the event loop log an error.
        """
        try:
            budget, since = _FRAMES_PER_SECOND, time.monotonic()
            while self.closed_reason is None:
                budget -= self._take(await socket.receive(_READ_BYTES))
                elapsed = time.monotonic() - since
                if budget < 0 and elapsed < 1:
                    with anyio.move_on_after(1 - elapsed):
                        await self._closed.wait()
                if elapsed >= 1 or budget < 0:
                    budget, since = _FRAMES_PER_SECOND, time.monotonic()
        except _BROKEN as error:
            self.close(_reason(error))

    def _take(self, data: bytes) -> int:
        """Hand frames to their calls; how many there were."""
        count = 0
        for frame in self._link.receive(data):
            count += 1
            if isinstance(frame, Hello):
                continue
            call = self._calls.get(frame.id)
            if call is not None and isinstance(frame, Credit):
                call.wake_writer()
            elif call is not None and not isinstance(frame, Credit):
                call.put(frame)
        return count

    async def _write(self, socket: SocketStream) -> None:
        """The one writer, which keeps the order."""
        try:
            while self.closed_reason is None:
                self._output = anyio.Event()
                if self._link.has_output:
                    await socket.send(self._link.take_output())
                    for call in self._calls.values():
                        call.wake_writer()
                else:
                    await self._output.wait()
        except _BROKEN as error:
            self.close(_reason(error))


_BROKEN = (ProtocolError, anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, OSError)


async def _shielded(serve: Callable[[SocketStream], Coroutine[None, None, None]], socket: SocketStream) -> None:
    with anyio.CancelScope(shield=True):
        await serve(socket)


def _reason(error: Exception) -> str:
    if isinstance(error, ProtocolError):
        return f"it broke the protocol: {error}"
    return "it hung up"
