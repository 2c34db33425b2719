"""The RPC function that reads and writes the tables that a caller may see."""

from typing import Any

from carrel.hub.api.rpc.registry import Caller, Functions
from carrel.hub.api.v2.inside_projects import QueryParams
from carrel.hub.call import Call

functions = Functions()


@functions.procedure("db.userQuery", may_call=Caller.RANKED)
async def user_query(params: QueryParams, call: Call) -> Any:
    """Read or write rows of the tables that the caller may see."""
    call.trail.only_reads = call.platform.queries.only_reads(params.query, params.options)
    return await call.platform.queries.run(call.principal, params.query, params.options)
