"""The log of a project: what its people did, shown to them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.ids import AccountId, ProjectId
from carrel.domain.projects import LogEntry
from carrel.store.tables import project_log


@dataclass(frozen=True, slots=True)
class ProjectLogRows:
    connection: AsyncConnection

    async def add(
        self, project_id: ProjectId, account_id: AccountId | None, event: Mapping[str, Any], *, at: datetime
    ) -> None:
        await self.connection.execute(
            insert(project_log).values(
                id=str(uuid.uuid4()), project_id=project_id, account_id=account_id, event=dict(event), time=at
            )
        )

    async def page(self, project_id: ProjectId, *, before: tuple[datetime, str] | None, limit: int) -> list[LogEntry]:
        """Newest first; `before` are time and id of an entry, to go on after it."""
        table = project_log
        query = select(table.c.id, table.c.time, table.c.account_id, table.c.event).where(
            table.c.project_id == project_id
        )
        if before is not None:
            moment, entry_id = before
            older = (table.c.time < moment) | ((table.c.time == moment) & (table.c.id < entry_id))
            query = query.where(older)
        rows = await self.connection.execute(query.order_by(table.c.time.desc(), table.c.id.desc()).limit(limit))
        return [LogEntry(row.id, row.time, row.account_id, row.event or {}) for row in rows]
