"""The schema, on SQLite and PostgreSQL: from nothing to head, recognised, refused when newer, equal to the tables."""

import anyio
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from support.databases import Databases

from carrel.store.migrate import SchemaTooNew, ensure_schema, head_revision, schema_revision
from carrel.store.store import Store
from carrel.store.tables import metadata

pytestmark = pytest.mark.anyio


async def test_an_empty_database_is_brought_to_head(databases: Databases) -> None:
    async with Store.open(databases.empty()) as store:
        assert await schema_revision(store.writer) == head_revision()


async def test_a_database_at_head_is_left_alone(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def must_not_run(*_: object) -> None:
        raise AssertionError("Alembic was loaded for a database that is up to date")

    monkeypatch.setattr("alembic.command.upgrade", must_not_run)
    async with Store.open(database_url) as store:
        await ensure_schema(store.writer)


async def test_a_database_of_a_newer_carrel_is_refused(databases: Databases) -> None:
    url = databases.migrated()
    async with Store.open(url) as store, store.begin() as transaction:
        await transaction.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaTooNew, match="9999"):
        async with Store.open(url):
            pass


async def test_hubs_that_start_together_migrate_once(databases: Databases) -> None:
    url = databases.empty()

    async def open_one() -> None:
        async with Store.open(url) as store:
            assert await schema_revision(store.writer) == head_revision()

    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            for _ in range(8):
                group.start_soon(open_one)


async def test_the_migrated_schema_is_that_of_the_tables(store: Store) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": metadata})
        return list(compare_metadata(context, metadata))

    async with store.writer.connect() as connection:
        assert await connection.run_sync(differences) == []
