"""The audit in the database. Rows are added and read; triggers refuse everything else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, not_, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.audit import AuditEntry, AuditFilter, AuditRow
from carrel.store.tables import audit

_POSTGRES_LOCK = 0x6175_6469_7400
_ENTRY = tuple(column for column in audit.c if column.name not in ("seq", "hash"))


@dataclass(frozen=True, slots=True)
class AuditRows:
    connection: AsyncConnection

    async def append(self, entries: Sequence[AuditEntry]) -> None:
        """Add rows to the end of the chain; another hub that does the same waits until this transaction has ended."""
        if self.connection.dialect.name == "postgresql":
            await self.connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTGRES_LOCK})
        last = (await self.connection.execute(select(audit).order_by(audit.c.seq.desc()).limit(1))).first()
        row, rows = _to_row(last) if last else None, []
        for entry in entries:
            row = AuditRow.after(row, entry)
            values = {column.name: getattr(entry, column.name) for column in _ENTRY}
            rows.append(values | {"seq": row.seq, "hash": row.hash})
        await self.connection.execute(insert(audit), rows)

    async def newest(self, wanted: AuditFilter, *, limit: int) -> list[AuditRow]:
        """The newest first."""
        query = select(audit).order_by(audit.c.seq.desc()).limit(limit)
        if wanted.concerns is not None:
            involved = (audit.c.account_id, audit.c.target_account_id, audit.c.impersonator_id)
            query = query.where(or_(*(column == wanted.concerns for column in involved)))
        if wanted.not_by is not None:
            itself = (audit.c.account_id == wanted.not_by) & audit.c.impersonator_id.is_(None)
            query = query.where(or_(audit.c.account_id.is_(None), not_(itself)))
        if wanted.project_id is not None:
            query = query.where(audit.c.target_project_id == wanted.project_id)
        if wanted.procedure is not None:
            query = query.where(audit.c.procedure.startswith(wanted.procedure, autoescape=True))
        if wanted.failed:
            query = query.where(audit.c.outcome != "ok")
        if wanted.before is not None:
            query = query.where(audit.c.seq < wanted.before)
        return [_to_row(row) for row in await self.connection.execute(query)]

    async def following(self, seq: int, *, limit: int) -> list[AuditRow]:
        """The rows after that place, in their order."""
        query = select(audit).where(audit.c.seq > seq).order_by(audit.c.seq).limit(limit)
        return [_to_row(row) for row in await self.connection.execute(query)]


def _to_row(row: Any) -> AuditRow:
    return AuditRow(row.seq, AuditEntry(**{column.name: getattr(row, column.name) for column in _ENTRY}), row.hash)
