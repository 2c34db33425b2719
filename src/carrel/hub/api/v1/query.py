"""The event that reads and writes the tables that a caller may see."""

from typing import Any

import msgspec

from carrel.domain.errors import DomainError, MultiResponseUnsupported
from carrel.hub.api.v1.registry import Caller, Events, Reply
from carrel.hub.call import Call

events = Events()


class QueryParams(msgspec.Struct):
    """Parameters.

    query: `{table: {field: value}}`, `null` asks for a field, `[{…}]` for many rows; or a list of such objects
    options: one-key objects such as `{"limit": 10}`, `{"order_by": "-field"}`, `{"delete": true}`
    changes: not possible over HTTP
    multi_response: not supported
    """

    query: Any
    options: Any = None
    changes: Any = None
    multi_response: bool = False


class QueryReply(Reply, tag_field="event", tag="query"):
    """The request echoed, with its result in `query`."""

    query: Any
    multi_response: bool
    options: list[dict[str, Any]] | None = None


class ChangefeedsUnsupported(DomainError):
    code = "changefeeds-unsupported"

    def __init__(self) -> None:
        super().__init__("changefeeds are not supported over HTTP")


@events.procedure("query", may_call=Caller.SHARED)
async def query(params: QueryParams, call: Call) -> QueryReply:
    """Read or write rows of the tables that the caller may see."""
    if params.changes:
        raise ChangefeedsUnsupported
    if params.multi_response:
        raise MultiResponseUnsupported
    call.trail.only_reads = call.platform.queries.only_reads(params.query, params.options)
    result = await call.platform.queries.run(call.principal, params.query, params.options)
    return QueryReply(query=result, multi_response=False, options=params.options)
