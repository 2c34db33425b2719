"""Organizations."""

import sqlalchemy as sa
from alembic import op

from carrel.store.columns import JSON_VALUE, UUID_TEXT

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "organizations",
        sa.Column("organization_id", UUID_TEXT, nullable=False),
        sa.Column("name", sa.String(length=39), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("title", "description", "link", "email_address")),
        sa.Column("admin_account_ids", JSON_VALUE, nullable=True),
        sa.PrimaryKeyConstraint("organization_id", name="pk_organizations"),
        sa.UniqueConstraint("name", name="uq_organizations_name"),
    )
