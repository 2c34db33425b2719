"""A set query whose values are checked: who writes what where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from carrel.domain.queries import QueryRefused
from carrel.services.queries.caller import Caller
from carrel.services.queries.fields import checked
from carrel.services.queries.parse import has_null
from carrel.services.queries.table import Table, Writing
from carrel.store.store import Transaction


@dataclass(frozen=True, slots=True)
class Write:
    """One set query: its typed values and what they are written to."""

    transaction: Transaction
    caller: Caller
    table: Table
    writing: Writing
    values: dict[str, Any]
    now: datetime

    def place(self, field: str) -> str:
        return f"{self.table.name}.{field}"

    def given(self, field: str) -> str:
        return given(self.table, self.values, field)


def given(table: Table, values: Mapping[str, Any], field: str) -> str:
    """A text that must be given. Raises `QueryRefused`."""
    if field not in values:
        raise QueryRefused(f"FATAL: must specify {table.name}.{field}")
    value: str = values[field]
    return value


def permitted(caller: Caller, table: Table, values: Mapping[str, Any]) -> tuple[Writing, dict[str, Any]]:
    """What may be written, as values of their types. Raises `QueryRefused`."""
    writing = table.writing
    if writing is None or (caller.project_id is not None and not writing.project_key):
        raise QueryRefused(f"FATAL: user set queries not allowed for table '{table.name}'")
    allowed = writing.fields if caller.project_id is None else writing.project_key
    for field, value in values.items():
        if field not in allowed:
            raise QueryRefused(f"FATAL: changing {table.name}.{field} not allowed")
        if has_null(value):
            raise QueryRefused(f"FATAL: null cannot be written to {table.name}.{field}")
    return writing, {name: checked(f"{table.name}.{name}", table.fields[name], value) for name, value in values.items()}
