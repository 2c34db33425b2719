"""The outputs of one cell from its start on: what they should be, and the steps that bring the document there.

Messages change the model at once; `flush` writes what has changed since. Somebody else may have replaced the cell
meanwhile, by moving it (then everything is written again), or have taken outputs away (then they stay away).
"""

import json
import re
from typing import Any

from pycrdt import Array

from carrel.agent.documents.notebook import output_of, text_of
from carrel.agent.notebooks.limits import (
    BUNDLE_BYTES,
    OUTPUTS,
    RICH_BYTES,
    STREAM_BYTES,
    fit_bundle,
    fit_traceback,
    size_of,
    truncated,
)
from carrel.agent.notebooks.slots import Slot, StreamSlot

Json = Any
_JSON_MIME = re.compile(r"application/(.*\+)?json")
_RAW_CHARACTERS = 4 * STREAM_BYTES
_WAITING_CHARACTERS = STREAM_BYTES // 4
KINDS = ("stream", "display_data", "execute_result", "error", "clear_output")
"""The messages that say something of the outputs of a cell."""
_TURNS = 100
"""Outputs after which standard output and error take no more turns but go on where each of them was."""


class Outputs:
    """The outputs of one run of a cell."""

    def __init__(self) -> None:
        self._slots: list[Slot] = []
        self._streams: dict[str, StreamSlot] = {}
        self._waiting: list[str] = []
        self._waiting_name = ""
        self._waiting_size = 0
        self._foreign = 0  # outputs in the document that are not ours and come before
        self._written = 0
        self._is_cleared = True
        self._clears_at_next = False
        self._is_complete = True
        self._begin_counting()

    def _begin_counting(self) -> None:
        self._stream_bytes = self._rich_bytes = self.dropped_bytes = 0
        self._is_stream_full = False
        self._mark: Slot | None = None
        self._marked_bytes = 0

    def print(self, name: str, text: str) -> None:
        """Printed text; cheap once there is too much of it."""
        self._clear_if_due()
        if self._is_stream_full:
            self.dropped_bytes += size_of(text)
            return
        if name != self._waiting_name:
            self._print_waiting()
            self._waiting_name = name
        self._waiting.append(text[:_RAW_CHARACTERS])
        self._waiting_size += len(text)
        if self._waiting_size > _WAITING_CHARACTERS:
            self._print_waiting()
        if len(text) > _RAW_CHARACTERS:
            self._is_stream_full = True
            self._drop(size_of(text[_RAW_CHARACTERS:]))

    def show(self, kind: str, content: dict[str, Json]) -> Slot | None:
        """A result or a display; None if there is no room for it."""
        self._clear_if_due()
        self._print_waiting()
        size = size_of(content.get("data"))
        if self._rich_bytes + min(size, BUNDLE_BYTES) > RICH_BYTES or len(self._slots) >= OUTPUTS:
            self._drop(size)
            return None
        value = rich_output(kind, content)
        self._rich_bytes += size_of(value)
        return self._add(Slot(value))

    def fail(self, ename: str, evalue: str, traceback: list[str]) -> None:
        """An error; there is always room for it."""
        self._clear_if_due()
        self._print_waiting()
        content = {"ename": ename, "evalue": evalue, "traceback": fit_traceback(traceback)}
        self._add(Slot(output_of({"output_type": "error", **content}) or {}))

    def replace(self, slot: Slot, content: dict[str, Json]) -> None:
        """Show other data in the place of a result or display."""
        if slot.is_live:
            before = slot.value()
            content = {**content, "execution_count": before.get("execution_count")}
            slot.replace(rich_output(before["output_type"], content))

    def clear(self, wait: bool) -> None:
        """Take everything away, now or when something comes in its place."""
        if wait:
            self._clears_at_next = True
            return
        self._clears_at_next = False
        self._forget_all()
        self._is_cleared = True
        self._foreign = self._written = 0

    def flush(self, outputs: "Array[Any]", is_new_cell: bool) -> None:
        """Bring the document's outputs to what they should be; call it in a transaction."""
        if self._is_cleared or (is_new_cell and self._is_complete):
            self._is_cleared = False
            self._foreign = self._written = 0
            outputs.clear()
        elif len(outputs) != self._foreign + self._written:
            self._forget_written(len(outputs))
        self._print_waiting()
        self._count_dropped()
        for index, slot in enumerate(self._slots[: self._written]):
            if slot.is_changed:
                slot.write(outputs, self._foreign + index)
        if added := self._slots[self._written :]:
            outputs.extend([slot.make() for slot in added])
            self._written = len(self._slots)

    def settle(self) -> None:
        """The cell has run and everything is written: keep no more of it than later messages need."""
        self._is_complete = False
        for slot in self._slots:
            slot.let_go()

    def values(self) -> list[dict[str, Json]]:
        """The outputs as values, for what is no document."""
        self._print_waiting()
        self._count_dropped()
        return [slot.value() for slot in self._slots]

    def _add(self, slot: Slot) -> Slot:
        if not isinstance(slot, StreamSlot):
            self._streams.clear()
        self._slots.append(slot)
        return slot

    def _print_waiting(self) -> None:
        text = "".join(self._waiting)
        self._waiting.clear()
        self._waiting_size = 0
        if not text:
            return
        slot = self._stream(self._waiting_name)
        before = slot.size
        surplus = slot.print(text, STREAM_BYTES - self._stream_bytes)
        self._stream_bytes += slot.size - before
        if surplus or len(self._slots) > OUTPUTS:
            self._is_stream_full = True
            self._drop(surplus)

    def _stream(self, name: str) -> StreamSlot:
        last = self._slots[-1] if self._slots else None
        known = self._streams.get(name)
        if known is not None and (known is last or len(self._slots) >= _TURNS):
            return known
        slot = self._streams[name] = StreamSlot(name)
        self._add(slot)
        return slot

    def _drop(self, size: int) -> None:
        self.dropped_bytes += size
        if self._mark is None:
            self._mark = self._add(Slot(_mark(self.dropped_bytes)))

    def _count_dropped(self) -> None:
        if self._mark is not None and self._marked_bytes != self.dropped_bytes:
            self._marked_bytes = self.dropped_bytes
            self._mark.replace(_mark(self.dropped_bytes))

    def _clear_if_due(self) -> None:
        if self._clears_at_next:
            self.clear(wait=False)

    def _forget_all(self) -> None:
        for slot in self._slots:
            slot.is_live = False
        self._slots.clear()
        self._streams.clear()
        self._waiting.clear()
        self._waiting_size = 0
        self._begin_counting()

    def _forget_written(self, found: int) -> None:
        """Somebody has taken outputs away, or put some there: what was written is theirs now."""
        for slot in self._slots[: self._written]:
            slot.is_live = False
        del self._slots[: self._written]
        self._streams = {name: slot for name, slot in self._streams.items() if slot in self._slots}
        self._foreign, self._written = found, 0
        if found == 0:
            self._begin_counting()


