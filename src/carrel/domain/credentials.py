"""What an account signs in with: its address, which a link sent there verifies, and its password."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from carrel.domain.errors import DomainError
from carrel.domain.ids import AccountId


class LinkKind(Enum):
    """What a link does that was sent by mail."""

    RESET = "password-reset"
    VERIFY = "verify-email"


@dataclass(frozen=True, slots=True)
class MailedLink:
    """Whoever has it reads the mail of that address."""

    kind: LinkKind
    account_id: AccountId
    email_address: str
    expires: datetime


class PasswordRefused(DomainError):
    """A new password is too short, too long or too easy to guess; the message says which."""

    code = "password-refused"


class PasswordIncorrect(DomainError):
    code = "password-incorrect"

    def __init__(self) -> None:
        super().__init__("password is incorrect")


class CurrentPasswordIncorrect(DomainError):
    code = "current-password-incorrect"

    def __init__(self) -> None:
        super().__init__("Current password is incorrect.")


class EmailInvalid(DomainError):
    code = "email-invalid"

    def __init__(self) -> None:
        super().__init__("email address is not valid")


class EmailInUse(DomainError):
    code = "email-in-use"

    def __init__(self, email_address: str) -> None:
        super().__init__(f'email address "{email_address}" is already in use by another account')


class NoAccountWithEmail(DomainError):
    code = "no-account-with-email"

    def __init__(self, email_address: str) -> None:
        super().__init__(f'There is no account with email "{email_address}".')


class TooManyMails(DomainError):
    """Too many mails were asked for, for one address or from one computer; the message says which."""

    code = "too-many-mails"


class ResetInvalid(DomainError):
    """The link is unknown, has expired or was used."""

    code = "reset-invalid"

    def __init__(self) -> None:
        super().__init__("Password reset no longer valid.")


class VerificationRefused(DomainError):
    """The token is not one that was sent to that address; the message says so."""

    code = "verification-refused"


class NameRefused(DomainError):
    """A name or user name that an account cannot have; the message says why."""

    code = "name-refused"
