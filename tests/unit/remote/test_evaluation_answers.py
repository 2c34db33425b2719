"""What an agent answers to an evaluation is believed only if it has the right shape and size."""

import json
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import SocketStream
from support.agents import impostor

from carrel.domain.evaluations import EvaluationLimits, EvaluationSpec, KernelNotStarted, KernelUnknown
from carrel.domain.execution import AgentLost
from carrel.protocol.codec import Decoder, encode_frame, pack
from carrel.protocol.evaluations import ANSWER_CHANNEL, KERNEL_FAILED, KERNEL_UNKNOWN, Answered
from carrel.protocol.link import CHUNK
from carrel.protocol.messages import BAD_REQUEST, Data, Ended, Failed, Frame, Hello
from carrel.remote.link import AgentLink

pytestmark = pytest.mark.anyio

SPEC = EvaluationSpec("python3", "1")
SMALL = EvaluationLimits(cell_output=1000)


async def answered(directory: Path, *frames: Frame, limits: EvaluationLimits = SMALL) -> tuple[bytes, str | None]:
    """What the hub takes of an answer, and why the link is closed, if it is."""

    async def behave(stream: SocketStream) -> None:
        await stream.send(encode_frame(Hello(1, 3)))
        requests, decoder = 0, Decoder()
        while requests < 2:  # the hello, then the request
            requests += len(list(decoder.feed(await stream.receive())))
        for frame in frames:
            await stream.send(encode_frame(frame))
        await anyio.sleep_forever()

    with anyio.fail_after(10):
        async with impostor(directory, behave) as address, AgentLink.connect(address) as link:
            try:
                return await link.evaluate(SPEC, limits), link.closed_reason
            except AgentLost as error:
                return error.reason.encode(), link.closed_reason
            except (KernelUnknown, KernelNotStarted) as error:
                return f"{error.code}: {error}".encode(), link.closed_reason


def answer(content: bytes) -> list[Frame]:
    pieces = [content[start : start + CHUNK] for start in range(0, len(content), CHUNK)]
    return [*(Data(1, ANSWER_CHANNEL, piece) for piece in pieces), Ended(1, pack(Answered()))]


async def test_an_answer_is_taken_as_it_is_but_for_what_no_item_has(open_dir: Path) -> None:
    items: list[dict[str, Any]] = [
        {"name": "stdout", "text": "ü"},
        {"data": {"a/b": [1, {"c": None}]}},
        {"output_type": "stream", "text": ["x"]},
    ]
    sent = [items[0] | {"secret": 1}, *items[1:]]
    taken, closed = await answered(open_dir, *answer(json.dumps(sent).encode()))
    assert (json.loads(taken), closed) == (items, None)


@pytest.mark.parametrize(
    "content",
    [b"", b"no JSON", b"{}", b"[1]", b'[{"name": 1}]', b'[{"data": "x"}]', b'[{"text":"\xff"}]', b"[" * 100_000],
    ids=["nothing", "no JSON", "no list", "no item", "no name", "no data", "no text", "deep"],
)
async def test_an_answer_of_another_shape_ends_the_link(open_dir: Path, content: bytes) -> None:
    frames = answer(content) if content else [Ended(1, pack(Answered()))]
    reason, closed = await answered(open_dir, *frames)
    assert closed is not None
    assert closed.startswith("it broke the protocol: ")
    assert reason.decode() == closed


async def test_an_answer_that_is_too_large_ends_the_link(open_dir: Path) -> None:
    many = [Data(1, ANSWER_CHANNEL, b" " * 60_000)] * 40
    assert await answered(open_dir, *many) == (
        b"it broke the protocol: more data than was asked for",
        "it broke the protocol: more data than was asked for",
    )


async def test_refusals_are_told_in_the_agents_words(open_dir: Path) -> None:
    told = {KERNEL_UNKNOWN: b"kernel-unknown: because", KERNEL_FAILED: b"kernel-not-started: because"}
    for number, (code, expected) in enumerate(told.items()):
        place = open_dir / str(number)
        place.mkdir()
        assert await answered(place, Failed(1, code, "because")) == (expected, None)


async def test_an_agent_that_is_too_old_for_it_is_said_to_be(open_dir: Path) -> None:
    told, closed = await answered(open_dir, Failed(1, BAD_REQUEST, "unknown tag"))
    assert (told, closed) == (b"it runs with another version of Carrel; restart the project", None)
