"""A room: one open document, those who have it open, its log and its file.

Everything that changes the document passes through `_changed`: it goes to the log, to the viewers (collected for some
milliseconds) and, in its meaning, to the file. An update is taken only if nothing it builds on is missing, so what the
document holds is always all there is to keep.
"""

import asyncio
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, Protocol

import pycrdt
from pycrdt import Doc

from carrel.agent.documents.awareness import Awareness
from carrel.agent.documents.extension import CallFailed, CommSink, Event, Method, Viewer
from carrel.agent.documents.logbook import Logbook
from carrel.agent.documents.pace import Pace
from carrel.agent.documents.past import Past
from carrel.agent.documents.updates import DEEPEST, Unsound, examine
from carrel.agent.documents.viewer import PageViewer, encode_comm
from carrel.agent.documents.watch import Shared, Watch
from carrel.protocol.documents import LOST, Kind

_DRAINED = 1 << 20
_NOTHING = b"\x00"
"""An empty state vector, and how an update begins that only deletes."""
_EMPTY = b"\x00\x00"
_SERVER = object()


class Document(Shared, Protocol):
    """What the room's document is made of."""

    kind: str
    roots: Sequence[str]
    """The names of its parts."""
    doc: "Doc[Any]"
    changed_cells: bool

    def change(self, new: Any) -> None:
        """Make the document mean `new`."""

    def unite(self, other: Any) -> None:
        """Add everything that another document of this kind has and this one has not."""

    def mend(self) -> None:
        """Put right what edits at the same time can break."""


