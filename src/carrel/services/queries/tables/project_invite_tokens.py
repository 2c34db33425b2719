"""Tokens with which accounts join projects."""

from collections.abc import Mapping

from carrel.services.queries.fields import ID, TIME, WHOLE, Field, text
from carrel.services.queries.table import Rows, Table, Target, Writing

FIELDS: Mapping[str, Field] = {
    "project_id": ID,
    "token": text(64),
    "created": TIME,
    "expires": TIME,
    "usage_limit": WHOLE,
    "counter": WHOLE,
}

PROJECT_INVITE_TOKENS = Table(
    "project_invite_tokens",
    "Tokens with which `add_collaborator` lets accounts join a project.",
    source="project_invite_tokens",
    key="token",
    fields=FIELDS,
    rows=Rows.MY_MANAGED_PROJECTS,
    readable=frozenset(FIELDS),
    writing=Writing(Target.ROW_OF_PROJECT, frozenset(FIELDS) - {"counter"}),
)

TABLES = (PROJECT_INVITE_TOKENS,)
