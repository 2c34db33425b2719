"""API keys: the long-lived secrets of accounts and projects."""

from dataclasses import dataclass
from datetime import datetime

from carrel.domain.errors import DomainError
from carrel.domain.ids import AccountId, ProjectId

PURPOSE = "api-key"
KEYS_PER_ACCOUNT = 100_000


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key's record; the secret exists only in the reply that created it. `trunc`: first 3 and last 6 characters."""

    id: int
    account_id: AccountId
    name: str
    trunc: str
    created: datetime
    project_id: ProjectId | None = None
    expire: datetime | None = None
    last_active: datetime | None = None


class KeyUnknown(DomainError):
    """Unknown, deleted, expired or empty key, or the owner was deleted: one text for all."""

    code = "key-unknown"

    def __init__(self) -> None:
        super().__init__("No account found. Is your API key wrong?")


class AccountBanned(DomainError):
    code = "account-banned"

    def __init__(self, help_email: str) -> None:
        super().__init__(f"User is BANNED.  If this is a mistake, please contact {help_email}")


class TooManyKeys(DomainError):
    code = "too-many-keys"

    def __init__(self) -> None:
        super().__init__(f"There is a limit of {KEYS_PER_ACCOUNT} per account; please delete some api keys.")


class KeyNotFound(DomainError):
    code = "key-not-found"

    def __init__(self, key_id: int) -> None:
        super().__init__(f"no api key with id {key_id}")
