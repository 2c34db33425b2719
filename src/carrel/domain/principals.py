"""Who is calling: an account, a project (by its own key), a page in an iframe, or nobody (a blank key)."""

from dataclasses import dataclass, field

from carrel.domain.embed_sessions import EmbedScope
from carrel.domain.ids import AccountId, ProjectId


def browser_credential(session_id: str) -> str:
    """How the audit names a browser."""
    return f"browser {session_id}"


@dataclass(frozen=True, slots=True)
class AccountPrincipal:
    """An account that has signed in, or whose API key was presented."""

    account_id: AccountId
    is_admin: bool = False
    groups: tuple[str, ...] = ()
    impersonator_id: AccountId | None = None
    """The admin who has signed in as the account."""
    credential: str | None = field(default=None, compare=False)
    """By what, as the audit names it."""

    @property
    def is_impersonated(self) -> bool:
        """Somebody else acts as the account."""
        return self.impersonator_id not in (None, self.account_id)


@dataclass(frozen=True, slots=True)
class ProjectPrincipal:
    """A project, by its own key; `account_id` is the collaborator who made the key."""

    project_id: ProjectId
    account_id: AccountId
    credential: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class EmbedPrincipal:
    """A page that holds an embed session of the account; not an admin, whatever the account is."""

    eid: str
    account_id: AccountId
    scope: EmbedScope
    admin_of: ProjectId | None = None
    """The one project on which it may work all the same because the account is an admin."""

    @property
    def credential(self) -> str:
        return f"embed session {self.eid}"


@dataclass(frozen=True, slots=True)
class Anonymous:
    """Nobody."""


Principal = AccountPrincipal | ProjectPrincipal | EmbedPrincipal | Anonymous
