"""Snapshots of documents. There is no statement here that changes or deletes one."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.snapshots import Snapshot
from carrel.store.columns import UUID_TEXT, UtcDateTime, flag
from carrel.store.tables import metadata, projects

snapshots = Table(
    "snapshots",
    metadata,
    Column("id", UUID_TEXT, primary_key=True),
    Column("project_id", UUID_TEXT, ForeignKey(projects.c.project_id), nullable=False),
    Column("path", Text, nullable=False),
    Column("account_id", UUID_TEXT, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("bytes", Integer, nullable=False),
    flag("submitted"),
    Column("created", UtcDateTime, nullable=False),
    Column("content", LargeBinary, nullable=False),  # last: what reads the others does not load its pages
    Index(None, "project_id", "created"),
)

_FACTS = select(
    snapshots.c.id.label("snapshot_id"),
    snapshots.c.project_id,
    snapshots.c.path,
    snapshots.c.account_id,
    snapshots.c.sha256,
    snapshots.c.bytes.label("size_bytes"),
    snapshots.c.submitted,
    snapshots.c.created,
)
"""All but the bytes."""


@dataclass(frozen=True, slots=True)
class SnapshotRows:
    connection: AsyncConnection

    async def taken(self, project_id: str) -> tuple[int, int]:
        """How many a project has, and of how many bytes together; none is added meanwhile by another transaction."""
        locked = select(projects.c.number).where(projects.c.project_id == project_id).with_for_update()
        await self.connection.execute(locked)
        query = select(func.count(), func.coalesce(func.sum(snapshots.c.bytes), 0))
        count, size_bytes = (await self.connection.execute(query.where(snapshots.c.project_id == project_id))).one()
        return count, int(size_bytes)

    async def add(self, snapshot: Snapshot, content: bytes) -> None:
        await self.connection.execute(
            insert(snapshots).values(
                id=snapshot.snapshot_id,
                project_id=snapshot.project_id,
                path=snapshot.path,
                account_id=snapshot.account_id,
                sha256=snapshot.sha256,
                bytes=snapshot.size_bytes,
                submitted=snapshot.submitted,
                created=snapshot.created,
                content=content,
            )
        )

    async def list_of(self, project_id: str) -> Sequence[Snapshot]:
        """All of a project, the newest first."""
        query = _FACTS.where(snapshots.c.project_id == project_id).order_by(snapshots.c.created.desc(), snapshots.c.id)
        return [Snapshot(**row) for row in (await self.connection.execute(query)).mappings()]

    async def find(self, snapshot_id: str) -> Snapshot | None:
        found = await self.connection.execute(_FACTS.where(snapshots.c.id == snapshot_id))
        row = found.mappings().first()
        return None if row is None else Snapshot(**row)

    async def content(self, snapshot_id: str) -> bytes:
        """The bytes of one that there is."""
        query = select(snapshots.c.content).where(snapshots.c.id == snapshot_id)
        return bytes((await self.connection.execute(query)).scalar_one())
