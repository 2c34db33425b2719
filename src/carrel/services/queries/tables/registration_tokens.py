"""Tokens with which people sign up."""

from collections.abc import Mapping

from carrel.services.queries.fields import FLAG, MAP, TEXT, TIME, WHOLE, Field, text
from carrel.services.queries.table import Rows, Table, Target, Writing

FIELDS: Mapping[str, Field] = {
    "token": text(254),
    "descr": TEXT,
    "expires": TIME,
    "counter": WHOLE,
    "limit": WHOLE,
    "disabled": FLAG,
    "ephemeral": WHOLE,
    "customize": MAP,
}

REGISTRATION_TOKENS = Table(
    "registration_tokens",
    "Tokens of which signing up needs one, while there are any.",
    source="registration_tokens",
    key="token",
    fields=FIELDS,
    rows=Rows.ALL,
    readable=frozenset(FIELDS),
    writing=Writing(Target.ANY, frozenset(FIELDS)),
    admin=True,
    can_delete=True,
)

TABLES = (REGISTRATION_TOKENS,)
