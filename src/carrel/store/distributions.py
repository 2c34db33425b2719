"""Distributions in the database: a row each, beside the rows of their copies."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.distributions import CANCELLED, Distribution, Kind, Part, PartState
from carrel.domain.ids import DistributionId
from carrel.store.copy_tables import copy_paths, distributions


@dataclass(frozen=True, slots=True)
class DistributionRows:
    connection: AsyncConnection

    async def add(self, distribution: Distribution) -> None:
        await self.connection.execute(insert(distributions), asdict(distribution))

    async def find(self, distribution_id: str) -> Distribution | None:
        query = select(distributions).where(distributions.c.distribution_id == distribution_id)
        row = (await self.connection.execute(query)).first()
        return _to_distribution(row) if row else None

    async def unfinished(self, *, limit: int) -> Sequence[tuple[Distribution, int]]:
        """The newest that are not finished, each with the number of its copies that are not."""
        left = (
            select(copy_paths.c.distribution_id, func.count().label("left"))
            .where(copy_paths.c.finished.is_(None), copy_paths.c.distribution_id.is_not(None))
            .group_by(copy_paths.c.distribution_id)
            .subquery()
        )
        query = select(distributions, left.c.left).join(left, left.c.distribution_id == distributions.c.distribution_id)
        rows = await self.connection.execute(query.order_by(distributions.c.time.desc()).limit(limit))
        return [(_to_distribution(row), row.left) for row in rows]

    async def parts(self, distribution: Distribution, *, finished_since: datetime | None = None) -> list[Part]:
        """What has become of those that have copies: of all, or of those that have finished since a moment."""
        here, there = copy_paths.c.target_project_id, copy_paths.c.source_project_id
        other = here if distribution.kind is Kind.HANDOUT else there
        columns = (copy_paths.c.started, copy_paths.c.finished, copy_paths.c.error, copy_paths.c.unchanged)
        query = select(other.label("project_id"), *columns)
        query = query.where(copy_paths.c.distribution_id == distribution.distribution_id)
        if finished_since is not None:
            query = query.where(copy_paths.c.finished >= finished_since)
        rows = await self.connection.execute(query.order_by(copy_paths.c.finished, copy_paths.c.copy_path_id))
        return [Part(row.project_id, _state(row), row.error, row.finished) for row in rows]

    async def cancel(self, distribution_id: DistributionId, *, at: datetime) -> None:
        """End all copies that have not finished; workers lose the leases on those that they are at."""
        await self.connection.execute(
            update(copy_paths)
            .where(copy_paths.c.distribution_id == distribution_id, copy_paths.c.finished.is_(None))
            .values(finished=at, error=CANCELLED, lease_owner=None, lease_expires=None)
        )
        await self.connection.execute(
            update(distributions).where(distributions.c.distribution_id == distribution_id).values(cancelled=at)
        )

    async def delete_expired(self, *, at: datetime) -> None:
        """Forget those whose copies are forgotten."""
        has_copies = exists().where(copy_paths.c.distribution_id == distributions.c.distribution_id)
        await self.connection.execute(delete(distributions).where(distributions.c.expire <= at, ~has_copies))


def _to_distribution(row: Any) -> Distribution:
    values = {column.name: getattr(row, column.name) for column in distributions.c}
    return Distribution(**(values | {"kind": Kind(row.kind)}))


def _state(row: Any) -> PartState:
    if row.finished is None:
        return PartState.WAITING if row.started is None else PartState.RUNNING
    if row.error is not None:
        return PartState.CANCELLED if row.error == CANCELLED else PartState.FAILED
    return PartState.UNCHANGED if row.unchanged else PartState.DONE
