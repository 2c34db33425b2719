"""${message}"""

import sqlalchemy as sa
from alembic import op
from carrel.store.columns import JSON_VALUE, SERIAL, UUID_TEXT, UtcDateTime

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
