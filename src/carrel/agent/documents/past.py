"""What a document was: calls that tell of its versions, and of the edit that would make it one of them again."""

from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping

from carrel.agent.documents.extension import CallFailed, Event, Method, Viewer
from carrel.agent.documents.files import Unsupported
from carrel.agent.documents.logbook import Logbook


class Past:
    """Answers from the log; `update_to` makes the update after which the document means what is in a file."""

    def __init__(self, logbook: Logbook, update_to: Callable[[bytes], Awaitable[bytes]]) -> None:
        self._logbook = logbook
        self._update_to = update_to

    def methods(self) -> Mapping[str, Method]:
        """What answers which call."""
        return {"history": self._versions, "history.at": self._at, "history.restore": self._restore}

    async def _versions(self, viewer: Viewer, params: Event) -> Event:
        versions, names = await self._logbook.do(lambda log: (log.versions(), log.names())) or ([], {})
        return {
            "versions": [
                {"version": each.version, "time": each.time_ms, "account_ids": each.account_ids, "bytes": each.bytes}
                for each in versions
            ],
            "names": names,
        }

    async def _at(self, viewer: Viewer, params: Event) -> Event:
        return {"content": (await self._content(params)).decode(errors="replace")}

    async def _restore(self, viewer: Viewer, params: Event) -> Event:
        """The page that asks makes the edit, as one of its own: it can take it back, and knows that it was kept."""
        if not viewer.may_edit:
            raise CallFailed("readonly", "The document may not be edited here.")
        try:
            update = await self._update_to(await self._content(params))
        except Unsupported as error:
            raise CallFailed("unsupported", str(error)) from error
        return {"update": b64encode(update).decode()}

    async def _content(self, params: Event) -> bytes:
        number = params.get("version")
        if not isinstance(number, int):
            raise CallFailed("bad_call", "A version is a number.")
        content = await self._logbook.do(lambda log: log.version(number))
        if content is None:
            raise CallFailed("not_found", "There is no such version.")
        return content
