"""Messages between accounts: those that one has received, and those that one has sent."""

from collections.abc import Mapping
from dataclasses import replace

from carrel.domain.messages import MARKS
from carrel.domain.queries import Order
from carrel.services.queries.fields import FLAG, ID, TEXT, TIME, WHOLE, Field, Kind
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
    "expire": TIME,
}
_MARKED = frozenset(MARKS) | {"id"}

MESSAGES = Table(
    "messages",
    "Messages to the caller, the newest first. `expire` is the caller's own: from then on the message is not shown to "
    "the caller; once it has expired for all who have sent or received it, it is removed.",
    source="inbox",
    key="id",
    fields=FIELDS,
    rows=Rows.RECEIVED,
    readable=frozenset(FIELDS),
    writing=Writing(Target.MESSAGE_MARKS, _MARKED),
    order=Order("sent", descending=True),
)
SENT_MESSAGES = replace(
    MESSAGES,
    name="sent_messages",
    summary="Messages of the caller, the newest first, with the caller's own flags and `expire`. One without `sent` is "
    "a draft, which nobody else sees; setting `sent`, to any time, sends it, and the time that is kept is that of the "
    "call. Afterwards only flags and `expire` can be set.",
    source="messages",
    rows=Rows.SENT,
    writing=Writing(Target.MESSAGE, _MARKED | names("to_ids subject body sent")),
)

TABLES = (MESSAGES, SENT_MESSAGES)
