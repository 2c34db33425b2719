"""Messages in the database: each once, and a row for each that has received it. Drafts have no such rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, delete, exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.ids import AccountId
from carrel.domain.messages import Box, Message
from carrel.store.tables import message_recipients, messages

CONTENT = ("id", "sent", "from_id", "subject", "body", "thread_id")
_SHOWN = ("read", "saved", "deleted")
_IDS_IN_A_STATEMENT = 10_000
IS_SENT = messages.c.drafted_for.is_(None)
_WANTED = {
    Box.SENT: ~messages.c.deleted & IS_SENT,
    Box.RECEIVED: ~message_recipients.c.deleted,
    Box.NEW: ~message_recipients.c.deleted & ~message_recipients.c.read & ~message_recipients.c.saved,
    Box.STARRED: message_recipients.c.starred,
    Box.LIKED: message_recipients.c.liked,
}


def kept(side: Any, at: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Whether a message has not expired for the side of which these are the columns."""
    return or_(side.expire.is_(None), side.expire > at)


@dataclass(frozen=True, slots=True)
class MessageRows:
    connection: AsyncConnection

    async def add_draft(self, sender: AccountId, *, thread_id: int | None, at: datetime) -> int:
        """Insert an empty one, and return its id."""
        empty: dict[str, Any] = {"subject": "", "body": "", "drafted_for": []}
        query = insert(messages).values(from_id=sender, thread_id=thread_id, sent=at, **empty)
        result = await self.connection.execute(query)
        return int(result.inserted_primary_key[0])  # type: ignore[index]  # an insert of one row always has one

    async def find_draft(self, message_id: int, sender: AccountId) -> list[AccountId] | None:
        """To whom a draft of the sender's is to go, locked; `None` once it is sent."""
        query = select(messages.c.drafted_for).where(messages.c.id == message_id, messages.c.from_id == sender)
        found: list[AccountId] | None = (await self.connection.execute(query.with_for_update())).scalar()
        return found

    async def change_draft(self, message_id: int, values: Mapping[str, Any]) -> None:
        await self.connection.execute(update(messages).where(messages.c.id == message_id).values(dict(values)))

    async def deliver(self, message_id: int, to: Sequence[AccountId], *, at: datetime) -> None:
        """Make a draft a message that these have received."""
        await self.change_draft(message_id, {"sent": at, "drafted_for": None})
        rows = [{"message_id": message_id, "account_id": account_id} for account_id in to]
        await self.connection.execute(insert(message_recipients), rows)

    async def recipients_of(self, message_ids: Iterable[int]) -> dict[int, list[AccountId]]:
        """To whom each of these messages was sent, or is to go."""
        whose, received = message_recipients.c.account_id, message_recipients.c.message_id == messages.c.id
        query = select(messages.c.id, messages.c.drafted_for, whose).outerjoin(message_recipients, received)
        wanted, found = list(message_ids), dict[int, list[AccountId]]()
        for start in range(0, len(wanted), _IDS_IN_A_STATEMENT):
            some = messages.c.id.in_(wanted[start : start + _IDS_IN_A_STATEMENT])
            for row in await self.connection.execute(query.where(some).order_by(whose)):
                found.setdefault(row.id, []).extend([row.account_id] if row.drafted_for is None else row.drafted_for)
        return found

    async def set_marks(
        self, message_id: int, account_id: AccountId, marks: Mapping[str, Any], *, as_sender: bool
    ) -> bool:
        """What the account has done with a message; whether it has received it, or has sent it."""
        received = (message_recipients.c.message_id, message_recipients.c.account_id)
        of, whose = (messages.c.id, messages.c.from_id) if as_sender else received
        one = (of == message_id, whose == account_id)
        if not marks:
            return (await self.connection.execute(select(of).where(*one))).first() is not None
        changed = await self.connection.execute(update(of.table).where(*one).values(**marks))
        return changed.rowcount > 0

    async def find_thread(self, message_id: int, account_id: AccountId) -> int | None:
        """The conversation of a message that the account has sent or received."""
        received = select(message_recipients.c.message_id).where(message_recipients.c.account_id == account_id)
        query = select(messages.c.id, messages.c.thread_id).where(
            messages.c.id == message_id, IS_SENT, or_(messages.c.from_id == account_id, messages.c.id.in_(received))
        )
        row = (await self.connection.execute(query)).first()
        return None if row is None else row.thread_id or row.id

    async def list_messages(
        self, account_id: AccountId, box: Box, *, since: datetime | None, limit: int, offset: int, at: datetime
    ) -> list[Message]:
        """The newest first; of those that have not expired."""
        if box is Box.SENT:
            side, whose = messages.c, messages.c.from_id
        else:
            side, whose = message_recipients.c, message_recipients.c.account_id
        query = select(*(messages.c[name] for name in CONTENT), *(side[name] for name in _SHOWN))
        query = query.where(whose == account_id, _WANTED[box], kept(side, at))
        if box is not Box.SENT:
            query = query.join(message_recipients, message_recipients.c.message_id == messages.c.id)
        if since is not None:
            query = query.where(messages.c.sent >= since)
        query = query.order_by(messages.c.sent.desc(), messages.c.id.desc()).limit(limit).offset(offset)
        found = (await self.connection.execute(query)).mappings().all()
        to = await self.recipients_of(row["id"] for row in found)
        return [Message(**row, to_ids=tuple(to.get(row["id"], []))) for row in found]

    async def delete_expired(self, *, at: datetime) -> None:
        """Remove messages that have expired for their sender and for all who have received them."""
        received = message_recipients.c.message_id == messages.c.id
        over = select(messages.c.id).where(
            messages.c.expire <= at, ~exists().where(received, kept(message_recipients.c, at))
        )
        locked = over.limit(_IDS_IN_A_STATEMENT).with_for_update(skip_locked=True)
        ids = (await self.connection.execute(locked)).scalars().all()
        one, expired = message_recipients.c.message_id.in_(ids), message_recipients.c.expire <= at
        await self.connection.execute(delete(message_recipients).where(one, expired))
        await self.connection.execute(delete(messages).where(messages.c.id.in_(ids), ~exists().where(received)))
