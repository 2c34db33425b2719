"""A notebook as a document in the schema of jupyter_ydoc: read it, change it with as few operations as it takes."""

import json
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from pycrdt import Array, Doc, Map, Text

from carrel.agent.documents import notebook_merge
from carrel.agent.documents.notebook import Cell, Json, Notebook, notebook_of
from carrel.agent.documents.text_doc import change_text
from carrel.agent.documents.texts import unite

_SMALL = 10_000
"""The size of outputs that stay, whatever the size of the file."""
_NESTED = ("source", "metadata", "outputs")


class NotebookDoc:
    """The notebook in `doc`. `changed_cells` is set when cells came, went or were replaced."""

    kind = "notebook"
    roots: Sequence[str] = ("meta", "cells", "state")

    def __init__(self, doc: "Doc[Any]") -> None:
        self.doc = doc
        self.changed_cells = False
        self._meta = doc.get("meta", type=Map)
        self._cells = doc.get("cells", type=Array)
        self._cells.observe(self._note)
        doc.get("state", type=Map)

    def read(self) -> Notebook:
        """What the document means now."""
        with self.doc.transaction():
            return notebook_of(json.loads(str(self._meta)), json.loads(str(self._cells)))

    def change(self, new: Notebook) -> None:
        """Make the document mean `new`; what is the same in both is not touched."""
        with self.doc.transaction():
            old = self.read()
            self._change_meta(new)
            self._change_cells({cell["id"]: cell for cell in old.cells}, new.cells)

    def merge(self, base: Notebook, theirs: Notebook) -> None:
        """Add what somebody else made of `base`."""
        self.change(notebook_merge.merge(base, self.read(), theirs))

    def unite(self, other: "NotebookDoc") -> None:
        """Add everything that another document has and this one has not."""
        self.change(notebook_merge.unite(self.read(), other.read()))

    def shed(self, base: Notebook, size: int) -> bool:
        """Put marks in the place of outputs that `base` has not, the largest first; false if there are none."""
        known = {cell["id"]: cell.get("outputs", []) for cell in base.cells}
        read = {cell["id"]: cell.get("outputs", []) for cell in self.read().cells}
        found: list[tuple[int, Array[Any], int]] = []
        for _, cell in self._maps():
            outputs, values = cell.get("outputs"), read.get(str(cell.get("id")), [])
            if isinstance(outputs, Array) and len(outputs) == len(values):
                before = known.get(str(cell.get("id")), [])
                new = [(index, value) for index, value in enumerate(values) if value not in before]
                found += [(len(json.dumps(value)), outputs, index) for index, value in new]
        large = sorted((each for each in found if each[0] > _SMALL), key=lambda each: -each[0])
        with self.doc.transaction():
            for bytes_, outputs, index in large:
                if size > 0:
                    outputs[index] = _make_output(_left_out(bytes_))
                    size -= bytes_
        return bool(large)

    def mend(self) -> None:
        """Leave of cells with the same id one, with the text of all: two people have moved it at the same time."""
        self.changed_cells = False
        first: dict[str, Map[Any]] = {}
        surplus: list[int] = []
        with self.doc.transaction():
            for index, cell in self._maps():
                kept = first.setdefault(str(cell.get("id")), cell)
                if kept is not cell:
                    surplus.append(index)
                    _unite_sources(kept, cell)
            for index in reversed(surplus):
                del self._cells[index]

    def _note(self, _: object) -> None:
        self.changed_cells = True

    def _maps(self) -> Iterator[tuple[int, "Map[Any]"]]:
        for index, cell in enumerate(self._cells):
            if isinstance(cell, Map):
                yield index, cell

    def _change_meta(self, new: Notebook) -> None:
        for name, value in (("nbformat", new.nbformat), ("nbformat_minor", new.nbformat_minor)):
            if self._meta.get(name) != value:
                self._meta[name] = value
        if not isinstance(metadata := self._meta.get("metadata"), Map):
            self._meta["metadata"] = Map(new.metadata)
        else:
            _change_map(metadata, json.loads(str(metadata)), new.metadata)

    def _change_cells(self, old: dict[str, Cell], new: list[Cell]) -> None:
        """Cells keep their place as far as the two orders agree; others are taken out and put in where they belong."""
        places = {index: str(cell.get("id")) for index, cell in self._maps()}
        ids = [places.get(index, "") for index in range(len(self._cells))]
        matcher = SequenceMatcher(None, ids, [cell["id"] for cell in new], autojunk=False)
        for tag, i1, i2, j1, j2 in reversed(matcher.get_opcodes()):
            if tag != "equal":
                del self._cells[i1:i2]
                for index, cell in enumerate(new[j1:j2]):
                    self._cells.insert(i1 + index, _make_cell(cell))
                continue
            for index, cell in zip(range(i1, i2), new[j1:j2], strict=True):
                if cell != old.get(cell["id"]):
                    self._change_cell(index, old.get(cell["id"], {}), cell)

    def _change_cell(self, index: int, old: Cell, new: Cell) -> None:
        cell = self._cells[index]
        source, metadata, outputs = (cell.get(name) for name in _NESTED)
        is_sound = isinstance(source, Text) and isinstance(metadata, Map)
        if not is_sound or (new["cell_type"] == "code") != isinstance(outputs, Array):
            self._cells[index] = _make_cell(new)
            return
        change_text(source, new["source"])
        _change_map(metadata, old["metadata"], new["metadata"])
        if outputs is not None and old.get("outputs") != new["outputs"]:
            _change_outputs(outputs, old.get("outputs", []), new["outputs"])
        _change_map(cell, _simple(old), _simple(new))


def _unite_sources(kept: "Map[Any]", surplus: "Map[Any]") -> None:
    text, other = kept.get("source"), surplus.get("source")
    if isinstance(text, Text) and isinstance(other, Text) and str(text) != str(other):
        change_text(text, unite(str(text), str(other)))


def _simple(cell: Cell) -> Cell:
    return {name: value for name, value in cell.items() if name not in _NESTED}


def _change_map(found: "Map[Any]", old: dict[str, Json], new: dict[str, Json]) -> None:
    for name in old.keys() - new.keys():
        if name in found:
            del found[name]
    for name, value in new.items():
        if name not in old or old[name] != value:
            found[name] = value


def _change_outputs(found: "Array[Any]", old: list[Cell], new: list[Cell]) -> None:
    same = 0
    while same < min(len(old), len(new), len(found)) and old[same] == new[same]:
        same += 1
    del found[same:]
    found.extend([_make_output(output) for output in new[same:]])


def _make_cell(cell: Cell) -> "Map[Any]":
    made: dict[str, Any] = {**cell, "source": Text(cell["source"]), "metadata": Map(cell["metadata"])}
    if cell["cell_type"] == "code":
        made["outputs"] = Array(list(map(_make_output, cell["outputs"])))
        made["execution_state"] = "idle"
    return Map(made)


def _left_out(size: int) -> Cell:
    text = f"[output left out: with its {size} bytes the notebook would be too large]\n"
    return {"output_type": "stream", "name": "stderr", "text": text}


def _make_output(output: Cell) -> "Map[Any]":
    return Map({**output, "text": Text(output["text"])} if output["output_type"] == "stream" else dict(output))
