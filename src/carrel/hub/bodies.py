"""Request bodies, read within bounds: of size, of time, and of memory for all that are held at the same time.

Nobody has been asked for a key yet when a body is read, so strangers must not be able to fill the hub's memory.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
from starlette.types import Receive


class BodyRefused(Exception):
    """`status` is that of HTTP; the message is for the client. `retry_seconds`: after which time to try again."""

    def __init__(self, status: int, text: str, *, retry_seconds: int | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.retry_seconds = retry_seconds


@dataclass(slots=True)
class Bodies:
    """Reads bodies; one for a hub, as its memory is one."""

    each_bytes: int = 16_000_000
    together_bytes: int = 256_000_000
    seconds: float = 120
    held_bytes: int = 0

    @asynccontextmanager
    async def read(self, receive: Receive, headers: Mapping[bytes, bytes]) -> AsyncIterator[bytes]:
        """The body, which counts as held until the block ends. Raises `BodyRefused`."""
        declared = headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > self.each_bytes:
            raise BodyRefused(413, "request entity too large")
        chunks: list[bytes] = []
        try:
            with anyio.move_on_after(self.seconds) as deadline:
                await self._collect(receive, chunks)
            if deadline.cancelled_caught:
                raise BodyRefused(408, "the request body did not arrive in time")
            yield b"".join(chunks)
        finally:
            self.held_bytes -= sum(map(len, chunks))

    async def _collect(self, receive: Receive, chunks: list[bytes]) -> None:
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise BodyRefused(400, "the client went away")
            chunk = message.get("body", b"")
            more = message.get("more_body", False)
            size += len(chunk)
            if size > self.each_bytes:
                raise BodyRefused(413, "request entity too large")
            if self.held_bytes + len(chunk) > self.together_bytes:
                raise BodyRefused(503, "the server is busy with other requests; try again", retry_seconds=1)
            self.held_bytes += len(chunk)
            chunks.append(chunk)
