"""Browsers that are signed in."""

import sqlalchemy as sa
from alembic import op

from carrel.store.columns import UUID_TEXT, UtcDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "web_sessions",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("account_id", UUID_TEXT, nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("created", UtcDateTime, nullable=False),
        sa.Column("last_used", UtcDateTime, nullable=False),
        sa.Column("expires", UtcDateTime, nullable=False),
        sa.Column("ip", sa.String(length=64), nullable=True),
        sa.Column("user_agent", sa.String(length=254), nullable=True),
        sa.Column("impersonator_id", UUID_TEXT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name="fk_web_sessions_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_web_sessions"),
    )
    for column in ("account_id", "expires"):
        op.create_index(f"ix_web_sessions_{column}", "web_sessions", [column], unique=False)
