"""Kept replies in the database: a row is there from the beginning of its call on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.ids import AccountId
from carrel.domain.kept_replies import KeptReply, KeyedCall
from carrel.store.tables import kept_replies
from carrel.store.upserts import insert_if_new


@dataclass(frozen=True, slots=True)
class KeptReplyRows:
    connection: AsyncConnection

    async def begin(self, call: KeyedCall, *, at: datetime, expire: datetime) -> bool:
        """Whether the call is the first with its key, which is then taken."""
        await self.connection.execute(
            delete(kept_replies).where(kept_replies.c.id == call.id, kept_replies.c.expire <= at)
        )
        values = {"id": call.id, "request": call.request, "account_id": call.account_id, "expire": expire}
        return await insert_if_new(self.connection, kept_replies, values)

    async def find(self, id_: str) -> KeptReply | None:
        columns = (kept_replies.c.request, kept_replies.c.size_bytes, kept_replies.c.sealed)
        row = (await self.connection.execute(select(*columns).where(kept_replies.c.id == id_))).first()
        return KeptReply(row.request, row.size_bytes, row.sealed) if row else None

    async def keep(self, id_: str, size_bytes: int, sealed: bytes | None) -> None:
        """Record the reply; without `sealed` that there was one."""
        await self.connection.execute(
            update(kept_replies).where(kept_replies.c.id == id_).values(size_bytes=size_bytes, sealed=sealed)
        )

    async def forget(self, id_: str) -> None:
        await self.connection.execute(delete(kept_replies).where(kept_replies.c.id == id_))

    async def used(self, account_id: AccountId) -> tuple[int, int]:
        """How many replies are kept for an account, and their size in bytes."""
        sums = (func.count(), func.coalesce(func.sum(kept_replies.c.size_bytes), 0))
        row = (await self.connection.execute(select(*sums).where(kept_replies.c.account_id == account_id))).one()
        return row[0], row[1]

    async def delete_expired(self, *, at: datetime) -> None:
        await self.connection.execute(delete(kept_replies).where(kept_replies.c.expire <= at))
