"""The page of the tables of `query`, from the data that the event works with.

It cannot be made while a table of the database is neither shown by one of these nor named below with the reason why.
"""

from collections.abc import Iterator, Mapping

import msgspec

import carrel.store.store  # noqa: F401 - declares all tables of the database
from carrel.domain.queries import Operator
from carrel.services.queries.conditions import UNITS
from carrel.services.queries.fields import Field
from carrel.services.queries.parse import MAX_LIMIT
from carrel.services.queries.table import Table
from carrel.services.queries.tables import SECRET, TABLES
from carrel.store.tables import metadata
from reference.markdown import code, page, table

NOT_SHOWN: Mapping[str, str] = {
    "api_keys": "keys are managed by `/api/v2/api-keys`",
    "audit": "admins read it on the pages",
    "auth_tokens": "secret",
    "collaborators": "shown as `projects.users`",
    "copy_paths": "shown by `copy_path_status`",
    "distributions": "shown by `/api/v2/projects/operations/status`",
    "embed_sessions": "secret",
    "evaluations": "shown by `jupyter_execute`",
    "invitation_mails": "when whom was written to",
    "invited_addresses": "addresses that have no account",
    "kept_replies": "secret",
    "mailed_links": "secret",
    "mails": "admins read those that were not sent on the pages",
    "message_recipients": "shown as `messages`",
    "organizations": "shown by the RPC functions",
    "password_locks": "secret",
    "snapshots": "shown by `/api/v2/snapshots/list`",
    "web_sessions": "secret",
    "webhook_deliveries": "admins see the last ones on the pages",
    "webhooks": "admins manage them on the pages",
    "ws_tickets": "secret",
}
"""Tables of the database of which no query tells."""


class TableUndocumented(Exception):
    """A table is in none of the lists of this page, or has nothing to say for itself."""


def tables_page() -> str:
    """The whole page. Raises `TableUndocumented`."""
    check(TABLES, set(metadata.tables))
    return page(
        "# Tables of query",
        "Made from the code. What the event `query` takes and answers in general is said in {doc}`/api`. "
        "`get` marks fields that can be read, `set` those that can be written; *owner*: by the owners of the project "
        "only. Fields without a value are left out of answers, unless there is a default.",
        f"At most {MAX_LIMIT} rows are answered. Conditions know the operators "
        + ", ".join(code(operator.value) for operator in Operator)
        + ' (also `=` and `<>`). For timestamps the value may be `{"relative_time": n, "unit": …}`; the units are '
        + ", ".join(code(unit) for unit in UNITS)
        + ". Options: `limit`, `order_by` (with `-` before the field: descending), `set`, `delete`, `account_id` (for "
        "admins); `only_changes` and `heartbeat` are ignored.",
        *(block for one in TABLES.values() for block in _table(one)),
        "## Tables that are refused",
        "The compatible API has them, and nobody may query them: "
        + ", ".join(code(name) for name in sorted(SECRET))
        + ".",
    )


def check(tables: Mapping[str, Table], in_database: set[str]) -> None:
    """Whether each table is on the page, and says what it is. Raises `TableUndocumented`."""
    told = {one.source for one in tables.values()}
    missing = in_database - told - NOT_SHOWN.keys()
    both = told & NOT_SHOWN.keys() | NOT_SHOWN.keys() - in_database
    silent = {one.name for one in tables.values() if not one.summary.endswith(".")}
    if missing or both or silent:
        raise TableUndocumented(
            f"neither shown nor named: {missing}; named and shown, or gone: {both}; silent: {silent}"
        )


def _table(one: Table) -> Iterator[str]:
    yield f"## {one.name}"
    yield one.summary
    yield "\n".join(f"- {fact}" for fact in _facts(one))
    rows = ((code(name), field.kind.value, *_rights(one, name), _default(field)) for name, field in one.fields.items())
    yield table(("Field", "Type", "get", "set", "Default"), (row for row in rows if row[2] or row[3]))


def _facts(one: Table) -> Iterator[str]:
    if one.rows is not None:
        limit = f", at most {one.limit}" if one.limit else ""
        age = f", of the last {one.max_age.days or 1} {'days' if one.max_age.days else 'hour'}" if one.max_age else ""
        order = f", by {code(one.order.field)}{', the last first' if one.order.descending else ''}" if one.order else ""
        yield f"Read: {one.rows.value}{order}{age}{limit}. {_readers(one)}"
    if one.writing is not None:
        admins = " For admins." if one.admin or one.writing.admin else ""
        keys = ", ".join(code(name) for name in sorted(one.writing.project_key))
        key = f" With the project's own key: {keys}." if keys else ""
        yield f"Written: {one.writing.target.value}.{admins}{key}"
    if one.can_delete:
        yield f"Deleted by {code(one.key)}, with the option `delete`."


def _readers(one: Table) -> str:
    if one.admin:
        return "For admins."
    others = ["also with the project's own key"] if one.project_key else []
    others += ["also with a blank key while the share server is on"] if one.anonymous else []
    return f"For accounts, {' and '.join(others)}." if others else "For accounts."


def _rights(one: Table, name: str) -> tuple[str, str]:
    writing = one.writing
    written = "" if writing is None or name not in writing.fields else "owner" if name in writing.owner else "yes"
    return "yes" if name in one.readable else "", written


def _default(field: Field) -> str:
    return "" if field.default is None else code(msgspec.json.encode(field.default).decode())
