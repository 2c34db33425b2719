"""Links that were sent by mail, and browsers that were signed in by an auth token."""

import sqlalchemy as sa
from alembic import op

from carrel.store.columns import UUID_TEXT, UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "mailed_links",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("account_id", UUID_TEXT, nullable=False),
        sa.Column("email_address", sa.String(length=254), nullable=False),
        sa.Column("expires", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name="fk_mailed_links_account_id"),
        sa.PrimaryKeyConstraint("hash", name="pk_mailed_links"),
    )
    for column in ("account_id", "expires"):
        op.create_index(f"ix_mailed_links_{column}", "mailed_links", [column], unique=False)
    op.add_column("web_sessions", sa.Column("auth_token_hash", sa.String(length=64), nullable=True))
    op.create_index("ix_web_sessions_auth_token_hash", "web_sessions", ["auth_token_hash"], unique=False)
