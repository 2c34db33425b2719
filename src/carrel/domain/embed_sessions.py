"""Embed sessions: what a page in an iframe gets for an auth token, and what that token was worth."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from carrel.domain.errors import DomainError
from carrel.domain.ids import AccountId, ProjectId

TOKEN_LENGTH = 24
SESSIONS_IN_A_BROWSER = 8


class Ability(StrEnum):
    """What a token's scope can allow beside looking."""

    RUN = "run"
    SAVE = "save"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class EmbedScope:
    """What a session may do at most; its account's own rights are a limit of their own. `None`: no such limit.

    `paths` are files and directories, normal and relative to the home; a directory stands for all below it. `origins`
    are for the page: it takes messages from no others.
    """

    project_id: ProjectId | None = None
    paths: tuple[str, ...] | None = None
    readonly: bool = False
    allow: frozenset[Ability] = frozenset(Ability)
    origins: tuple[str, ...] | None = None

    def covers_project(self, project_id: str) -> bool:
        return self.project_id in (None, project_id)

    def covers_path(self, path: str) -> bool:
        """Whether a normal path is one of `paths`, or below one."""
        return self.paths is None or any(path == one or path.startswith(f"{one}/") for one in self.paths)

    def leading_from(self, path: str) -> frozenset[str]:
        """The names in a directory above `paths` (the home: "") that lead to them; none if it is not above them."""
        above = f"{path}/" if path else ""
        paths = () if self.paths is None or self.covers_path(path) else self.paths
        return frozenset(one[len(above) :].partition("/")[0] for one in paths if one.startswith(above))

    @property
    def abilities(self) -> frozenset[Ability]:
        return self.allow & {Ability.EXPORT} if self.readonly else self.allow


EVERYTHING = EmbedScope()
"""The scope of tokens that `user_auth` makes."""


@dataclass(frozen=True, slots=True)
class AuthToken:
    """What the store knows of a token. `used_at`: when a single-use one was redeemed first."""

    account_id: AccountId
    expire: datetime
    scope: EmbedScope = EVERYTHING
    single_use: bool = False
    used_at: datetime | None = None
    created_by: AccountId | None = None


@dataclass(frozen=True, slots=True)
class EmbedSession:
    """`eid` is its public name; `expires` is the absolute end, however often its bearer is renewed.

    `admin_of` is the project whose page somebody who is not on it has opened as an admin, and so long as they are one.
    """

    eid: str
    account_id: AccountId
    scope: EmbedScope
    created: datetime
    expires: datetime
    admin_of: ProjectId | None = None


class AuthTokenMalformed(DomainError):
    code = "auth-token-malformed"

    def __init__(self) -> None:
        super().__init__(f"auth_token must be exactly {TOKEN_LENGTH} characters long")


class AuthTokenUnknown(DomainError):
    """Unknown, expired, revoked or used up: one text for all."""

    code = "auth-token-unknown"

    def __init__(self) -> None:
        super().__init__("unknown or expired token")


class AccountNotAvailable(DomainError):
    """The session's account is banned or deleted."""

    code = "account-not-available"

    def __init__(self) -> None:
        super().__init__("account is not available")


class EmbedRefused(DomainError):
    """The session is good, but not for that project or path; both texts are one, existence is not leaked."""

    code = "embed-refused"

    def __init__(self) -> None:
        super().__init__("no access to project")


class TooManyAttempts(DomainError):
    """Too many bad tokens came from one address; good ones are taken all the same."""

    code = "too-many-attempts"

    def __init__(self, retry_seconds: int) -> None:
        super().__init__("too many attempts")
        self.retry_seconds = retry_seconds


class EmbedSessionUnknown(DomainError):
    """No such session, or its bearer, ticket or resume secret is not good any more."""

    code = "embed-session-unknown"

    def __init__(self) -> None:
        super().__init__("unknown or expired session")


class NotAvailableInEmbed(DomainError):
    """The call needs an account that has signed in itself; an embed session is not one."""

    code = "not-available-in-embed"

    def __init__(self) -> None:
        super().__init__("not available in an embed session")


class AbilityMissing(DomainError):
    """The session's scope does not allow that."""

    code = "ability-missing"

    def __init__(self, ability: Ability) -> None:
        super().__init__(f"this session may not {ability}")


class ScopeInvalid(DomainError):
    """A scoped token was asked for with a scope that makes no sense; the message says what is wrong."""

    code = "scope-invalid"
