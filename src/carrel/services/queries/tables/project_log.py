"""What the people of projects have done."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from carrel.domain.queries import Order
from carrel.services.queries.fields import ID, MAP, TIME, Field
from carrel.services.queries.table import Rows, Table, Target, Writing

FIELDS: Mapping[str, Field] = {
    "id": ID,
    "project_id": ID,
    "time": TIME,
    "account_id": ID,
    "event": MAP,
}

PROJECT_LOG = Table(
    "project_log",
    "What happened of late. An entry that is set is the caller's, and has a new `id` unless one is given.",
    source="project_log",
    key="id",
    fields=FIELDS,
    rows=Rows.MY_PROJECTS_OR_ONE,
    readable=frozenset(FIELDS),
    writing=Writing(Target.ROW_OF_PROJECT, frozenset(FIELDS), project_key=frozenset(FIELDS)),
    order=Order("time", descending=True),
    limit=750,
    max_age=timedelta(days=61),
    project_key=True,
)
PROJECT_LOG_ALL = replace(
    PROJECT_LOG,
    name="project_log_all",
    summary="What happened, however long ago.",
    limit=7500,
    max_age=None,
)

TABLES = (PROJECT_LOG, PROJECT_LOG_ALL)
