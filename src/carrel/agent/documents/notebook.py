"""What a notebook is to us: plain values in one normal form, whether they come from a file or from a document.

Texts are one string with `\\n` between lines, numbers without a fraction are integers, everything that nbformat asks
for is there and nothing else of cells and outputs. Two notebooks mean the same if their values are equal; how a file
writes it down is the business of `notebook_file`.
"""

import hashlib
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from carrel.agent.documents.files import Unsupported

Json = Any
"""A value of JSON; of anybody's making, so nothing is taken for granted."""
Cell = dict[str, Json]
CELL_TYPES = ("code", "markdown", "raw")
EXACT = 1 << 53
DEEPEST = 150
"""How deep values may be nested; more than what is taken from pages, and less than recursion can follow."""
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_SURROGATES = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile("\r\n?")
_JSON_MIME = re.compile(r"application/(.*\+)?json")


class Notebook(msgspec.Struct):
    """A notebook in normal form; every cell has an id that no other has."""

    metadata: dict[str, Json]
    cells: list[Cell]
    nbformat: int = 4
    nbformat_minor: int = 5


def notebook_of(meta: Mapping[str, Json], cells: Iterable[Json]) -> Notebook:
    """The normal form of what is in a file or document."""
    metadata = meta.get("metadata")
    minor = meta.get("nbformat_minor")
    return Notebook(
        metadata=plain(metadata) if isinstance(metadata, dict) else {},
        cells=distinct(map(cell_of, cells)),
        nbformat_minor=int(minor) if isinstance(minor, int | float) and 0 <= minor < EXACT else 5,
    )


def distinct(cells: Iterable[Cell | None]) -> list[Cell]:
    """The cells, of each id only the first."""
    found: dict[str, Cell] = {}
    for cell in cells:
        if cell is not None:
            found.setdefault(cell["id"], cell)
    return list(found.values())


def cell_of(raw: Json) -> Cell | None:
    """The normal form of a cell; None for what is not even an object."""
    if not isinstance(raw, dict):
        return None
    kind = raw.get("cell_type") if raw.get("cell_type") in CELL_TYPES else "raw"
    metadata = raw.get("metadata")
    cell = {
        "id": id_of(raw.get("id")),
        "cell_type": kind,
        "source": lines(text_of(raw.get("source"))),
        "metadata": plain(metadata) if isinstance(metadata, dict) else {},
    }
    if kind == "code":
        cell["execution_count"] = _count(raw.get("execution_count"))
        cell["outputs"] = [found for output in _list(raw.get("outputs")) if (found := output_of(output))]
    elif isinstance(attachments := raw.get("attachments"), dict) and attachments:
        cell["attachments"] = {_text(name): _bundle(value) for name, value in attachments.items()}
    return cell


def id_of(raw: Json) -> str:
    """A valid id; what is none is replaced by one that depends on it alone."""
    if isinstance(raw, str) and _ID.fullmatch(raw):
        return raw
    return hashlib.sha256(repr(raw).encode()).hexdigest()[:16]


def output_of(raw: Json) -> Cell | None:
    """The normal form of an output; None for what is none."""
    kind = raw.get("output_type") if isinstance(raw, dict) else None
    if kind == "stream":
        return {"output_type": kind, "name": _text(raw.get("name") or "stdout"), "text": text_of(raw.get("text"))}
    if kind == "error":
        error = {name: _text(raw.get(name, "")) for name in ("ename", "evalue")}
        return {"output_type": kind, **error, "traceback": list(map(_text, _list(raw.get("traceback"))))}
    if kind not in ("display_data", "execute_result"):
        return None
    metadata = raw.get("metadata")
    output = {"output_type": kind, "data": _bundle(raw.get("data"))}
    output["metadata"] = plain(metadata) if isinstance(metadata, dict) else {}
    if kind == "execute_result":
        output["execution_count"] = _count(raw.get("execution_count"))
    return output


def plain(value: Json, depth: int = 0) -> Json:
    """A value as it comes back from a document; raises `Unsupported` if it is nested too deeply."""
    if depth > DEEPEST:
        raise Unsupported(f"Something in the notebook is nested more than {DEEPEST} times.")
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) < EXACT else plain(float(value)) if abs(value) < 1 << 1023 else None
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < EXACT else value
    if isinstance(value, dict):
        return {_text(key): plain(item, depth + 1) for key, item in value.items()}
    return [plain(item, depth + 1) for item in value] if isinstance(value, list) else None


def text_of(value: Json) -> str:
    """A text that may be written as a list of its lines."""
    return "".join(map(_text, value)) if isinstance(value, list) else _text(value)


def lines(text: str) -> str:
    """A text as editors have it: `\\n` and nothing else ends a line."""
    return _LINE_END.sub("\n", text) if "\r" in text else text


def is_text_mime(mime: str, value: Json) -> bool:
    """Whether a value of a mime bundle is a text, which files may write as a list of lines."""
    return not _JSON_MIME.fullmatch(mime) and (isinstance(value, str) or _is_texts(value))


def _bundle(raw: Json) -> dict[str, Json]:
    if not isinstance(raw, dict):
        return {}
    return {_text(mime): text_of(value) if is_text_mime(mime, value) else plain(value) for mime, value in raw.items()}


def _text(value: Json) -> str:
    return _SURROGATES.sub("\ufffd", value) if isinstance(value, str) else "" if value is None else str(value)


def _count(value: Json) -> int | None:
    return int(value) if isinstance(value, int | float) and 0 <= value < EXACT else None


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _is_texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
