"""The declared tables agree with the database's, and show nothing that must stay hidden."""

import pytest
from sqlalchemy import Boolean, Integer, String
from sqlalchemy.types import JSON

from carrel.services.queries.fields import Kind
from carrel.services.queries.table import Rows, Table
from carrel.services.queries.tables import SECRET, TABLES
from carrel.store.columns import UtcDateTime
from carrel.store.query_tables import from_clause
from carrel.store.tables import metadata

KINDS = {
    Kind.TEXT: String,
    Kind.WHOLE: Integer,
    Kind.FLAG: Boolean,
    Kind.TIME: UtcDateTime,
    Kind.MAP: JSON,
    Kind.LIST: JSON,
    Kind.ANY: JSON,
}
IN_ROWS = [table for table in TABLES.values() if table.rows is not Rows.SETTINGS]
CUT_BY_RULE = {"first_name", "last_name"}


@pytest.mark.parametrize("table", IN_ROWS, ids=lambda table: table.name)
def test_fields_have_the_kind_and_length_of_their_columns(table: Table) -> None:
    columns = from_clause(table.source).c
    if table.source in metadata.tables:
        keys = [column.name for column in metadata.tables[table.source].primary_key]
        assert keys == [table.key] or columns[table.key].unique
    for name, field in table.fields.items():
        if not field.is_stored:
            assert name not in columns or field.kind is Kind.GIVEN
            continue
        column = columns[name]
        assert isinstance(column.type, KINDS[field.kind]), name
        length = getattr(column.type, "length", None)
        if length is not None and name not in CUT_BY_RULE:
            assert field.max_length <= length, name


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_what_may_be_read_or_written_is_declared(table: Table) -> None:
    assert table.readable <= table.fields.keys()
    assert (table.rows is None) == (not table.readable)
    if table.writing is not None:
        assert table.writing.fields <= table.fields.keys()
        assert table.writing.owner <= table.writing.fields
        assert table.writing.project_key <= table.writing.fields
        assert not table.writing.project_key & table.writing.owner
    if table.order is not None:
        assert table.fields[table.order.field].is_stored


def test_secrets_are_in_no_table() -> None:
    shown = {name for table in TABLES.values() for name in table.fields if table.fields[name].is_stored}
    assert not shown & {"password_hash", "hash", "created_by_ip", "email_address_before_delete"}
    of_others = [table for table in TABLES.values() if table.source == "accounts" and not table.admin]
    assert not any(table.fields.keys() & {"banned", "deleted", "owner_id", "notes"} for table in of_others)
    assert not TABLES.keys() & SECRET
