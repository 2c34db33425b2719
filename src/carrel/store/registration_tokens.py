"""Registration tokens: who may sign up while the site has active ones."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.store.tables import registration_tokens


@dataclass(frozen=True, slots=True)
class RegistrationToken:
    token: str
    expires: datetime | None
    counter: int
    limit: int | None
    disabled: bool


@dataclass(frozen=True, slots=True)
class RegistrationTokenRows:
    connection: AsyncConnection

    async def any_active(self, *, at: datetime) -> bool:
        table = registration_tokens
        query = select(func.count()).where(~table.c.disabled, or_(table.c.expires.is_(None), table.c.expires > at))
        return (await self.connection.execute(query)).scalar_one() > 0

    async def find(self, token: str) -> RegistrationToken | None:
        table = registration_tokens
        query = select(table.c.token, table.c.expires, table.c.counter, table.c.limit, table.c.disabled)
        row = (await self.connection.execute(query.where(table.c.token == token).with_for_update())).first()
        return RegistrationToken(*row) if row else None

    async def list_tokens(self) -> list[tuple[RegistrationToken, str]]:
        """All, each with its description."""
        table = registration_tokens
        query = select(table.c.token, table.c.expires, table.c.counter, table.c.limit, table.c.disabled, table.c.descr)
        rows = await self.connection.execute(query.order_by(table.c.disabled, table.c.token))
        return [(RegistrationToken(*row[:5]), row.descr or "") for row in rows]

    async def add(self, token: str, *, description: str, limit: int | None, expires: datetime | None) -> None:
        values = {"token": token, "descr": description, "limit": limit, "expires": expires}
        await self.connection.execute(insert(registration_tokens).values(values))

    async def set_disabled(self, token: str, disabled: bool) -> bool:
        """Whether there is such a token."""
        table = registration_tokens
        change = update(table).where(table.c.token == token).values(disabled=disabled)
        return (await self.connection.execute(change)).rowcount > 0

    async def count(self, token: str) -> None:
        table = registration_tokens
        await self.connection.execute(update(table).where(table.c.token == token).values(counter=table.c.counter + 1))
