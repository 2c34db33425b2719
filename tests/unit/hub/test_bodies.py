"""Request bodies are read within bounds."""

import anyio
import pytest
from starlette.types import Message

from carrel.hub.bodies import Bodies, BodyRefused

pytestmark = pytest.mark.anyio


class Sender:
    """A client that sends these chunks and then, if it is lazy, nothing more."""

    def __init__(self, *chunks: bytes, lazy: bool = False) -> None:
        self.chunks = list(chunks)
        self.lazy = lazy

    async def __call__(self) -> Message:
        if not self.chunks:
            await anyio.sleep_forever()
        chunk = self.chunks.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(self.chunks) or self.lazy}


async def test_a_body_is_put_together_and_forgotten_afterwards() -> None:
    bodies = Bodies()
    async with bodies.read(Sender(b"ab", b"cd"), {}) as body:
        assert (body, bodies.held_bytes) == (b"abcd", 4)
    assert bodies.held_bytes == 0


async def test_a_body_that_is_too_large_is_refused_by_its_header_or_while_it_comes() -> None:
    bodies = Bodies(each_bytes=3)
    for sender, headers in ((Sender(), {b"content-length": b"4"}), (Sender(b"ab", b"cd"), {})):
        with pytest.raises(BodyRefused, match="request entity too large") as refused:
            await bodies.read(sender, headers).__aenter__()
        assert refused.value.status == 413
    assert bodies.held_bytes == 0


async def test_bodies_that_together_are_too_large_are_asked_to_come_later() -> None:
    bodies = Bodies(together_bytes=6)
    async with bodies.read(Sender(b"abcd"), {}):
        with pytest.raises(BodyRefused) as refused:
            await bodies.read(Sender(b"ab", b"cd"), {}).__aenter__()
        assert (refused.value.status, refused.value.retry_seconds) == (503, 1)
        assert bodies.held_bytes == 4
    async with bodies.read(Sender(b"ab", b"cd"), {}) as body:
        assert body == b"abcd"


async def test_a_body_that_does_not_come_in_time_is_refused() -> None:
    bodies = Bodies(seconds=0.05)
    with pytest.raises(BodyRefused, match="did not arrive in time") as refused:
        await bodies.read(Sender(b"ab", lazy=True), {}).__aenter__()
    assert (refused.value.status, bodies.held_bytes) == (408, 0)


async def test_a_client_that_goes_away_leaves_nothing() -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    bodies = Bodies()
    with pytest.raises(BodyRefused, match="went away"):
        await bodies.read(gone, {}).__aenter__()
    assert bodies.held_bytes == 0


async def test_an_error_of_the_handler_is_not_taken_for_a_late_body() -> None:
    bodies = Bodies()
    with pytest.raises(TimeoutError):
        async with bodies.read(Sender(b""), {}):
            raise TimeoutError
