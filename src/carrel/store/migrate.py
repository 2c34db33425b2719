"""Schema migrations (Alembic). A database that is up to date is recognised by one query, without loading Alembic."""

import re
from functools import cache
from pathlib import Path

from anyio import to_thread
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from carrel.store.engines import enter_wal_mode

MIGRATIONS = Path(__file__).parent / "migrations"
_POSTGRES_LOCK = 0x6361_7272_656C
_REVISION = re.compile(r'^(revision|down_revision) = "(\w+)"', re.MULTILINE)


class SchemaTooNew(Exception):
    """The database was migrated by a newer Carrel than this one."""


def head_revision() -> str:
    """The newest revision that this Carrel knows: the one that no other follows. Their numbers need not be in order."""
    (head,) = _known().keys() - _known().values()
    return head


@cache
def _known() -> dict[str, str | None]:
    """The revision before each that this Carrel knows, read without loading Alembic."""
    texts = [path.read_text() for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py")]
    names = [dict(_REVISION.findall(text)) for text in texts]
    return {found["revision"]: found.get("down_revision") for found in names}


async def ensure_schema(engine: AsyncEngine) -> None:
    """Bring the schema up to date; several hubs may do this at the same time."""
    if engine.dialect.name == "sqlite":
        await to_thread.run_sync(enter_wal_mode, str(engine.url.database))
    async with engine.connect() as connection:
        if await connection.run_sync(_revision) == head_revision():
            return
    async with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTGRES_LOCK})
        await connection.run_sync(_upgrade)


async def schema_revision(engine: AsyncEngine) -> str | None:
    """The revision of the database, `None` for an empty one."""
    async with engine.connect() as connection:
        return await connection.run_sync(_revision)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    revision = _revision(connection)
    if revision is not None and revision not in _known():
        raise SchemaTooNew(f"the database has schema {revision}, this version knows {head_revision()}: upgrade Carrel")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
