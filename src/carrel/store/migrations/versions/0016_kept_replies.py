"""Replies that are kept for calls which are sent again."""

import sqlalchemy as sa
from alembic import op

from carrel.store.columns import UUID_TEXT, UtcDateTime

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "kept_replies",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("account_id", UUID_TEXT, nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("expire", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kept_replies"),
    )
    op.create_index("ix_kept_replies_expire", "kept_replies", ["expire"])
    op.create_index("ix_kept_replies_account_id_size_bytes", "kept_replies", ["account_id", "size_bytes"])
