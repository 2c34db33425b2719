"""The declared tables agree with the database's, and show nothing that must stay hidden."""

import pytest
from sqlalchemy import Boolean, Integer, String
from sqlalchemy.types import JSON

from carrel.services.queries.fields import Kind
from carrel.services.queries.tables import NOT_WRITABLE, TABLES, Table
from carrel.store.columns import UtcDateTime
from carrel.store.tables import metadata

KINDS = {
    Kind.TEXT: String,
    Kind.WHOLE: Integer,
    Kind.FLAG: Boolean,
    Kind.TIME: UtcDateTime,
    Kind.MAP: JSON,
    Kind.LIST: JSON,
}
CUT_BY_RULE = {"first_name", "last_name"}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_fields_have_the_kind_and_length_of_their_columns(table: Table) -> None:
    columns = metadata.tables[table.source].c
    assert [column.name for column in metadata.tables[table.source].primary_key] == [table.key] or columns[
        table.key
    ].unique
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
    assert not shown & {"password_hash", "hash", "created_by_ip", "email_address_before_delete", "banned", "owner_id"}
    assert not TABLES.keys() & NOT_WRITABLE
