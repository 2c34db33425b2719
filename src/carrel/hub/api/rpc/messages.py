"""RPC functions about messages from accounts to accounts."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from carrel.domain.errors import DomainError
from carrel.domain.messages import PAGE, Box, Message
from carrel.hub.api.rpc.registry import Caller, Functions
from carrel.hub.call import Call
from carrel.kit import timestamps

functions = Functions()

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


@functions.procedure("messages.send", may_call=Caller.ACCOUNT)
async def send(params: SendParams, call: Call) -> Any:
    """Send a message to accounts, by their ids or addresses; the value is its id, null if there is no such account."""
    reply_id = None if params.reply_id is None else int(max(0, min(params.reply_id, _LARGEST_ID)))
    return await call.platform.messages.send(
        call.account.account_id, params.to_ids, subject=params.subject, body=params.body, reply_id=reply_id
    )


class GetParams(Struct):
    limit: float = PAGE
    offset: float = 0
    type: str = Box.RECEIVED
    cutoff: datetime | None = None


@functions.procedure("messages.get", may_call=Caller.ACCOUNT, only_reads=True)
async def get(params: GetParams, call: Call) -> Any:
    """List one's messages, the newest first; `cutoff` leaves out older ones."""
    if params.type not in list(Box):
        raise BoxUnknown
    found = await call.platform.messages.list_of(
        call.account.account_id,
        Box(params.type),
        since=params.cutoff,
        limit=int(params.limit),
        offset=int(min(params.offset, _LARGEST_ID)),
    )
    return [_told(message) for message in found]


def _told(message: Message) -> dict[str, Any]:
    names = ("id", "from_id", "to_ids", "subject", "body", "thread_id", "read", "saved", "deleted")
    return {name: getattr(message, name) for name in names} | {"sent": timestamps.to_text(message.sent)}
