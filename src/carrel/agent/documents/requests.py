"""The requests that are about documents; what they need is imported with the first of them, to keep agents small."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from carrel.agent.connection import Handler, Stream
from carrel.agent.documents.extension import Extension
from carrel.protocol.documents import (
    DOCUMENT_CHANNEL,
    DocumentClosed,
    DocumentSaved,
    History,
    Kind,
    OpenDocument,
    ReadHistory,
    SaveDocument,
    Version,
    encode_message,
)
from carrel.protocol.link import CHUNK

if TYPE_CHECKING:
    from carrel.agent.documents.rooms import Rooms

LOGS = "/var/lib/carrel/documents"
"""Mounted by the runner; without it, logs are in the home."""
_HIDDEN = ".carrel/documents"


class Documents:
    """Answers for the documents below `home`; each `extension` is given every room that opens."""

    def __init__(self, home: str, tasks: asyncio.TaskGroup, extensions: Sequence[Extension] = ()) -> None:
        self._home = home
        self._tasks = tasks
        self._extensions = extensions
        self._open: Rooms | None = None

    def handlers(self) -> Mapping[type, Handler]:
        """What answers which request."""
        return {OpenDocument: self.open, ReadHistory: self.read_history, SaveDocument: self.save_one}

    async def open(self, stream: Stream, request: OpenDocument) -> DocumentClosed:
        await self._rooms().take_part(stream, request)
        return DocumentClosed()

    async def save(self) -> None:
        """Write what is open and not in its file yet."""
        if self._open is not None:
            await self._open.save()

    async def save_one(self, stream: Stream, request: SaveDocument) -> DocumentSaved:
        if self._open is not None:
            await self._open.save_one(request.path)
        return DocumentSaved()

    async def read_history(self, stream: Stream, request: ReadHistory) -> History:
        found = await self._rooms().versions(request.path)
        if request.with_patches:
            for _, content in found:
                frame = encode_message(Kind.REPLY, content)
                for start in range(0, len(frame), CHUNK):
                    await stream.send(DOCUMENT_CHANNEL, frame[start : start + CHUNK])
        versions = [version for version, _ in found]
        return History(tuple(Version(each.version, each.time_ms, each.account_ids, each.bytes) for each in versions))

    def _rooms(self) -> "Rooms":
        if self._open is None:
            from carrel.agent.documents.place import Place
            from carrel.agent.documents.rooms import Rooms

            logs = LOGS if os.path.isdir(LOGS) else os.path.join(self._home, _HIDDEN)
            self._open = Rooms(Place(self._home, logs), self._tasks, self._extensions)
        return self._open
