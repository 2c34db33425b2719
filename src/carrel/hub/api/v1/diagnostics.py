"""Events that say something about the server itself, and those that have one fixed answer."""

import msgspec

from carrel.hub.api.v1.registry import Caller, Events, Reply
from carrel.hub.call import Call
from carrel.kit import timestamps

events = Events()


class NoParams(msgspec.Struct):
    """No parameters."""


class Pong(Reply, tag_field="event", tag="pong"):
    """`now`: the server's time."""

    now: str


@events.procedure("ping", may_call=Caller.ANYONE, only_reads=True)
async def ping(params: NoParams, call: Call) -> Pong:
    """Tell that the server is there, and its time. A blank key may call this."""
    return Pong(now=timestamps.to_text(call.platform.clock.now()))
