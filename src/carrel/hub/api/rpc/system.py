"""RPC functions about the server and its accounts."""

from msgspec import Struct

from carrel.domain.errors import AdminRequired
from carrel.hub.api.rpc.registry import Caller, Functions, Named
from carrel.hub.api.v2.customize import CustomizeParams, Site, customized
from carrel.hub.api.v2.people import Found, Names, NamesParams, SearchParams, found_people, names_by_id
from carrel.hub.call import Call
from carrel.kit import timestamps

functions = Functions()

_ADMINS_LIMIT = 2500


class NoParams(Struct):
    """No parameters."""


class Now(Struct):
    now: int


@functions.procedure("system.ping", may_call=Caller.ACCOUNT, only_reads=True)
async def ping(params: NoParams, call: Call) -> Now:
    """Tell the server's time, in milliseconds since the epoch."""
    return Now(timestamps.to_milliseconds(call.platform.clock.now()))


class Tested(Struct):
    account_id: str
    server_time: int


@functions.procedure("system.test", may_call=Caller.ACCOUNT, only_reads=True)
async def test(params: NoParams, call: Call) -> Tested:
    """Tell whose key it is."""
    now = timestamps.to_milliseconds(call.platform.clock.now())
    return Tested(call.account.account_id, now)


@functions.procedure("system.getNames", may_call=Caller.ACCOUNT, only_reads=True, argument=Named("account_ids"))
async def get_names(params: NamesParams, call: Call) -> dict[str, Names]:
    """Names of accounts by their ids; the argument is the list of ids."""
    return await names_by_id(params.account_ids, call.platform)


@functions.procedure(
    "system.userSearch",
    may_call=Caller.RANKED,
    only_reads=True,
    texts={AdminRequired: "Must be an admin to do admin search."},
)
async def user_search(params: SearchParams, call: Call) -> list[Found]:
    """Find accounts by name, address or id; an address is told only to those who knew it, and to admins."""
    return await found_people(params, call.account, call.platform, at_most=_ADMINS_LIMIT)


@functions.procedure("system.getCustomize", may_call=Caller.ACCOUNT, only_reads=True, argument=Named("fields"))
async def get_customize(params: CustomizeParams, call: Call) -> Site:
    """Tell the site's public settings; the argument is a list of the names of those that are wanted."""
    return customized(params, call.platform)
