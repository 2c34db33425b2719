"""The messages of the live channel: JSON texts about channels, and binary ones that belong to one."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from carrel.domain.documents import DocumentRefused, PathNotInside, PathNotOfFile
from carrel.domain.errors import DomainError, Overloaded
from carrel.domain.execution import AgentLost
from carrel.domain.projects import PermissionMissing, ProjectDeleted, ProjectIdInvalid, StartFailed
from carrel.protocol.codec import GarbledFrame
from carrel.protocol.documents import Kind, Reader, encode_number

FROM_PAGES = frozenset(Kind) - {Kind.ACK, Kind.REPLY, Kind.EVENT, Kind.OUTPUT}
MESSAGE_BYTES = 1 << 20
"""The largest message of a page; what does not fit comes in parts, which only the agent puts together."""
TEXT_BYTES = 1 << 16
_CODES: dict[type[DomainError], str] = {
    PathNotOfFile: "not_a_file",
    PathNotInside: "bad_path",
    Overloaded: "busy",
    StartFailed: "start_failed",
    ProjectDeleted: "start_failed",
    AgentLost: "lost",
}

ChannelNumber = Annotated[int, Meta(ge=1, le=2**31)]


class Open(Struct, tag_field="t", tag="open"):
    ch: ChannelNumber
    project_id: str
    path: str
    create: bool = False


class Close(Struct, tag_field="t", tag="close"):
    ch: ChannelNumber


class Ping(Struct, tag_field="t", tag="ping"):
    n: int | float


FromPage = Open | Close | Ping
_decoder: msgspec.json.Decoder[FromPage] = msgspec.json.Decoder(FromPage)
_encoder = msgspec.json.Encoder()


class BrokenProtocol(Exception):
    """A page sent what it must not."""


def read_text(text: str) -> FromPage:
    """Raises `BrokenProtocol`."""
    if len(text) > TEXT_BYTES:
        raise BrokenProtocol("the message is too long")
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BrokenProtocol("not a message") from error


def read_binary(data: bytes) -> tuple[int, int, bytes]:
    """Channel, kind and payload. Raises `BrokenProtocol`."""
    try:
        reader = Reader(data)
        channel = reader.number()
        content = reader.rest()
    except GarbledFrame as error:
        raise BrokenProtocol("not a message") from error
    if not content or content[0] not in FROM_PAGES:
        raise BrokenProtocol("pages do not send that kind of message")
    return channel, content[0], content[1:]


def binary(prefix: bytes, kind: int, payload: bytes) -> bytes:
    """A message of the channel whose number is encoded in `prefix`."""
    return b"".join((prefix, bytes((kind,)), payload))


def channel_prefix(channel: int) -> bytes:
    return encode_number(channel)


def text(tag: str, **fields: Any) -> str:
    return _encoder.encode({"t": tag, **fields}).decode()


def refused_event(code: str, message: str) -> bytes:
    """The payload of an event that says that an update was not taken."""
    return _encoder.encode({"event": "refused", "code": code, "message": message})


def reason_of(error: DomainError, project_id: str) -> tuple[str, str]:
    """Code and text of `closed`; unknown and foreign projects have one text."""
    match error:
        case ProjectIdInvalid():
            return "bad_project", f"invalid project_id='{project_id[:100]}'"
        case PermissionMissing():
            return "forbidden", f"problem opening project {project_id}"
        case DocumentRefused():
            return error.reason, str(error)
    return _CODES.get(type(error), "internal"), str(error)
