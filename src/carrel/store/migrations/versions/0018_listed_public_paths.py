"""The list of public paths, the last edited first."""

from alembic import op

revision = "0018"
down_revision = "0019"


def upgrade() -> None:
    op.create_index("ix_public_paths_last_edited", "public_paths", ["last_edited"])
