"""Who has opened which file."""

from collections.abc import Mapping

from carrel.domain.queries import Order
from carrel.services.queries.fields import ID, TIME, Field, text
from carrel.services.queries.table import Rows, Table

FIELDS: Mapping[str, Field] = {
    "id": ID,
    "time": TIME,
    "project_id": ID,
    "account_id": ID,
    "filename": text(4096),
}

FILE_ACCESS_LOG = Table(
    "file_access_log",
    "Which files were opened, by whom and when, the newest first; that is also told in the logs of projects.",
    source="file_access_log",
    key="id",
    fields=FIELDS,
    rows=Rows.ALL,
    readable=frozenset(FIELDS),
    order=Order("time", descending=True),
    admin=True,
)

TABLES = (FILE_ACCESS_LOG,)
