"""The audit, whose rows nobody changes or removes, and what admins change of the site's settings."""

import sqlalchemy as sa
from alembic import op

from carrel.store.columns import JSON_VALUE, SERIAL, UUID_TEXT, UtcDateTime

revision = "0008"
down_revision = "0005"

_SQLITE = """
CREATE TRIGGER audit_no_{verb} BEFORE {verb} ON audit
BEGIN SELECT RAISE(ABORT, 'rows of the audit are not changed'); END
"""
_POSTGRES = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'rows of the audit are not changed'; END $$
"""
_POSTGRES_TRIGGER = (
    "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit EXECUTE FUNCTION audit_refuse()"
)


def upgrade() -> None:
    op.create_table(
        "site_settings",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", JSON_VALUE, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_site_settings"),
    )
    op.create_table(
        "audit",
        sa.Column("seq", SERIAL, autoincrement=False, nullable=False),
        sa.Column("time", UtcDateTime, nullable=False),
        sa.Column("procedure", sa.String(length=100), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("account_id", UUID_TEXT, nullable=True),
        sa.Column("impersonator_id", UUID_TEXT, nullable=True),
        sa.Column("credential", sa.String(length=64), nullable=True),
        sa.Column("target_account_id", UUID_TEXT, nullable=True),
        sa.Column("target_project_id", UUID_TEXT, nullable=True),
        sa.Column("ip", sa.String(length=64), nullable=True),
        sa.Column("request_id", UUID_TEXT, nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    for column in ("account_id", "impersonator_id", "target_account_id", "target_project_id"):
        given = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_audit_{column}", "audit", [column, "seq"], sqlite_where=given, postgresql_where=given)
    if op.get_context().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(_SQLITE.format(verb=verb))
    else:
        op.execute(_POSTGRES)
        op.execute(_POSTGRES_TRIGGER)
