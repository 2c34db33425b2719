"""API keys in the database; a presented key is found by its hash together with everything that decides about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.accounts import NAME_LENGTH
from carrel.domain.ids import AccountId, ProjectId
from carrel.domain.keys import ApiKey
from carrel.store.tables import accounts, api_keys, collaborators

_COLUMNS = (
    api_keys.c.id,
    api_keys.c.account_id,
    api_keys.c.name,
    api_keys.c.trunc,
    api_keys.c.created,
    api_keys.c.project_id,
    api_keys.c.expire,
    api_keys.c.last_active,
)


def _to_key(row: Any) -> ApiKey:
    return ApiKey(**{column.name: getattr(row, column.name) for column in _COLUMNS})


@dataclass(frozen=True, slots=True)
class PresentedKey:
    """A key with its owner's standing. `creator_role` is the owner's role on the key's project (`None`: not on it)."""

    key: ApiKey
    banned: bool
    deleted: bool
    groups: tuple[str, ...]
    creator_role: str | None


@dataclass(frozen=True, slots=True)
class KeyRows:
    connection: AsyncConnection

    async def reserve(self, key: ApiKey) -> int:
        """Insert a key that has no secret yet, and return its id: the secret's text contains the id."""
        values = {column.name: getattr(key, column.name) for column in _COLUMNS if column.name != "id"}
        result = await self.connection.execute(insert(api_keys).values(values))
        return int(result.inserted_primary_key[0])  # type: ignore[index]  # an insert of one row always has one

    async def complete(self, key_id: int, *, secret_hash: str, trunc: str) -> None:
        await self.connection.execute(
            update(api_keys).where(api_keys.c.id == key_id).values(hash=secret_hash, trunc=trunc)
        )

    async def find_presented(self, secret_hash: str) -> PresentedKey | None:
        query = (
            select(*_COLUMNS, accounts.c.banned, accounts.c.deleted, accounts.c.groups, collaborators.c.group)
            .join(accounts, accounts.c.account_id == api_keys.c.account_id)
            .outerjoin(
                collaborators,
                (collaborators.c.account_id == api_keys.c.account_id)
                & (collaborators.c.project_id == api_keys.c.project_id),
            )
            .where(api_keys.c.hash == secret_hash)
        )
        row = (await self.connection.execute(query)).first()
        if row is None:
            return None
        return PresentedKey(_to_key(row), row.banned, row.deleted, tuple(row.groups or ()), row.group)

    async def count(self, account_id: AccountId) -> int:
        query = select(func.count()).where(api_keys.c.account_id == account_id)
        return (await self.connection.execute(query)).scalar_one()

    async def list_keys(
        self, *, account_id: AccountId | None = None, project_id: ProjectId | None = None
    ) -> list[ApiKey]:
        """Keys of a project, or of an account (those without project), newest first; neither: all."""
        query = select(*_COLUMNS).order_by(api_keys.c.id.desc())
        if project_id is not None:
            query = query.where(api_keys.c.project_id == project_id)
        elif account_id is not None:
            query = query.where(api_keys.c.account_id == account_id, api_keys.c.project_id.is_(None))
        return [_to_key(row) for row in await self.connection.execute(query)]

    async def update(self, key_id: int, *, name: str | None, expire: datetime | None) -> None:
        given = {"name": name and name[:NAME_LENGTH], "expire": expire}
        changed = {column: value for column, value in given.items() if value is not None}
        if changed:
            await self.connection.execute(update(api_keys).where(api_keys.c.id == key_id).values(changed))

    async def delete(self, key_id: int) -> bool:
        result = await self.connection.execute(delete(api_keys).where(api_keys.c.id == key_id))
        return result.rowcount > 0

    async def delete_of_account(self, account_id: AccountId) -> None:
        await self.connection.execute(delete(api_keys).where(api_keys.c.account_id == account_id))

    async def touch(self, key_id: int, at: datetime) -> None:
        await self.connection.execute(update(api_keys).where(api_keys.c.id == key_id).values(last_active=at))
