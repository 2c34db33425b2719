"""Statements as SQLite's driver takes them, for reads of which there are many.

SQLAlchemy writes a statement and knows how values go in and come out. To execute it there, too, takes several times as
long as the read itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Select
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.store.sqlite_connections import OneTripConnection

_Convert = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """`parameters`: their names in order, how each goes in, and what it is unless it is given."""

    sql: str
    parameters: tuple[tuple[str, _Convert, Any], ...]
    columns: tuple[tuple[str, _Convert], ...]

    @classmethod
    def of(cls, statement: Select[Any], dialect: Dialect) -> Self:
        compiled: Any = statement.compile(dialect=dialect)
        binds = ((name, compiled.binds[name]) for name in compiled.positiontup)
        types = ((column.name, column.type.dialect_impl(dialect)) for column in statement.selected_columns)
        return cls(
            compiled.string,
            tuple((name, bind.type.dialect_impl(dialect).bind_processor(dialect), bind.value) for name, bind in binds),
            tuple((name, impl.result_processor(dialect, None)) for name, impl in types),
        )

    async def rows(self, connection: AsyncConnection, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What it finds on a connection to SQLite; of each row the columns that have a value."""
        known = ((values.get(name, fixed), convert) for name, convert, fixed in self.parameters)
        given = tuple(value if convert is None else convert(value) for value, convert in known)
        cursor = await _driver(connection).cursor().execute(self.sql, given)
        return [
            {
                name: value if convert is None else convert(value)
                for (name, convert), value in zip(self.columns, row, strict=True)
                if value is not None
            }
            for row in await cursor.fetchall()
        ]


def _driver(connection: AsyncConnection) -> OneTripConnection:
    held: Any = connection.sync_connection
    driver: OneTripConnection = held.connection.driver_connection
    return driver
