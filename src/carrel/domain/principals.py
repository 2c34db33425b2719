"""Who is calling: an account, a project (by its own key), a page in an iframe, or nobody (a blank key)."""

from dataclasses import dataclass

from carrel.domain.embed_sessions import EmbedScope
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
class EmbedPrincipal:
    """A page that holds an embed session of the account; never an admin, whatever the account is."""

    eid: str
    account_id: AccountId
    scope: EmbedScope


@dataclass(frozen=True, slots=True)
class Anonymous:
    """Nobody."""


Principal = AccountPrincipal | ProjectPrincipal | EmbedPrincipal | Anonymous
