"""Browsers that are signed in, in the database; secrets come and stay as hashes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.accounts import Account
from carrel.domain.ids import AccountId
from carrel.domain.web_sessions import WebSession
from carrel.store.accounts import ACCOUNT_COLUMNS, to_account
from carrel.store.embed_sessions import EmbedSessionRows
from carrel.store.tables import accounts, web_sessions

_COLUMNS = tuple(column for column in web_sessions.c if column.name not in ("secret_hash", "auth_token_hash"))


@dataclass(frozen=True, slots=True)
class WebSessionRows:
    connection: AsyncConnection

    async def add(self, session: WebSession, *, secret_hash: str, auth_token_hash: str | None = None) -> None:
        """`auth_token_hash`: of the token that has opened it, with which it ends."""
        values = {column.name: getattr(session, column.name) for column in _COLUMNS}
        hashes = {"secret_hash": secret_hash, "auth_token_hash": auth_token_hash}
        await self.connection.execute(insert(web_sessions), values | hashes)

    async def find(self, session_id: str, *, at: datetime) -> tuple[WebSession, str, Account] | None:
        """A session that has not reached its end, the hash of its secret, and its account."""
        unexpired = (web_sessions.c.id == session_id, web_sessions.c.expires > at)
        found = await self.connection.execute(select(*_COLUMNS, web_sessions.c.secret_hash).where(*unexpired))
        row = found.first()
        if row is None:
            return None
        account = await self.connection.execute(select(*ACCOUNT_COLUMNS).where(accounts.c.account_id == row.account_id))
        return _to_session(row), row.secret_hash, to_account(account.one())

    async def touch(self, session_id: str, *, last_used: datetime, expires: datetime) -> None:
        change = update(web_sessions).where(web_sessions.c.id == session_id)
        await self.connection.execute(change.values(last_used=last_used, expires=expires))

    async def list_of(self, account_id: AccountId, *, at: datetime) -> list[WebSession]:
        """The last used first."""
        of_account = (web_sessions.c.account_id == account_id, web_sessions.c.expires > at)
        query = select(*_COLUMNS).where(*of_account).order_by(web_sessions.c.last_used.desc())
        return [_to_session(row) for row in await self.connection.execute(query)]

    async def delete_of_impersonator(self, account_id: AccountId) -> None:
        """End those in which it is signed in as somebody else, with their pages."""
        await self._delete(web_sessions.c.impersonator_id == account_id)

    async def delete_of_account(self, account_id: AccountId, *, only: str | None = None, but: str | None = None) -> int:
        """End all sessions of the account, or `only` one, or all `but` one, with the pages that were opened in them."""
        chosen = web_sessions.c.account_id == account_id
        if only is None:  # also those in which it is signed in as somebody else
            chosen |= web_sessions.c.impersonator_id == account_id
        if only is not None:
            chosen &= web_sessions.c.id == only
        if but is not None:
            chosen &= web_sessions.c.id != but
        return await self._delete(chosen)

    async def delete_of_token(self, auth_token_hash: str) -> None:
        """End those that this token has opened."""
        await self._delete(web_sessions.c.auth_token_hash == auth_token_hash)

    async def _delete(self, chosen: ColumnElement[bool]) -> int:
        query = delete(web_sessions).where(chosen).returning(web_sessions.c.secret_hash)
        hashes = list((await self.connection.execute(query)).scalars())
        for secret_hash in hashes:
            await EmbedSessionRows(self.connection).delete_of_token(secret_hash)
        return len(hashes)

    async def delete_expired(self, *, at: datetime) -> None:
        await self.connection.execute(delete(web_sessions).where(web_sessions.c.expires <= at))


def _to_session(row: Any) -> WebSession:
    return WebSession(**{column.name: getattr(row, column.name) for column in _COLUMNS})
