"""The seam between a room and what makes a document do more, such as running its cells.

An extension is a callable that is given each `Host` (a room) when it opens, before any viewer enters, and that
registers there what it can do. Everything runs on the agent's one event loop; nothing here may be called from another
thread.

Texts of the document count in UTF-8 bytes (`len(text)`, slices and `insert` of pycrdt's `Text`): a position must lie
between two characters, or the text is garbled. Integers come back as floats.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pycrdt import Doc

Event = dict[str, Any]
"""One event of docs/live.md, with its name in `event`; becomes JSON."""


class CallFailed(Exception):
    """Ends a call in the error `code` (one of docs/live.md) with a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Viewer(Protocol):
    """One page that has the document open; equal and hashable by identity."""

    account_id: str
    name: str
    may_edit: bool
    may_run: bool

    def send_event(self, event: Event) -> None:
        """Tell this page alone. Never waits."""

    def send_comm(self, header: Event, buffers: Sequence[bytes] = ()) -> None:
        """Send this page alone a `COMM`. Never waits."""


Method = Callable[[Viewer, dict[str, Any]], Awaitable[dict[str, Any]]]
"""Answers a call. It runs in a task of its own, which is cancelled when its viewer leaves; raises `CallFailed`."""
CommSink = Callable[[Viewer, dict[str, Any], list[bytes]], Awaitable[None]]
"""Takes a viewer's `COMM`s, one after the other: header `{"msg_type","content","metadata"}` and buffers."""


class Host(Protocol):
    """What a room offers to its extensions."""

    path: str
    """The file's absolute path, symlinks resolved."""
    kind: str
    """`notebook` or `text`."""
    doc: "Doc[Any]"
    """The document; for a notebook `doc["cells"]` and `doc["meta"]` exist."""

    def transact(self) -> AbstractContextManager[object]:
        """Changes of the server's own, as one update: `with host.transact(): …`, without `await` inside.

        It is logged, saved and shown like everybody's. Reading needs none, but is faster within one.
        """

    def broadcast(self, event: Event) -> None:
        """Send an event to everybody who is there, after all changes made before. Never waits. Not in `transact`."""

    def send_comm(self, header: Event, buffers: Sequence[bytes] = ()) -> None:
        """Send a `COMM` to everybody who is there. Never waits; see `backlog_bytes`."""

    @property
    def backlog_bytes(self) -> int:
        """What the slowest viewer has not taken yet of events and comms; whoever sends a lot of them waits."""

    async def drained(self) -> None:
        """Return when `backlog_bytes` is small again, or whoever caused it is gone."""

    def register(self, method: str, handler: Method) -> None:
        """Answer calls of that name."""

    def on_comm(self, sink: CommSink) -> None:
        """Take the viewers' `COMM`s."""

    def on_enter(self, greet: Callable[[Viewer], None]) -> None:
        """Called when a viewer has entered; what it sends to the viewer comes before anything later."""

    def on_leave(self, part: Callable[[Viewer], None]) -> None:
        """Called when a viewer has left."""

    def on_close(self, close: Callable[[], Awaitable[None]]) -> None:
        """Called when the room closes: nobody is there and nothing holds it."""

    @property
    def viewers(self) -> Sequence[Viewer]:
        """Who is there now."""

    def hold(self) -> None:
        """Keep the room open although nobody is there; counted."""

    def release(self) -> None:
        """Take one `hold` back."""

    def start(self, work: Callable[[], Awaitable[None]]) -> None:
        """Run a task beside the room, cancelled when the room closes; its failure is reported and ends only itself."""

    async def save(self, cause: str) -> dict[str, Any]:
        """Write the document to its file now, if they differ, and return `{"mtime","bytes"}`; raises `CallFailed`."""


Extension = Callable[[Host], None]
