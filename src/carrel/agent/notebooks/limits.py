"""How much of what a kernel says gets into a notebook, and the marks that stand for the rest.

A notebook is loaded, shared and saved as a whole, so a cell may not fill it; the largest file is 50 MB.
"""

from typing import Any

STREAM_BYTES = 1_000_000
"""Printed text of one cell."""
RICH_BYTES = 16_000_000
"""Results and displays of one cell, together."""
BUNDLE_BYTES = 8_000_000
"""One result or display."""
OUTPUTS = 1000
"""Outputs of one cell."""
TRACEBACK_BYTES = 100_000
_PLAIN_BYTES = 10_000

Json = Any


def truncated(size: int) -> str:
    """The mark at the end of what was kept."""
    return f"[output truncated: {size} more bytes]\n"


def size_of(value: Json) -> int:
    """About how many bytes a value takes; quick, also for large texts."""
    if isinstance(value, str):
        return len(value) if value.isascii() else len(value.encode(errors="replace"))
    if isinstance(value, dict):
        return sum(size_of(name) + size_of(item) + 8 for name, item in value.items())
    return sum(map(size_of, value)) + 2 if isinstance(value, list) else 8


def cut(text: str, size: int) -> str:
    """The beginning of a text in at most `size` bytes of UTF-8."""
    if size_of(text) <= size:
        return text
    return text.encode(errors="replace")[:size].decode(errors="ignore")


def fit_bundle(data: dict[str, Json]) -> dict[str, Json]:
    """A mime bundle in which a mark in text/plain tells of what is too large to be kept."""
    sizes = {mime: size_of(value) for mime, value in data.items()}
    dropped = []
    for mime in sorted(sizes, key=lambda mime: (mime == "text/plain", -sizes[mime])):
        if sum(sizes.values()) <= BUNDLE_BYTES:
            break
        dropped.append(f"[{mime} truncated: {sizes.pop(mime)} bytes are more than {BUNDLE_BYTES}]")
    if not dropped:
        return data
    plain = cut(data["text/plain"], _PLAIN_BYTES) if isinstance(data.get("text/plain"), str) else ""
    kept = {mime: data[mime] for mime in sizes if mime != "text/plain"}
    return {**kept, "text/plain": "\n".join((*dropped, plain)).rstrip("\n")}


def fit_traceback(lines: list[str]) -> list[str]:
    """A traceback with its middle left out if it is too long."""
    total = sum(map(size_of, lines))
    if total <= TRACEBACK_BYTES:
        return lines
    half, text = TRACEBACK_BYTES // 2, "\n".join(lines).encode(errors="replace")
    head, tail = text[:half].decode(errors="ignore"), text[-half:].decode(errors="ignore")
    return [*head.split("\n"), truncated(total - TRACEBACK_BYTES).rstrip(), *tail.split("\n")]