def rich_output(kind: str, content: dict[str, Json]) -> dict[str, Json]:
    """A result or display as notebooks have it, as far as it is not too large."""
    data = content.get("data")
    bundle = fit_bundle(data) if isinstance(data, dict) else {}
    output = output_of({**content, "output_type": kind, "data": bundle}) or {}
    for mime, value in output["data"].items():
        if not isinstance(value, str) and not _JSON_MIME.fullmatch(mime):  # nbformat asks for texts there
            output["data"][mime] = json.dumps(value)
    return output


def take(model: Outputs, kind: str, content: dict[str, Json]) -> Slot | None:
    """Add what a message says; the result or display that it made, if it did."""
    if kind == "stream":
        name = content.get("name")
        model.print(name if name in ("stdout", "stderr") else "stdout", text_of(content.get("text")))
    elif kind == "error":
        traceback = content.get("traceback")
        lines = [str(line) for line in traceback] if isinstance(traceback, list) else []
        model.fail(str(content.get("ename")), str(content.get("evalue")), lines)
    elif kind == "clear_output":
        model.clear(content.get("wait") is True)
    elif kind in ("display_data", "execute_result"):
        return model.show(kind, content)
    return None


def _mark(size: int) -> dict[str, Json]:
    return {"output_type": "stream", "name": "stderr", "text": truncated(size)}
