"""Auth tokens and the locks that wrong passwords set."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.ids import AccountId
from carrel.store.tables import auth_tokens, password_locks
from carrel.store.upserts import upsert


@dataclass(frozen=True, slots=True)
class AuthTokenRows:
    connection: AsyncConnection

    async def add(
        self, token_hash: str, account_id: AccountId, *, created_by: AccountId, created: datetime, expire: datetime
    ) -> None:
        await self.connection.execute(
            insert(auth_tokens).values(
                hash=token_hash, account_id=account_id, created_by=created_by, created=created, expire=expire
            )
        )

    async def find_account(self, token_hash: str, *, at: datetime) -> AccountId | None:
        """The account that an unexpired token signs in."""
        query = select(auth_tokens.c.account_id).where(auth_tokens.c.hash == token_hash, auth_tokens.c.expire > at)
        return (await self.connection.execute(query)).scalar()

    async def delete(self, token_hash: str) -> None:
        await self.connection.execute(delete(auth_tokens).where(auth_tokens.c.hash == token_hash))

    async def delete_of_account(self, account_id: AccountId) -> None:
        await self.connection.execute(delete(auth_tokens).where(auth_tokens.c.account_id == account_id))

    async def delete_expired(self, *, at: datetime) -> None:
        await self.connection.execute(delete(auth_tokens).where(auth_tokens.c.expire <= at))
        await self.connection.execute(delete(password_locks).where(password_locks.c.expire <= at))

    async def is_locked(self, caller: AccountId, target: str, *, at: datetime) -> bool:
        query = select(password_locks.c.expire).where(
            password_locks.c.caller_id == caller, password_locks.c.target_id == target, password_locks.c.expire > at
        )
        return (await self.connection.execute(query)).first() is not None

    async def lock(self, caller: AccountId, target: str, *, until: datetime) -> None:
        values = {"caller_id": caller, "target_id": target, "expire": until}
        await upsert(self.connection, password_locks, values)
