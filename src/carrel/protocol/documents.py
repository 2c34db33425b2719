"""Bodies of the streams that carry documents, and the frames inside them (docs/live.md, "Messages of a document").

A frame is four bytes of length (big-endian), one byte kind, and a payload whose numbers and texts are those of lib0:
an unsigned integer seven bits a byte, lowest first, and a text as its length in bytes and UTF-8.
"""

from collections.abc import Iterator
from enum import IntEnum

import msgspec

from carrel.protocol.codec import GarbledFrame
from carrel.protocol.execution import Body
from carrel.protocol.messages import Natural

DOCUMENT_CHANNEL = 1
MAX_MESSAGE = 64 << 20
"""The largest kind and payload of one frame."""
_LENGTH = 4
_MOST_BITS = 53

NOT_FOUND = "not_found"
NOT_A_FILE = "not_a_file"
BAD_PATH = "bad_path"
UNSUPPORTED = "unsupported"
FORBIDDEN = "forbidden"
BUSY = "busy"
LOST = "lost"


class Kind(IntEnum):
    """What a frame is."""

    SYNC_STEP_1 = 0
    SYNC_STEP_2 = 1
    UPDATE = 2
    AWARENESS = 3
    ACK = 4
    RESCUE = 5
    PART = 6
    CALL = 16
    REPLY = 17
    EVENT = 18
    COMM = 19
    OUTPUT = 32
    INPUT = 33
    RESIZE = 34
    TAKEN = 35


class OpenDocument(Body, tag="open-document", frozen=True):
    """Take part in the document at `path`, relative to the home: `Started(DocumentOpened)`, then frames both ways.

    Who takes part is what the hub says; the stream ends with its cancellation, or with `Failed` and a code from above.
    """

    path: str
    account_id: str
    name: str
    color: str
    may_edit: bool
    may_run: bool
    create: bool = False


class ReadHistory(Body, tag="read-history", frozen=True):
    """`Ended(History)`; `with_patches`: before that the content of each version as a frame, in the same order."""

    path: str
    with_patches: bool = False


class SaveDocument(Body, tag="save-document", frozen=True):
    """Write what is in the document to its file, if it is open: `Ended(DocumentSaved)`."""

    path: str


class DocumentOpened(Body, frozen=True):
    """`kind` is `notebook`, `text` or `terminal`."""

    kind: str
    generation: str


class DocumentClosed(Body, frozen=True):
    """The agent has nothing more to say about the document; the hub may open it again."""


class DocumentSaved(Body, frozen=True):
    """All edits that were acknowledged are in the file."""


class Version(Body, frozen=True):
    """The document as it was saved at a moment, and who had edited it since the version before."""

    version: Natural
    time_ms: Natural
    account_ids: tuple[str, ...]
    bytes: Natural


class History(Body, frozen=True):
    """Versions, oldest first."""

    versions: tuple[Version, ...]


def encode_message(kind: int, payload: bytes) -> bytes:
    """A frame; raises `GarbledFrame` if it would be larger than `MAX_MESSAGE`."""
    size = len(payload) + 1
    if size > MAX_MESSAGE:
        raise GarbledFrame(f"a message of {size} bytes is larger than {MAX_MESSAGE}")
    return b"".join((size.to_bytes(_LENGTH, "big"), bytes((kind,)), payload))


class MessageDecoder(msgspec.Struct):
    """Cuts a stream of bytes into messages, whatever pieces it arrives in."""

    buffer: bytearray = msgspec.field(default_factory=bytearray)

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Kind and payload of each message that is complete with `data`; raises `GarbledFrame`."""
        self.buffer += data
        start = 0
        try:
            while len(self.buffer) - start >= _LENGTH:
                size = int.from_bytes(self.buffer[start : start + _LENGTH], "big")
                if not 0 < size <= MAX_MESSAGE:
                    raise GarbledFrame(f"a message of {size} bytes")
                begin, end = start + _LENGTH, start + _LENGTH + size
                if len(self.buffer) < end:
                    return
                kind, payload = self.buffer[begin], bytes(self.buffer[begin + 1 : end])
                start = end
                yield kind, payload
        finally:
            del self.buffer[:start]


def encode_number(value: int) -> bytes:
    """A number from 0 up."""
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def encode_sized(data: bytes) -> bytes:
    """Bytes with their length in front."""
    return encode_number(len(data)) + data


class Reader:
    """Reads a payload from its beginning; everything raises `GarbledFrame` where it goes wrong."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def is_at_end(self) -> bool:
        return self._at == len(self._data)

    def number(self) -> int:
        """A number below 2**53."""
        value = 0
        for shift in range(0, _MOST_BITS + 7, 7):
            if self._at == len(self._data):
                raise GarbledFrame("a number without an end")
            byte = self._data[self._at]
            self._at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
        else:
            raise GarbledFrame("a number that does not end")
        if value >= 1 << _MOST_BITS:
            raise GarbledFrame("a number that is too large")
        return value

    def signed(self) -> None:
        """Pass over a number that may be negative."""
        if self.byte() >= 0x80:
            self.number()

    def byte(self) -> int:
        """One byte."""
        self.skip(1)
        return self._data[self._at - 1]

    def skip(self, size: int) -> None:
        """Pass over bytes."""
        if len(self._data) - self._at < size:
            raise GarbledFrame("bytes that are missing")
        self._at += size

    def sized(self) -> bytes:
        """Bytes with their length in front."""
        size = self.number()
        begin = self._at
        if len(self._data) - begin < size:
            raise GarbledFrame("bytes that are missing")
        self._at += size
        return self._data[begin : self._at]

    def text(self) -> str:
        """UTF-8 with its length in front."""
        try:
            return self.sized().decode()
        except UnicodeDecodeError as error:
            raise GarbledFrame("a text that is not UTF-8") from error

    def rest(self) -> bytes:
        """Everything that is left."""
        begin, self._at = self._at, len(self._data)
        return self._data[begin:]
