"""Messages from accounts to accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from carrel.domain.errors import DomainError
from carrel.domain.ids import AccountId

FLAGS = ("read", "saved", "deleted", "starred", "liked")
"""What sender and recipients mark a message with, each for themselves."""
MARKS = (*FLAGS, "expire")
"""The flags, and until when whose side shows the message."""
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
class Letter:
    """What a sender writes; `None` leaves a draft as it is in that. One that `is_sent` cannot be changed afterwards."""

    to_ids: Sequence[str] | None = None
    subject: str | None = None
    body: str | None = None
    is_sent: bool = False


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


class MessageUnknown(MessageRefused):
    """The caller has sent no such message, and has no such draft."""

    code = "own-message-unknown"

    def __init__(self, message_id: int) -> None:
        super().__init__(f"there is no message {message_id} from you")


class MessageIsSent(MessageRefused):
    """What was sent stays as it is."""

    code = "message-is-sent"

    def __init__(self) -> None:
        super().__init__("a message that was sent cannot be changed")


class NobodyToSendTo(MessageRefused):
    """A message that is sent, and none of those to whom it goes has an account."""

    code = "nobody-to-send-to"

    def __init__(self) -> None:
        super().__init__("there is nobody to send it to")


class PageTooLarge(DomainError):
    code = "page-too-large"

    def __init__(self) -> None:
        super().__init__(f"limit must be at most {LARGEST_PAGE}")
