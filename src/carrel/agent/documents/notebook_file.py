"""Notebooks as files: read with tolerance, written so that what was not changed keeps its bytes.

A changed file is put together from pieces of the old one: whole cells, or of a changed cell the members that are as
they were. Only what changed is written anew, in the layout of the rest: indentation, texts as lists of lines or not,
escaped characters. Cells of files older than nbformat 4.5 have no ids; they get some here, which are never written.
"""

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from itertools import zip_longest

from carrel.agent.documents.files import Unsupported, decode
from carrel.agent.documents.json_spans import Layout, Span, beginning, elements, end_of, members
from carrel.agent.documents.notebook import Cell, Json, Notebook, cell_of, is_text_mime, notebook_of

EMPTY = b'{\n "cells": [],\n "metadata": {},\n "nbformat": 4,\n "nbformat_minor": 5\n}\n'
_MAJOR = 4
_WITH_IDS = 5
_KNOWN = {"id", "cell_type", "source", "metadata", "execution_count", "outputs", "attachments"}
_LINES = ("text/", "image/svg+xml", "application/javascript")
_FIRST_SOURCE = re.compile(r'"source"\s*:\s*(["\[])')
_MISSING = object()


class NotebookFile:
    """A notebook as it was read; `like` is what it was before, from which cells without ids get theirs.

    Raises `Unsupported`.
    """

    def __init__(self, data: bytes, like: Notebook | None = None) -> None:
        self.data = data
        content = _parse(decode(data).removeprefix("\ufeff"))
        self._cells = [cell for cell in content["cells"] if isinstance(cell, dict)]
        cells = [cell for raw in self._cells if (cell := cell_of(raw)) is not None]
        ids = _ids(self._cells, cells, like.cells if like is not None else [])
        self.value = notebook_of(content, ({**cell, "id": each} for cell, each in zip(cells, ids, strict=True)))

    def render(self, value: Notebook) -> bytes:
        """The bytes of the file with `value` in it."""
        return self.data if value == self.value else _Writer(self.data.decode(), self._cells, self.value).write(value)


class _Writer:
    """Writes one new form of a notebook out of the pieces of the old one."""

    def __init__(self, text: str, raw_cells: list[Cell], old: Notebook) -> None:
        self._text = text
        self._layout = Layout.of(text)
        self._start = beginning(text.removeprefix("\ufeff")) + text.startswith("\ufeff")
        self._spans = members(text, self._start)
        self._old = old
        spans = [span for span in elements(text, self._spans["cells"][0]) if text[span[0]] == "{"]
        self._found = {
            cell["id"]: (cell, raw, span) for cell, raw, span in zip(old.cells, raw_cells, spans, strict=True)
        }
        first = _FIRST_SOURCE.search(text)
        self._as_lists = first is None or first[1] == "["

    def write(self, new: Notebook) -> bytes:
        pieces = {name: self._piece(span) for name, span in self._spans.items()}
        pieces["cells"] = self._layout.list([self._cell(cell, new.nbformat_minor) for cell in new.cells], 1)
        if new.metadata != self._old.metadata or "metadata" not in pieces:
            pieces["metadata"] = self._layout.dump(_ordered(new.metadata, self._raw("metadata")), 1)
        if new.nbformat_minor != self._old.nbformat_minor or "nbformat_minor" not in pieces:
            pieces["nbformat_minor"] = str(new.nbformat_minor)
        text = self._text
        after = text[end_of(text, self._start) :]
        return (text[: self._start] + self._layout.object(pieces, 0) + after).encode()

    def _piece(self, span: Span) -> str:
        return self._text[span[0] : span[1]]

    def _raw(self, name: str) -> Json:
        return json.loads(self._piece(self._spans[name])) if name in self._spans else {}

    def _cell(self, cell: Cell, minor: int) -> str:
        old, raw, span = self._found.get(cell["id"], ({}, {}, None))
        has_id = raw.get("id") == cell["id"] if "id" in raw else minor < _WITH_IDS
        if span is not None and cell == old and has_id:
            return self._piece(span)
        spans = members(self._text, span[0]) if span is not None else {}
        as_lists = isinstance(raw["source"], list) if "source" in raw else self._as_lists
        pieces: dict[str, str] = {}
        for name in (*spans, *sorted(cell.keys() - spans.keys())):
            if name == "id":
                if "id" in spans or minor >= _WITH_IDS:
                    pieces[name] = self._layout.dump(cell["id"], 0)
            elif name in spans and (name not in _KNOWN or cell.get(name, _MISSING) == old.get(name, _MISSING)):
                pieces[name] = self._piece(spans[name])
            elif name == "outputs" and name in cell:
                pieces[name] = self._outputs(cell[name], old.get(name, []), spans.get(name), as_lists)
            elif name in cell:
                value = _ordered(_written(name, cell[name], as_lists), raw.get(name))
                pieces[name] = self._layout.dump(value, 3)
        return self._layout.object(pieces, 2)

    def _outputs(self, new: list[Cell], old: list[Cell], span: Span | None, as_lists: bool) -> str:
        spans = elements(self._text, span[0]) if span is not None else []
        if len(spans) != len(old):
            spans = []
        pieces = [
            self._piece(where) if where is not None and output == before else self._output(output, as_lists)
            for output, before, where in _beside(new, old, spans)
        ]
        return self._layout.list(pieces, 3)

    def _output(self, output: Cell, as_lists: bool) -> str:
        value = {name: _written(name, item, as_lists) for name, item in output.items()}
        return self._layout.dump(_ordered(value, None), 4)


