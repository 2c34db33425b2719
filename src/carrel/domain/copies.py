"""Copies: jobs that copy a path from one project to another, with the rules of rsync."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from carrel.domain.errors import DomainError
from carrel.domain.files import PathEscapes
from carrel.domain.ids import AccountId, CopyId, DistributionId, ProjectId

RETENTION = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class CopyPlan:
    """What to copy and how. Paths are as the caller wrote them, relative to the home directories.

    `keep_existing`: whatever is at the target stays as it is, older or newer; only what is missing is copied.
    `timeout_seconds`: abort when no data moves for that long. `bwlimit` is rsync's own text (KiB/s, or with a suffix).
    """

    source_path: str
    target_path: str
    overwrite_newer: bool = False
    delete_missing: bool = False
    backup: bool = False
    exclude: tuple[str, ...] = ()
    exclude_history: bool = False
    timeout_seconds: float | None = None
    bwlimit: str | None = None
    keep_existing: bool = False


@dataclass(frozen=True, slots=True)
class Copy:
    """A recorded copy. `finished` without `error` means that everything arrived."""

    copy_id: CopyId
    source_project_id: ProjectId
    target_project_id: ProjectId
    plan: CopyPlan
    time: datetime
    requested_by: AccountId
    expire: datetime
    scheduled: datetime | None = None
    started: datetime | None = None
    finished: datetime | None = None
    error: str | None = None
    distribution_id: DistributionId | None = None
    """Of the hand-out or collection that it is a part of."""
    unchanged: bool = False
    """It has finished, and there was nothing to copy."""


class CopyFailed(DomainError):
    """The copy was tried and did not succeed; the message is what `copy_path_status` shows as `error`."""

    code = "copy-failed"


class WaitedCopyFailed(CopyFailed):
    """The copy that the caller waited for has failed."""

    code = "waited-copy-failed"

    def __init__(self, error: str, copy_id: CopyId) -> None:
        super().__init__(error)
        self.copy_id = copy_id


class SourceEscapes(PathEscapes):
    """The real path of the source would leave its home."""

    code = "source-path-escapes"

    def __init__(self) -> None:
        DomainError.__init__(self, "source path must be contained in project home dir")


class TargetEscapes(PathEscapes):
    """The real path of the target would leave its home, or be in a directory that is the platform's own."""

    code = "target-path-escapes"

    def __init__(self) -> None:
        DomainError.__init__(self, "target path must be contained in target project home dir")


class CopyNotFound(DomainError):
    code = "copy-not-found"

    def __init__(self, copy_id: str) -> None:
        super().__init__(f"Can't find copy operation with ID={copy_id}")


class CopyNotCancellable(DomainError):
    """Only a scheduled copy that has not begun can be cancelled."""

    code = "copy-not-cancellable"


class CopyWaitTimeout(DomainError):
    code = "copy-wait-timeout"

    def __init__(self, copy_id: str) -> None:
        super().__init__(f"timeout waiting for copy to finish (copy_path_id={copy_id})")


class SourceBlocked(DomainError):
    """No read access to the source project, or no such project."""

    code = "copy-source-blocked"

    def __init__(self, project_id: str) -> None:
        super().__init__(f"ACCESS BLOCKED -- No read access to source project -- {project_id}")


class TargetBlocked(DomainError):
    """No write access to the target project, or no such project."""

    code = "copy-target-blocked"

    def __init__(self, project_id: str) -> None:
        super().__init__(f"ACCESS BLOCKED -- No write access to target project -- {project_id}")


class CopyEndInvalid(DomainError):
    """A project id of a copy is no uuid; `field` is the parameter's name."""

    code = "copy-end-invalid"

    def __init__(self, field: str, project_id: str) -> None:
        super().__init__(f"{field}='{project_id}' not valid")
        self.field = field
        self.project_id = project_id
