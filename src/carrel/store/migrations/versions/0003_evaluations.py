"""Results of evaluations."""

import sqlalchemy as sa
from alembic import op

from carrel.store.columns import UUID_TEXT, UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "evaluations",
        sa.Column("hash", sa.String(length=40), nullable=False),
        sa.Column("project_id", UUID_TEXT, nullable=False),
        sa.Column("output", sa.LargeBinary(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("created", UtcDateTime, nullable=False),
        sa.Column("took_seconds", sa.Float(), nullable=False),
        sa.Column("expire", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.project_id"], name="fk_evaluations_project_id"),
        sa.PrimaryKeyConstraint("hash", name="pk_evaluations"),
    )
    op.create_index("ix_evaluations_project_id_created", "evaluations", ["project_id", "created"], unique=False)
    op.create_index("ix_evaluations_expire", "evaluations", ["expire"], unique=False)
