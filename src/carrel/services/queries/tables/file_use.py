"""Which files of projects are used, by whom and when."""

from collections.abc import Mapping
from datetime import timedelta

from carrel.domain.queries import Order
from carrel.services.queries.fields import ID, TIME, Field, Kind, text
from carrel.services.queries.table import Rows, Table, Target, Writing, names

FIELDS: Mapping[str, Field] = {
    "id": text(40),
    "project_id": ID,
    "path": text(4096),
    "users": Field(Kind.MAP, {}),
    "last_edited": TIME,
}

FILE_USE = Table(
    "file_use",
    "Files that were used of late: `users` tells for each account when it did what. Accounts set their own entries; "
    "one that has just edited, opened or chatted also marks the project as in use.",
    source="file_use",
    key="id",
    fields=FIELDS,
    rows=Rows.MY_PROJECTS,
    readable=frozenset(FIELDS),
    writing=Writing(Target.ROW_OF_PROJECT, names("project_id path users last_edited")),
    order=Order("last_edited", descending=True),
    limit=200,
    max_age=timedelta(days=21),
)

TABLES = (FILE_USE,)
