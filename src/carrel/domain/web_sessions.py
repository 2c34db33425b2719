"""Browsers in which somebody has signed in, and why signing in may fail."""

from dataclasses import dataclass
from datetime import datetime

from carrel.domain.errors import DomainError
from carrel.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class WebSession:
    """One browser; `id` is its public name. `impersonator_id`: who is signed in as the account, or made
    the auth token that it was opened with."""

    id: str
    account_id: AccountId
    created: datetime
    last_used: datetime
    expires: datetime
    ip: str | None = None
    user_agent: str | None = None
    impersonator_id: AccountId | None = None


class SignInRequired(DomainError):
    """The call needs somebody who has signed in, and nobody has, or not any more."""

    code = "sign-in-required"

    def __init__(self) -> None:
        super().__init__("must be signed in")


class SignInFailed(DomainError):
    """The message says why, in the words that pages show; `account_id` is whose password was wrong."""

    code = "sign-in-failed"

    def __init__(self, text: str, account_id: AccountId | None = None) -> None:
        super().__init__(text)
        self.account_id = account_id


class TooManySignIns(DomainError):
    """Too many wrong passwords, for one address or from one computer."""

    code = "too-many-sign-ins"

    def __init__(self, whom: str, *, hour: bool) -> None:
        wait = "about an hour" if hour else "one minute"
        super().__init__(
            f"Too many attempts per {'hour' if hour else 'minute'} to sign in {whom}. Wait {wait}, then try again."
        )
