"""Uploads: files that arrive in pieces and are there only when they are whole."""

import re
from dataclasses import dataclass
from enum import StrEnum

from carrel.domain.errors import DomainError

_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


class OnConflict(StrEnum):
    """What becomes of an upload whose name is taken when it is whole."""

    REFUSE = "refuse"
    KEEP = "keep"
    """Both are kept, the new one under a name of its own."""
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Upload:
    """`id` is made by whoever sends it, and names it until it is whole; `path` is relative to the home."""

    id: str
    path: str
    size_bytes: int
    on_conflict: OnConflict = OnConflict.REFUSE


class UploadInvalid(DomainError):
    """An upload is not described as it should be."""

    code = "upload-invalid"


class UploadBusy(DomainError):
    """Another request writes to the upload: this one has been superseded, or the other is of another hub."""

    code = "upload-busy"

    def __init__(self) -> None:
        super().__init__("another request writes to this upload")


class UploadOffsetWrong(DomainError):
    """The piece does not begin where the upload ends; ask where that is."""

    code = "upload-offset-wrong"

    def __init__(self, offset: int) -> None:
        super().__init__(f"this upload goes on at byte {offset}")


def upload_id(text: str) -> str:
    """Raises `UploadInvalid`."""
    if not _ID.fullmatch(text):
        raise UploadInvalid("the id of an upload has 32 hexadecimal digits")
    return text
