"""Tables that exist for the `query` event alone, and what it reads as a table although it is none."""

from datetime import datetime

from sqlalchemy import (
    BindParameter,
    Boolean,
    Column,
    ForeignKey,
    FromClause,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    case,
    func,
    select,
    text,
)

from carrel.domain.messages import MARKS
from carrel.store.columns import JSON_VALUE, SERIAL, UUID_TEXT, UtcDateTime
from carrel.store.messages import CONTENT, IS_SENT, kept
from carrel.store.tables import accounts, message_recipients, messages, metadata, project_log, projects

file_use = Table(
    "file_use",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("project_id", UUID_TEXT, ForeignKey(projects.c.project_id), nullable=False),
    Column("path", Text, nullable=False),
    Column("users", JSON_VALUE),
    Column("last_edited", UtcDateTime),
    Index(None, "project_id", "last_edited"),
)

mentions = Table(
    "mentions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("time", UtcDateTime, nullable=False),
    Column("project_id", UUID_TEXT, ForeignKey(projects.c.project_id), nullable=False),
    Column("path", Text, nullable=False),
    Column("source", UUID_TEXT, nullable=False),
    Column("target", UUID_TEXT, nullable=False),
    Column("priority", Integer),
    Column("description", Text),
    Column("fragment_id", Text),
    Column("users", JSON_VALUE),
    Index(None, "project_id", "time"),
)

system_notifications = Table(
    "system_notifications",
    metadata,
    Column("id", UUID_TEXT, primary_key=True),
    Column("time", UtcDateTime),
    Column("text", Text),
    Column("priority", String(16)),
    Column("done", Boolean),
)

news = Table(
    "news",
    metadata,
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("date", UtcDateTime, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("tags", JSON_VALUE),
    Column("channel", String(32)),
    Column("hide", Boolean, nullable=False, server_default=text("false")),
    sqlite_autoincrement=True,
)

client_error_log = Table(
    "client_error_log",
    metadata,
    Column("id", UUID_TEXT, primary_key=True),
    Column("time", UtcDateTime, nullable=False, index=True),
    Column("account_id", UUID_TEXT),
    Column("event", String(64), nullable=False),
    Column("error", Text, nullable=False),
)

NOW: BindParameter[datetime] = bindparam("now", type_=UtcDateTime())
"""The time of a query, on which some of what is read as a table depends."""
_UNREAD = "unread_message_count"
_VIEWS: dict[str, FromClause] = {
    "accounts": select(
        *(column for column in accounts.c if column.name != _UNREAD),
        select(func.count())
        .where(
            message_recipients.c.account_id == accounts.c.account_id,
            *(~message_recipients.c[flag] for flag in ("read", "saved", "deleted")),
            kept(message_recipients.c, NOW),
        )
        .scalar_subquery()
        .label(_UNREAD),
    ).subquery("accounts"),
    "messages": select(
        *(messages.c[name] for name in (*CONTENT, *MARKS) if name != "sent"),
        case((IS_SENT, messages.c.sent)).label("sent"),
    )
    .where(kept(messages.c, NOW))
    .subquery("messages"),
    "inbox": select(
        *(messages.c[name] for name in CONTENT),
        message_recipients.c.account_id,
        *(message_recipients.c[name] for name in MARKS),
    )
    .join(message_recipients, message_recipients.c.message_id == messages.c.id)
    .where(kept(message_recipients.c, NOW))
    .subquery("inbox"),
    "file_access_log": select(
        project_log.c.id,
        project_log.c.time,
        project_log.c.project_id,
        project_log.c.account_id,
        project_log.c.event["filename"].as_string().label("filename"),
    )
    .where(project_log.c.event["event"].as_string() == "open")
    .subquery("file_access_log"),
}


def from_clause(name: str) -> FromClause:
    """A table of the database, or what is read as one."""
    return _VIEWS[name] if name in _VIEWS else metadata.tables[name]
