"""The log of a project: what its people did, shown to them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.ids import AccountId, ProjectId
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
