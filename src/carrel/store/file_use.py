"""Which files are used by whom and when."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.ids import AccountId, ProjectId, path_id
from carrel.kit.timestamps import to_text
from carrel.store.query_tables import file_use
from carrel.store.upserts import upsert


@dataclass(frozen=True, slots=True)
class FileUseRows:
    connection: AsyncConnection

    async def find(self, file_id: str) -> tuple[ProjectId, str] | None:
        """The project and the path of a file that was used."""
        query = select(file_use.c.project_id, file_use.c.path).where(file_use.c.id == file_id)
        row = (await self.connection.execute(query)).first()
        return None if row is None else (row.project_id, row.path)

    async def note_opened(self, project_id: ProjectId, path: str, account_id: AccountId, *, at: datetime) -> None:
        file_id = path_id(project_id, path)
        query = select(file_use.c.users).where(file_use.c.id == file_id).with_for_update()
        users = (await self.connection.execute(query)).scalar() or {}
        users = users | {account_id: users.get(account_id, {}) | {"open": to_text(at)}}
        values = {"id": file_id, "project_id": project_id, "path": path, "users": users, "last_edited": at}
        await upsert(self.connection, file_use, values)
