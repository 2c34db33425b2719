"""Events that say something about the server itself, and those that have one fixed answer."""

from typing import Any

import msgspec

from carrel.hub.api.v1.registry import Caller, Events, Reply, Success
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


class ErrorParams(msgspec.Struct):
    """Parameters.

    error: what went wrong; the first 10000 characters are kept, for 30 days
    """

    error: str


@events.procedure("log_client_error", may_call=Caller.ACCOUNT, only_reads=True)
async def log_client_error(params: ErrorParams, call: Call) -> Success:
    """Report what went wrong in a program of the caller. Admins read it in the table `client_error_log`."""
    await call.platform.client_errors.record(call.account.account_id, params.error)
    return Success()


class MetricsParams(msgspec.Struct):
    """Parameters.

    metrics: discarded
    """

    metrics: Any


@events.procedure("metrics", may_call=Caller.ACCOUNT_OR_PROJECT_KEY, only_reads=True)
async def metrics(params: MetricsParams, call: Call) -> Success:
    """Accepted and discarded: browsers of the compatible API send how they fare."""
    return Success()
