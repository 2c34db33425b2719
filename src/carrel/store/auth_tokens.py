"""Auth tokens and the locks that wrong passwords set."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.embed_sessions import AuthToken
from carrel.domain.ids import AccountId
from carrel.store.scopes import scope_from_json, scope_to_json
from carrel.store.tables import auth_tokens, password_locks
from carrel.store.upserts import upsert

_COLUMNS = (
    auth_tokens.c.account_id,
    auth_tokens.c.expire,
    auth_tokens.c.scope,
    auth_tokens.c.single_use,
    auth_tokens.c.used_at,
    auth_tokens.c.created_by,
)


@dataclass(frozen=True, slots=True)
class AuthTokenRows:
    connection: AsyncConnection

    async def add(self, token_hash: str, token: AuthToken, *, created_by: AccountId, created: datetime) -> None:
        values = {
            "hash": token_hash,
            "account_id": token.account_id,
            "created_by": created_by,
            "created": created,
            "expire": token.expire,
            "scope": scope_to_json(token.scope),
            "single_use": token.single_use,
        }
        await self.connection.execute(insert(auth_tokens), values)

    async def find(self, token_hash: str, *, at: datetime) -> AuthToken | None:
        """An unexpired token; one that has been used up is found too."""
        query = select(*_COLUMNS).where(auth_tokens.c.hash == token_hash, auth_tokens.c.expire > at)
        row = (await self.connection.execute(query)).first()
        return None if row is None else AuthToken(**row._asdict() | {"scope": scope_from_json(row.scope)})

    async def use(self, token_hash: str, *, at: datetime, not_before: datetime) -> bool:
        """Note a redemption; false for a token that is gone, or a single-use one that was first used before that."""
        fresh = ~auth_tokens.c.single_use | auth_tokens.c.used_at.is_(None) | (auth_tokens.c.used_at > not_before)
        change = update(auth_tokens).where(auth_tokens.c.hash == token_hash, auth_tokens.c.expire > at, fresh)
        done = await self.connection.execute(change.values(used_at=func.coalesce(auth_tokens.c.used_at, at)))
        return done.rowcount == 1

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
