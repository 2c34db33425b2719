"""One channel of a connection: a document from its opening to its end, and what flows in between.

Back-pressure goes through: what a page sends waits in a short queue until the agent has credit for it, and what the
agent sends is taken only as fast as the page takes it.
"""

import math
from typing import Protocol

import anyio
import structlog

from carrel.domain.documents import FileAccess
from carrel.domain.errors import DomainError, Overloaded
from carrel.domain.execution import AgentLost
from carrel.domain.principals import EmbedPrincipal
from carrel.hub.live.messages import Open, binary, channel_prefix, reason_of, refused_event, text
from carrel.hub.live.queue import Queue
from carrel.hub.platform import Platform
from carrel.protocol.documents import Kind
from carrel.remote.documents import DocumentStream
from carrel.remote.held import Held
from carrel.services.documents import Viewer

log = structlog.get_logger()

OPENING_SECONDS = 120
_EDITS = frozenset({Kind.UPDATE, Kind.RESCUE, Kind.INPUT})


class Page(Protocol):
    """The connection as its channels see it."""

    platform: Platform
    principal: EmbedPrincipal
    viewer: Viewer
    patience_seconds: float
    held: Held

    async def send_text(self, message: str) -> None: ...

    async def send_bytes(self, message: bytes) -> None: ...


class Channel:
    """A document that a page opens; `run` ends when the channel is over, and has told the page why."""

    def __init__(self, page: Page, request: Open) -> None:
        self.access: FileAccess | None = None
        self._page = page
        self._request = request
        self._prefix = channel_prefix(request.ch)
        self._scope = anyio.CancelScope()
        self._end = ("internal", "the document did not open in time")
        self._queue = Queue(page.held)

    async def run(self) -> None:
        try:
            code, message = await self._outcome()
        finally:
            self._queue.close()
        await self._tell("closed", code=code, message=message)

    def close(self, code: str, message: str) -> None:
        """End the channel from outside."""
        self._end = (code, message)
        self._scope.cancel()

    async def put(self, kind: int, payload: bytes) -> None:
        """Hand a message of the page over; nothing happens on a channel that is over.

        Waits while there is no room, but not forever: a project that does not take its input loses the channel.
        """
        with anyio.move_on_after(self._page.patience_seconds) as patience:
            try:
                await self._queue.put((kind, payload))
            except Overloaded:
                self.close("busy", "too much that pages have sent is waiting to be taken")
        if patience.cancelled_caught:
            self.close("busy", "the project does not take its input")

    async def recheck(self) -> None:
        """End the channel if the page may no longer do what it was told when it opened it."""
        if self.access is None:
            return
        try:
            access = await self._authorize()
        except DomainError as error:
            return self.close(*reason_of(error, self._request.project_id))
        if access.may != self.access.may:
            return self.close("forbidden", "the rights on the document have changed; open it again")
        self._page.platform.documents.touch(access)

    async def _outcome(self) -> tuple[str, str]:
        """Serve; code and text of the end."""
        try:
            with self._scope:
                self._scope.deadline = anyio.current_time() + OPENING_SECONDS
                await self._serve()
                return "lost", "the project has closed the document"
        except DomainError as error:
            return reason_of(error, self._request.project_id)
        except Exception:
            log.exception("live_channel_crashed", project_id=self._request.project_id)
            return "internal", "internal error"
        return self._end

    async def _authorize(self) -> FileAccess:
        request = self._request
        return await self._page.platform.access.to_file(self._page.principal, request.project_id, request.path)

    async def _serve(self) -> None:
        access = self.access = await self._authorize()
        await self._tell("accepted")
        documents = self._page.platform.documents
        if documents.must_start(access):
            await self._tell("progress", state="starting")
            await documents.start(access)
        await self._tell("progress", state="opening")
        async with documents.open(access, self._page.viewer, create=self._request.create) as stream:
            self._scope.deadline = math.inf
            await self._tell(
                "opened",
                kind=stream.opened.kind,
                generation=stream.opened.generation,
                readonly=not access.may_edit,
                path=access.path,
                may=access.may,
            )
            await self._relay(stream, may_edit=access.may_edit)

    async def _relay(self, stream: DocumentStream, *, may_edit: bool) -> None:
        """Until the agent ends the stream; raises what ends it, outside of the task group."""
        failure: DomainError | None = None
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._send_all, stream, may_edit)
            try:
                async for kind, payload in stream:
                    await self._page.send_bytes(binary(self._prefix, kind, payload))
            except DomainError as error:
                failure = error
            tasks.cancel_scope.cancel()
        if failure is not None:
            raise failure

    async def _send_all(self, stream: DocumentStream, may_edit: bool) -> None:
        try:
            while True:
                kind, payload = await self._queue.next()
                if may_edit or kind not in _EDITS:
                    await stream.send(kind, payload)
                else:
                    event = refused_event("readonly", "this page may not edit the document")
                    await self._page.send_bytes(binary(self._prefix, Kind.EVENT, event))
                self._queue.done()
        except AgentLost:
            return  # the other direction tells

    async def _tell(self, tag: str, **fields: object) -> None:
        await self._page.send_text(text(tag, ch=self._request.ch, **fields))
