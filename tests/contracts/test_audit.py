"""The audit on SQLite and PostgreSQL: a chain that several write, nobody may change, and whose breaks are found."""

from dataclasses import replace
from datetime import timedelta

import anyio
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from support.rows import NOON

from carrel.domain.audit import BEGINNING, AuditEntry, AuditFilter, Verdict, chained
from carrel.domain.ids import new_account_id, new_project_id
from carrel.services.audit import Audit
from carrel.store.store import Store

pytestmark = pytest.mark.anyio

ADA, BOSS, PROJECT = new_account_id(), new_account_id(), new_project_id()
ENTRY = AuditEntry(NOON + timedelta(microseconds=17), "v1/some_event", "ok", ADA, credential="key 7", ip="192.0.2.7")
DISABLED = {
    "sqlite": ("DROP TRIGGER audit_no_UPDATE", "DROP TRIGGER audit_no_DELETE"),
    "postgresql": ("SET LOCAL session_replication_role = replica",),
}


async def change(store: Store, *statements: str) -> None:
    """What only somebody who owns the database can do."""
    async with store.begin() as transaction:
        for statement in (*DISABLED[store.writer.dialect.name], *statements):
            await transaction.connection.execute(text(statement))


async def test_rows_that_many_write_at_once_are_one_chain(database_url: str) -> None:
    entries = [replace(ENTRY, procedure=f"v1/event_{number}") for number in range(40)]
    async with Store.open(database_url) as here, Store.open(database_url) as there:
        audits = [Audit(here), Audit(there)]
        async with anyio.create_task_group() as tasks:
            for number, entry in enumerate(entries):
                tasks.start_soon(audits[number % 2].record, entry)
        rows = await audits[0].list_rows(AuditFilter(), limit=100)
        assert [row.seq for row in rows] == list(range(40, 0, -1))
        assert {row.entry for row in rows} == set(entries)
        first = rows[-1]
        assert first.hash == chained(BEGINNING, 1, first.entry)
        assert await audits[1].verify() == Verdict(40, rows[0].hash)


async def test_an_empty_chain_is_a_good_one(store: Store) -> None:
    assert await Audit(store).verify() == Verdict(0, BEGINNING)


@pytest.mark.parametrize("statement", ["UPDATE audit SET outcome = 'ok'", "DELETE FROM audit"])
async def test_the_database_refuses_to_change_a_row(store: Store, statement: str) -> None:
    await Audit(store).record(ENTRY)
    with pytest.raises(DBAPIError, match="rows of the audit are not changed"):
        async with store.begin() as transaction:
            await transaction.connection.execute(text(statement))
    assert (await Audit(store).verify()).rows == 1


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE audit SET outcome = 'refused' WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = 2", 2),
        ("UPDATE audit SET hash = (SELECT hash FROM audit WHERE seq = 1) WHERE seq = 5", 5),
    ],
)
async def test_what_was_changed_in_the_database_is_found(store: Store, statement: str, broken_at: int) -> None:
    audit = Audit(store)
    for _ in range(5):
        await audit.record(ENTRY)
    await change(store, statement)
    verdict = await audit.verify()
    assert (verdict.rows, verdict.broken_at) == (broken_at - 1, broken_at)


async def test_rows_are_found_by_whom_and_what_they_are_about(store: Store) -> None:
    audit = Audit(store)
    for entry in (
        ENTRY,
        replace(ENTRY, account_id=BOSS, target_account_id=ADA, procedure="v2/accounts/ban"),
        replace(ENTRY, impersonator_id=BOSS, target_project_id=PROJECT, outcome="permission-missing"),
    ):
        await audit.record(entry)

    async def found(**wanted: object) -> list[int]:
        return [row.seq for row in await audit.list_rows(AuditFilter(**wanted), limit=10)]  # type: ignore[arg-type]

    assert await found(concerns=ADA) == [3, 2, 1]
    assert await found(concerns=BOSS) == [3, 2]
    assert await found(project_id=PROJECT) == [3]
    assert await found(procedure="v2/") == [2]
    assert await found(failed=True) == [3]
    assert await found(concerns=ADA, before=3) == [2, 1]
    assert await found(procedure="v%") == []


async def test_a_row_of_somebody_who_does_not_wait_any_more_is_written_too(store: Store) -> None:
    audit = Audit(store)
    with anyio.CancelScope() as scope:
        scope.cancel()
        await audit.record(ENTRY)
    assert scope.cancelled_caught
    await audit.flush()
    assert (await audit.verify()).rows == 1


async def test_who_waits_hears_that_a_row_could_not_be_written(store: Store) -> None:
    audit = Audit(store)
    with pytest.raises(DBAPIError):
        await audit.record(replace(ENTRY, procedure=None))  # type: ignore[arg-type]  # which the table refuses
    await audit.record(ENTRY)
    assert (await audit.verify()).rows == 1
