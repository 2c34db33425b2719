"""What senders mark their messages with."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    for name in ("read", "saved", "deleted", "starred", "liked"):
        op.add_column("messages", sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False))
