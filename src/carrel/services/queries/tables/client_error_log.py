"""What goes wrong in the programs of callers."""

from collections.abc import Mapping

from carrel.domain.queries import Order
from carrel.services.queries.fields import ID, TEXT, TIME, Field, text
from carrel.services.queries.table import Rows, Table

FIELDS: Mapping[str, Field] = {
    "id": ID,
    "time": TIME,
    "account_id": ID,
    "event": text(64),
    "error": TEXT,
}

CLIENT_ERROR_LOG = Table(
    "client_error_log",
    "What was reported by `log_client_error` in the last 30 days, the newest first.",
    source="client_error_log",
    key="id",
    fields=FIELDS,
    rows=Rows.ALL,
    readable=frozenset(FIELDS),
    order=Order("time", descending=True),
    admin=True,
)

TABLES = (CLIENT_ERROR_LOG,)
