"""Results of evaluations, for a while: until they expire, and until a project's newer ones need their room."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.evaluations import KEPT_FOR, Evaluation
from carrel.store.tables import evaluations
from carrel.store.upserts import upsert

MOST_BYTES = 32_000_000
"""What the results of one project may take."""
_ROW_BYTES = 10_000
"""What each is taken to need besides its output, so that there are not too many of them."""


@dataclass(frozen=True, slots=True)
class EvaluationRows:
    connection: AsyncConnection

    async def keep(self, evaluation_hash: str, evaluation: Evaluation) -> None:
        """Keep a result, in the place of an older one with this hash; the oldest of its project make room for it."""
        values = {
            "hash": evaluation_hash,
            "project_id": evaluation.project_id,
            "output": evaluation.output,
            "bytes": len(evaluation.output) + _ROW_BYTES,
            "created": evaluation.created,
            "took_seconds": evaluation.took_seconds,
            "expire": evaluation.created + KEPT_FOR,
        }
        await upsert(self.connection, evaluations, values)
        newest_first = (evaluations.c.created.desc(), evaluations.c.hash)
        running = select(
            evaluations.c.hash, func.sum(evaluations.c.bytes).over(order_by=newest_first).label("total")
        ).where(evaluations.c.project_id == evaluation.project_id)
        sums = running.subquery()
        surplus = select(sums.c.hash).where(sums.c.total > MOST_BYTES)
        await self.connection.execute(delete(evaluations).where(evaluations.c.hash.in_(surplus)))

    async def find(self, evaluation_hash: str, *, at: datetime) -> Evaluation | None:
        """An unexpired result."""
        query = select(
            evaluations.c.project_id, evaluations.c.output, evaluations.c.created, evaluations.c.took_seconds
        ).where(evaluations.c.hash == evaluation_hash, evaluations.c.expire > at)
        row = (await self.connection.execute(query)).first()
        return None if row is None else Evaluation(*row)

    async def delete_expired(self, *, at: datetime) -> None:
        await self.connection.execute(delete(evaluations).where(evaluations.c.expire <= at))
