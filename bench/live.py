"""A page of a served hub as far as hub and agent can tell: a copy of a notebook, kept equal over the live channel."""

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pycrdt import Array, Doc
from support.hubs import ServedHub
from support.live_pages import LivePage, open_session, token_of
from support.people import Person

from carrel.protocol.documents import Kind, Reader, encode_number

_CHANNEL = 1


class Notebook:
    """Blocks until what it asks for has come."""

    def __init__(self, page: LivePage) -> None:
        self.doc: Doc[Any] = Doc()
        self.cells: Array[Any] = self.doc.get("cells", type=Array)
        self.bytes = self.updates = 0
        self._page = page
        self._ids = itertools.count(1)
        self._replies: dict[int, dict[str, Any]] = {}
        self._ended: set[str] = set()

    def synchronise(self) -> None:
        self._page.send(_CHANNEL, Kind.SYNC_STEP_1, self.doc.get_state())
        self.until(lambda: len(self.cells) > 0)

    def call(self, method: str, **params: Any) -> Any:
        """The result of a call."""
        number = self.ask(method, **params)
        self.until(lambda: number in self._replies)
        reply = self._replies.pop(number)
        if "error" in reply:
            raise RuntimeError(f"{method}: {reply['error']}")
        return reply["result"]

    def ask(self, method: str, **params: Any) -> int:
        """Make a call and do not wait for what comes of it; its number."""
        number = next(self._ids)
        body = json.dumps({"id": number, "method": method, "params": params})
        self._page.send(_CHANNEL, Kind.CALL, body.encode())
        return number

    def run(self, *cells: str) -> None:
        """Run cells; returns when that is over."""
        self.until_ended(self.start(*cells))

    def start(self, *cells: str) -> str:
        """Begin to run cells; the run's id."""
        return str(self.call("run", what="cells", cells=cells)["run_id"])

    def until_ended(self, run_id: str) -> None:
        self.until(lambda: run_id in self._ended)

    def outputs(self, cell: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.cells[cell]["outputs"].to_py()
        return found

    def text(self, cell: int) -> str:
        """What the cell's first output says; nothing if there is none."""
        outputs = self.cells[cell]["outputs"]
        return str(outputs[0]["text"]) if len(outputs) else ""

    def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._take(*self._page.receive())

    def _take(self, _number: int, kind: int, payload: bytes) -> None:
        self.bytes += len(payload)
        if kind == Kind.REPLY:
            reply = json.loads(payload)
            self._replies[reply["id"]] = reply
        elif kind == Kind.EVENT and (event := json.loads(payload))["event"] == "run_ended":
            self._ended.add(event["run_id"])
        elif kind == Kind.SYNC_STEP_1:
            self._page.send(_CHANNEL, Kind.SYNC_STEP_2, encode_number(1) + b"\0\0")
        elif kind in (Kind.SYNC_STEP_2, Kind.UPDATE):
            reader = Reader(payload)
            reader.number()
            self.doc.apply_update(reader.rest())
            self.updates += 1


@contextmanager
def opened(hub: ServedHub, person: Person, project_id: str, path: str) -> Iterator[Notebook]:
    """The notebook, open in a page of its own."""
    with open_session(hub, token_of(person)).live() as page:
        told = page.open(_CHANNEL, project_id, path)
        if told["t"] != "opened":
            raise RuntimeError(f"{path} was not opened: {told}")
        notebook = Notebook(page)
        notebook.synchronise()
        yield notebook
