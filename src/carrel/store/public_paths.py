"""Paths that projects have made public."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.shares import Share
from carrel.store.tables import projects, public_paths

_PATHS_IN_A_STATEMENT = 500
_SHARE_COLUMNS = (
    public_paths.c.id.label("share_id"),
    projects.c.project_id,
    projects.c.number.label("project_number"),
    projects.c.title.label("project_title"),
    *(public_paths.c[name] for name in ("path", "description", "license", "last_edited", "unlisted", "authenticated")),
)
_SHARES = (
    select(*_SHARE_COLUMNS)
    .join(projects, projects.c.project_id == public_paths.c.project_id)
    .where(~public_paths.c.disabled, ~projects.c.deleted)
)
_SEARCHED = (public_paths.c.path, public_paths.c.description, public_paths.c.name, projects.c.title)


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

    async def find_share(self, share_id: str) -> Share | None:
        row = (await self.connection.execute(_SHARES.where(public_paths.c.id == share_id))).first()
        return Share(**row._mapping) if row else None

    async def list_shares(
        self, words: Sequence[str], before: tuple[datetime, str] | None, *, is_known: bool, limit: int
    ) -> list[Share]:
        """Those that are listed and in which every word occurs, the last edited first; `before`: from there on."""
        edited, share_id = public_paths.c.last_edited, public_paths.c.id
        query = _SHARES.where(~public_paths.c.unlisted, edited.is_not(None))
        if not is_known:
            query = query.where(~public_paths.c.authenticated)
        for word in words:
            query = query.where(or_(*(column.icontains(word, autoescape=True) for column in _SEARCHED)))
        if before is not None:
            query = query.where(or_(edited < before[0], (edited == before[0]) & (share_id < before[1])))
        rows = await self.connection.execute(query.order_by(edited.desc(), share_id.desc()).limit(limit))
        return [Share(**row._mapping) for row in rows]

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
