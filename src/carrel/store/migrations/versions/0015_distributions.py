"""Hand-outs and collections."""

import sqlalchemy as sa
from alembic import op

from carrel.store.columns import JSON_VALUE, UUID_TEXT, UtcDateTime

revision = "0015"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("copy_paths", sa.Column("distribution_id", UUID_TEXT, nullable=True))
    for name in ("keep_existing", "unchanged"):
        op.add_column("copy_paths", sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_index("ix_copy_paths_distribution_id_finished", "copy_paths", ["distribution_id", "finished"])
    single = sa.text("finished IS NULL AND distribution_id IS NULL")
    op.create_index(
        "ix_copy_paths_unfinished_single", "copy_paths", ["time"], sqlite_where=single, postgresql_where=single
    )
    op.create_table(
        "distributions",
        sa.Column("distribution_id", UUID_TEXT, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("project_id", UUID_TEXT, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("target_path", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("refused", JSON_VALUE, nullable=False),
        sa.Column("time", UtcDateTime, nullable=False),
        sa.Column("requested_by", UUID_TEXT, nullable=False),
        sa.Column("expire", UtcDateTime, nullable=False),
        sa.Column("cancelled", UtcDateTime, nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.project_id"], name="fk_distributions_project_id"),
        sa.PrimaryKeyConstraint("distribution_id", name="pk_distributions"),
    )
    op.create_index("ix_distributions_expire", "distributions", ["expire"])
