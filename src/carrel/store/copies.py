"""Copies in the database: a durable queue whose workers hold leases.

A copy is *due* when it is unfinished, its scheduled time (if any) has come and nobody holds a lease on it. A worker
that dies stops extending its lease; when that has run out the copy is due again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.copies import Copy, CopyPlan
from carrel.domain.ids import AccountId, CopyId, ProjectId
from carrel.domain.projects import Role
from carrel.store.copy_tables import copy_paths
from carrel.store.tables import collaborators

_OWN_COLUMNS = [column for column in copy_paths.c if column.name not in ("lease_owner", "lease_expires")]
_SOURCE = collaborators.alias("source")
_TARGET = collaborators.alias("target")


def to_copy(row: Any) -> Copy:
    return Copy(
        copy_id=row.copy_path_id,
        source_project_id=row.source_project_id,
        target_project_id=row.target_project_id,
        plan=CopyPlan(
            source_path=row.source_path,
            target_path=row.target_path,
            overwrite_newer=row.overwrite_newer,
            delete_missing=row.delete_missing,
            backup=row.backup,
            exclude=tuple(row.exclude or ()),
            exclude_history=row.exclude_history,
            timeout_seconds=row.timeout,
            bwlimit=row.bwlimit,
            keep_existing=row.keep_existing,
        ),
        time=row.time,
        requested_by=row.requested_by,
        expire=row.expire,
        scheduled=row.scheduled,
        started=row.started,
        finished=row.finished,
        error=row.error,
        distribution_id=row.distribution_id,
        unchanged=row.unchanged,
    )


def _to_values(copy: Copy) -> dict[str, Any]:
    plan = copy.plan
    return {
        "copy_path_id": copy.copy_id,
        "time": copy.time,
        "requested_by": copy.requested_by,
        "source_project_id": copy.source_project_id,
        "source_path": plan.source_path,
        "target_project_id": copy.target_project_id,
        "target_path": plan.target_path,
        "overwrite_newer": plan.overwrite_newer,
        "delete_missing": plan.delete_missing,
        "backup": plan.backup,
        "exclude": list(plan.exclude) or None,
        "exclude_history": plan.exclude_history,
        "timeout": plan.timeout_seconds,
        "bwlimit": plan.bwlimit,
        "keep_existing": plan.keep_existing,
        "distribution_id": copy.distribution_id,
        "scheduled": copy.scheduled,
        "started": copy.started,
        "expire": copy.expire,
    }


_FIND_WITH_ROLES = (
    select(*_OWN_COLUMNS, _SOURCE.c.group.label("source_group"), _TARGET.c.group.label("target_group"))
    .outerjoin(
        _SOURCE,
        and_(
            _SOURCE.c.project_id == copy_paths.c.source_project_id,
            _SOURCE.c.account_id == bindparam("account_id"),
        ),
    )
    .outerjoin(
        _TARGET,
        and_(
            _TARGET.c.project_id == copy_paths.c.target_project_id,
            _TARGET.c.account_id == bindparam("account_id"),
        ),
    )
    .where(copy_paths.c.copy_path_id == bindparam("copy_id"))
)
"""Built once: this is the call that clients poll, and building a statement costs more than running it."""


@dataclass(frozen=True, slots=True)
class CopyWithRoles:
    """A copy with the asking account's roles on its two projects."""

    copy: Copy
    source_role: Role | None
    target_role: Role | None


@dataclass(frozen=True, slots=True)
class CopyFilter:
    """Which copies to list: by source and/or target, unfinished, finished, or failed; perhaps none of distributions."""

    source_project_id: ProjectId | None = None
    target_project_id: ProjectId | None = None
    source_path: str | None = None
    pending: bool = True
    failed: bool = False
    single: bool = False

    def conditions(self) -> list[ColumnElement[bool]]:
        found = [
            column == value
            for column, value in (
                (copy_paths.c.source_project_id, self.source_project_id),
                (copy_paths.c.target_project_id, self.target_project_id),
                (copy_paths.c.source_path, self.source_path),
            )
            if value is not None
        ]
        if self.single:
            found.append(copy_paths.c.distribution_id.is_(None))
        if self.failed:
            return [*found, copy_paths.c.error.is_not(None)]
        finished = copy_paths.c.finished
        return [*found, finished.is_(None) if self.pending else finished.is_not(None)]


