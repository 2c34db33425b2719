"""Endpoints of API v2 that programs for the compatible product call: JSON or forms in, HTTP 200 out.

Parameters are converted as in API v1, unknown ones are ignored, and what goes wrong is `{"error": text}`.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, TypeVar

from msgspec import Struct
from starlette.requests import Request

from carrel.domain.errors import DomainError
from carrel.hub.api.once import once
from carrel.hub.api.shell import Answer, Reply, answered
from carrel.hub.api.v1.body import BodyInvalid, parse_body
from carrel.hub.api.v1.parameters import Parameters, ParametersInvalid
from carrel.hub.api.v2.operations import compatible
from carrel.hub.api.v2.procedure import V2, CallRefused, V2Call, json_answer, principal_of
from carrel.hub.auditing import Trail, audited
from carrel.hub.bodies import BodyRefused
from carrel.hub.call import CLIENT_CLOSED_REQUEST, CallerGone
from carrel.hub.observing import Outcome
from carrel.hub.operations import Operation, reply_types
from carrel.hub.platform import Platform
from carrel.hub.routes import CarrelRoute, RouteAccess
from carrel.services.attempts import Attempts, Limit, TooManyRequests

Texts = Mapping[type[DomainError], str]
"""What an endpoint says of errors in words of its own."""
H = TypeVar("H", bound=Callable[..., Awaitable[Any]])


class Ok(Struct):
    """It is done."""

    status: Literal["ok"]


class Success(Struct):
    """It is done."""

    status: Literal["success"]


class Nothing(Struct):
    """It is done, and there is nothing to tell."""


STATUS_OK, STATUS_SUCCESS, NOTHING = Ok("ok"), Success("success"), Nothing()


@dataclass(frozen=True, slots=True)
class CompatibleProcedure:
    """A registered endpoint; its handler returns what becomes the reply's JSON."""

    path: str
    access: RouteAccess
    parameters: Parameters[Any]
    handler: Callable[[Any, V2Call], Awaitable[Any]]
    texts: Texts
    only_reads: bool = False
    """It changes nothing, and the audit need not know of it."""
    limits: Sequence[Limit] = ()
    """How often an account may call it."""

    def route(self, v2: V2) -> CarrelRoute:
        async def endpoint(request: Request) -> Reply:
            return await answered(v2.observer.watch("v2", self.path), partial(self._answer, request, v2), self._refused)

        path = f"/api/v2{self.path}"
        return CarrelRoute(path, endpoint, methods=["POST"], access=self.access, operations=self._operations)

    def _operations(self) -> Iterable[Operation]:
        texts = tuple(dict.fromkeys(self.texts.values()))
        return [compatible(self, self.parameters.struct, texts)]

    async def _answer(self, request: Request, v2: V2, _: Outcome) -> Answer:
        platform: Platform = request.state.platform
        async with v2.bodies.read(request.receive, dict(request.scope["headers"])) as body:
            principal = await principal_of(self.access, request, platform)
            fields = parse_body(body, request.headers.get("content-type", "")) if body else {}
            params = self.parameters.parse(fields, strict=False)
            call = V2Call(request, platform, v2.failures, principal, trail=Trail(only_reads=self.only_reads))
            work = partial(self._carried_out, params, call, v2.attempts)
            return await once(request.scope, body, call, work, self._refused)

    async def _carried_out(self, params: Any, call: V2Call, attempts: Attempts) -> Answer:
        self._count(call, attempts)
        async with audited(f"v2{self.path}", params, call):
            return json_answer(200, await self.handler(params, call), call.cookies)

    def _refused(self, error: Exception) -> Answer:
        match error:
            case DomainError() | BodyInvalid() | ParametersInvalid():
                return json_answer(200, {"error": self._text(error)})
            case CallRefused() | BodyRefused():
                return json_answer(error.status, {"error": str(error)})
            case CallerGone():
                return json_answer(CLIENT_CLOSED_REQUEST, {"error": "the client went away"})
            case _:
                return json_answer(500, {"error": "internal error"})

    def _count(self, call: V2Call, attempts: Attempts) -> None:
        if not self.limits:
            return
        key = f"{call.account.account_id} {self.path}"
        reached = attempts.reached(key, self.limits)
        if reached is not None:
            raise TooManyRequests(self.path[1:], reached, attempts.wait_seconds(key, reached))
        attempts.count(key)

    def _text(self, error: Exception) -> str:
        return next((self.texts[cls] for cls in type(error).__mro__ if cls in self.texts), str(error))


@dataclass(frozen=True, slots=True)
class CompatibleProcedures:
    """A group of endpoints."""

    procedures: list[CompatibleProcedure] = field(default_factory=list)

    def post(
        self,
        path: str,
        *,
        access: RouteAccess,
        texts: Texts | None = None,
        only_reads: bool = False,
        limits: Sequence[Limit] = (),
    ) -> Callable[[H], H]:
        """Register a handler `(params: Struct, call: V2Call) -> Reply`; unless it only reads, its calls are audited."""

        def register(handler: H) -> H:
            struct = inspect.get_annotations(handler, eval_str=True)["params"]
            reply_types(handler)
            parameters = Parameters.of(struct)
            made = CompatibleProcedure(path, access, parameters, handler, texts or {}, only_reads, limits)
            self.procedures.append(made)
            return handler

        return register
