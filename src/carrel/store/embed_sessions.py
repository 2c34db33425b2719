"""Embed sessions and their WebSocket tickets in the database; secrets come and stay as hashes.

A bearer and a resume secret each have a predecessor, good for a short while after the change: replies get lost, and
calls that are under way carry what was good when they began.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.accounts import ADMIN
from carrel.domain.embed_sessions import EmbedSession
from carrel.domain.ids import AccountId
from carrel.store.scopes import scope_from_json, scope_to_json
from carrel.store.tables import accounts, embed_sessions, ws_tickets


@dataclass(frozen=True, slots=True)
class Hashed:
    """The hash of a secret and when that ends."""

    hash: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session with what proves it, and what its account is now."""

    session: EmbedSession
    auth_token_hash: str
    bearers: tuple[Hashed, ...]
    """The newest first."""
    resumes: tuple[Hashed, ...]
    account_available: bool
    account_name: str


_of_account = (getattr(accounts.c, name) for name in ("first_name", "last_name", "banned", "deleted", "groups"))
_find = select(embed_sessions, *_of_account).join(accounts, accounts.c.account_id == embed_sessions.c.account_id)


@dataclass(frozen=True, slots=True)
class EmbedSessionRows:
    connection: AsyncConnection

    async def add(self, session: EmbedSession, *, auth_token_hash: str, bearer: Hashed, resume: str) -> None:
        values = {
            "eid": session.eid,
            "account_id": session.account_id,
            "auth_token_hash": auth_token_hash,
            "scope": scope_to_json(session.scope),
            "created": session.created,
            "expires": session.expires,
            "bearer_hash": bearer.hash,
            "bearer_expires": bearer.expires,
            "resume_hash": resume,
            "admin_of": session.admin_of,
        }
        await self.connection.execute(insert(embed_sessions), values)

    async def find(self, eid: str, *, at: datetime) -> StoredSession | None:
        """A session that has not reached its end."""
        query = _find.where(embed_sessions.c.eid == eid, embed_sessions.c.expires > at)
        row = (await self.connection.execute(query)).first()
        return None if row is None else _to_stored(row)

    async def renew_bearer(self, eid: str, bearer: Hashed, *, old_until: datetime) -> None:
        change = {
            "bearer_before": embed_sessions.c.bearer_hash,
            "bearer_before_expires": old_until,
            "bearer_hash": bearer.hash,
            "bearer_expires": bearer.expires,
        }
        await self.connection.execute(update(embed_sessions).where(embed_sessions.c.eid == eid).values(change))

    async def rotate_resume(self, eid: str, resume: str, *, old_until: datetime) -> None:
        change = {
            "resume_before": embed_sessions.c.resume_hash,
            "resume_before_expires": old_until,
            "resume_hash": resume,
        }
        await self.connection.execute(update(embed_sessions).where(embed_sessions.c.eid == eid).values(change))

    async def newest(self, eids: Sequence[str], *, limit: int, at: datetime) -> list[str]:
        """The newest of those that have not reached their end."""
        living = embed_sessions.c.eid.in_(eids) & (embed_sessions.c.expires > at)
        query = select(embed_sessions.c.eid).where(living).order_by(embed_sessions.c.created.desc()).limit(limit)
        return list((await self.connection.execute(query)).scalars())

    async def delete_of_token(self, auth_token_hash: str) -> None:
        await self.connection.execute(delete(embed_sessions).where(embed_sessions.c.auth_token_hash == auth_token_hash))

    async def delete_of_account(self, account_id: AccountId, *, but_of: str | None = None) -> None:
        """All of the account, but those that were opened by what has the hash `but_of`."""
        chosen = embed_sessions.c.account_id == account_id
        if but_of is not None:
            chosen &= embed_sessions.c.auth_token_hash != but_of
        await self.connection.execute(delete(embed_sessions).where(chosen))

    async def delete_expired(self, *, at: datetime) -> None:
        await self.connection.execute(delete(embed_sessions).where(embed_sessions.c.expires <= at))
        await self.connection.execute(delete(ws_tickets).where(ws_tickets.c.expires <= at))

    async def add_ticket(self, ticket: Hashed, eid: str) -> None:
        await self.connection.execute(insert(ws_tickets).values(hash=ticket.hash, eid=eid, expires=ticket.expires))

    async def take_ticket(self, ticket_hash: str, *, at: datetime) -> str | None:
        """The session of an unexpired ticket, which is used up by that."""
        found = (
            delete(ws_tickets).where(ws_tickets.c.hash == ticket_hash).returning(ws_tickets.c.eid, ws_tickets.c.expires)
        )
        row = (await self.connection.execute(found)).first()
        return row.eid if row is not None and row.expires > at else None


def _to_stored(row: Any) -> StoredSession:
    admin_of = row.admin_of if ADMIN in (row.groups or ()) else None
    session = EmbedSession(row.eid, row.account_id, scope_from_json(row.scope), row.created, row.expires, admin_of)
    bearers, resumes = [Hashed(row.bearer_hash, row.bearer_expires)], [Hashed(row.resume_hash, row.expires)]
    if row.bearer_before is not None:
        bearers.append(Hashed(row.bearer_before, row.bearer_before_expires))
    if row.resume_before is not None:
        resumes.append(Hashed(row.resume_before, row.resume_before_expires))
    name = f"{row.first_name} {row.last_name}".strip()
    return StoredSession(
        session, row.auth_token_hash, tuple(bearers), tuple(resumes), not (row.banned or row.deleted), name
    )
