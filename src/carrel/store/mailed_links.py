"""Links that were sent by mail, in the database; their secrets come and stay as hashes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.credentials import LinkKind, MailedLink
from carrel.domain.ids import AccountId
from carrel.store.tables import mailed_links


@dataclass(frozen=True, slots=True)
class MailedLinkRows:
    connection: AsyncConnection

    async def add(self, link: MailedLink, *, secret_hash: str) -> None:
        values = {
            "hash": secret_hash,
            "kind": link.kind.value,
            "account_id": link.account_id,
            "email_address": link.email_address,
            "expires": link.expires,
        }
        await self.connection.execute(insert(mailed_links), values)

    async def find(self, kind: LinkKind, secret_hash: str, *, at: datetime) -> MailedLink | None:
        """One that has not expired."""
        wanted = (mailed_links.c.hash == secret_hash, mailed_links.c.kind == kind.value, mailed_links.c.expires > at)
        row = (await self.connection.execute(select(mailed_links).where(*wanted))).first()
        return None if row is None else MailedLink(kind, row.account_id, row.email_address, row.expires)

    async def delete_of_account(self, kind: LinkKind, account_id: AccountId) -> set[str]:
        """The hashes of those that were there; of transactions that do it at once, one gets them."""
        chosen = (mailed_links.c.account_id == account_id, mailed_links.c.kind == kind.value)
        deleted = delete(mailed_links).where(*chosen).returning(mailed_links.c.hash)
        return set((await self.connection.execute(deleted)).scalars())

    async def delete_expired(self, *, at: datetime) -> None:
        await self.connection.execute(delete(mailed_links).where(mailed_links.c.expires <= at))
