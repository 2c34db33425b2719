"""Frames as bytes: four bytes of length (big-endian), then msgpack.

Both ends read what a stranger may have written, so every way to go wrong ends in a `ProtocolError`, and a decoder holds
at most one frame of `MAX_FRAME` bytes besides what it was just fed.
"""

from collections.abc import Iterator
from typing import TypeVar

import msgspec

MAX_FRAME = 1 << 20
_HEADER = 4
_T = TypeVar("_T")
_encoder = msgspec.msgpack.Encoder()


class ProtocolError(Exception):
    """The peer does not speak the protocol; the link is of no more use. `str(error)` says what was wrong."""


class FrameTooLarge(ProtocolError):
    """A frame is larger than `MAX_FRAME`, whether it is ours or theirs."""

    def __init__(self, size: int) -> None:
        super().__init__(f"a frame of {size} bytes is larger than {MAX_FRAME}")


class GarbledFrame(ProtocolError):
    """A frame or body is not what it should be."""


def encode_frame(frame: msgspec.Struct) -> bytes:
    """A frame with its length in front; raises `FrameTooLarge`."""
    buffer = bytearray(_HEADER)
    _encoder.encode_into(frame, buffer, _HEADER)
    size = len(buffer) - _HEADER
    if size > MAX_FRAME:
        raise FrameTooLarge(size)
    buffer[:_HEADER] = size.to_bytes(_HEADER, "big")
    return bytes(buffer)


def pack(body: msgspec.Struct) -> msgspec.Raw:
    """A body, ready to be put into a frame."""
    return msgspec.Raw(_encoder.encode(body))


class Decoder(msgspec.Struct):
    """Cuts a stream of bytes into frames, whatever pieces it arrives in."""

    buffer: bytearray = msgspec.field(default_factory=bytearray)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The frames that are complete with `data`; raises `ProtocolError` where the stream goes wrong."""
        self.buffer += data
        start = 0
        try:
            while len(self.buffer) - start >= _HEADER:
                size = int.from_bytes(self.buffer[start : start + _HEADER], "big")
                if size > MAX_FRAME:
                    raise FrameTooLarge(size)
                if size == 0:
                    raise GarbledFrame("an empty frame")
                end = start + _HEADER + size
                if len(self.buffer) < end:
                    return
                frame = bytes(self.buffer[start + _HEADER : end])
                start = end
                yield frame
        finally:
            del self.buffer[:start]


def unpack(decoder: "msgspec.msgpack.Decoder[_T]", payload: bytes | msgspec.Raw) -> _T:
    """Decode one frame or body; raises `GarbledFrame`."""
    try:
        return decoder.decode(payload)
    except (msgspec.MsgspecError, RecursionError, UnicodeError, ValueError, OverflowError) as error:
        raise GarbledFrame(f"{type(error).__name__}: {str(error)[:200]}") from error
