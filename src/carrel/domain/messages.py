"""Messages from accounts to accounts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from carrel.domain.errors import DomainError
from carrel.domain.ids import AccountId

FLAGS = ("read", "saved", "deleted", "starred", "liked")
"""What sender and recipients mark a message with, each for themselves."""
PAGE, LARGEST_PAGE = 100, 500
RECIPIENTS, SUBJECT_LENGTH, BODY_LENGTH = 1000, 1000, 1_000_000


class Box(StrEnum):
    """Which messages are meant; all but `sent` are those that one has received."""

    RECEIVED = "received"
    SENT = "sent"
    NEW = "new"
    STARRED = "starred"
    LIKED = "liked"


@dataclass(frozen=True, slots=True)
class Message:
    """A message as one account sees it; `thread_id` is the message with which the conversation has begun."""

    id: int
    sent: datetime
    from_id: AccountId
    to_ids: tuple[AccountId, ...]
    subject: str
    body: str
    thread_id: int | None = None
    read: bool = False
    saved: bool = False
    deleted: bool = False


class RecipientInvalid(DomainError):
    """Neither an e-mail address nor the id of an account."""

    code = "recipient-invalid"

    def __init__(self, who: str) -> None:
        super().__init__(f"invalid account_id -- {who[:200]}")


class MessageRefused(DomainError):
    """A message that is too large, or answers one that the sender does not know; the text says which."""

    code = "message-refused"


class PageTooLarge(DomainError):
    code = "page-too-large"

    def __init__(self) -> None:
        super().__init__(f"limit must be at most {LARGEST_PAGE}")
