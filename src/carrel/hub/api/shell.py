"""What the endpoints of all dialects have around a call: it is watched, and whatever happens it is answered."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import structlog
from starlette.types import Receive, Scope, Send

from carrel.hub.observing import Outcome

log = structlog.get_logger()

Headers = tuple[tuple[bytes, bytes], ...]


class Reply(Protocol):
    """A reply that can be sent: an `Answer`, or one of Starlette's."""

    @property
    def status_code(self) -> int: ...
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply that is known as a whole."""

    status_code: int
    body: bytes = b""
    headers: Headers = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        length = ((b"content-length", str(len(self.body)).encode()),) if self.status_code != 204 else ()
        start = {"type": "http.response.start", "status": self.status_code, "headers": [*self.headers, *length]}
        await send(start)
        await send({"type": "http.response.body", "body": self.body})


async def answered(
    watch: AbstractContextManager[Outcome],
    work: Callable[[Outcome], Awaitable[Reply]],
    refused: Callable[[Exception], Answer],
) -> Reply:
    """The reply of `work`, or what the dialect makes of its error; 500 is for errors that it does not know: bugs."""
    with watch as outcome:
        try:
            reply = await work(outcome)
        except Exception as error:
            reply = refused(error)
            if reply.status_code == 500:
                log.exception("call_crashed", dialect=outcome.dialect, call=outcome.call)
        outcome.status = reply.status_code
    return reply
