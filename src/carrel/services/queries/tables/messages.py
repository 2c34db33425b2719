"""Messages between accounts: those that one has received, and those that one has sent."""

from collections.abc import Mapping
from dataclasses import replace

from carrel.domain.messages import FLAGS
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
_MARKED = frozenset(FLAGS) | {"id"}

MESSAGES = Table(
    "messages",
    "Messages to the caller, the newest first.",
    source="inbox",
    key="id",
    fields=FIELDS,
    rows=Rows.RECEIVED,
    readable=frozenset(FIELDS),
    writing=Writing(Target.MESSAGE_FLAGS, _MARKED),
    order=Order("sent", descending=True),
)
SENT_MESSAGES = replace(
    MESSAGES,
    name="sent_messages",
    summary="Messages of the caller, the newest first, with the caller's own flags. One that is set without `id` is "
    "sent, `sent` is the time of the call; afterwards only its flags can be set.",
    source="messages",
    rows=Rows.SENT,
    writing=Writing(Target.MESSAGE, _MARKED | names("to_ids subject body sent")),
)

TABLES = (MESSAGES, SENT_MESSAGES)