def _beside(new: list[Cell], old: list[Cell], spans: list[Span]) -> Iterator[tuple[Cell, Cell | None, Span | None]]:
    for output, before, where in zip_longest(new, old, spans):
        if output is not None:
            yield output, before, where


def _parse(text: str) -> dict[str, Json]:
    try:
        content = json.loads(text) if text.strip() else json.loads(EMPTY)
    except (ValueError, RecursionError) as error:
        raise Unsupported(f"The file is not a notebook: {error}.") from error
    if not isinstance(content, dict) or not isinstance(content.get("nbformat"), int):
        raise Unsupported("The file is not a notebook.")
    if content["nbformat"] != _MAJOR:
        raise Unsupported(f"Notebooks of format {content['nbformat']} have to be converted to format {_MAJOR} first.")
    if not isinstance(content.get("cells"), list):
        raise Unsupported("The notebook has no list of cells.")
    return content


def _ids(raw: list[Cell], cells: list[Cell], like: list[Cell]) -> list[str]:
    """An id for each cell: its own, else that of the cell before that looks most like it, else a new one."""
    ids: list[str] = []
    for own, cell in zip(raw, cells, strict=True):
        ids.append(cell["id"] if own.get("id") == cell["id"] and cell["id"] not in ids else "")
    if all(ids):
        return ids
    free = [cell for cell in like if cell["id"] not in ids]
    nameless = [index for index, each in enumerate(ids) if not each]
    looks = [(cells[index]["cell_type"], cells[index]["source"]) for index in nameless]
    matcher = SequenceMatcher(None, [(cell["cell_type"], cell["source"]) for cell in free], looks, autojunk=False)
    for _, i1, i2, j1, j2 in matcher.get_opcodes():
        for cell, index in zip(free[i1:i2], nameless[j1:j2], strict=False):
            ids[index] = cell["id"]
    return [each or secrets.token_hex(4) for each in ids]


def _written(name: str, value: Json, as_lists: bool) -> Json:
    """A member of a cell or output as files have it: texts of several lines as lists."""
    if not as_lists:
        return value
    if name in ("source", "text") and isinstance(value, str):
        return value.splitlines(keepends=True)
    if name == "data":
        return _lists_in(value)
    if name == "attachments":
        return {file: _lists_in(bundle) for file, bundle in value.items()}
    return value


def _lists_in(bundle: Mapping[str, Json]) -> dict[str, Json]:
    return {
        mime: value.splitlines(keepends=True)
        if mime.startswith(_LINES) and isinstance(value, str) and is_text_mime(mime, value)
        else value
        for mime, value in bundle.items()
    }


def _ordered(value: Json, like: Json) -> Json:
    """A value with the names of objects in the order that `like` has, then by the alphabet."""
    if isinstance(value, dict):
        known = like if isinstance(like, dict) else {}
        names = [name for name in known if name in value]
        return {name: _ordered(value[name], known.get(name)) for name in (*names, *sorted(value.keys() - known.keys()))}
    if isinstance(value, list):
        known_items = like if isinstance(like, list) else []
        return [_ordered(item, before) for item, before in zip_longest(value, known_items[: len(value)])]
    return value
