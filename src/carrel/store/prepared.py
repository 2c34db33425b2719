"""Statements as the databases' drivers take them, for reads of which there are many.

SQLAlchemy writes a statement and knows how values go in and come out. To execute it there, too, takes several times as
long as the read itself.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Error as SqliteError
from typing import Any, Protocol, Self

from asyncpg import InterfaceError, PostgresError
from sqlalchemy import Select
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

_Convert = Callable[[Any], Any] | None
_DRIVER_ERRORS = (SqliteError, PostgresError, InterfaceError, ConnectionError)


class _Driver(Protocol):
    """What connections of both drivers can do."""

    async def fetch(self, sql: str, *parameters: Any) -> Sequence[Sequence[Any]]: ...


@dataclass(frozen=True, slots=True)
class Prepared:
    """`parameters`: their names in order, how each goes in, and what it is unless it is given; `columns`: how each
    comes out."""

    statement: Select[Any]
    sql: str
    parameters: tuple[tuple[str, _Convert, Any], ...]
    columns: Mapping[str, _Convert]

    @classmethod
    def of(cls, statement: Select[Any], dialect: Dialect) -> Self:
        compiled: Any = statement.compile(dialect=dialect)
        binds = ((name, compiled.binds[name]) for name in compiled.positiontup)
        types = ((column.name, column.type.dialect_impl(dialect)) for column in statement.selected_columns)
        return cls(
            statement,
            compiled.string,
            tuple((name, bind.type.dialect_impl(dialect).bind_processor(dialect), bind.value) for name, bind in binds),
            {name: impl.result_processor(dialect, None) for name, impl in types},
        )

    async def rows(self, connection: AsyncConnection, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What it finds on a connection that is in no transaction."""
        known = ((values.get(name, fixed), convert) for name, convert, fixed in self.parameters)
        given = [value if convert is None else convert(value) for value, convert in known]
        try:
            found = await _driver(connection).fetch(self.sql, *given)
        except _DRIVER_ERRORS:
            return await self._again(connection, values)
        rows = [dict(zip(self.columns, row, strict=True)) for row in found]
        for name, convert in self.columns.items():
            if convert is not None:
                for row in rows:
                    row[name] = convert(row[name])
        return rows

    async def _again(self, connection: AsyncConnection, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The same by SQLAlchemy, which says in its own errors why it fails, and throws broken connections away."""
        found = await connection.execute(self.statement, values)
        return [dict(row) for row in found.mappings()]


def _driver(connection: AsyncConnection) -> _Driver:
    held: Any = connection.sync_connection
    driver: _Driver = held.connection.driver_connection
    return driver
