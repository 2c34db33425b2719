"""Shares: public paths as people find them, by the address of a page."""

from dataclasses import dataclass
from datetime import datetime

from carrel.domain.errors import DomainError
from carrel.domain.ids import ProjectId


@dataclass(frozen=True, slots=True)
class Share:
    """An enabled public path of a project that is not deleted; `path` is in its home, which itself is `""`."""

    share_id: str
    project_id: ProjectId
    project_number: int
    project_title: str
    path: str
    description: str | None
    license: str | None
    last_edited: datetime | None
    unlisted: bool
    authenticated: bool

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2] or self.project_title


class ShareMissing(DomainError):
    """There is no such share, or not any more."""

    code = "share-missing"

    def __init__(self) -> None:
        super().__init__("nothing is shared at this address")


class SharedFileMissing(DomainError):
    """What a path of a share leads to is not there, or not in the share."""

    code = "shared-file-missing"

    def __init__(self) -> None:
        super().__init__("there is no such file in what is shared here")
