"""News of the site."""

from collections.abc import Mapping
from datetime import timedelta

from carrel.domain.queries import Order
from carrel.services.queries.fields import FLAG, LIST, TEXT, TIME, WHOLE, Field, text
from carrel.services.queries.table import Rows, Table

FIELDS: Mapping[str, Field] = {
    "id": WHOLE,
    "date": TIME,
    "title": TEXT,
    "tags": LIST,
    "channel": text(32),
    "hide": FLAG,
}

NEWS = Table(
    "news",
    "News of the last three months, the newest first.",
    source="news",
    key="id",
    fields=FIELDS,
    rows=Rows.SHOWN,
    readable=frozenset(FIELDS),
    order=Order("date", descending=True),
    limit=100,
    max_age=timedelta(days=92),
)

TABLES = (NEWS,)
