"""What the admins tell everybody who is there."""

from collections.abc import Mapping
from datetime import timedelta

from carrel.domain.queries import Order
from carrel.services.queries.fields import ID, TIME, Field, Kind, text
from carrel.services.queries.table import Rows, Table, Target, Writing

FIELDS: Mapping[str, Field] = {
    "id": ID,
    "time": TIME,
    "text": text(default=""),
    "priority": text(16, "low"),
    "done": Field(Kind.FLAG, False),
}

SYSTEM_NOTIFICATIONS = Table(
    "system_notifications",
    "What everybody is told, of the last hour. Admins set it.",
    source="system_notifications",
    key="id",
    fields=FIELDS,
    rows=Rows.ALL,
    readable=frozenset(FIELDS),
    writing=Writing(Target.ANY, frozenset(FIELDS), admin=True),
    order=Order("time", descending=True),
    max_age=timedelta(hours=1),
)

TABLES = (SYSTEM_NOTIFICATIONS,)
