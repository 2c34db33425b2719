"""The link as a state machine: bytes in, frames out, and the other way round; whoever owns the socket drives it.

Two ends of one shape: `HubEnd` opens streams, `AgentEnd` answers them. Data is paid with credit: a stream begins with
`WINDOW` bytes each way and its reader grants more as it consumes, so a slow reader slows its writer and nobody else.
A frame that the peer may not send now raises `ProtocolError`; the link is then to be closed.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Generic, TypeVar

import msgspec

from carrel.protocol.codec import Decoder, ProtocolError, encode_frame, unpack
from carrel.protocol.messages import Cancel, Credit, Data, Ended, Failed, FromAgent, FromHub, Hello, Request, Started
from carrel.protocol.version import CURRENT, OLDEST, agree

WINDOW = 1 << 18
CHUNK = 1 << 16
MAX_STREAMS = 256
_MOST_CREDIT = 1 << 40
_In = TypeVar("_In")


class VersionMismatch(ProtocolError):
    """The two ends know no common version."""

    def __init__(self, hello: Hello) -> None:
        super().__init__(f"it speaks versions {hello.oldest}-{hello.newest}, this end {OLDEST}-{CURRENT}")


class StreamsExhausted(Exception):
    """`MAX_STREAMS` are open already."""


class _Stream(msgspec.Struct):
    """What one end knows of a stream; `unreported` has been consumed but not yet granted again."""

    credit: int = WINDOW
    window: int = WINDOW
    unreported: int = 0
    started: bool = False
    cancelled: bool = False


class _End(ABC, Generic[_In]):
    """What both ends do alike."""

    def __init__(self, decoder: "msgspec.msgpack.Decoder[_In]", software: str) -> None:
        self._frames = Decoder()
        self._decoder = decoder
        self._out: list[bytes] = []
        self.output_bytes = 0
        """How much waits to be taken."""
        self._streams: dict[int, _Stream] = {}
        self.version: int | None = None
        """The agreed version, once the peer has said hello."""
        self._send(Hello(OLDEST, CURRENT, software))

    def receive(self, data: bytes) -> Iterator[_In]:
        """The frames that `data` completes and that matter to the owner, one by one."""
        for payload in self._frames.feed(data):
            frame = unpack(self._decoder, payload)
            if self.version is None or isinstance(frame, Hello):
                self._greeted(frame)
            elif self._admit(frame):
                yield frame

    def take_output(self) -> bytes:
        """Everything to be written to the peer since the last call."""
        self.output_bytes = 0
        if len(self._out) == 1:
            return self._out.pop()
        output = b"".join(self._out)
        self._out.clear()
        return output

    @property
    def has_output(self) -> bool:
        return bool(self._out)

    @property
    def open_streams(self) -> int:
        return len(self._streams)

    def is_open(self, stream_id: int) -> bool:
        return stream_id in self._streams

    def credit(self, stream_id: int) -> int:
        """How many bytes may be sent on the stream now; 0 if it is closed."""
        stream = self._streams.get(stream_id)
        return stream.credit if stream is not None else 0

    def send_data(self, stream_id: int, channel: int, chunk: bytes) -> None:
        """Queue a chunk, which must not be empty nor larger than the credit."""
        stream = self._streams[stream_id]
        if not 0 < len(chunk) <= stream.credit:
            raise ValueError(f"{len(chunk)} bytes with a credit of {stream.credit}")
        stream.credit -= len(chunk)
        self._send(Data(stream_id, channel, chunk))

    def consumed(self, stream_id: int, size: int) -> None:
        """Tell that received data has been used up, which lets the peer send as much again."""
        stream = self._streams.get(stream_id)
        if stream is None or stream.cancelled:
            return
        stream.unreported += size
        if stream.unreported >= WINDOW // 2:
            stream.window += stream.unreported
            self._send(Credit(stream_id, stream.unreported))
            stream.unreported = 0

    def _send(self, frame: msgspec.Struct) -> None:
        encoded = encode_frame(frame)
        self._out.append(encoded)
        self.output_bytes += len(encoded)

    def _greeted(self, frame: object) -> None:
        if not isinstance(frame, Hello):
            raise ProtocolError(f"{type(frame).__name__} before Hello")
        if self.version is not None:
            raise ProtocolError("a second Hello")
        self.version = agree(frame.oldest, frame.newest)
        if self.version is None:
            raise VersionMismatch(frame)

    @abstractmethod
    def _admit(self, frame: _In) -> bool:
        """Apply a frame; whether the owner is to see it. Raises `ProtocolError` if it may not come now."""

    def _pay(self, stream: _Stream, frame: Data) -> None:
        if not 0 < len(frame.chunk) <= stream.window:
            raise ProtocolError(f"{len(frame.chunk)} bytes of data in a window of {stream.window}")
        stream.window -= len(frame.chunk)

    def _grant(self, stream: _Stream, frame: Credit) -> None:
        stream.credit = min(stream.credit + frame.size, _MOST_CREDIT)


class HubEnd(_End[FromAgent]):
    """The end that asks. It believes nothing: a frame for a stream that is not open closes the link."""

    def __init__(self, software: str = "") -> None:
        super().__init__(msgspec.msgpack.Decoder(FromAgent), software)
        self._next_id = 1

    def request(self, body: msgspec.Raw) -> int:
        """Open a stream and return its id; raises `StreamsExhausted` or `FrameTooLarge`."""
        if len(self._streams) >= MAX_STREAMS:
            raise StreamsExhausted
        stream_id = self._next_id
        self._send(Request(stream_id, body))
        self._next_id += 1
        self._streams[stream_id] = _Stream()
        return stream_id

    def cancel(self, stream_id: int) -> None:
        """Ask for the end of a stream; its data is dropped from now on. No error if it is closed."""
        stream = self._streams.get(stream_id)
        if stream is not None and not stream.cancelled:
            stream.cancelled = True
            self._send(Cancel(stream_id))

    def _admit(self, frame: FromAgent) -> bool:
        assert not isinstance(frame, Hello)
        stream = self._streams.get(frame.id)
        if stream is None:
            raise ProtocolError(f"{type(frame).__name__} for stream {frame.id}, which is not open")
        if isinstance(frame, Data):
            self._pay(stream, frame)
        elif isinstance(frame, Credit):
            self._grant(stream, frame)
        elif isinstance(frame, Started):
            if stream.started:
                raise ProtocolError("a second Started")
            stream.started = True
        else:
            del self._streams[frame.id]
        return not stream.cancelled or isinstance(frame, Ended | Failed)


class AgentEnd(_End[FromHub]):
    """The end that answers. Cancel and credit may arrive after it has closed a stream, and are then dropped."""

    def __init__(self, software: str = "") -> None:
        super().__init__(msgspec.msgpack.Decoder(FromHub), software)
        self._last_id = 0

    def started(self, stream_id: int, body: msgspec.Raw) -> None:
        self._send(Started(stream_id, body))

    def end(self, stream_id: int, body: msgspec.Raw) -> None:
        """Close a stream with its result."""
        self._send(Ended(stream_id, body))
        del self._streams[stream_id]

    def fail(self, stream_id: int, code: str, message: str = "") -> None:
        """Close a stream with an error."""
        self._send(Failed(stream_id, code, message))
        del self._streams[stream_id]

    def _admit(self, frame: FromHub) -> bool:
        assert not isinstance(frame, Hello)
        if isinstance(frame, Request):
            self._open(frame.id)
            return True
        stream = self._streams.get(frame.id)
        if stream is None:
            if frame.id > self._last_id:
                raise ProtocolError(f"{type(frame).__name__} for stream {frame.id}, which was never open")
            return False
        if isinstance(frame, Data):
            self._pay(stream, frame)
        elif isinstance(frame, Credit):
            self._grant(stream, frame)
        return True

    def _open(self, stream_id: int) -> None:
        if stream_id <= self._last_id:
            raise ProtocolError(f"stream {stream_id} after {self._last_id}")
        if len(self._streams) >= MAX_STREAMS:
            raise ProtocolError(f"more than {MAX_STREAMS} streams")
        self._last_id = stream_id
        self._streams[stream_id] = _Stream()
