"""Scopes of auth tokens, embed sessions and their tickets."""

import sqlalchemy as sa
from alembic import op

from carrel.store.columns import JSON_VALUE, UUID_TEXT, UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("auth_tokens", sa.Column("scope", JSON_VALUE, nullable=True))
    op.add_column("auth_tokens", sa.Column("single_use", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("auth_tokens", sa.Column("used_at", UtcDateTime, nullable=True))
    op.create_table(
        "embed_sessions",
        sa.Column("eid", sa.String(length=22), nullable=False),
        sa.Column("account_id", UUID_TEXT, nullable=False),
        sa.Column("auth_token_hash", sa.String(length=64), nullable=False),
        sa.Column("scope", JSON_VALUE, nullable=True),
        sa.Column("created", UtcDateTime, nullable=False),
        sa.Column("expires", UtcDateTime, nullable=False),
        sa.Column("bearer_hash", sa.String(length=64), nullable=False),
        sa.Column("bearer_expires", UtcDateTime, nullable=False),
        sa.Column("bearer_before", sa.String(length=64), nullable=True),
        sa.Column("bearer_before_expires", UtcDateTime, nullable=True),
        sa.Column("resume_hash", sa.String(length=64), nullable=False),
        sa.Column("resume_before", sa.String(length=64), nullable=True),
        sa.Column("resume_before_expires", UtcDateTime, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name="fk_embed_sessions_account_id"),
        sa.PrimaryKeyConstraint("eid", name="pk_embed_sessions"),
    )
    for column in ("account_id", "auth_token_hash", "expires"):
        op.create_index(f"ix_embed_sessions_{column}", "embed_sessions", [column], unique=False)
    op.create_table(
        "ws_tickets",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("eid", sa.String(length=22), nullable=False),
        sa.Column("expires", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_ws_tickets"),
    )
