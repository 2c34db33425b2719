"""One page that looks at a terminal: it speaks the messages of docs/live.md over its stream of the link."""

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

import msgspec

from carrel.agent.connection import Refused, Stream
from carrel.agent.terminals.shell import Size
from carrel.protocol.codec import GarbledFrame
from carrel.protocol.documents import DOCUMENT_CHANNEL, Kind, MessageDecoder, Reader, encode_message
from carrel.protocol.link import CHUNK

if TYPE_CHECKING:
    from carrel.agent.terminals.terminal import Terminal

WINDOW_BYTES = 1 << 18
"""So many bytes of output may be on their way to a page that has not said that it has taken them."""
_BAD_CALL = "bad_call"
_HIDDEN = Size(0, 0)
_SMALLEST, _LARGEST = Size(2, 1), Size(1000, 500)


class TerminalViewer:
    """A page that looks; `run` is its life."""

    def __init__(self, terminal: "Terminal", stream: Stream, *, may_type: bool) -> None:
        self.fits = _HIDDEN
        self._terminal = terminal
        self._stream = stream
        self._may_type = may_type
        self._is_ready = False
        self._news: dict[str, dict[str, Any]] = {}
        self._frames: deque[bytes] = deque()
        self._position = -1
        self._sent = 0
        self._taken = 0
        self._changed = asyncio.Event()

    @property
    def is_visible(self) -> bool:
        return self.fits != _HIDDEN

    @property
    def counts(self) -> bool:
        """Whether the terminal has to fit into this page: somebody who may only look takes it as it is."""
        return self._may_type and self.is_visible

    async def run(self) -> None:
        """Take part until cancelled; raises `Refused` if the page breaks the protocol."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._send())
                await self._receive()
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None

    def tell(self, event: dict[str, Any]) -> None:
        """Send an event; of those with one name the last is enough."""
        self._news[event["event"]] = event
        self.wake()

    def wake(self) -> None:
        """There may be something to be sent."""
        self._changed.set()

    async def _send(self) -> None:
        while True:
            frame = self._next()
            if frame is not None:
                await self._stream.send(DOCUMENT_CHANNEL, frame)
            else:
                self._changed.clear()
                await self._changed.wait()

    def _next(self) -> bytes | None:
        """The next frame, if there is one that may be sent now."""
        if not self._is_ready:
            return None
        if self._news:
            return _event(self._news.pop(next(iter(self._news))))
        if self._frames:
            return self._frames.popleft()
        room = WINDOW_BYTES - (self._sent - self._taken)
        if room <= 0:
            return None
        scrollback = self._terminal.scrollback
        if self._position < scrollback.start:
            if room < WINDOW_BYTES // 2:
                return None  # it begins anew less often, and with more at once
            self._begin_anew()
            return self._frames.popleft()
        piece = scrollback.read(self._position, min(CHUNK, room))
        if not piece:
            return None
        self._position += len(piece)
        self._sent += len(piece)
        return encode_message(Kind.OUTPUT, piece)

    def _begin_anew(self) -> None:
        """With all that is kept; a page that was left behind answers the questions in it, as nobody else has."""
        scrollback = self._terminal.scrollback
        is_first = self._position < 0
        history = len(scrollback.modes) + scrollback.end - scrollback.start if is_first else 0
        self._position = scrollback.start
        self._frames.append(_event({"event": "history", "bytes": history}))
        if scrollback.modes:
            self._frames.append(encode_message(Kind.OUTPUT, scrollback.modes))
            self._sent += len(scrollback.modes)

    async def _receive(self) -> None:
        decoder = MessageDecoder()
        try:
            while True:
                for kind, payload in decoder.feed(await self._stream.receive()):
                    await self._take(kind, Reader(payload))
        except GarbledFrame as error:
            raise Refused(_BAD_CALL, str(error)) from error

    async def _take(self, kind: int, reader: Reader) -> None:
        if kind == Kind.INPUT and self._may_type:
            await self._terminal.type(reader.rest())
        elif kind == Kind.RESIZE:
            self._resize(Size(reader.number(), reader.number()))
        elif kind == Kind.TAKEN:
            self._take_in(reader.number())
        else:
            raise GarbledFrame(f"a message of kind {kind}")

    def _resize(self, fits: Size) -> None:
        if 0 in fits:
            self.fits = _HIDDEN
        else:
            self.fits = Size(*map(max, _SMALLEST, map(min, _LARGEST, fits)))
        self._is_ready = True
        self._terminal.resized()
        self.wake()

    def _take_in(self, total: int) -> None:
        if not self._taken <= total <= self._sent:
            raise GarbledFrame(f"{total} bytes taken of {self._sent}")
        self._taken = total
        self.wake()


def _event(event: dict[str, Any]) -> bytes:
    return encode_message(Kind.EVENT, msgspec.json.encode(event))
