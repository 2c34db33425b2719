"""The RPC endpoints: the name of a function and its arguments in, its value out.

Whatever fails is answered with status 200 and `{"error": text}`, because clients take other statuses for faults of the
network. Texts of what a function says is wrong begin with `Error: `, those of the endpoint itself do not.
"""

from dataclasses import dataclass, field
from typing import Any

import anyio
import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response
from structlog.contextvars import bound_contextvars

from carrel.domain.errors import AdminRequired, DomainError
from carrel.domain.keys import AccountBanned, KeyUnknown
from carrel.domain.principals import Principal
from carrel.hub.api.rpc.doors import Admitted, Door, Envelope, Refused, as_anybody
from carrel.hub.api.rpc.registry import Caller, Function, Functions
from carrel.hub.api.v1.body import decode_json
from carrel.hub.api.v1.parameters import ParametersInvalid
from carrel.hub.api.v2.procedure import HEADERS, CallRefused, new_request_id
from carrel.hub.auditing import Trail, audited
from carrel.hub.auth.authorization import AuthorizationMissing, AuthorizationUnknown, presented_key
from carrel.hub.bodies import Bodies, BodyRefused
from carrel.hub.call import CLIENT_CLOSED_REQUEST, Call, CallerGone
from carrel.hub.key_limits import KeyLimits
from carrel.hub.observing import Observer, Outcome
from carrel.hub.platform import Platform
from carrel.hub.routes import CarrelRoute, RouteAccess
from carrel.hub.wire import rpc_text

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Serves the functions of a registry to those whom its door lets in."""

    functions: Functions
    door: Door
    observer: Observer
    limits: KeyLimits
    bodies: Bodies = field(default_factory=Bodies)

    def route(self, path: str) -> CarrelRoute:
        return CarrelRoute(path, self._serve, methods=["POST"], access=RouteAccess.BY_EVENT)

    async def _serve(self, request: Request) -> Response:
        request_id, status = new_request_id(), 200
        with bound_contextvars(request_id=request_id), self.observer.watch("rpc", "unknown") as outcome:
            try:
                reply = await self._reply(request, outcome)
            except Refused as refusal:
                reply = {"error": str(refusal)}
            except (CallRefused, BodyRefused) as error:
                status, reply = error.status, {"error": str(error)}
            except CallerGone:
                status, reply = CLIENT_CLOSED_REQUEST, {"error": "the client went away"}
            except Exception:
                log.exception("call_crashed", dialect="rpc", call=outcome.call)
                status, reply = 500, {"error": "internal error"}
            outcome.status = status
        headers = {**HEADERS, "x-request-id": request_id}
        return Response(msgspec.json.encode(reply), status, headers, "application/json")

    async def _reply(self, request: Request, outcome: Outcome) -> Any:
        platform: Platform = request.state.platform
        async with self.bodies.read(request.receive, dict(request.scope["headers"])) as body:
            principal = await self._principal(request, platform)
            envelope = _envelope(body)
            function = self.functions.find(envelope.name)
            if function is not None:
                outcome.call = function.name
            with anyio.move_on_after(envelope.patience_ms / 1000):
                admitted = await self.door.admit(principal, envelope, platform)
                if function is None:
                    raise Refused(f"Error: unknown function '{envelope.name[:200]}'")
                ip, trail = request.client.host if request.client else None, Trail(only_reads=function.only_reads)
                call = Call(_ranked(principal, function), platform, ip, gone=request.receive, trail=trail)
                return await self._value(function, envelope, admitted, call)
        raise Refused(f"timeout: no response within {envelope.patience_ms} ms ({envelope.name[:200]})")

    async def _value(self, function: Function, envelope: Envelope, admitted: Admitted, call: Call) -> Any:
        params = None
        try:
            params = function.parse(envelope.args, admitted.given)
            await admitted.ready(call.platform)
            async with audited(f"rpc/{self.door.name}/{function.name}", params, call):
                if function.may_call is Caller.ADMIN and not call.account.is_admin:
                    raise AdminRequired
                return await function.handler(params, call)
        except ParametersInvalid as error:
            raise Refused(rpc_text(str(error))) from error
        except DomainError as error:
            raise Refused(rpc_text(function.text(error, params))) from error

    async def _principal(self, request: Request, platform: Platform) -> Principal:
        """Whose key it is; cookies are not looked at, or other sites' pages could call."""
        try:
            secret = presented_key(request.headers.get("authorization"))
            wait_seconds = self.limits.check(secret)
            if wait_seconds:
                raise CallRefused(429, "too many requests")
            return await platform.keys.verify(secret)
        except KeyUnknown as error:
            raise Refused(self.door.stranger) from error
        except (AuthorizationMissing, AuthorizationUnknown, AccountBanned) as error:
            raise Refused(str(error)) from error


def _envelope(body: bytes) -> Envelope:
    try:
        return msgspec.convert(decode_json(body or b"{}"), Envelope)
    except (ValueError, msgspec.ValidationError) as error:
        raise Refused(f"invalid request: {error}") from error


def _ranked(principal: Principal, function: Function) -> Principal:
    return principal if function.may_call in (Caller.RANKED, Caller.ADMIN) else as_anybody(principal)
