"""The tables. Column names are those of the compatible API wherever a `query` can show them.

Who is on a project is a table of its own (`collaborators`), not a map in the project's row, so that "may this account
work on that project" and "which projects has this account" are single indexed look-ups.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

from carrel.domain.messages import FLAGS
from carrel.store.columns import JSON_VALUE, SERIAL, UUID_TEXT, UtcDateTime, count, flag

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


accounts = Table(
    "accounts",
    metadata,
    Column("account_id", UUID_TEXT, primary_key=True),
    Column("first_name", String(254), nullable=False),
    Column("last_name", String(254), nullable=False),
    Column("name", String(39), unique=True),
    Column("email_address", String(254), unique=True),
    Column("email_address_before_delete", String(254)),
    Column("email_address_verified", JSON_VALUE),
    Column("email_address_problem", JSON_VALUE),
    Column("password_hash", Text),
    Column("groups", JSON_VALUE),
    Column("created", UtcDateTime, nullable=False),
    Column("created_by_ip", String(64)),
    Column("last_active", UtcDateTime),
    flag("banned"),
    flag("deleted"),
    flag("unlisted"),
    Column("owner_id", UUID_TEXT),
    Column("sign_up_usage_intent", Text),
    Column("org", String(39)),
    Column("lti_id", JSON_VALUE),
    Column("profile", JSON_VALUE),
    Column("passports", JSON_VALUE),
    Column("ssh_keys", JSON_VALUE),
    Column("ephemeral", Integer),
    Column("tags", JSON_VALUE),
    Column("tours", JSON_VALUE),
    Column("customize", JSON_VALUE),
    Column("unread_message_count", Integer),
    Column("editor_settings", JSON_VALUE),
    Column("other_settings", JSON_VALUE),
    Column("terminal", JSON_VALUE),
    Column("autosave", Integer),
    Column("evaluate_key", String(64)),
    Column("font_size", Integer),
    Column("notes", Text),
    Index(None, "created_by_ip", "created"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("account_id", UUID_TEXT, ForeignKey(accounts.c.account_id), nullable=False, index=True),
    Column("project_id", UUID_TEXT, index=True),
    Column("hash", String(64), unique=True),
    Column("trunc", String(32), nullable=False),
    Column("name", String(254), nullable=False, server_default=""),
    Column("created", UtcDateTime, nullable=False),
    Column("expire", UtcDateTime),
    Column("last_active", UtcDateTime),
    sqlite_autoincrement=True,
)

auth_tokens = Table(
    "auth_tokens",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("account_id", UUID_TEXT, ForeignKey(accounts.c.account_id), nullable=False, index=True),
    Column("created_by", UUID_TEXT, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("expire", UtcDateTime, nullable=False),
    Column("scope", JSON_VALUE),
    flag("single_use"),
    Column("used_at", UtcDateTime),
)

embed_sessions = Table(
    "embed_sessions",
    metadata,
    Column("eid", String(22), primary_key=True),
    Column("account_id", UUID_TEXT, ForeignKey(accounts.c.account_id), nullable=False, index=True),
    Column("auth_token_hash", String(64), nullable=False, index=True),
    Column("scope", JSON_VALUE),
    Column("created", UtcDateTime, nullable=False),
    Column("expires", UtcDateTime, nullable=False, index=True),
    Column("bearer_hash", String(64), nullable=False),
    Column("bearer_expires", UtcDateTime, nullable=False),
    Column("bearer_before", String(64)),
    Column("bearer_before_expires", UtcDateTime),
    Column("resume_hash", String(64), nullable=False),
    Column("resume_before", String(64)),
    Column("resume_before_expires", UtcDateTime),
    Column("admin_of", UUID_TEXT),
)

ws_tickets = Table(
    "ws_tickets",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("eid", String(22), nullable=False),
    Column("expires", UtcDateTime, nullable=False),
)

web_sessions = Table(
    "web_sessions",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("account_id", UUID_TEXT, ForeignKey(accounts.c.account_id), nullable=False, index=True),
    Column("secret_hash", String(64), nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("last_used", UtcDateTime, nullable=False),
    Column("expires", UtcDateTime, nullable=False, index=True),
    Column("ip", String(64)),
    Column("user_agent", String(254)),
    Column("impersonator_id", UUID_TEXT),
    Column("auth_token_hash", String(64), index=True),
)

mailed_links = Table(
    "mailed_links",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("account_id", UUID_TEXT, ForeignKey(accounts.c.account_id), nullable=False, index=True),
    Column("email_address", String(254), nullable=False),
    Column("expires", UtcDateTime, nullable=False, index=True),
)

password_locks = Table(
    "password_locks",
    metadata,
    Column("caller_id", UUID_TEXT, primary_key=True),
    Column("target_id", UUID_TEXT, primary_key=True),
    Column("expire", UtcDateTime, nullable=False),
)

registration_tokens = Table(
    "registration_tokens",
    metadata,
    Column("token", String(254), primary_key=True),
    Column("descr", Text),
    Column("expires", UtcDateTime),
    count("counter"),
    Column("limit", Integer),
    flag("disabled"),
    Column("ephemeral", Integer),
    Column("customize", JSON_VALUE),
)

projects = Table(
    "projects",
    metadata,
    Column("number", SERIAL, primary_key=True, autoincrement=True),
    Column("project_id", UUID_TEXT, nullable=False, unique=True),
    Column("title", Text, nullable=False, server_default=""),
    Column("description", Text, nullable=False, server_default=""),
    Column("name", String(100)),
    flag("deleted"),
    Column("host", JSON_VALUE),
    Column("settings", JSON_VALUE),
    Column("run_quota", JSON_VALUE),
    Column("site_license", JSON_VALUE),
    Column("status", JSON_VALUE),
    Column("state", JSON_VALUE),
    Column("created", UtcDateTime, nullable=False),
    Column("last_edited", UtcDateTime, index=True),
    Column("last_active", JSON_VALUE),
    Column("action_request", JSON_VALUE),
    Column("course", JSON_VALUE),
    Column("compute_image", String(254)),
    Column("ephemeral", Integer),
    Column("env", JSON_VALUE),
    Column("sandbox", Boolean),
    flag("manage_users_owner_only"),
    Column("invite", JSON_VALUE),
    Column("invite_requests", JSON_VALUE),
    Column("avatar_image_tiny", Text),
    Column("avatar_image_full", Text),
    Column("color", String(64)),
    Column("pay_as_you_go_quotas", JSON_VALUE),
    Column("notes", Text),
    sqlite_autoincrement=True,
)

collaborators = Table(
    "collaborators",
    metadata,
    Column("account_id", UUID_TEXT, ForeignKey(accounts.c.account_id), primary_key=True),
    Column("project_id", UUID_TEXT, ForeignKey(projects.c.project_id), primary_key=True, index=True),
    Column("group", String(16), nullable=False),
    Column("hide", Boolean),
    Column("upgrades", JSON_VALUE),
    Column("ssh_keys", JSON_VALUE),
)

project_invite_tokens = Table(
    "project_invite_tokens",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("project_id", UUID_TEXT, ForeignKey(projects.c.project_id), nullable=False, index=True),
    Column("created", UtcDateTime),
    Column("expires", UtcDateTime),
    Column("usage_limit", Integer),
    count("counter"),
)

invitation_mails = Table(
    "invitation_mails",
    metadata,
    Column("project_id", UUID_TEXT, ForeignKey(projects.c.project_id), primary_key=True),
    Column("email_address", String(254), primary_key=True),
    Column("sent", UtcDateTime, nullable=False),
)

project_log = Table(
    "project_log",
    metadata,
    Column("id", UUID_TEXT, primary_key=True),
    Column("project_id", UUID_TEXT, ForeignKey(projects.c.project_id), nullable=False),
    Column("time", UtcDateTime, nullable=False),
    Column("account_id", UUID_TEXT),
    Column("event", JSON_VALUE),
    Index(None, "project_id", "time"),
)

public_paths = Table(
    "public_paths",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("project_id", UUID_TEXT, ForeignKey(projects.c.project_id), nullable=False, index=True),
    Column("path", Text, nullable=False),
    Column("name", String(254)),
    Column("url", Text),
    Column("description", Text),
    Column("image", Text),
    flag("disabled"),
    flag("unlisted"),
    flag("authenticated"),
    Column("license", Text),
    Column("last_edited", UtcDateTime, index=True),
    Column("created", UtcDateTime),
    Column("last_saved", UtcDateTime),
    count("counter"),
    Column("compute_image", String(254)),
    Column("site_license_id", Text),
    Column("cross_origin_isolation", Boolean),
    Column("redirect", Text),
    Column("jupyter_api", Boolean),
)

evaluations = Table(
    "evaluations",
    metadata,
    Column("hash", String(40), primary_key=True),
    Column("project_id", UUID_TEXT, ForeignKey(projects.c.project_id), nullable=False),
    Column("output", LargeBinary, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("took_seconds", Float, nullable=False),
    Column("expire", UtcDateTime, nullable=False, index=True),
    Index(None, "project_id", "created"),
)

mails = Table(
    "mails",
    metadata,
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("created", UtcDateTime, nullable=False),
    Column("to", String(254), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("sent", UtcDateTime),
    count("attempts"),
    Column("error", Text),
    sqlite_autoincrement=True,
)

kept_replies = Table(
    "kept_replies",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("request", String(64), nullable=False),
    Column("account_id", UUID_TEXT, nullable=False),
    Column("size_bytes", Integer),
    Column("sealed", LargeBinary),
    Column("expire", UtcDateTime, nullable=False, index=True),
    Index(None, "account_id", "size_bytes"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", SERIAL, primary_key=True, autoincrement=False),
    Column("time", UtcDateTime, nullable=False),
    Column("procedure", String(100), nullable=False),
    Column("outcome", String(64), nullable=False),
    Column("account_id", UUID_TEXT),
    Column("impersonator_id", UUID_TEXT),
    Column("credential", String(64)),
    Column("target_account_id", UUID_TEXT),
    Column("target_project_id", UUID_TEXT),
    Column("ip", String(64)),
    Column("request_id", UUID_TEXT),
    Column("hash", String(64), nullable=False),
    *(
        Index(
            f"ix_audit_{name}",
            name,
            "seq",
            sqlite_where=text(f"{name} IS NOT NULL"),
            postgresql_where=text(f"{name} IS NOT NULL"),
        )
        for name in ("account_id", "impersonator_id", "target_account_id", "target_project_id")
    ),
)

site_settings = Table(
    "site_settings",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", JSON_VALUE),
)

messages = Table(
    "messages",
    metadata,
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("from_id", UUID_TEXT, ForeignKey(accounts.c.account_id), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("sent", UtcDateTime, nullable=False),
    Column("thread_id", SERIAL),
    Column("drafted_for", JSON_VALUE),  # to whom a draft goes; NULL once it is sent, and in rows of their own
    *(flag(name) for name in FLAGS),
    Column("expire", UtcDateTime),
    Index(None, "from_id", "sent"),
    sqlite_autoincrement=True,
)

message_recipients = Table(
    "message_recipients",
    metadata,
    Column("account_id", UUID_TEXT, ForeignKey(accounts.c.account_id), primary_key=True),
    Column("message_id", SERIAL, ForeignKey(messages.c.id), primary_key=True, autoincrement=False, index=True),
    *(flag(name) for name in FLAGS),
    Column("expire", UtcDateTime),
)
