"""Messages in the database: each once, and a row for each that has received it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.ids import AccountId
from carrel.domain.messages import Box, Message
from carrel.store.tables import message_recipients, messages

_CONTENT = ("id", "sent", "from_id", "subject", "body", "thread_id")
_SHOWN = ("read", "saved", "deleted")
_IDS_IN_A_STATEMENT = 10_000
_WANTED = {
    Box.SENT: ~messages.c.deleted,
    Box.RECEIVED: ~message_recipients.c.deleted,
    Box.NEW: ~message_recipients.c.deleted & ~message_recipients.c.read & ~message_recipients.c.saved,
    Box.STARRED: message_recipients.c.starred,
    Box.LIKED: message_recipients.c.liked,
}


@dataclass(frozen=True, slots=True)
class MessageRows:
    connection: AsyncConnection

    async def add(
        self,
        sender: AccountId,
        to: Iterable[AccountId],
        *,
        subject: str,
        body: str,
        thread_id: int | None,
        flags: Mapping[str, bool],
        at: datetime,
    ) -> int:
        """Insert, with flags of the sender, and return the message's id."""
        values = {"from_id": sender, "subject": subject, "body": body, "thread_id": thread_id, "sent": at}
        result = await self.connection.execute(insert(messages).values({**values, **flags}))
        message_id = int(result.inserted_primary_key[0])  # type: ignore[index]  # an insert of one row always has one
        rows = [{"message_id": message_id, "account_id": account_id} for account_id in to]
        await self.connection.execute(insert(message_recipients), rows)
        return message_id

    async def recipients_of(self, message_ids: Iterable[int]) -> dict[int, list[AccountId]]:
        """To whom each of these messages was sent."""
        whose, of = message_recipients.c.account_id, message_recipients.c.message_id
        wanted, found = list(message_ids), dict[int, list[AccountId]]()
        for start in range(0, len(wanted), _IDS_IN_A_STATEMENT):
            some = wanted[start : start + _IDS_IN_A_STATEMENT]
            for row in await self.connection.execute(select(whose, of).where(of.in_(some)).order_by(whose)):
                found.setdefault(row.message_id, []).append(row.account_id)
        return found

    async def set_flags(
        self, message_id: int, account_id: AccountId, flags: Mapping[str, bool], *, as_sender: bool
    ) -> bool:
        """What the account has done with a message; whether it has received it, or has sent it."""
        received = (message_recipients.c.message_id, message_recipients.c.account_id)
        of, whose = (messages.c.id, messages.c.from_id) if as_sender else received
        one = (of == message_id, whose == account_id)
        if not flags:
            return (await self.connection.execute(select(of).where(*one))).first() is not None
        changed = await self.connection.execute(update(of.table).where(*one).values(**flags))
        return changed.rowcount > 0

    async def find_thread(self, message_id: int, account_id: AccountId) -> int | None:
        """The conversation of a message that the account has sent or received."""
        received = select(message_recipients.c.message_id).where(message_recipients.c.account_id == account_id)
        query = select(messages.c.id, messages.c.thread_id).where(
            messages.c.id == message_id, or_(messages.c.from_id == account_id, messages.c.id.in_(received))
        )
        row = (await self.connection.execute(query)).first()
        return None if row is None else row.thread_id or row.id

    async def list_messages(
        self, account_id: AccountId, box: Box, *, since: datetime | None, limit: int, offset: int
    ) -> list[Message]:
        """The newest first."""
        if box is Box.SENT:
            flags, whose = messages.c, messages.c.from_id
        else:
            flags, whose = message_recipients.c, message_recipients.c.account_id
        query = select(*(messages.c[name] for name in _CONTENT), *(flags[name] for name in _SHOWN))
        query = query.where(whose == account_id, _WANTED[box])
        if box is not Box.SENT:
            query = query.join(message_recipients, message_recipients.c.message_id == messages.c.id)
        if since is not None:
            query = query.where(messages.c.sent >= since)
        query = query.order_by(messages.c.id.desc()).limit(limit).offset(offset)
        found = (await self.connection.execute(query)).mappings().all()
        to = await self.recipients_of(row["id"] for row in found)
        return [Message(**row, to_ids=tuple(to.get(row["id"], []))) for row in found]
