"""Who is calling: an account, a project (by its own key), or nobody (a blank key, for the few calls that allow it)."""

from dataclasses import dataclass

from carrel.domain.ids import AccountId, ProjectId


@dataclass(frozen=True, slots=True)
class AccountPrincipal:
    """An account, signed in by its API key."""

    account_id: AccountId
    is_admin: bool = False
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectPrincipal:
    """A project, by its own key; `account_id` is the collaborator who made the key."""

    project_id: ProjectId
    account_id: AccountId


@dataclass(frozen=True, slots=True)
class Anonymous:
    """Nobody."""


Principal = AccountPrincipal | ProjectPrincipal | Anonymous
