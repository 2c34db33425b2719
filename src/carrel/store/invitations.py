"""Invitations of addresses that no account has yet."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table, delete
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.ids import AccountId, ProjectId
from carrel.store.columns import UUID_TEXT, UtcDateTime
from carrel.store.tables import metadata, projects
from carrel.store.upserts import upsert

invited_addresses = Table(
    "invited_addresses",
    metadata,
    Column("email_address", String(254), primary_key=True),
    Column("project_id", UUID_TEXT, ForeignKey(projects.c.project_id), primary_key=True),
    Column("invited_by", UUID_TEXT, nullable=False),
    Column("expires", UtcDateTime, nullable=False, index=True),
)


@dataclass(frozen=True, slots=True)
class InvitationRows:
    connection: AsyncConnection

    async def add(self, email_address: str, project_id: ProjectId, *, invited_by: AccountId, expires: datetime) -> None:
        """Again is fine: it then expires later."""
        values = {
            "email_address": email_address,
            "project_id": project_id,
            "invited_by": invited_by,
            "expires": expires,
        }
        await upsert(self.connection, invited_addresses, values)

    async def take(self, email_address: str, *, at: datetime) -> list[tuple[ProjectId, AccountId]]:
        """The projects to which the address is invited, and by whom; they are told once."""
        table = invited_addresses
        gone = delete(table).where(table.c.email_address == email_address, table.c.expires > at)
        found = await self.connection.execute(gone.returning(table.c.project_id, table.c.invited_by))
        return [(row.project_id, row.invited_by) for row in found]

    async def delete_expired(self, *, at: datetime) -> None:
        await self.connection.execute(delete(invited_addresses).where(invited_addresses.c.expires <= at))
