"""The log of a project: what its people did, shown to them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.ids import AccountId, ProjectId
from carrel.domain.projects import LogEntry, RecentFile
from carrel.store.tables import collaborators, project_log, projects

_PATH = project_log.c.event["filename"].as_string()
_IS_OPEN = project_log.c.event["event"].as_string() == "open"


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

    async def files_opened_by(
        self, account_id: AccountId, *, since: datetime | None, containing: str, limit: int
    ) -> list[RecentFile]:
        """Files that the account has opened in the projects that it is on, the last opened first."""
        table, path = project_log, _PATH
        opened = func.max(table.c.time).label("opened")
        query = (
            select(table.c.project_id, projects.c.title, path.label("path"), opened)
            .join(collaborators, collaborators.c.project_id == table.c.project_id)
            .join(projects, projects.c.project_id == table.c.project_id)
            .where(collaborators.c.account_id == account_id, table.c.account_id == account_id, ~projects.c.deleted)
            .where(_IS_OPEN, path.icontains(containing, autoescape=True))
            .group_by(table.c.project_id, projects.c.title, path)
        )
        if since is not None:
            query = query.where(table.c.time >= since)
        rows = await self.connection.execute(query.order_by(opened.desc()).limit(limit))
        return [RecentFile(row.project_id, row.title, row.path, row.opened) for row in rows]

    async def opened(self, project_id: ProjectId, path: str, account_id: str, *, limit: int) -> list[datetime]:
        """When the account has opened that file, the latest first."""
        query = (
            select(project_log.c.time)
            .where(project_log.c.project_id == project_id, project_log.c.account_id == account_id)
            .where(_IS_OPEN, path == _PATH)
            .order_by(project_log.c.time.desc())
            .limit(limit)
        )
        return list((await self.connection.execute(query)).scalars())
