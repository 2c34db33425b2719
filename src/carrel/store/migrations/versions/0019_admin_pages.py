"""Pages of projects that admins have opened without being on them."""

import sqlalchemy as sa
from alembic import op

from carrel.store.columns import UUID_TEXT

revision = "0019"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("embed_sessions", sa.Column("admin_of", UUID_TEXT, nullable=True))
