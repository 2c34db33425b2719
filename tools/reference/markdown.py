"""The few forms of Markdown that the reference pages are made of."""

import re
from collections.abc import Iterable, Sequence


def cell(text: str) -> str:
    """Text that may stand in a table."""
    return re.sub(r"\s*\n\s*", " ", text).strip().replace("|", "\\|")


def code(text: str) -> str:
    return f"`{text}`"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, or nothing without rows."""
    lines = ["| " + " | ".join(cell(text) for text in row) + " |" for row in rows]
    if not lines:
        return ""
    return "\n".join(["| " + " | ".join(headings) + " |", "|" + "---|" * len(headings), *lines])


def page(*blocks: str) -> str:
    """Blocks with an empty line between them; empty blocks are left out."""
    return "\n\n".join(block.strip("\n") for block in blocks if block.strip()) + "\n"
