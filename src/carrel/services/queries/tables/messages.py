"""Messages between accounts: those that one has received, and those that one has sent."""

from collections.abc import Mapping
from dataclasses import replace

from carrel.domain.queries import Order
from carrel.services.queries.fields import FLAG, ID, TEXT, TIME, UNSET, WHOLE, Field, Kind
from carrel.services.queries.table import Rows, Table, Target, Writing, names

FIELDS: Mapping[str, Field] = {
    "id": WHOLE,
    "sent": TIME,
    "from_id": ID,
    "to_ids": Field(Kind.RECIPIENTS, []),
    "subject": TEXT,
    "body": TEXT,
    "thread_id": WHOLE,
    **dict.fromkeys(("read", "saved", "starred", "liked", "deleted"), FLAG),
    "expire": UNSET,
}
_FLAGS = names("read saved starred liked deleted")

MESSAGES = Table(
    "messages",
    "Messages to the caller, the newest first.",
    source="inbox",
    key="id",
    fields=FIELDS,
    rows=Rows.RECEIVED,
    readable=frozenset(FIELDS),
    writing=Writing(Target.MESSAGE_FLAGS, _FLAGS | {"id"}),
    order=Order("sent", descending=True),
)
SENT_MESSAGES = replace(
    MESSAGES,
    name="sent_messages",
    summary="Messages of the caller, the newest first. One that is set is sent, `sent` is the time of the call.",
    source="messages",
    fields={**FIELDS, **dict.fromkeys(_FLAGS, UNSET)},
    rows=Rows.SENT,
    writing=Writing(Target.MESSAGE, names("to_ids subject body sent")),
)

TABLES = (MESSAGES, SENT_MESSAGES)
