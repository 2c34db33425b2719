"""Messages from accounts to accounts."""

import sqlalchemy as sa
from alembic import op

from carrel.store.columns import SERIAL, UUID_TEXT, UtcDateTime

revision = "0010"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "messages",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("from_id", UUID_TEXT, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sent", UtcDateTime, nullable=False),
        sa.Column("thread_id", SERIAL, nullable=True),
        sa.ForeignKeyConstraint(["from_id"], ["accounts.account_id"], name="fk_messages_from_id"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_messages_from_id", "messages", ["from_id"])
    flags = ("read", "saved", "deleted", "starred", "liked")
    op.create_table(
        "message_recipients",
        sa.Column("account_id", UUID_TEXT, nullable=False),
        sa.Column("message_id", SERIAL, autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False) for name in flags),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name="fk_message_recipients_account_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_message_recipients_message_id"),
        sa.PrimaryKeyConstraint("account_id", "message_id", name="pk_message_recipients"),
    )
    op.create_index("ix_message_recipients_message_id", "message_recipients", ["message_id"])
