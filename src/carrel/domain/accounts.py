"""Accounts: people and programs that sign in, and what can be wrong with them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from carrel.domain.errors import DomainError
from carrel.domain.ids import AccountId

ADMIN = "admin"
GOLD = "gold"
NAME_LENGTH = 254
PASSWORD_LENGTH = range(6, 65)
PASSWORD_LENGTH_RULE = "Password must be between 6 and 64 characters in length."
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(\.[\w-]+)+")
_USER_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){0,38}")
USER_NAME_RULE = "a name has 1 to 39 letters and digits, with single dashes between them"


def is_user_name(text: str) -> bool:
    return _USER_NAME.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the services see it; `email_address` is lower-case, `password_hash` an argon2id text."""

    account_id: AccountId
    first_name: str
    last_name: str
    created: datetime
    email_address: str | None = None
    email_address_verified: Mapping[str, Any] = field(default_factory=dict)
    password_hash: str | None = None
    name: str | None = None
    groups: tuple[str, ...] = ()
    last_active: datetime | None = None
    banned: bool = False
    deleted: bool = False
    unlisted: bool = False
    owner_id: AccountId | None = None
    profile: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_admin(self) -> bool:
        return ADMIN in self.groups

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


def is_email_address(text: str) -> bool:
    return len(text) <= NAME_LENGTH and _EMAIL.fullmatch(text) is not None


class AccountNotFound(DomainError):
    code = "account-not-found"

    def __init__(self, who: str) -> None:
        super().__init__(f"there is no account {who!r}")


class NoSuchEmailAddress(DomainError):
    code = "no-such-email-address"

    def __init__(self) -> None:
        super().__init__("no such email address")


class EmailTaken(DomainError):
    code = "email-taken"

    def __init__(self) -> None:
        super().__init__("This e-mail address is already taken.")


class UserNameTaken(DomainError):
    code = "user-name-taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"the name '{name}' is already taken")


class AccountInvalid(DomainError):
    """An account may not be made; `reason` maps field names to texts, all problems together."""

    code = "account-invalid"

    def __init__(self, reason: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in reason.items()))
        self.reason = dict(reason)


class LastAdmin(DomainError):
    code = "last-admin"

    def __init__(self) -> None:
        super().__init__("this is the only admin; make another one first")


class NotYourself(DomainError):
    code = "not-yourself"

    def __init__(self) -> None:
        super().__init__("you cannot do this to your own account")


class RegistrationTokenUnknown(DomainError):
    code = "registration-token-unknown"

    def __init__(self) -> None:
        super().__init__("there is no such registration token")


class OnlyTheAccountItself(DomainError):
    """An admin who has signed in as somebody may look and help, but not take the account over."""

    code = "only-the-account-itself"

    def __init__(self) -> None:
        super().__init__("this is not possible while you are signed in as somebody else")


class DeletionRefused(DomainError):
    code = "deletion-refused"

    def __init__(self) -> None:
        super().__init__("you may only delete your own account or an account that you created")


class IncorrectPassword(DomainError):
    code = "incorrect-password"

    def __init__(self) -> None:
        super().__init__("incorrect password")


class PasswordLocked(DomainError):
    """Wrong passwords lock a (caller, target) pair for a minute."""

    code = "password-locked"

    def __init__(self) -> None:
        super().__init__("banned -- please wait at least 60s before trying again")
