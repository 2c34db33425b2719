"""What the compatible API keeps beside projects: who uses which file, mentions, news; and invitations by address."""

import sqlalchemy as sa
from alembic import op

from carrel.store.columns import JSON_VALUE, SERIAL, UUID_TEXT, UtcDateTime

revision = "0013"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("notes", sa.Text(), nullable=True))
    op.create_table(
        "file_use",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("project_id", UUID_TEXT, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("users", JSON_VALUE, nullable=True),
        sa.Column("last_edited", UtcDateTime, nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.project_id"], name="fk_file_use_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_file_use"),
    )
    op.create_index("ix_file_use_project_id_last_edited", "file_use", ["project_id", "last_edited"])
    op.create_table(
        "mentions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("time", UtcDateTime, nullable=False),
        sa.Column("project_id", UUID_TEXT, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("source", UUID_TEXT, nullable=False),
        sa.Column("target", UUID_TEXT, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("fragment_id", sa.Text(), nullable=True),
        sa.Column("users", JSON_VALUE, nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.project_id"], name="fk_mentions_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mentions"),
    )
    op.create_index("ix_mentions_project_id_time", "mentions", ["project_id", "time"])
    op.create_table(
        "system_notifications",
        sa.Column("id", UUID_TEXT, nullable=False),
        sa.Column("time", UtcDateTime, nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("priority", sa.String(length=16), nullable=True),
        sa.Column("done", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_system_notifications"),
    )
    op.create_table(
        "news",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("date", UtcDateTime, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("tags", JSON_VALUE, nullable=True),
        sa.Column("channel", sa.String(length=32), nullable=True),
        sa.Column("hide", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_news"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "client_error_log",
        sa.Column("id", UUID_TEXT, nullable=False),
        sa.Column("time", UtcDateTime, nullable=False),
        sa.Column("account_id", UUID_TEXT, nullable=True),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_client_error_log"),
    )
    op.create_index("ix_client_error_log_time", "client_error_log", ["time"])
    op.create_table(
        "invited_addresses",
        sa.Column("email_address", sa.String(length=254), nullable=False),
        sa.Column("project_id", UUID_TEXT, nullable=False),
        sa.Column("invited_by", UUID_TEXT, nullable=False),
        sa.Column("expires", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.project_id"], name="fk_invited_addresses_project_id"),
        sa.PrimaryKeyConstraint("email_address", "project_id", name="pk_invited_addresses"),
    )
    op.create_index("ix_invited_addresses_expires", "invited_addresses", ["expires"])
