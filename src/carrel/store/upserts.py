"""Inserts that expect the row to exist already: another hub may have written it a moment ago."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


def _insert(connection: AsyncConnection, table: Table, values: Mapping[str, Any]) -> Any:
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table).values(dict(values))


async def insert_if_new(connection: AsyncConnection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert unless a row with this key exists; whether it was inserted."""
    result = await connection.execute(_insert(connection, table, values).on_conflict_do_nothing())
    return bool(result.rowcount > 0)


async def upsert(connection: AsyncConnection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert, or replace the values of the row with the same primary key."""
    keys = [column.name for column in table.primary_key]
    others = {name: value for name, value in values.items() if name not in keys}
    await connection.execute(_insert(connection, table, values).on_conflict_do_update(index_elements=keys, set_=others))
