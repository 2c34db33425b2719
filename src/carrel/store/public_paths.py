"""Paths that projects have made public."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.store.tables import public_paths

_PATHS_IN_A_STATEMENT = 500


@dataclass(frozen=True, slots=True)
class PublicPathRows:
    connection: AsyncConnection

    async def list_enabled(self, project_id: str, *, signed_in: bool) -> list[str]:
        """All enabled public paths of a project; those for signed-in people only if the asking one is."""
        query = select(public_paths.c.path).where(public_paths.c.project_id == project_id, ~public_paths.c.disabled)
        if not signed_in:
            query = query.where(~public_paths.c.authenticated)
        return list((await self.connection.execute(query.order_by(public_paths.c.path))).scalars())

    async def find_enabled(self, public_id: str) -> tuple[str, str] | None:
        """Project and path of an enabled public path, for people who have signed in."""
        query = select(public_paths.c.project_id, public_paths.c.path).where(
            public_paths.c.id == public_id, ~public_paths.c.disabled
        )
        row = (await self.connection.execute(query)).first()
        return (row.project_id, row.path) if row else None

    async def note_saved(self, project_id: str, public_id: str, *, at: datetime) -> None:
        where = (public_paths.c.id == public_id, public_paths.c.project_id == project_id)
        await self.connection.execute(update(public_paths).where(*where).values(last_saved=at))

    async def is_any_enabled(self, project_id: str, paths: Iterable[str], *, signed_in: bool) -> bool:
        """Whether one of the paths is an enabled public path of the project."""
        candidates = list(paths)
        for start in range(0, len(candidates), _PATHS_IN_A_STATEMENT):
            query = select(public_paths.c.id).where(
                public_paths.c.project_id == project_id,
                ~public_paths.c.disabled,
                public_paths.c.path.in_(candidates[start : start + _PATHS_IN_A_STATEMENT]),
            )
            if not signed_in:
                query = query.where(~public_paths.c.authenticated)
            if (await self.connection.execute(query.limit(1))).first() is not None:
                return True
        return False
