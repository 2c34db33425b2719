"""RPC functions about the server and its accounts."""

from typing import Any

from msgspec import Struct

from carrel.domain.errors import AdminRequired
from carrel.hub.api.rpc.registry import Caller, Functions, Named
from carrel.hub.api.v2.customize import CustomizeParams, customized
from carrel.hub.api.v2.people import NamesParams, SearchParams, found_people, names_by_id
from carrel.hub.call import Call
from carrel.kit import timestamps

functions = Functions()

_ADMINS_LIMIT = 2500


class NoParams(Struct):
    """No parameters."""


@functions.procedure("system.ping", may_call=Caller.ACCOUNT, only_reads=True)
async def ping(params: NoParams, call: Call) -> Any:
    """Tell the server's time, in milliseconds since the epoch."""
    return {"now": timestamps.to_milliseconds(call.platform.clock.now())}


@functions.procedure("system.test", may_call=Caller.ACCOUNT, only_reads=True)
async def test(params: NoParams, call: Call) -> Any:
    """Tell whose key it is."""
    now = timestamps.to_milliseconds(call.platform.clock.now())
    return {"account_id": call.account.account_id, "server_time": now}


@functions.procedure("system.getNames", may_call=Caller.ACCOUNT, only_reads=True, argument=Named("account_ids"))
async def get_names(params: NamesParams, call: Call) -> Any:
    """Names of accounts by their ids; the argument is the list of ids."""
    return await names_by_id(params.account_ids, call.platform)


@functions.procedure(
    "system.userSearch",
    may_call=Caller.RANKED,
    only_reads=True,
    texts={AdminRequired: "Must be an admin to do admin search."},
)
async def user_search(params: SearchParams, call: Call) -> Any:
    """Find accounts by name, address or id; an address is told only to those who knew it, and to admins."""
    return await found_people(params, call.account, call.platform, at_most=_ADMINS_LIMIT)


@functions.procedure("system.getCustomize", may_call=Caller.ACCOUNT, only_reads=True, argument=Named("fields"))
async def get_customize(params: CustomizeParams, call: Call) -> Any:
    """Tell the site's public settings; the argument is a list of the names of those that are wanted."""
    return customized(params, call.platform)
