"""Calls that are carried out once, however often they are sent: their replies are kept, for who can call again.

All that is known of such a call in the database is derived from the caller's credential, which is not there: neither
the reply, nor what was asked, nor the caller's own key for it can be read by who has the database alone.
"""

import hmac
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from carrel.domain.errors import DomainError
from carrel.domain.ids import AccountId

LIFE = timedelta(hours=24)
REPLY_BYTES = 256_000
KEPT_AT_MOST = 10_000
KEPT_BYTES_AT_MOST = 100_000_000
KEY_CHARACTERS = 255


@dataclass(frozen=True, slots=True)
class KeyedCall:
    """A call with a key. `id` names it, `request` is a hash of what it asks for, `secret` seals its reply."""

    id: str
    request: str
    account_id: AccountId
    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, credential: str, key: str, asked: bytes, account_id: AccountId) -> Self:
        """Raises `IdempotencyKeyInvalid`."""
        if not 0 < len(key) <= KEY_CHARACTERS or not (key.isascii() and key.isprintable()):
            raise IdempotencyKeyInvalid
        root = hmac.digest(credential.encode("utf-8", "surrogateescape"), key.encode(), "sha256")
        id_, request, secret = (hmac.digest(root, part, "sha256") for part in (b"id", b"request" + asked, b"reply"))
        return cls(id_.hex(), request.hex(), account_id, secret)


@dataclass(frozen=True, slots=True)
class KeptReply:
    """What is kept of a call: a sealed reply, unless it has not ended (`size_bytes` is unset) or was too large."""

    request: str
    size_bytes: int | None
    sealed: bytes | None


class IdempotencyKeyInvalid(DomainError):
    code = "idempotency-key-invalid"

    def __init__(self) -> None:
        super().__init__(f"Idempotency-Key must have 1 to {KEY_CHARACTERS} printable ASCII characters")


class IdempotencyKeyReused(DomainError):
    """The key was sent before, with another call."""

    code = "idempotency-key-reused"

    def __init__(self) -> None:
        super().__init__("this Idempotency-Key was used for another request")


class CallUnfinished(DomainError):
    """A call with the same key has begun: it goes on, or was cut off, and what it did then is not known."""

    code = "call-unfinished"

    def __init__(self) -> None:
        super().__init__(
            "a call with this Idempotency-Key has begun and not ended; ask again later, and if that does not help, "
            "look at what it has done and use another key"
        )


class ReplyNotKept(DomainError):
    """The call was carried out, and its reply was too large to be kept."""

    code = "reply-not-kept"

    def __init__(self) -> None:
        super().__init__("the call with this Idempotency-Key was carried out; its reply was too large to be kept")


class TooManyKeptReplies(DomainError):
    """The account has used so many keys in the last 24 hours that no more can be kept."""

    code = "too-many-kept-replies"

    def __init__(self) -> None:
        super().__init__("too many calls with an Idempotency-Key in 24 hours")
