"""Who was mentioned by whom, in which file."""

from collections.abc import Mapping
from datetime import timedelta

from carrel.domain.queries import Order
from carrel.services.queries.fields import ID, MAP, TEXT, TIME, WHOLE, Field, text
from carrel.services.queries.table import Rows, Table, Target, Writing

FIELDS: Mapping[str, Field] = {
    "time": TIME,
    "project_id": ID,
    "path": text(4096),
    "source": ID,
    "target": ID,
    "priority": WHOLE,
    "description": TEXT,
    "fragment_id": TEXT,
    "users": MAP,
}

MENTIONS = Table(
    "mentions",
    "Mentions of accounts in files: by `source`, which is the caller, of `target`. Time, project, path and target tell "
    "one from another; in `users` accounts set their own entries.",
    source="mentions",
    key="id",
    fields=FIELDS,
    rows=Rows.MY_PROJECTS,
    readable=frozenset(FIELDS),
    writing=Writing(Target.ROW_OF_PROJECT, frozenset(FIELDS)),
    order=Order("time", descending=True),
    limit=500,
    max_age=timedelta(days=45),
)

TABLES = (MENTIONS,)
