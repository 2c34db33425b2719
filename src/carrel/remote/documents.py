"""The hub's end of an open document: messages both ways over one stream of the link, checked as they arrive."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import NoReturn

import msgspec

from carrel.domain.documents import DocumentRefused, DocumentVersion
from carrel.domain.execution import AgentLost
from carrel.protocol.codec import GarbledFrame, unpack
from carrel.protocol.documents import (
    BAD_PATH,
    BUSY,
    DOCUMENT_CHANNEL,
    FORBIDDEN,
    LOST,
    NOT_A_FILE,
    NOT_FOUND,
    UNSUPPORTED,
    DocumentOpened,
    DocumentSaved,
    History,
    MessageDecoder,
    encode_message,
)
from carrel.protocol.messages import BAD_REQUEST, Data, Ended, Failed, Started
from carrel.remote.connection import Call
from carrel.remote.held import Share
from carrel.remote.values import to_moment

_REASONS = frozenset({NOT_FOUND, NOT_A_FILE, BAD_PATH, UNSUPPORTED, FORBIDDEN, BUSY, LOST})
_KINDS = frozenset({"notebook", "text", "terminal"})
_SENTENCE = 2000
_GENERATION = 200
_history = msgspec.msgpack.Decoder(History)
_saved = msgspec.msgpack.Decoder(DocumentSaved)
_opened = msgspec.msgpack.Decoder(DocumentOpened)


class DocumentStream:
    """A document that is open: iterate over `(kind, payload)`; `send` from one task at a time."""

    def __init__(self, call: Call, opened: DocumentOpened, share: Share) -> None:
        self.opened = opened
        self._call = call
        self._share = share
        self._decoder = MessageDecoder()

    @classmethod
    async def start(cls, call: Call, share: Share) -> "DocumentStream":
        """Wait until the agent has opened it; `share` pays for what waits. Raises `DocumentRefused`, `AgentLost`."""
        answer = await call.receive()
        if isinstance(answer, Failed):
            raise _refusal(answer)
        with _distrusting(call):
            if not isinstance(answer, Started):
                raise GarbledFrame("a document without a beginning")
            opened = unpack(_opened, answer.body)
            if opened.kind not in _KINDS or len(opened.generation) > _GENERATION:
                raise GarbledFrame("a document of no known kind")
        return cls(call, opened, share)

    async def send(self, kind: int, payload: bytes) -> None:
        """Send a message, as fast as the agent takes it; raises `AgentLost`."""
        await self._call.send(DOCUMENT_CHANNEL, encode_message(kind, payload))

    async def __aiter__(self) -> AsyncIterator[tuple[int, bytes]]:
        """Messages until the agent closes the document. Raises `DocumentRefused`, `AgentLost`, `Overloaded`."""
        while True:
            answer = await self._call.receive()
            if isinstance(answer, Failed):
                raise _refusal(answer)
            if not isinstance(answer, Data):
                return
            self._share.take(len(answer.chunk))
            with _distrusting(self._call):
                messages = list(self._decoder.feed(answer.chunk))
            for message in messages:
                yield message
            self._share.keep(len(self._decoder.buffer))


async def finish_saving(call: Call) -> None:
    """Return when the document is in its file. Raises `DocumentRefused`, `AgentLost`."""
    answer = await call.receive()
    if isinstance(answer, Failed):
        raise _refusal(answer)
    with _distrusting(call):
        if not isinstance(answer, Ended):
            raise GarbledFrame("a document that is saved without an end")
        unpack(_saved, answer.body)


async def read_history(call: Call, share: Share) -> list[DocumentVersion]:
    """All versions with their contents, oldest first; `share` pays. Raises `DocumentRefused`, `AgentLost`."""
    decoder, contents = MessageDecoder(), list[bytes]()
    while isinstance(answer := await call.receive(), Data):
        share.take(len(answer.chunk))
        with _distrusting(call):
            contents += [content for _, content in decoder.feed(answer.chunk)]
    if isinstance(answer, Failed):
        raise _refusal(answer)
    with _distrusting(call):
        if not isinstance(answer, Ended):
            raise GarbledFrame("a history without an end")
        versions = unpack(_history, answer.body).versions
        if len(versions) != len(contents):
            raise GarbledFrame("a history without its contents")
    return [
        DocumentVersion(to_moment(version.time_ms), version.account_ids, content)
        for version, content in zip(versions, contents, strict=True)
    ]


@contextmanager
def _distrusting(call: Call) -> Iterator[None]:
    """Give the whole link up when the agent breaks the protocol."""
    try:
        yield
    except GarbledFrame as error:
        _distrust(call, str(error))


def _distrust(call: Call, what: str) -> NoReturn:
    reason = f"it broke the protocol: {what}"
    call.connection.close(reason)
    raise AgentLost(reason)


def _refusal(failed: Failed) -> DocumentRefused:
    if failed.code == BAD_REQUEST:
        return DocumentRefused(UNSUPPORTED, "the project runs with an older Carrel; stop it, and open the file again")
    reason = failed.code if failed.code in _REASONS else "internal"
    return DocumentRefused(reason, failed.message[:_SENTENCE])
