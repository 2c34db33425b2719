"""The frames of the link. Append-only: fields are never reused or reordered, new ones have defaults.

Each frame is a msgpack array that starts with its tag. A *stream* is one request and everything that belongs to it:
`Request`, then from the agent `Started`, `Data` … and one of `Ended` and `Failed`. Only the hub opens streams; their
ids rise and are never used twice on a link. Bodies are messages of their own (`execution.py`), encoded apart, so that
an unknown request is answered with `Failed` while the link goes on.
"""

from typing import Annotated

from msgspec import Meta, Raw, Struct

Natural = Annotated[int, Meta(ge=0, le=2**53)]
"""A count, size or time; both ends can compute with it without care."""
StreamId = Natural


class Frame(Struct, frozen=True, array_like=True):
    """Base of all frames."""


class Hello(Frame, tag=0, frozen=True):
    """First frame of both ends; `software` is for logs."""

    oldest: Natural
    newest: Natural
    software: str = ""


class Request(Frame, tag=1, frozen=True):
    """Open stream `id`."""

    id: StreamId
    body: Raw


class Started(Frame, tag=2, frozen=True):
    """The work has begun; comes at most once."""

    id: StreamId
    body: Raw


class Data(Frame, tag=3, frozen=True):
    """A piece of one of the stream's channels; never empty, and only as many bytes as there is credit for."""

    id: StreamId
    channel: Natural
    chunk: bytes


class Credit(Frame, tag=4, frozen=True):
    """`size` further bytes may be sent on the stream."""

    id: StreamId
    size: Natural


class Cancel(Frame, tag=5, frozen=True):
    """Stop the work; the agent still ends the stream. Comes too late without harm."""

    id: StreamId


class Ended(Frame, tag=6, frozen=True):
    """The work is done; closes the stream."""

    id: StreamId
    body: Raw


class Failed(Frame, tag=7, frozen=True):
    """The work could not be done; closes the stream. `code` is stable, `message` a sentence."""

    id: StreamId
    code: str
    message: str = ""


FromHub = Hello | Request | Data | Credit | Cancel
FromAgent = Hello | Started | Data | Credit | Ended | Failed

CANCELLED = "cancelled"
BAD_REQUEST = "bad-request"
INTERNAL = "internal"
TOO_MANY_STREAMS = "too-many-streams"
