"""The audit: rows are committed before what they tell of is acknowledged, many of them at a time.

Whoever comes first writes for all who wait (a group commit), so that a busy server pays for one commit and not for one
a call. There is no task that writes later, and so nothing that a killed server could still have in its memory and have
acknowledged.
"""

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field

import anyio
import structlog

from carrel.domain.audit import BEGINNING, AuditEntry, AuditFilter, AuditRow, Verdict, chained
from carrel.domain.ids import AccountId
from carrel.store.store import Store

log = structlog.get_logger()

_AT_ONCE = 500
_VERIFIED_AT_ONCE = 1000


@dataclass(slots=True)
class _Waiting:
    entry: AuditEntry
    written: bool = False
    problem: Exception | None = None


@dataclass(slots=True)
class Audit:
    store: Store
    _waiting: list[_Waiting] = field(default_factory=list)
    _writing: anyio.Lock = field(default_factory=anyio.Lock)

    async def record(self, entry: AuditEntry) -> None:
        """Add a row; it is in the database when this returns. Raises what the database raises.

        Whoever is cancelled while it waits leaves its row to the next.
        """
        mine = _Waiting(entry)
        self._waiting.append(mine)
        while not mine.written:
            async with self._writing:
                if not mine.written:
                    await self._write()
        if mine.problem is not None:
            raise mine.problem

    async def flush(self) -> None:
        """Write what was left by those who were cancelled."""
        while self._waiting:
            async with self._writing:
                await self._write()

    async def _write(self) -> None:
        batch, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
        problem: Exception | None = None
        try:
            async with self.store.begin() as transaction:
                await transaction.audit.append([one.entry for one in batch])
        except Exception as error:  # noqa: BLE001 - it is raised to each of those who wait
            problem = error
            for one in batch:
                log.error("audit_not_written", **{name: str(value) for name, value in asdict(one.entry).items()})
        for one in batch:
            one.written, one.problem = True, problem

    async def list_rows(self, wanted: AuditFilter, *, limit: int) -> list[AuditRow]:
        """The newest first."""
        async with self.store.read() as transaction:
            return await transaction.audit.newest(wanted, limit=limit)

    async def of_account(self, account_id: AccountId, *, before: int | None, limit: int) -> list[AuditRow]:
        """What the account did, and what was done to it or as it; the newest first."""
        return await self.list_rows(AuditFilter(concerns=account_id, before=before), limit=limit)

    async def verify(self) -> Verdict:
        """Follow the chain from its first row to its last."""
        seq, previous = 0, BEGINNING
        async for row in self._all():
            if row.seq != seq + 1 or row.hash != chained(previous, row.seq, row.entry):
                return Verdict(seq, previous, broken_at=seq + 1)
            seq, previous = row.seq, row.hash
        return Verdict(seq, previous)

    async def _all(self) -> AsyncIterator[AuditRow]:
        seq = 0
        while True:
            async with self.store.read() as transaction:
                rows = await transaction.audit.following(seq, limit=_VERIFIED_AT_ONCE)
            for row in rows:
                yield row
            if len(rows) < _VERIFIED_AT_ONCE:
                return
            seq = rows[-1].seq
