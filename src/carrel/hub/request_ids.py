"""Each request has an id, by which its reply, the log and the audit know it: the client's own, or one made up."""

import re
import uuid
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, get_contextvars

_HEADER = b"x-request-id"
_SANE = re.compile(rb"[0-9A-Za-z._-]{1,36}")
_REPLIES = ("http.response.start", "websocket.accept", "websocket.http.response.start")


def request_id() -> str:
    """The id of the request that is being answered."""
    return str(get_contextvars()["request_id"])


@dataclass(frozen=True, slots=True)
class RequestIds:
    """Around the whole application, so that nothing is answered without. A server runs each request as its own task."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        known_as = _given(scope) or str(uuid.uuid4())
        bind_contextvars(request_id=known_as)

        async def send_with_id(message: Message) -> None:
            if message["type"] in _REPLIES:
                MutableHeaders(scope=message)["x-request-id"] = known_as
            await send(message)

        await self.app(scope, receive, send_with_id)


def _given(scope: Scope) -> str | None:
    value = next((value for name, value in scope["headers"] if name == _HEADER), b"")
    return value.decode() if _SANE.fullmatch(value) else None
