"""Snapshots: what a document was at a moment, kept by the hub, so that it can be proved later what was submitted."""

from dataclasses import dataclass
from datetime import datetime

from carrel.domain.errors import DomainError
from carrel.domain.ids import AccountId, ProjectId

MOST_BYTES = 20_000_000
"""What one may have."""
MOST_IN_PROJECT = 500
MOST_BYTES_IN_PROJECT = 200_000_000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`account_id` has made it; `submitted`: by pressing *Submit*, and not because the page around the frame asked.

    `sha256` is that of the bytes, in hexadecimal.
    """

    snapshot_id: str
    project_id: ProjectId
    path: str
    account_id: AccountId
    sha256: str
    size_bytes: int
    submitted: bool
    created: datetime


class SnapshotNotFound(DomainError):
    """There is no such snapshot, or not for this caller; both texts are one, existence is not leaked."""

    code = "snapshot-not-found"

    def __init__(self) -> None:
        super().__init__("there is no such snapshot")


class SnapshotTooLarge(DomainError):
    """The file has more bytes than a snapshot may have."""

    code = "snapshot-too-large"

    def __init__(self) -> None:
        super().__init__("the file is too large to be kept; clear large outputs, and try again")


class SnapshotsFull(DomainError):
    """The project has as many snapshots, or as large ones, as are kept of one project."""

    code = "snapshots-full"

    def __init__(self) -> None:
        super().__init__("no more snapshots of this project can be kept")


class DocumentNotSaved(DomainError):
    """What is in the live document could not be had in time."""

    code = "document-not-saved"

    def __init__(self) -> None:
        super().__init__("the document could not be saved in time; try again")
