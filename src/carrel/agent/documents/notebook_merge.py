"""Two changed forms of a notebook brought together, cell by cell.

Cells are known by their ids. Where both sides changed the same thing, both changes of a text are kept, and of anything
else ours; a cell that one side deleted and the other changed stays.
"""

from collections.abc import Mapping, Set

from carrel.agent.documents import texts
from carrel.agent.documents.notebook import Cell, Json, Notebook

_MISSING = object()


def merge(base: Notebook, ours: Notebook, theirs: Notebook) -> Notebook:
    """`ours` with what `theirs` changed since `base`."""
    before, mine, other = _by_id(base), _by_id(ours), _by_id(theirs)
    kept = [each for each, cell in mine.items() if each in other or cell != before.get(each)]
    added = {each for each, cell in other.items() if each not in mine and cell != before.get(each)}
    order = _order(list(before), kept, list(other), added)
    return Notebook(
        metadata=_merge_maps(base.metadata, ours.metadata, theirs.metadata),
        cells=[_merge_cells(before.get(each), mine.get(each), other.get(each)) for each in order],
        nbformat_minor=theirs.nbformat_minor if theirs.nbformat_minor != base.nbformat_minor else ours.nbformat_minor,
    )


def unite(ours: Notebook, theirs: Notebook) -> Notebook:
    """`ours` with every cell and every line of a source that only `theirs` has."""
    mine, other = _by_id(ours), _by_id(theirs)
    order = _order([], list(mine), list(other), other.keys() - mine.keys())
    cells = [_unite_cells(mine[each], other.get(each)) if each in mine else other[each] for each in order]
    return Notebook(ours.metadata, cells, nbformat_minor=ours.nbformat_minor)


def _by_id(notebook: Notebook) -> dict[str, Cell]:
    return {cell["id"]: cell for cell in notebook.cells}


def _order(before: list[str], mine: list[str], other: list[str], added: Set[str]) -> list[str]:
    """Our order, or theirs if only they moved something; each added cell after the cell that precedes it there."""
    shared = set(mine) & set(other)
    theirs = [each for each in other if each in shared]
    moved = [each for each in before if each in shared] != theirs
    if moved and [each for each in before if each in shared] == [each for each in mine if each in shared]:
        queue = iter(theirs)
        mine = [next(queue) if each in shared else each for each in mine]
    result = list(mine)
    present = set(mine)
    previous: str | None = None
    for each in other:
        if each in added and each not in present:
            result.insert(result.index(previous) + 1 if previous is not None else 0, each)
            present.add(each)
        if each in present:
            previous = each
    return result


def _merge_cells(before: Cell | None, mine: Cell | None, other: Cell | None) -> Cell:
    if mine is None or other is None:
        cell = mine if other is None else other
        assert cell is not None
        return cell
    if other in (before, mine):
        return mine
    if mine == before:
        return other
    base = before or {}
    cell = _merge_maps(base, mine, other)
    cell["source"] = texts.merge(base.get("source", ""), mine["source"], other["source"])
    return _fitting(cell)


def _unite_cells(mine: Cell, other: Cell | None) -> Cell:
    if other is None or mine["source"] == other["source"]:
        return mine
    return {**mine, "source": texts.unite(mine["source"], other["source"])}


def _fitting(cell: Cell) -> Cell:
    """The fields of the type that a cell has after all."""
    if cell["cell_type"] == "code":
        cell.setdefault("outputs", [])
        cell.setdefault("execution_count", None)
        cell.pop("attachments", None)
        return cell
    return {name: value for name, value in cell.items() if name not in ("outputs", "execution_count")}


def _merge_maps(base: Mapping[str, Json], ours: Mapping[str, Json], theirs: Mapping[str, Json]) -> dict[str, Json]:
    merged: dict[str, Json] = {}
    for name in {**ours, **theirs}:
        before, mine, other = base.get(name, _MISSING), ours.get(name, _MISSING), theirs.get(name, _MISSING)
        if isinstance(mine, dict) and isinstance(other, dict):
            value: Json = _merge_maps(before if isinstance(before, dict) else {}, mine, other)
        else:
            value = other if mine == before else mine
        if value is not _MISSING:
            merged[name] = value
    return merged
