"""The cells of a notebook's document, found by their ids wherever they are."""

from collections.abc import Iterator
from typing import Any

from pycrdt import Array, ArrayEvent, Doc, Map


class Cells:
    """Looks into `doc["cells"]`; nothing here changes the document."""

    def __init__(self, doc: "Doc[Any]") -> None:
        self._cells: Array[Any] = doc.get("cells", type=Array)
        self._places: dict[str, int] | None = None
        self._arrived: set[str] = set()
        self._doc = doc
        self._subscription = self._cells.observe(self._note)

    def close(self) -> None:
        """Stop to follow the document."""
        self._cells.unobserve(self._subscription)

    def find(self, cell_id: str) -> "Map[Any] | None":
        """The cell; None if it was deleted."""
        place = self._index().get(cell_id)
        found = self._cells[place] if place is not None else None
        return found if isinstance(found, Map) else None

    def has_arrived(self, cell_id: str) -> bool:
        """Whether the cell was put where it is since this was asked last: it is a new object then."""
        if cell_id not in self._arrived:
            return False
        self._arrived.discard(cell_id)
        return True

    def source(self, cell_id: str) -> str | None:
        """The source of a code cell as it is now; None if there is no such cell any more."""
        cell = self.find(cell_id)
        return str(cell["source"]) if cell is not None and cell.get("cell_type") == "code" else None

    def tags(self, cell_id: str) -> list[str]:
        """The tags of a cell."""
        cell = self.find(cell_id)
        metadata = cell.get("metadata") if cell is not None else None
        tags = metadata.get("tags") if isinstance(metadata, Map) else None
        return [str(tag) for tag in tags] if isinstance(tags, list | Array) else []

    def code(self) -> list[str]:
        """The ids of the code cells, in their order."""
        with self._doc.transaction():
            return [str(cell["id"]) for cell in self._maps() if cell.get("cell_type") == "code" and "id" in cell]

    def ids(self) -> list[str]:
        """The ids of all cells, in their order."""
        return list(self._index())

    def _maps(self) -> "Iterator[Map[Any]]":
        return (cell for cell in self._cells if isinstance(cell, Map))

    def _index(self) -> dict[str, int]:
        if self._places is None:
            self._places = {}
            with self._doc.transaction():
                for place, cell in enumerate(self._cells):
                    if isinstance(cell, Map):
                        self._places.setdefault(str(cell.get("id")), place)
        return self._places

    def _note(self, event: ArrayEvent) -> None:
        self._places = None
        for step in event.delta:  # type: ignore[attr-defined] # the stub does not name it
            for cell in step.get("insert", ()):
                if isinstance(cell, Map):
                    self._arrived.add(str(cell.get("id")))
