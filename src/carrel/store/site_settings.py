"""What admins have changed of the site's settings."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.store.tables import site_settings
from carrel.store.upserts import upsert


@dataclass(frozen=True, slots=True)
class SiteSettingRows:
    connection: AsyncConnection

    async def all(self) -> dict[str, Any]:
        rows = await self.connection.execute(select(site_settings.c.name, site_settings.c.value))
        return {row.name: row.value for row in rows}

    async def put(self, name: str, value: Any) -> None:
        await upsert(self.connection, site_settings, {"name": name, "value": value})
