"""Organizations in the database; an account's membership is its column `org`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, String, Table, Text, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.accounts import Account
from carrel.domain.ids import AccountId
from carrel.domain.organizations import Organization, OrganizationNameTaken
from carrel.store.accounts import ACCOUNT_COLUMNS, to_account
from carrel.store.columns import JSON_VALUE, UUID_TEXT
from carrel.store.tables import accounts, metadata

organizations = Table(
    "organizations",
    metadata,
    Column("organization_id", UUID_TEXT, primary_key=True),
    Column("name", String(39), nullable=False, unique=True),
    Column("title", Text),
    Column("description", Text),
    Column("link", Text),
    Column("email_address", Text),
    Column("admin_account_ids", JSON_VALUE),
)


@dataclass(frozen=True, slots=True)
class OrganizationRows:
    connection: AsyncConnection

    async def add(self, organization_id: str, name: str) -> None:
        """Raises `OrganizationNameTaken` if another organization has the name."""
        values = {"organization_id": organization_id, "name": name, "admin_account_ids": []}
        try:
            await self.connection.execute(insert(organizations).values(values))
        except IntegrityError as error:
            raise OrganizationNameTaken(name) from error

    async def find(self, name: str) -> Organization | None:
        row = (await self.connection.execute(select(organizations).where(organizations.c.name == name))).first()
        return _organization(row) if row else None

    async def list_all(self) -> list[Organization]:
        return [
            _organization(row)
            for row in await self.connection.execute(select(organizations).order_by(organizations.c.name))
        ]

    async def change(self, name: str, values: Mapping[str, Any]) -> None:
        await self.connection.execute(update(organizations).where(organizations.c.name == name).values(**values))

    async def set_admins(self, name: str, account_ids: Sequence[AccountId]) -> None:
        await self.change(name, {"admin_account_ids": list(account_ids)})

    async def members(self, name: str) -> list[Account]:
        """Accounts that were not deleted, the first ones first."""
        query = select(*ACCOUNT_COLUMNS).where(accounts.c.org == name, ~accounts.c.deleted)
        rows = await self.connection.execute(query.order_by(accounts.c.created, accounts.c.account_id))
        return [to_account(row) for row in rows]

    async def of_account(self, account_id: AccountId) -> str | None:
        """The organization of which the account is a member."""
        query = select(accounts.c.org).where(accounts.c.account_id == account_id)
        return (await self.connection.execute(query)).scalar()

    async def set_member(self, account_id: AccountId, name: str | None) -> None:
        await self.connection.execute(update(accounts).where(accounts.c.account_id == account_id).values(org=name))


def _organization(row: Any) -> Organization:
    values = row._asdict()
    values["admin_account_ids"] = tuple(values["admin_account_ids"] or ())
    return Organization(**values)
