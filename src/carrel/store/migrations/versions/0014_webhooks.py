"""Webhooks and what is to be told to them."""

import sqlalchemy as sa
from alembic import op

from carrel.store.columns import JSON_VALUE, UUID_TEXT, UtcDateTime

revision = "0014"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", UUID_TEXT, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", JSON_VALUE, nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("disabled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", UUID_TEXT, nullable=False),
        sa.Column("webhook_id", UUID_TEXT, nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created", UtcDateTime, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("due", UtcDateTime, nullable=True),
        sa.Column("delivered", UtcDateTime, nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.id"], name="fk_webhook_deliveries_webhook_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
    )
    op.create_index("ix_webhook_deliveries_created", "webhook_deliveries", ["created"])
    op.create_index("ix_webhook_deliveries_due", "webhook_deliveries", ["due"])
    op.create_index("ix_webhook_deliveries_webhook_id_created", "webhook_deliveries", ["webhook_id", "created"])
