"""Contents of files: what kinds there are, and what every kind can do."""

from typing import Any, Protocol

MAX_BYTES = 50_000_000


class Unsupported(Exception):
    """The bytes are not what the file's name promises, or more than can be a document; the message is a sentence."""


class Content(Protocol):
    """A file as it was read: its bytes and what they mean (`str` or `Notebook`, comparable)."""

    data: bytes
    value: Any

    def render(self, value: Any) -> bytes:
        """The file with `value` in it; what means the same as before keeps its bytes."""


def surplus(data: bytes) -> int:
    """How many bytes too many there are for a file that is to have room for edits; negative if there is room."""
    return len(data) - MAX_BYTES * 9 // 10


def decode(data: bytes) -> str:
    """The text of a file; raises `Unsupported`."""
    if len(data) > MAX_BYTES:
        raise Unsupported(f"The file is larger than {MAX_BYTES // 1_000_000} MB.")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise Unsupported("The file is not text in UTF-8.") from error
    if "\0" in text:
        raise Unsupported("The file is binary, not text.")
    return text
