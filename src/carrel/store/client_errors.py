"""What goes wrong in browsers and programs, as they report it."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.ids import AccountId
from carrel.store.query_tables import client_error_log


@dataclass(frozen=True, slots=True)
class ClientErrorRows:
    connection: AsyncConnection

    async def add(self, account_id: AccountId, error: str, *, at: datetime) -> None:
        values = {"id": str(uuid.uuid4()), "time": at, "account_id": account_id, "event": "error", "error": error}
        await self.connection.execute(insert(client_error_log).values(values))

    async def delete_before(self, moment: datetime) -> None:
        await self.connection.execute(delete(client_error_log).where(client_error_log.c.time < moment))
