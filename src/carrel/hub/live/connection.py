"""One page's connection: takes its messages apart, keeps its channels, and sees to it that it may still be there."""

import time
from contextlib import suppress

import anyio
import structlog
from anyio.abc import TaskGroup
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from carrel.domain.embed_sessions import AccountNotAvailable, EmbedSessionUnknown
from carrel.domain.principals import EmbedPrincipal
from carrel.hub.live.channel import Channel
from carrel.hub.live.messages import BrokenProtocol, Close, Open, Ping, read_binary, read_text, text
from carrel.hub.live.metrics import LiveMetrics
from carrel.hub.platform import Platform
from carrel.hub.settings import LiveSettings
from carrel.remote.held import Held
from carrel.services.documents import Viewer

log = structlog.get_logger()

BROKEN, ENDED, FORBIDDEN, SLOW = 4400, 4401, 4403, 4408
_OPENED_AT_MOST = 10_000
_FAREWELL_SECONDS = 5


class Connection:
    """An accepted WebSocket; `run` ends with it."""

    def __init__(
        self,
        websocket: WebSocket,
        platform: Platform,
        principal: EmbedPrincipal,
        viewer: Viewer,
        metrics: LiveMetrics,
        held: Held,
    ) -> None:
        self.platform = platform
        self.principal = principal
        self.viewer = viewer
        self.held = held
        self.patience_seconds = platform.settings.live.patience_s
        self._websocket = websocket
        self._metrics = metrics
        self._settings: LiveSettings = platform.settings.live
        self._channels: dict[int, Channel] = {}
        self._numbers: set[int] = set()
        self._end: tuple[int, str] | None = None
        self._tasks: TaskGroup

    async def run(self) -> None:
        with self._metrics.connections.track_inprogress():
            async with anyio.create_task_group() as self._tasks:
                self._tasks.start_soon(self._watch)
                await self._take_all()
                self._tasks.cancel_scope.cancel()
            if self._end is not None:
                log.info("live_connection_closed", code=self._end[0], reason=self._end[1])
                with anyio.move_on_after(_FAREWELL_SECONDS):
                    await self._websocket.close(*self._end)

    def close(self, code: int, reason: str) -> None:
        """End the connection; the first reason counts."""
        self._end = self._end or (code, reason)
        self._tasks.cancel_scope.cancel()

    async def send_text(self, message: str) -> None:
        await self._send({"type": "websocket.send", "text": message})

    async def send_bytes(self, message: bytes) -> None:
        self._metrics.to_pages.inc(len(message))
        await self._send({"type": "websocket.send", "bytes": message})

    async def _send(self, event: dict[str, object]) -> None:
        with anyio.move_on_after(self.patience_seconds) as patience:
            with suppress(WebSocketDisconnect):
                if self._websocket.application_state is WebSocketState.CONNECTED:
                    return await self._websocket.send(event)
            await anyio.sleep_forever()  # it has gone, and the reader learns the same
        if patience.cancelled_caught:
            self.close(SLOW, "too slow")

    async def _take_all(self) -> None:
        """Messages until the page goes, no more of them a second than allowed."""
        limit = self._settings.messages_per_second
        budget, since = limit, time.monotonic()
        try:
            while (message := await self._websocket.receive())["type"] != "websocket.disconnect":
                budget -= 1
                if (data := message.get("bytes")) is not None:
                    await self._take_binary(data)
                else:
                    await self._take_text(message["text"])
                elapsed = time.monotonic() - since
                if budget <= 0 and elapsed < 1:
                    await anyio.sleep(1 - elapsed)
                if budget <= 0 or elapsed >= 1:
                    budget, since = limit, time.monotonic()
        except BrokenProtocol as error:
            self.close(BROKEN, str(error))

    async def _take_binary(self, data: bytes) -> None:
        number, kind, payload = read_binary(data)
        self._metrics.from_pages.inc(len(data))
        channel = self._channels.get(number)
        if channel is None:
            return  # it was closed while the message was on its way
        await channel.put(kind, payload)

    async def _take_text(self, data: str) -> None:
        match read_text(data):
            case Ping(n):
                await self.send_text(text("pong", n=n))
            case Close(number):
                if (channel := self._channels.get(number)) is not None:
                    channel.close("bye", "")
            case Open() as request:
                await self._open(request)

    async def _open(self, request: Open) -> None:
        if request.ch in self._numbers or len(self._numbers) >= _OPENED_AT_MOST:
            raise BrokenProtocol("a channel's number is used once")
        self._numbers.add(request.ch)
        if len(self._channels) >= self._settings.documents:
            message = f"more than {self._settings.documents} documents are open"
            return await self.send_text(text("closed", ch=request.ch, code="busy", message=message))
        channel = self._channels[request.ch] = Channel(self, request)
        self._tasks.start_soon(self._run_channel, request.ch, channel)

    async def _run_channel(self, number: int, channel: Channel) -> None:
        with self._metrics.channels.track_inprogress():
            try:
                await channel.run()
            finally:
                del self._channels[number]

    async def _watch(self) -> None:
        """Check again and again that the session goes on, and what it may do."""
        while True:
            await anyio.sleep(self._settings.check_s)
            try:
                self.principal = await self.platform.embed_sessions.check(self.principal.eid)
            except EmbedSessionUnknown:
                return self.close(ENDED, "the session has ended, or its bearer has lapsed")
            except AccountNotAvailable as error:
                return self.close(FORBIDDEN, str(error))
            for channel in list(self._channels.values()):
                await channel.recheck()
