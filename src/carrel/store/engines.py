"""Engines for SQLite and PostgreSQL: one that reads without transactions, one that writes in them.

SQLite runs in WAL mode with `synchronous=FULL`: what a commit has acknowledged survives a power cut. It has exactly one
writing connection in a process, begun with `BEGIN IMMEDIATE`, so that writers queue here instead of failing half-way.
"""

import sqlite3
import threading
import time
from contextlib import closing
from typing import Any

import msgspec
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from carrel.store import sqlite_connections
from carrel.store.conditions import add_sqlite_functions

BUSY_TIMEOUT_MS = 15_000
_CONNECT_SECONDS, _COMMAND_SECONDS = 20, 60


def driver_url(text: str) -> URL:
    """The URL with the async driver filled in; raises `ValueError` for other databases."""
    url = make_url(text)
    backend = url.get_backend_name()
    if backend == "sqlite":
        return url.set(drivername="sqlite+aiosqlite")
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+asyncpg")
    raise ValueError(f"the database must be sqlite or postgresql, not {backend}")


def _to_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _create(url: URL, **options: Any) -> AsyncEngine:
    return create_async_engine(
        url,
        json_serializer=_to_json,
        json_deserializer=msgspec.json.decode,
        hide_parameters=True,  # or errors would show them, hashes and mails among them, in the log
        **options,
    )


def open_engines(url: URL, pool_size: int) -> tuple[AsyncEngine, AsyncEngine]:
    """The reading and the writing engine."""
    is_sqlite = url.get_backend_name() == "sqlite"
    limits = {"timeout": _CONNECT_SECONDS, "command_timeout": _COMMAND_SECONDS}
    how = {"async_creator_fn": sqlite_connections.connect} if is_sqlite else limits
    options: dict[str, Any] = {"max_overflow": 0, "connect_args": how}
    reader = _create(
        url,
        pool_size=pool_size,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        pool_reset_on_return=None,
        **options,
    )
    writer = _create(url, pool_size=1 if is_sqlite else pool_size, **options)
    if not is_sqlite:
        return reader, writer
    for engine in (reader, writer):
        event.listen(engine.sync_engine, "connect", _configure_sqlite)
    event.listen(writer.sync_engine, "begin", _begin_immediate)
    return reader, writer


def enter_wal_mode(path: str) -> None:
    """Put a database file into WAL mode, in which it then stays; blocking, at most `BUSY_TIMEOUT_MS`.

    Only the first time this has to have the file for itself, and then it does not wait for others but fails
    (https://www.sqlite.org/wal.html); so it is tried until they are done.
    """
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000)) as connection:
        deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
        while True:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                threading.Event().wait(0.02)
            else:
                return


def _configure_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-16000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    add_sqlite_functions(connection)
    connection.isolation_level = None


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
