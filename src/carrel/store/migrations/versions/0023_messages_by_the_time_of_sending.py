"""The newest messages that somebody has sent, without reading all of them."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.drop_index(op.f("ix_messages_from_id"), "messages")
    op.create_index(op.f("ix_messages_from_id_sent"), "messages", ["from_id", "sent"])
