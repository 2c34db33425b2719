"""Whether anything goes on in the project: what hubs ask before they stop one that nobody uses."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from carrel.agent.connection import Handler, Stream
from carrel.protocol.activity import ActivityRead, ReadActivity
from carrel.protocol.execution import Ping
from carrel.protocol.terminals import ListTerminals

_QUIET = (Ping, ListTerminals)
"""What hubs and pages ask again and again by themselves."""


class Activity:
    """Counts requests, and what else is noted; each of `works` tells whether something of its kind runs."""

    def __init__(self, works: Sequence[Callable[[], bool]], save: Callable[[], Awaitable[None]]) -> None:
        self._works = works
        self._save = save
        self._count = 0
        self._open = 0

    def counting(self, handlers: Mapping[type, Handler]) -> dict[type, Handler]:
        """Handlers that do the same and are noted: something runs until each has answered."""
        return {one: handler if one in _QUIET else self._noted(handler) for one, handler in handlers.items()}

    def handlers(self) -> Mapping[type, Handler]:
        """What answers which request."""
        return {ReadActivity: self.read}

    def note(self) -> None:
        """Something was done."""
        self._count += 1

    async def read(self, stream: Stream, request: ReadActivity) -> ActivityRead:
        if request.save:
            await self._save()
        return ActivityRead(self._open > 0 or any(work() for work in self._works), self._count)

    def _noted(self, handler: Handler) -> Handler:
        async def noted(stream: Stream, request: object) -> object:
            self._open += 1
            try:
                return await handler(stream, request)
            finally:
                self._open -= 1
                self._count += 1

        return noted  # type: ignore[return-value]  # what the handler returns
