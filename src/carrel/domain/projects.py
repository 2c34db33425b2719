"""Projects: isolated workspaces, their states, and the right to work on one as a value."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from carrel.domain.errors import DomainError
from carrel.domain.ids import AccountId, ProjectId


class ProjectState(StrEnum):
    """`opened` is the compatible API's word for a project that is not running."""

    OPENED = "opened"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"


class Role(StrEnum):
    OWNER = "owner"
    COLLABORATOR = "collaborator"
    VIEWER = "viewer"


class Permission(StrEnum):
    READ = "read"
    WRITE = "write"
    OWN = "owner"


_ROLE_GRANTS = {
    Role.OWNER: frozenset({Permission.READ, Permission.WRITE, Permission.OWN}),
    Role.COLLABORATOR: frozenset({Permission.READ, Permission.WRITE}),
    Role.VIEWER: frozenset({Permission.READ}),
}
EVERYTHING = frozenset(Permission)


@dataclass(frozen=True, slots=True)
class Quota:
    """What a project may use at most, what it is given before others, and how long it runs.

    Without `idle_timeout_s` the server's own holds; 0: it is never stopped because nobody uses it.
    """

    memory_mb: int = 1000
    cores: float = 1.0
    disk_mb: int = 3000
    processes: int = 512
    network: str = "none"
    memory_request_mb: float = 0
    cpu_shares: int = 0
    idle_timeout_s: float | None = None
    always_running: bool = False


QUOTA_RANGES = {"memory": (1, 1e9), "cores": (0.01, 1e5), "disk_quota": (1, 1e12)}
"""What limits can be set to, in MB and cores, by their names in `projects.settings`."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project; `number` is small, unique and never reused (its Unix user is derived from it)."""

    project_id: ProjectId
    number: int
    title: str
    description: str
    created: datetime
    deleted: bool = False
    manage_users_owner_only: bool = False
    state: ProjectState = ProjectState.OPENED
    state_error: str | None = None
    """Why it does not run, if that is not because somebody has stopped it."""
    quota: Quota = field(default_factory=Quota)
    environment: dict[str, str] = field(default_factory=dict)
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ListedProject:
    """A project as one of its people sees it in a list; `hidden`: they do not want to see it there."""

    project_id: ProjectId
    title: str
    state: ProjectState
    last_edited: datetime | None
    role: Role
    hidden: bool
    people: tuple[AccountId, ...]


@dataclass(frozen=True, slots=True)
class Collaborator:
    """An account's place on a project; deleted accounts keep theirs."""

    account_id: AccountId
    first_name: str
    last_name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Usage:
    """What a project's processes use now; `None`: not running, or it cannot be told on this machine.

    `cpu_seconds` counts from the start of the sandbox; threads count as processes.
    """

    memory_bytes: int | None = None
    cpu_seconds: float | None = None
    processes: int | None = None


@dataclass(frozen=True, slots=True)
class RecentFile:
    """A file of a project, and when somebody has opened it last."""

    project_id: ProjectId
    title: str
    path: str
    opened: datetime


@dataclass(frozen=True, slots=True)
class LogEntry:
    """Something that was done with a project; without `account_id` nobody did it."""

    id: str
    time: datetime
    account_id: AccountId | None
    event: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ProjectAccess:
    """The right to work on one project; only `services/access.py` makes it, and only for someone who may see it.

    `caller` is the account on whose behalf the work is done (for a project's own key, the one who made the key).
    """

    project: Project
    caller: AccountId
    grants: frozenset[Permission]
    role: Role | None = None

    @property
    def project_id(self) -> ProjectId:
        return self.project.project_id

    def demand(self, permission: Permission) -> None:
        """Raise `PermissionMissing` unless granted."""
        if permission not in self.grants:
            raise PermissionMissing(self.caller, self.project_id, permission)


def grants_of(role: Role) -> frozenset[Permission]:
    return _ROLE_GRANTS[role]


class PermissionMissing(DomainError):
    """No such project, not on it, or too small a role: callers cannot tell which (existence is not leaked)."""

    code = "permission-missing"

    def __init__(self, caller: str, project_id: str, permission: Permission) -> None:
        super().__init__(f"User {caller} does not have {permission} access to project {project_id}")
        self.caller = caller
        self.project_id = project_id
        self.permission = permission


class ProjectIdInvalid(DomainError):
    """A project id that is no uuid."""

    code = "project-id-invalid"

    def __init__(self, project_id: str, permission: Permission) -> None:
        super().__init__(f"{permission.capitalize()} access denied -- invalid project_id -- {project_id}")
        self.project_id = project_id


class ProjectIdNotChosen(DomainError):
    code = "project-id-not-chosen"

    def __init__(self) -> None:
        super().__init__("only admins can specify the project_id")


class ProjectIdTaken(DomainError):
    code = "project-id-taken"

    def __init__(self, project_id: str) -> None:
        super().__init__(f"there is a project {project_id} already")


class ProjectDeleted(DomainError):
    code = "project-deleted"

    def __init__(self, project_id: str) -> None:
        super().__init__(f"project {project_id} is deleted; undelete it before starting it")


class StartFailed(DomainError):
    """The sandbox could not be started; `reason` is for the operator and the project's collaborators."""

    code = "start-failed"

    def __init__(self, project_id: str, reason: str) -> None:
        super().__init__(f"unable to start project {project_id} -- {reason}")
        self.reason = reason


class OwnerNotRemovable(DomainError):
    code = "owner-not-removable"

    def __init__(self) -> None:
        super().__init__("Cannot remove an owner. Demote to collaborator first.")


class OnlyOwnersChangeRoles(DomainError):
    code = "only-owners-change-roles"

    def __init__(self) -> None:
        super().__init__("Only project owners can change user types")


class LastOwner(DomainError):
    code = "last-owner"

    def __init__(self) -> None:
        super().__init__("Cannot change the last owner to collaborator. At least one owner is required.")


class NotOnProject(DomainError):
    code = "not-on-project"

    def __init__(self, account_id: str) -> None:
        super().__init__(f"account {account_id} is not on the project")


class OnlyOwnersManage(DomainError):
    code = "only-owners-manage"

    def __init__(self) -> None:
        super().__init__("Only owners can manage collaborators when this setting is enabled")


class QuotaInvalid(DomainError):
    """A limit that no project could be run with."""

    code = "quota-invalid"

    def __init__(self, name: str, least: float, most: float) -> None:
        super().__init__(f"{name} must be between {least:g} and {most:g}")