class Room:
    """An open document; implements `extension.Host`. `run` is its life, between `open` and `close`."""

    def __init__(self, path: str, document: Document, logbook: Logbook, watch: Watch, pace: Pace) -> None:
        self.path = path
        self.kind = document.kind
        self.doc = document.doc
        self.awareness = Awareness()
        self.watch = watch
        self.is_broken = False
        self.is_running = asyncio.Event()
        self._needed_at = time.monotonic()
        self._document = document
        self.logbook = logbook
        self._pace = pace
        self._viewers: list[PageViewer] = []
        self._holds = 0
        self._methods: dict[str, Method] = {
            "save": self._save,
            **Past(logbook, self._update_to).methods(),
        }
        self._comms: CommSink | None = None
        self._greet: list[Callable[[Viewer], None]] = []
        self._part: list[Callable[[Viewer], None]] = []
        self._closing: list[Callable[[], Awaitable[None]]] = []
        self._moved = asyncio.Event()
        self._batch: list[tuple[object, bytes]] = []
        self._states: set[int] = set()
        self._flushing: asyncio.TimerHandle | None = None
        self._actor: object = _SERVER
        self._sent = self.doc.get_state()
        self._whole: bytes | None = None
        logbook.told = self._durable
        logbook.state = self.doc.get_update
        logbook.base = lambda: watch.base.data
        logbook.troubled = self._log_troubled
        watch.tell = self.broadcast
        self._trouble = ""
        self._subscription = self.doc.observe(self._changed)
        self._roots = [root for _, root in self.doc.items()]
        self._measures = [root.observe_deep(self._measure) for root in self._roots]

    @property
    def generation(self) -> str:
        return self.logbook.generation

    @property
    def durable(self) -> int:
        """The position up to which the log is on the disk."""
        return self.logbook.durable

    @property
    def is_needed(self) -> bool:
        return bool(self._viewers) or self._holds > 0

    def is_young(self, linger: float) -> bool:
        """Whether somebody needed it less than `linger` seconds ago."""
        return time.monotonic() - self._needed_at < linger

    # What extensions use

    @property
    def viewers(self) -> Sequence[PageViewer]:
        return tuple(self._viewers)

    @property
    def backlog_bytes(self) -> int:
        return max((viewer.outbox.other_bytes for viewer in self._viewers), default=0)

    def transact(self) -> AbstractContextManager[object]:
        return self.doc.transaction()

    def broadcast(self, event: Event) -> None:
        self._flush()
        for viewer in self._viewers:
            viewer.send_event(event)

    def send_comm(self, header: Event, buffers: Sequence[bytes] = ()) -> None:
        payload = encode_comm(header, buffers)
        for viewer in self._viewers:
            viewer.send(Kind.COMM, payload)

    async def drained(self) -> None:
        while self.backlog_bytes > _DRAINED:
            self._moved.clear()
            await self._moved.wait()

    def register(self, method: str, handler: Method) -> None:
        self._methods[method] = handler

    def on_comm(self, sink: CommSink) -> None:
        self._comms = sink

    def on_enter(self, greet: Callable[[Viewer], None]) -> None:
        self._greet.append(greet)

    def on_leave(self, part: Callable[[Viewer], None]) -> None:
        self._part.append(part)

    def on_close(self, close: Callable[[], Awaitable[None]]) -> None:
        self._closing.append(close)

    def hold(self) -> None:
        self._holds += 1

    def release(self) -> None:
        self._holds -= 1
        self._needed_at = time.monotonic()

    def start(self, work: Callable[[], Awaitable[None]]) -> None:
        self._tasks.create_task(_reported(work))

    async def save(self, cause: str) -> Event:
        return await self.watch.save(cause)

    # What viewers use

    def enter(self, viewer: PageViewer) -> None:
        """A page has come: it is told where everything stands."""
        self._flush()
        self._viewers.append(viewer)
        viewer.send(Kind.SYNC_STEP_1, self.doc.get_state())
        viewer.outbox.put_states(self.awareness.present())
        viewer.send_event({"event": "dirty", "dirty": self.watch.is_dirty})
        if self.watch.elsewhere is not None:
            viewer.send_event(self.watch.elsewhere)
        for trouble in filter(None, (self._trouble, self.watch.trouble)):
            viewer.send_event({"event": "trouble", "message": trouble})
        for greet in self._greet:
            greet(viewer)

    def leave(self, viewer: PageViewer) -> None:
        """A page has gone."""
        self._viewers.remove(viewer)
        self._show(self.awareness.drop(viewer))
        for part in self._part:
            part(viewer)
        self._moved.set()
        self._needed_at = time.monotonic()

    def moved(self) -> None:
        """A viewer has taken something in."""
        self._moved.set()

    def diff(self, state: bytes) -> bytes:
        """Everything that a state vector does not have; what many ask for at once is made once."""
        if state != _NOTHING:
            return self.doc.get_update(state)
        if self._whole is None:
            self._whole = self.doc.get_update()
        return self._whole

    def take_update(self, viewer: PageViewer, update: bytes, *, is_answer: bool) -> int:
        """Apply an update of a page; its position in the log. Raises `CallFailed` if it is not taken."""
        with self._sound():
            lacks = examine(update, self._document.roots).lacks(self.doc.get_state())
        if not viewer.may_edit:
            if is_answer and not self._lacks(update):
                return self.logbook.position
            raise CallFailed("readonly", "The document may not be edited here.")
        if lacks:
            raise CallFailed("bad_call", "An update that this one builds on is missing.")
        if update != _EMPTY:
            self._apply(viewer, update)
            if self.is_broken or self._lacks(update):
                self.crash()
                raise CallFailed("bad_call", "An update that cannot be a part of the document.")
        return self.logbook.position

    def take_rescue(self, viewer: PageViewer, generation: str, update: bytes) -> int:
        """Merge what a page has of another generation, by content; its position in the log. Raises `CallFailed`."""
        if generation == self.generation:
            return self.take_update(viewer, update, is_answer=False)
        if not viewer.may_edit:
            raise CallFailed("readonly", "The document may not be edited here.")
        lost: Doc[Any] = Doc()
        with self._sound():
            examine(update, self._document.roots)
            lost.apply_update(update)
        self._document.unite(type(self._document)(lost))  # type: ignore[call-arg] # both kinds are made of a Doc
        self.watch.edited(viewer)
        return self.logbook.position

    def take_awareness(self, viewer: PageViewer, update: bytes) -> None:
        """Take a page's states."""
        self._show(self.awareness.take(viewer, viewer.user, update))

    async def take_comm(self, viewer: PageViewer, header: Event, buffers: list[bytes]) -> None:
        """Pass a `COMM` on."""
        if self._comms is not None and viewer.may_run:
            await self._comms(viewer, header, buffers)

    async def call(self, viewer: PageViewer, method: str, params: Event) -> Event:
        """Answer a call; raises `CallFailed`."""
        handler = self._methods.get(method)
        if handler is None:
            raise CallFailed("bad_call", f"There is no method {method[:50]!r}.")
        answer = await handler(viewer, params)
        self._flush()  # it may build on what its page has not been told yet
        return answer

    # Its life

    async def run(self) -> None:
        """Write, save and watch until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            self.is_running.set()
            tasks.create_task(self.logbook.run())
            tasks.create_task(self.watch.run())

    async def finish(self) -> None:
        """Let the extensions end what they do; nobody may be there any more."""
        for close in self._closing:
            await close()

    async def close(self) -> None:
        """Save and write what is left; after `run`."""
        if not self.is_broken:
            with suppress(CallFailed):  # it stays in the log, and is saved when the document is opened again
                await self.watch.close()
        self.watch.hold.drop()
        await self.logbook.close(compact=not self.is_broken)
        self._subscription.drop()

    def crash(self) -> None:
        """Send everybody away: the room is of no more use, and what it has not logged is not to be trusted."""
        self.is_broken = True
        self.logbook.freeze()
        for viewer in self._viewers:
            viewer.end(LOST, "The document had to be opened anew.")

    async def _save(self, viewer: Viewer, params: Event) -> Event:
        if not viewer.may_edit:
            raise CallFailed("readonly", "The document may not be edited here.")
        return await self.watch.save("parent" if params.get("cause") == "parent" else "user")

    async def _update_to(self, data: bytes) -> bytes:
        """The update that makes the document mean what is in a file; raises `Unsupported` and `CallFailed`."""
        await self.watch.keep()
        wanted = await self.watch.parse(data)
        copy: Doc[Any] = Doc()
        copy.apply_update(self.doc.get_update())
        before = copy.get_state()
        type(self._document)(copy).change(wanted.value)  # type: ignore[call-arg] # both kinds are made of a Doc
        return copy.get_update(before)

    def _lacks(self, update: bytes) -> bool:
        """Whether an update holds anything that the document has not, deletions aside."""
        with self._sound():
            return not pycrdt.get_update(update, self.doc.get_state()).startswith(_NOTHING)

    def _apply(self, viewer: PageViewer, update: bytes) -> None:
        self._actor = viewer
        try:
            with self._sound():
                self.doc.apply_update(update)
        finally:
            self._actor = _SERVER
        self._mend()  # at once: its page will take one of two copies of a cell away, whatever is in that

    @contextmanager
    def _sound(self) -> Iterator[None]:
        """Whatever a page may have sent: an update that is none is refused, and one that breaks yrs ends the room."""
        try:
            yield
        except Unsound as error:
            raise CallFailed("bad_call", str(error)) from error
        except ValueError as error:
            raise CallFailed("bad_call", "An update that is none.") from error
        except BaseException as error:
            if type(error).__module__ == "pyo3_runtime":
                self.crash()
                raise CallFailed("internal", "The update cannot be applied.") from error
            raise

    def _measure(self, events: Any) -> None:
        """What was put into types that are nested too deeply already must get no further than the memory."""
        if any(len(event.path) > DEEPEST for event in events):
            self.crash()

    def _changed(self, event: Any) -> None:
        if self.is_broken:
            return
        update: bytes = event.update
        self.logbook.append(update)
        self._whole = None
        self._batch.append((self._actor, update))
        self.watch.edited(self._actor if isinstance(self._actor, PageViewer) else None)
        self._flush_soon()

    def _show(self, states: set[int]) -> None:
        if states:
            self._states |= states
            self._flush_soon()

    def _flush_soon(self) -> None:
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_later(self._pace.collect, self._flush)

    def _flush(self) -> None:
        """Show everybody what has been collected; a page that made all of it knows it already."""
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        self._mend()
        if self._batch:
            batch, self._batch = self._batch, []
            authors = {id(author) for author, _ in batch}
            update = pycrdt.merge_updates(*(each for _, each in batch)) if len(batch) > 1 else batch[0][1]
            for viewer in self._viewers:
                if viewer.is_synchronised and authors != {id(viewer)}:
                    viewer.outbox.put_update(update, self._sent)
            self._sent = self.doc.get_state()
        if self._states:
            for viewer in self._viewers:
                viewer.outbox.put_states(self._states)
            self._states = set()

    def _mend(self) -> None:
        if self._document.changed_cells and not self.is_broken:
            self._document.mend()

    def _durable(self) -> None:
        for viewer in self._viewers:
            viewer.acknowledge(self.logbook.durable)

    def _log_troubled(self, sentence: str) -> None:
        if sentence != self._trouble:
            self._trouble = sentence
            self.broadcast({"event": "trouble", "message": sentence})


async def _reported(work: Callable[[], Awaitable[None]]) -> None:
    try:
        await work()
    except Exception:  # noqa: BLE001 -- an extension's bug must not end the room
        traceback.print_exc()
