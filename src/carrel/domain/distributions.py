"""Distributions: one path handed out to many projects, or collected from many. Each project's part of it is a copy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from carrel.domain.copies import CopyPlan
from carrel.domain.errors import DomainError
from carrel.domain.ids import AccountId, DistributionId, ProjectId

CANCELLED = "cancelled"
"""The error of a copy that was not carried out, as its distribution was cancelled."""
PROJECTS_AT_MOST = 10_000


class Kind(StrEnum):
    HANDOUT = "handout"
    COLLECTION = "collection"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be distributed, from the one path or to it. What is at a target stays, unless it is to `overwrite`.

    `backup`: what is overwritten is kept as `name~`. `names`: of the directories that collected projects get; their ids
    are the default.
    """

    kind: Kind
    path: str
    target_path: str
    overwrite: bool = False
    backup: bool = False
    names: Mapping[str, str] = field(default_factory=dict)

    def plan(self, project_id: ProjectId) -> CopyPlan:
        """That of the copy from or to the one of many projects."""
        target = self.target_path
        if self.kind is Kind.COLLECTION:
            parts = (target.rstrip("/"), self.names.get(project_id, project_id))
            target = "/".join(filter(None, parts)) + "/"
        return CopyPlan(self.path, target, self.overwrite, backup=self.backup, keep_existing=not self.overwrite)

    def check(self) -> None:
        """Raise `NamesInvalid`."""
        names = list(self.names.values())
        if len(set(names)) < len(names) or any(name in ("", ".", "..") or "/" in name for name in names):
            raise NamesInvalid


@dataclass(frozen=True, slots=True)
class Distribution:
    """A recorded distribution. `refused`: why the caller may not include a project; all others have copies."""

    distribution_id: DistributionId
    kind: Kind
    project_id: ProjectId
    path: str
    target_path: str
    total: int
    refused: dict[str, str]
    time: datetime
    requested_by: AccountId
    expire: datetime
    cancelled: datetime | None = None


class PartState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    REFUSED = "refused"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Part:
    """What has become of one project's part."""

    project_id: str
    state: PartState
    error: str | None = None
    finished: datetime | None = None


class DistributionNotFound(DomainError):
    """No such operation, or not the caller's."""

    code = "operation-not-found"

    def __init__(self, distribution_id: str) -> None:
        super().__init__(f"there is no operation {distribution_id[:100]}")


class NamesInvalid(DomainError):
    code = "names-invalid"

    def __init__(self) -> None:
        super().__init__("names of collected directories must differ, and each is a single name")


class TooManyProjects(DomainError):
    code = "too-many-projects"

    def __init__(self) -> None:
        super().__init__(f"an operation has 1 to {PROJECTS_AT_MOST} projects")
