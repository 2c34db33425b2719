"""Outgoing mail: stored before it is sent, kept if it cannot be."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.store.tables import mails


@dataclass(frozen=True, slots=True)
class StoredMail:
    id: int
    to: str
    subject: str
    body: str
    attempts: int


@dataclass(frozen=True, slots=True)
class UnsentMail:
    """A mail that waits, or that could not be sent."""

    id: int
    created: datetime
    to: str
    subject: str
    body: str
    attempts: int
    error: str | None


@dataclass(frozen=True, slots=True)
class MailRows:
    connection: AsyncConnection

    async def add(self, *, to: str, subject: str, body: str, at: datetime) -> None:
        await self.connection.execute(insert(mails).values(to=to, subject=subject, body=body, created=at))

    async def list_unsent(self, *, limit: int, max_attempts: int) -> list[StoredMail]:
        query = select(mails.c.id, mails.c.to, mails.c.subject, mails.c.body, mails.c.attempts)
        query = query.where(mails.c.sent.is_(None), mails.c.attempts < max_attempts).order_by(mails.c.id).limit(limit)
        return [StoredMail(*row) for row in await self.connection.execute(query)]

    async def list_stuck(self, *, limit: int) -> list[UnsentMail]:
        """All that are not sent, the newest first."""
        columns = (column for column in mails.c if column.name != "sent")
        query = select(*columns).where(mails.c.sent.is_(None)).order_by(mails.c.id.desc()).limit(limit)
        return [UnsentMail(**row._mapping) for row in await self.connection.execute(query)]

    async def try_again(self, mail_id: int) -> bool:
        """As if it had not been tried; whether there is such a mail."""
        change = update(mails).where(mails.c.id == mail_id, mails.c.sent.is_(None)).values(attempts=0, error=None)
        return (await self.connection.execute(change)).rowcount > 0

    async def delete_unsent(self, mail_id: int) -> bool:
        """Whether there was such a mail."""
        gone = await self.connection.execute(delete(mails).where(mails.c.id == mail_id, mails.c.sent.is_(None)))
        return gone.rowcount > 0

    async def claim(self, mail: StoredMail) -> bool:
        """Begin an attempt; `False` if another hub has begun one since the mail was listed."""
        result = await self.connection.execute(
            update(mails)
            .where(mails.c.id == mail.id, mails.c.attempts == mail.attempts, mails.c.sent.is_(None))
            .values(attempts=mails.c.attempts + 1)
        )
        return result.rowcount > 0

    async def mark_sent(self, mail_id: int, *, at: datetime) -> None:
        """Its text is not kept: there may be a secret in it."""
        await self.connection.execute(update(mails).where(mails.c.id == mail_id).values(sent=at, error=None, body=""))

    async def mark_failed(self, mail_id: int, error: str) -> None:
        await self.connection.execute(update(mails).where(mails.c.id == mail_id).values(error=error))