@dataclass(frozen=True, slots=True)
class CopyRows:
    connection: AsyncConnection

    async def add(self, copy: Copy, *, lease_owner: str | None = None, lease_expires: datetime | None = None) -> None:
        """Record a copy; with a lease it is claimed by that worker from the start."""
        await self.connection.execute(
            insert(copy_paths), _to_values(copy) | {"lease_owner": lease_owner, "lease_expires": lease_expires}
        )

    async def add_all(self, copies: Sequence[Copy]) -> None:
        """Record many copies, for whoever claims them."""
        await self.connection.execute(insert(copy_paths), [_to_values(copy) for copy in copies])

    async def claim(
        self, owner: str, *, at: datetime, lease_expires: datetime, limit: int, together: int = 1
    ) -> list[Copy]:
        """Lease up to `limit` due copies, oldest first.

        Those of distributions come after all others, and of one distribution `together` count as one.
        """
        due = and_(
            copy_paths.c.finished.is_(None),
            or_(copy_paths.c.scheduled.is_(None), copy_paths.c.scheduled <= at),
            or_(copy_paths.c.lease_expires.is_(None), copy_paths.c.lease_expires <= at),
        )
        distribution_id = copy_paths.c.distribution_id
        rows = await self._due(and_(due, distribution_id.is_(None)), limit)
        room = limit - len(rows)
        if room and (first := await self._due(and_(due, distribution_id.is_not(None)), 1)):
            rows += await self._due(and_(due, distribution_id == first[0].distribution_id), room * together)
        if rows:
            await self.connection.execute(
                update(copy_paths)
                .where(copy_paths.c.copy_path_id.in_([row.copy_path_id for row in rows]))
                .values(lease_owner=owner, lease_expires=lease_expires, started=func.coalesce(copy_paths.c.started, at))
            )
        return [to_copy(row) for row in rows]

    async def _due(self, due: ColumnElement[bool], limit: int) -> list[Any]:
        query = select(*_OWN_COLUMNS).where(due).order_by(copy_paths.c.time).limit(limit)
        return [*await self.connection.execute(query.with_for_update(skip_locked=True))]

    async def next_scheduled(self, *, after: datetime) -> datetime | None:
        """When the next unfinished copy becomes due: by its schedule, or because a lease runs out."""
        unfinished = copy_paths.c.finished.is_(None)
        scheduled = select(func.min(copy_paths.c.scheduled)).where(unfinished, copy_paths.c.scheduled > after)
        leased = select(func.min(copy_paths.c.lease_expires)).where(unfinished, copy_paths.c.lease_expires > after)
        found = [(await self.connection.execute(query)).scalar() for query in (scheduled, leased)]
        return min((moment for moment in found if moment is not None), default=None)

    async def extend_leases(
        self, owner: str, copy_ids: Sequence[CopyId], *, lease_expires: datetime
    ) -> Sequence[CopyId]:
        """Go on holding these copies; one that is not named becomes due when its lease runs out.

        Returns those that are not the owner's any more.
        """
        held = await self.connection.execute(
            update(copy_paths)
            .where(
                copy_paths.c.finished.is_(None),
                copy_paths.c.lease_owner == owner,
                copy_paths.c.copy_path_id.in_(copy_ids),
            )
            .values(lease_expires=lease_expires)
            .returning(copy_paths.c.copy_path_id)
        )
        return sorted(set(copy_ids) - {row.copy_path_id for row in held})

    async def release_leases(self, *, not_owner: str | None = None, owner: str | None = None) -> None:
        """Make copies due again: those leased by `owner`, or by everyone but `not_owner`."""
        condition = copy_paths.c.lease_owner == owner if owner is not None else copy_paths.c.lease_owner != not_owner
        await self.connection.execute(
            update(copy_paths)
            .where(copy_paths.c.finished.is_(None), condition)
            .values(lease_owner=None, lease_expires=None)
        )

    async def finish(self, copies: Sequence[Copy], owner: str) -> set[CopyId]:
        """Record the ends of copies that have come to the same one, and tell of which.

        The others' leases were lost to another worker, whose word counts.
        """
        end = copies[0]
        result = await self.connection.execute(
            update(copy_paths)
            .where(copy_paths.c.copy_path_id.in_([copy.copy_id for copy in copies]), copy_paths.c.lease_owner == owner)
            .values(
                finished=end.finished, error=end.error, unchanged=end.unchanged, lease_owner=None, lease_expires=None
            )
            .returning(copy_paths.c.copy_path_id)
        )
        return {row.copy_path_id for row in result}

    async def find(self, copy_id: str) -> Copy | None:
        query = select(*_OWN_COLUMNS).where(copy_paths.c.copy_path_id == copy_id)
        row = (await self.connection.execute(query)).first()
        return to_copy(row) if row else None

    async def find_with_roles(self, copy_id: str, account_id: AccountId) -> CopyWithRoles | None:
        """One query answers both "what became of it" and "may this account know"."""
        row = (await self.connection.execute(_FIND_WITH_ROLES, {"copy_id": copy_id, "account_id": account_id})).first()
        if row is None:
            return None
        roles = [Role(group) if group else None for group in (row.source_group, row.target_group)]
        return CopyWithRoles(to_copy(row), *roles)

    async def list_copies(self, wanted: CopyFilter, *, limit: int, offset: int) -> Sequence[Copy]:
        """Newest first."""
        query = select(*_OWN_COLUMNS).where(*wanted.conditions())
        query = query.order_by(copy_paths.c.time.desc(), copy_paths.c.copy_path_id).limit(limit).offset(offset)
        return [to_copy(row) for row in await self.connection.execute(query)]

    async def cancel_scheduled(self, copy_id: CopyId) -> bool:
        """Delete a scheduled copy that has not begun."""
        result = await self.connection.execute(
            delete(copy_paths).where(
                copy_paths.c.copy_path_id == copy_id,
                copy_paths.c.scheduled.is_not(None),
                copy_paths.c.started.is_(None),
                copy_paths.c.finished.is_(None),
            )
        )
        return result.rowcount > 0

    async def delete_expired(self, *, at: datetime) -> int:
        result = await self.connection.execute(
            delete(copy_paths).where(copy_paths.c.expire <= at, copy_paths.c.finished.is_not(None))
        )
        return result.rowcount
