"""Connections to SQLite that ask their thread once for each statement.

aiosqlite keeps a thread for each connection. SQLAlchemy goes there to make a cursor, to execute, to fetch and to close,
and what that costs is mostly the switch from thread to thread; here a statement is one errand, rows and all.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any, Self

import aiosqlite

Rows = Sequence[Any]


class OneTripCursor:
    """What SQLAlchemy needs of a cursor of aiosqlite."""

    def __init__(self, connection: "OneTripConnection") -> None:
        self.arraysize = 1
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self._connection = connection
        self._rows: Rows = ()

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        await self._connection.run(self._run, "execute", sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Self:
        await self._connection.run(self._run, "executemany", sql, parameters)
        return self

    async def fetchall(self) -> Rows:
        return self._rows

    async def close(self) -> None:
        """It is closed already."""

    def _run(self, connection: sqlite3.Connection, how: str, sql: str, parameters: Any) -> None:
        cursor = getattr(connection, how)(sql, parameters)
        try:
            self.description = cursor.description
            self._rows = cursor.fetchall() if cursor.description else ()
            self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        finally:
            cursor.close()


class OneTripConnection(aiosqlite.Connection):
    """A connection whose cursors are all as above."""

    def cursor(self) -> Any:
        return OneTripCursor(self)

    async def fetch(self, sql: str, *parameters: Any) -> Rows:
        """What a statement finds; named as asyncpg names it."""
        found: Rows = await self.run(_fetch, sql, parameters)
        return found

    async def run(self, errand: Any, *arguments: Any) -> Any:
        """Run it in the connection's thread, with the connection of sqlite3 first."""
        return await self._execute(errand, self._conn, *arguments)  # type: ignore[no-untyped-call]  # aiosqlite does not say


def _fetch(connection: sqlite3.Connection, sql: str, parameters: Sequence[Any]) -> Rows:
    with closing(connection.execute(sql, parameters)) as cursor:
        return cursor.fetchall()


def connect(database: str, **options: Any) -> OneTripConnection:
    """As `aiosqlite.connect`; a thread that is left over keeps no process alive."""
    connection = OneTripConnection(lambda: sqlite3.connect(database, **options), 64)
    connection._thread.daemon = True
    return connection
