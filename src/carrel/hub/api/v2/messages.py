"""Messages from accounts to accounts, for programs of the compatible product."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from carrel.domain.errors import DomainError
from carrel.domain.ids import AccountId
from carrel.domain.messages import PAGE, Box, Message
from carrel.hub.api.v2.compatible import CompatibleProcedures
from carrel.hub.api.v2.procedure import V2Call
from carrel.hub.platform import Platform
from carrel.hub.routes import RouteAccess
from carrel.kit import timestamps
from carrel.services.attempts import Limit

procedures = CompatibleProcedures()

_LIMITS = (Limit(1, 1), Limit(5, 60), Limit(60, 3600))
_LARGEST_ID = 2**53


class BoxUnknown(DomainError):
    code = "box-unknown"

    def __init__(self) -> None:
        super().__init__(f"type must be one of {', '.join(Box)}")


class SendParams(Struct):
    subject: str
    body: str
    to_ids: list[str]
    reply_id: float | None = None


async def send(params: SendParams, sender: AccountId, platform: Platform) -> int | None:
    """The id of the message that was sent, `None` if nobody is left to get it."""
    reply_id = None if params.reply_id is None else int(max(0, min(params.reply_id, _LARGEST_ID)))
    return await platform.messages.send(
        sender, params.to_ids, subject=params.subject, body=params.body, reply_id=reply_id
    )


class Sent(Struct):
    status: Literal["ok"]
    id: int | None


@procedures.post("/messages/send", access=RouteAccess.ACCOUNT, limits=_LIMITS)
async def send_message(params: SendParams, call: V2Call) -> Sent:
    """Send a message to accounts, by their ids or addresses; `id` is null if none of these has an account."""
    return Sent("ok", await send(params, call.account.account_id, call.platform))


class GetParams(Struct):
    limit: float = PAGE
    offset: float = 0
    type: str = Box.RECEIVED
    cutoff: datetime | None = None


class Told(Struct):
    """A message; `thread_id` is the one with which the conversation has begun."""

    id: int
    sent: str
    from_id: str
    to_ids: tuple[str, ...]
    subject: str
    body: str
    thread_id: int | None
    read: bool
    saved: bool
    deleted: bool

    @classmethod
    def of(cls, message: Message) -> "Told":
        return cls(
            message.id,
            timestamps.to_text(message.sent),
            message.from_id,
            message.to_ids,
            message.subject,
            message.body,
            message.thread_id,
            message.read,
            message.saved,
            message.deleted,
        )


async def list_of(params: GetParams, account_id: AccountId, platform: Platform) -> list[Told]:
    """An account's messages; raises `BoxUnknown`, `PageTooLarge`."""
    if params.type not in list(Box):
        raise BoxUnknown
    found = await platform.messages.list_of(
        account_id,
        Box(params.type),
        since=params.cutoff,
        limit=int(params.limit),
        offset=int(min(params.offset, _LARGEST_ID)),
    )
    return [Told.of(message) for message in found]


class Received(Struct):
    status: Literal["ok"]
    messages: list[Told]


@procedures.post("/messages/get", access=RouteAccess.ACCOUNT, only_reads=True, limits=_LIMITS)
async def get_messages(params: GetParams, call: V2Call) -> Received:
    """One's messages, the newest first; `cutoff` leaves out older ones."""
    return Received("ok", await list_of(params, call.account.account_id, call.platform))
