"""RPC functions by which programs of people report on themselves."""

from typing import Any

from msgspec import Struct

from carrel.hub.api.rpc.registry import Caller, Functions
from carrel.hub.call import Call

functions = Functions()


class ErrorParams(Struct):
    error: str
    event: str = ""


@functions.procedure("system.logClientError", may_call=Caller.ACCOUNT, only_reads=True)
async def log_client_error(params: ErrorParams, call: Call) -> None:
    """Report what went wrong in a program of the caller, as `log_client_error` of API v1."""
    await _record((params.event, params.error), call)


class WebappErrorParams(Struct):
    name: str = ""
    message: str = ""
    comment: str = ""
    stacktrace: str = ""


@functions.procedure("system.webappError", may_call=Caller.ACCOUNT, only_reads=True)
async def webapp_error(params: WebappErrorParams, call: Call) -> None:
    """Report what went wrong in a page, as `system.logClientError`."""
    await _record((params.name, params.message, params.comment, params.stacktrace), call)


async def _record(texts: tuple[str, ...], call: Call) -> None:
    await call.platform.client_errors.record(call.account.account_id, "\n".join(filter(None, texts)))


class TrackingParams(Struct):
    event: str = ""
    value: Any = None


@functions.procedure("system.userTracking", may_call=Caller.ACCOUNT, only_reads=True)
async def user_tracking(params: TrackingParams, call: Call) -> None:
    """Accepted and discarded: what people do is not followed here."""
