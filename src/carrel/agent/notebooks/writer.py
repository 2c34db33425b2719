"""Writes what kernels say into the document: at once what comes alone, in batches what comes in quantity."""

import asyncio
from contextlib import AbstractContextManager
from typing import Any, Protocol

from pycrdt import Array, Map

from carrel.agent.kernels.values import Message
from carrel.agent.notebooks.cells import Cells
from carrel.agent.notebooks.outputs import KINDS, Outputs, take
from carrel.agent.notebooks.slots import Slot

Json = Any
_BATCH_SECONDS = 0.05


class Transactions(Protocol):
    """Of a room, what writing needs."""

    def transact(self) -> AbstractContextManager[object]: ...


class Writer:
    """The outputs of all cells that have run since the kernel was started."""

    def __init__(self, room: Transactions, cells: Cells) -> None:
        self._room = room
        self._cells = cells
        self._outputs: dict[str, Outputs] = {}
        self._fields: dict[str, dict[str, Json]] = {}
        self._changed: dict[str, None] = {}
        self._displays: dict[str, list[tuple[str, Outputs, Slot]]] = {}
        self._due: asyncio.TimerHandle | None = None
        self._flushed_at = 0.0

    def begin(self, cell_id: str) -> None:
        """A run of the cell begins: it shows nothing."""
        self._outputs[cell_id] = Outputs()
        self.set(cell_id, execution_state="running", execution_count=None)

    def end(self, cell_id: str) -> None:
        """The run is over; writes what is left of it."""
        self.set(cell_id, execution_state="idle")
        self.flush()
        self._outputs[cell_id].settle()

    def set(self, cell_id: str, **fields: Json) -> None:
        """Change fields of a cell."""
        self._fields.setdefault(cell_id, {}).update(fields)
        self._touch(cell_id)

    def fail(self, cell_id: str, ename: str, evalue: str) -> None:
        """Show an error that no kernel tells of."""
        self._outputs[cell_id].fail(ename, evalue, [f"\x1b[31m{ename}\x1b[39m: {evalue}"])
        self._touch(cell_id)

    def print(self, cell_id: str, name: str, text: str) -> None:
        """Show a printed text."""
        self._outputs[cell_id].print(name, text)
        self._touch(cell_id)

    def take(self, cell_id: str, message: Message) -> None:
        """Show what a message of the kernel's brings, in the cell that it belongs to."""
        kind, content = message.msg_type, message.content
        if kind == "update_display_data":
            self._update_displays(content)
            return
        outputs = self._outputs.get(cell_id)
        if outputs is not None and kind in KINDS:
            self._register(cell_id, outputs, take(outputs, kind, content), content)
            self._touch(cell_id)

    def forget_kernel(self, running: str | None) -> None:
        """Nothing that is shown will be updated any more, but for the cell that runs."""
        self._displays.clear()
        self._outputs = {cell: outputs for cell, outputs in self._outputs.items() if cell == running}

    def flush(self) -> None:
        """Write everything now."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        self._flushed_at = asyncio.get_running_loop().time()
        changed, self._changed = self._changed, {}
        fields, self._fields = self._fields, {}
        if not changed:
            return
        with self._room.transact():
            for cell_id in changed:
                cell = self._cells.find(cell_id)
                if cell is not None and cell.get("cell_type") == "code":
                    self._write(cell_id, cell, fields.get(cell_id, {}))

    def _write(self, cell_id: str, cell: "Map[Any]", fields: dict[str, Json]) -> None:
        for name, value in fields.items():
            if name not in cell or cell[name] != value:
                cell[name] = value
        if (model := self._outputs.get(cell_id)) is None:
            return
        found = cell.get("outputs")
        if not isinstance(found, Array):
            cell["outputs"] = Array()
            found = cell["outputs"]
        model.flush(found, self._cells.has_arrived(cell_id))

    def _touch(self, cell_id: str) -> None:
        self._changed[cell_id] = None
        if self._due is None:
            loop = asyncio.get_running_loop()
            wait = max(0.0, self._flushed_at + _BATCH_SECONDS - loop.time())
            self._due = loop.call_later(wait, self._flush_due)

    def _flush_due(self) -> None:
        self._due = None
        self.flush()

    def _register(self, cell_id: str, outputs: Outputs, slot: Slot | None, content: dict[str, Json]) -> None:
        display_id = _display_id(content)
        if slot is not None and display_id is not None:
            places = [place for place in self._displays.get(display_id, ()) if place[2].is_live]
            self._displays[display_id] = [*places, (cell_id, outputs, slot)]

    def _update_displays(self, content: dict[str, Json]) -> None:
        for cell_id, outputs, slot in self._displays.get(_display_id(content) or "", ()):
            if slot.is_live and self._outputs.get(cell_id) is outputs:
                outputs.replace(slot, content)
                self._touch(cell_id)


def _display_id(content: dict[str, Json]) -> str | None:
    transient = content.get("transient")
    found = transient.get("display_id") if isinstance(transient, dict) else None
    return found if isinstance(found, str) else None
