"""The RPC endpoints: the name of a function and its arguments in, its value out.

Whatever fails is answered with status 200 and `{"error": text}`, because clients take other statuses for faults of the
network. Texts of what a function says is wrong begin with `Error: `, those of the endpoint itself do not.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

import anyio
import msgspec
from starlette.requests import Request
from starlette.types import Scope

from carrel.domain.errors import AdminRequired, DomainError
from carrel.domain.keys import AccountBanned, KeyUnknown
from carrel.domain.principals import Principal
from carrel.hub.api.once import once
from carrel.hub.api.rpc.doors import Admitted, Door, Envelope, Refused, as_anybody
from carrel.hub.api.rpc.operations import operation_of
from carrel.hub.api.rpc.registry import Caller, Function, Functions
from carrel.hub.api.shell import Answer, Reply, answered
from carrel.hub.api.v1.body import decode_json
from carrel.hub.api.v1.parameters import ParametersInvalid
from carrel.hub.api.v2.procedure import CallRefused, json_answer
from carrel.hub.auditing import Trail, audited
from carrel.hub.auth.authorization import AuthorizationMissing, AuthorizationUnknown, presented_key
from carrel.hub.bodies import Bodies, BodyRefused
from carrel.hub.call import CLIENT_CLOSED_REQUEST, Call, CallerGone
from carrel.hub.key_limits import KeyLimits
from carrel.hub.observing import Observer, Outcome
from carrel.hub.operations import Operation
from carrel.hub.platform import Platform
from carrel.hub.routes import CarrelRoute, RouteAccess
from carrel.hub.wire import rpc_text


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it has come."""

    scope: Scope
    body: bytes


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Serves the functions of a registry to those whom its door lets in."""

    functions: Functions
    door: Door
    observer: Observer
    limits: KeyLimits
    bodies: Bodies = field(default_factory=Bodies)

    def route(self, path: str) -> CarrelRoute:
        return CarrelRoute(
            path, self._serve, methods=["POST"], access=RouteAccess.BY_EVENT, operations=self._operations
        )

    def _operations(self) -> Iterable[Operation]:
        return (operation_of(function, self.door.name) for function in self.functions)

    async def _serve(self, request: Request) -> Reply:
        return await answered(self.observer.watch("rpc", "unknown"), partial(self._answer, request), _refused)

    async def _answer(self, request: Request, outcome: Outcome) -> Answer:
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
                return await self._value(function, envelope, admitted, call, Sent(request.scope, body))
        raise Refused(f"timeout: no response within {envelope.patience_ms} ms ({envelope.name[:200]})")

    async def _value(
        self, function: Function, envelope: Envelope, admitted: Admitted, call: Call, request: Sent
    ) -> Answer:
        async def work() -> Answer:
            async with audited(f"rpc/{self.door.name}/{function.name}", params, call):
                if function.may_call is Caller.ADMIN and not call.account.is_admin:
                    raise AdminRequired
                return json_answer(200, await function.handler(params, call))

        def refused(error: Exception) -> Answer:
            if isinstance(error, DomainError):
                return json_answer(200, {"error": rpc_text(function.text(error, params))})
            return _refused(error)

        params = None
        try:
            params = function.parse(envelope.args, admitted.given)
            await admitted.ready(call.platform)
            return await once(request.scope, request.body, call, work, refused)
        except ParametersInvalid as error:
            raise Refused(rpc_text(str(error))) from error
        except DomainError as error:
            return refused(error)

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


def _refused(error: Exception) -> Answer:
    match error:
        case Refused():
            return json_answer(200, {"error": str(error)})
        case CallRefused() | BodyRefused():
            return json_answer(error.status, {"error": str(error)})
        case CallerGone():
            return json_answer(CLIENT_CLOSED_REQUEST, {"error": "the client went away"})
        case _:
            return json_answer(500, {"error": "internal error"})


def _envelope(body: bytes) -> Envelope:
    try:
        return msgspec.convert(decode_json(body or b"{}"), Envelope)
    except (ValueError, msgspec.ValidationError) as error:
        raise Refused(f"invalid request: {error}") from error


def _ranked(principal: Principal, function: Function) -> Principal:
    return principal if function.may_call in (Caller.RANKED, Caller.ADMIN) else as_anybody(principal)
