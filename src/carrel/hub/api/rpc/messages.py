"""RPC functions about messages from accounts to accounts."""

from carrel.hub.api.rpc.registry import Caller, Functions
from carrel.hub.api.v2 import messages
from carrel.hub.api.v2.messages import GetParams, SendParams, Told
from carrel.hub.call import Call

functions = Functions()


@functions.procedure("messages.send", may_call=Caller.ACCOUNT)
async def send(params: SendParams, call: Call) -> int | None:
    """Send a message to accounts, by their ids or addresses; the value is its id, null if there is no such account."""
    return await messages.send(params, call.account.account_id, call.platform)


@functions.procedure("messages.get", may_call=Caller.ACCOUNT, only_reads=True)
async def get(params: GetParams, call: Call) -> list[Told]:
    """List one's messages, the newest first; `cutoff` leaves out older ones."""
    return await messages.list_of(params, call.account.account_id, call.platform)
