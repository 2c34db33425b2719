"""Which pages there are, and writing them."""

from collections.abc import Callable
from pathlib import Path

from reference.commands import commands_page
from reference.errors import errors_page
from reference.events import events_page
from reference.settings import settings_page
from reference.tables import tables_page

DIRECTORY = Path(__file__).parents[2] / "docs" / "reference"
PAGES: dict[str, Callable[[], str]] = {
    "events.md": events_page,
    "tables.md": tables_page,
    "settings.md": settings_page,
    "errors.md": errors_page,
    "command-line.md": commands_page,
}


def write(directory: Path = DIRECTORY) -> list[Path]:
    """Write what has changed; the pages that were written."""
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name, make in PAGES.items():
        path, text = directory / name, make()
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            written.append(path)
    return written
