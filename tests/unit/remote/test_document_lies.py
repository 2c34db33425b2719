"""A document whose agent sends anything: it ends with one of our errors, and nothing else happens."""

from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import pytest
from anyio.abc import SocketStream
from hypothesis import given, settings
from hypothesis import strategies as st
from support.agents import impostor

from carrel.domain.documents import DocumentRefused
from carrel.domain.errors import Overloaded
from carrel.domain.execution import AgentLost
from carrel.protocol.codec import Decoder, encode_frame, pack
from carrel.protocol.documents import (
    DOCUMENT_CHANNEL,
    DocumentClosed,
    DocumentOpened,
    Kind,
    OpenDocument,
    encode_message,
    encode_number,
)
from carrel.protocol.messages import Credit, Data, Ended, Failed, Hello, Started
from carrel.remote.link import AgentLink

REQUEST = OpenDocument(path="a.txt", account_id="a", name="A", color="#000", may_edit=True, may_run=True)
MESSAGES = b"".join(encode_message(kind, encode_number(0) + b"payload") for kind in Kind)
VALID = [
    Started(1, pack(DocumentOpened("text", "generation"))),
    Started(1, pack(DocumentOpened("x" * 300, "\0" * 300))),
    Data(1, DOCUMENT_CHANNEL, MESSAGES),
    Data(1, DOCUMENT_CHANNEL, MESSAGES[:50]),
    Data(1, DOCUMENT_CHANNEL, (2**31).to_bytes(4, "big")),
    Data(1, DOCUMENT_CHANNEL, (60 << 20).to_bytes(4, "big")),
    Data(1, 9, b"x"),
    Data(2, DOCUMENT_CHANNEL, b"x"),
    Failed(1, "not_found", "gone"),
    Failed(1, "\ufffe" * 50, "x" * 5000),
    Ended(1, pack(DocumentClosed())),
    Credit(1, 2**31 - 1),
    Hello(1, 1),
]


@st.composite
def changed(draw: st.DrawFn) -> bytes:
    data = encode_frame(draw(st.sampled_from(VALID)))
    at = draw(st.integers(0, len(data)))
    how = draw(st.sampled_from(["as it is", "as it is", "cut", "replaced"]))
    if how == "as it is":
        return data
    return data[:at] if how == "cut" else data[:at] + draw(st.binary(min_size=1, max_size=4)) + data[at + 1 :]


answers = st.tuples(st.booleans(), st.lists(st.one_of(changed(), st.binary(max_size=40)), max_size=8))


async def outcome(directory: Path, sent: bytes) -> str:
    """How the document's stream ends when the agent sends this and hangs up."""

    async def behave(stream: SocketStream) -> None:
        await stream.send(encode_frame(Hello(1, 4)))
        requests, decoder = 0, Decoder()
        while requests < 2:  # the hello, then the request
            requests += len(list(decoder.feed(await stream.receive())))
        await stream.send(sent)

    with anyio.fail_after(30):
        async with impostor(directory, behave) as address, AgentLink.connect(address) as link:
            try:
                async with link.open_document(REQUEST) as document:
                    async for kind, payload in document:
                        assert isinstance(kind, int)
                        assert isinstance(payload, bytes)
                    return "closed"
            except (AgentLost, DocumentRefused, Overloaded) as error:
                return type(error).__name__


@pytest.mark.slow
@settings(max_examples=200, deadline=None, derandomize=True)
@given(answer=answers)
def test_whatever_an_agent_sends_for_a_document_ends_with_one_of_our_errors(answer: tuple[bool, list[bytes]]) -> None:
    opens, frames = answer
    sent = b"".join([encode_frame(VALID[0])] * opens + frames)
    with TemporaryDirectory(prefix="crl-") as directory:
        assert anyio.run(outcome, Path(directory), sent) in ("closed", "AgentLost", "DocumentRefused", "Overloaded")
