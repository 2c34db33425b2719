"""Which file a page means, and the right to take part in it as a value."""

from dataclasses import dataclass
from datetime import datetime

from carrel.domain.embed_sessions import Ability, AbilityMissing
from carrel.domain.errors import DomainError
from carrel.domain.projects import Permission, ProjectAccess

_PATH_BYTES = 4095
TERMINAL_SUFFIX = ".term"
_NOT_A_FILE = "path must be a file"


@dataclass(frozen=True, slots=True)
class FileAccess:
    """The right to one file or directory; only `services/access.py` makes it.

    `path` is normal, relative to the home, and empty for the home itself. Of a directory only the names in `only` may
    be seen, and nothing may be done in it, unless that is `None`.
    """

    project: ProjectAccess
    path: str
    allow: frozenset[Ability] = frozenset(Ability)
    only: frozenset[str] | None = None

    @property
    def is_terminal(self) -> bool:
        return self.path.endswith(TERMINAL_SUFFIX)

    @property
    def may_edit(self) -> bool:
        """Edits are saved by themselves, so who may not save may not edit; who types in a terminal runs commands."""
        may_save = Permission.WRITE in self.project.grants and Ability.SAVE in self.allow
        return may_save and (self.may_run or not self.is_terminal)

    @property
    def may_run(self) -> bool:
        return Permission.WRITE in self.project.grants and Ability.RUN in self.allow

    def demand(self, ability: Ability) -> None:
        """Raise `AbilityMissing`, or `PermissionMissing` where it needs a right that the account has not."""
        if ability is not Ability.EXPORT:
            self.project.demand(Permission.WRITE)
        if ability not in self.allow:
            raise AbilityMissing(ability)

    @property
    def may(self) -> tuple[str, ...]:
        """In the words of the live channel."""
        answers = {
            "edit": self.may_edit,
            "run": self.may_run,
            "save": self.may_edit,
            "export": Ability.EXPORT in self.allow,
        }
        return tuple(word for word, granted in answers.items() if granted)


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """A file as it was saved at a moment, and who had edited it since the version before."""

    time: datetime
    account_ids: tuple[str, ...]
    content: bytes


class StringIdInvalid(DomainError):
    code = "string-id-invalid"

    def __init__(self) -> None:
        super().__init__("string_id must be specified and valid")


class DocumentUnknown(DomainError):
    """No document with this id was opened here."""

    code = "document-unknown"

    def __init__(self) -> None:
        super().__init__("no such syncdoc")


class PathNotOfFile(DomainError):
    """An empty path, or one that can only mean a directory."""

    code = "path-not-of-file"

    def __init__(self) -> None:
        super().__init__(_NOT_A_FILE)


class PathNotInside(DomainError):
    """A path with `..` or NUL, an absolute one, or one that is too long."""

    code = "path-not-inside"

    def __init__(self) -> None:
        super().__init__(_NOT_A_FILE)


class DocumentRefused(DomainError):
    """The agent would not open the document, or has closed it; `reason` is a code of the live channel."""

    code = "document-refused"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def file_path(text: str) -> str:
    """The path of a file, from a page, without empty and `.` components. Raises `PathNotOfFile`, `PathNotInside`."""
    if text.rpartition("/")[2] in ("", "."):
        item_path(text)
        raise PathNotOfFile
    return item_path(text)


def item_path(text: str) -> str:
    """The same for a file or a directory; empty for the home. Raises `PathNotInside`."""
    try:
        too_long = len(text.encode()) > _PATH_BYTES
    except UnicodeEncodeError as error:
        raise PathNotInside from error
    parts = text.split("/")
    if text.startswith("/") or "\0" in text or ".." in parts or too_long:
        raise PathNotInside
    return "/".join(part for part in parts if part not in ("", "."))
