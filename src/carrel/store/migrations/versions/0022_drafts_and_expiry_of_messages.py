"""Messages that are not sent yet, and until when each side keeps those that are."""

import sqlalchemy as sa
from alembic import op

from carrel.store.columns import JSON_VALUE, UtcDateTime

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("messages", sa.Column("drafted_for", JSON_VALUE, nullable=True))
    for name in ("messages", "message_recipients"):
        op.add_column(name, sa.Column("expire", UtcDateTime, nullable=True))
