"""Snapshots of documents, with their bytes."""

import sqlalchemy as sa
from alembic import op

from carrel.store.columns import UUID_TEXT, UtcDateTime

revision = "0020"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "snapshots",
        sa.Column("id", UUID_TEXT, nullable=False),
        sa.Column("project_id", UUID_TEXT, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("account_id", UUID_TEXT, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("submitted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created", UtcDateTime, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.project_id"], name="fk_snapshots_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_snapshots"),
    )
    op.create_index("ix_snapshots_project_id_created", "snapshots", ["project_id", "created"])
