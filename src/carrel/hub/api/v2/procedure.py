"""The registry of API v2: a procedure is a path, who may call it, a Struct of parameters, and a handler.

As in v1, a procedure without an access marker cannot be registered, and handlers know nothing of statuses.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated, Any, TypeVar

import msgspec
from starlette.requests import Request

from carrel.domain.accounts import OnlyTheAccountItself
from carrel.domain.embed_sessions import NotAvailableInEmbed
from carrel.domain.errors import AdminRequired, DomainError
from carrel.domain.principals import AccountPrincipal, EmbedPrincipal, Principal
from carrel.domain.projects import Permission, ProjectAccess
from carrel.hub.api.once import once
from carrel.hub.api.shell import Answer, Reply, answered
from carrel.hub.api.v2.operations import strict
from carrel.hub.auditing import Trail, audited
from carrel.hub.auth.bearers import (
    account_by_key,
    account_of_request,
    anybody_of_request,
    caller_of_request,
    embed_of,
    person_of_request,
)
from carrel.hub.auth.cookies import signed_in
from carrel.hub.auth.failures import Failures
from carrel.hub.bodies import Bodies, BodyRefused
from carrel.hub.call import Call
from carrel.hub.observing import Observer, Outcome
from carrel.hub.operations import Operation, reply_types
from carrel.hub.platform import Platform
from carrel.hub.routes import CarrelRoute, RouteAccess
from carrel.hub.wire import v2_status
from carrel.services.access import account_of
from carrel.services.attempts import Attempts

HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_RAW_HEADERS = tuple((name.encode(), value.encode()) for name, value in HEADERS.items())
_JSON_HEADERS = (*_RAW_HEADERS, (b"content-type", b"application/json"))
RowNumber = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""By which a database counts rows."""
_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class V2:
    """What all procedures of one hub share."""

    observer: Observer
    bodies: Bodies = field(default_factory=lambda: Bodies(each_bytes=1_000_000))
    failures: Failures = field(default_factory=Failures)
    attempts: Attempts = field(default_factory=Attempts)


@dataclass(frozen=True, slots=True)
class V2Call:
    """One call: who it is by depends on the procedure's marker."""

    request: Request
    platform: Platform
    failures: Failures
    principal: Principal | None
    cookies: list[str] = field(default_factory=list)
    """`Set-Cookie` headers of the reply."""
    trail: Trail = field(default_factory=Trail)

    @property
    def embed(self) -> EmbedPrincipal:
        """The calling embed session."""
        assert isinstance(self.principal, EmbedPrincipal)
        return self.principal

    @property
    def account(self) -> AccountPrincipal:
        """The calling account; raises for a project's key, and for an embed session."""
        return account_of(self.caller)

    @property
    def caller(self) -> Principal:
        """Who calls."""
        assert self.principal is not None
        return self.principal

    async def access(self, project_id: str, permission: Permission = Permission.WRITE) -> ProjectAccess:
        """The caller's right to work on a project as a whole, which an embed session that is for some paths lacks.

        Raises `PermissionMissing`.
        """
        if isinstance(self.principal, EmbedPrincipal) and self.principal.scope.paths is not None:
            raise NotAvailableInEmbed
        return await self.platform.access.to(self.caller, project_id, permission)

    @property
    def own_account(self) -> AccountPrincipal:
        """The calling account, for what an admin who is signed in as it must not do; `OnlyTheAccountItself`."""
        if self.account.is_impersonated:
            raise OnlyTheAccountItself
        return self.account

    @property
    def person(self) -> AccountPrincipal | EmbedPrincipal:
        """The calling account, or the calling embed session."""
        assert isinstance(self.principal, AccountPrincipal | EmbedPrincipal)
        return self.principal

    @property
    def client_ip(self) -> str | None:
        return self.request.client.host if self.request.client else None

    @property
    def in_v1(self) -> Call:
        """The call as one of an event of API v1."""
        return Call(self.caller, self.platform, self.client_ip, gone=self.request.receive, trail=self.trail)


class CallRefused(Exception):
    """A call that is not what its procedure takes."""

    def __init__(self, status: int, text: str, code: str = "bad-request") -> None:
        super().__init__(text)
        self.status = status
        self.code = code


Handler = Callable[[Any, V2Call], Awaitable[Any]]
H = TypeVar("H", bound=Callable[..., Awaitable[Any]])


@dataclass(frozen=True, slots=True)
class Procedure:
    """A registered procedure; its handler returns a Struct, or `None` for 204."""

    path: str
    access: RouteAccess
    decoder: msgspec.json.Decoder[Any]
    handler: Handler
    only_reads: bool = False
    """It changes nothing, and the audit need not know of it."""

    def route(self, v2: V2) -> CarrelRoute:
        async def endpoint(request: Request) -> Reply:
            return await answered(v2.observer.watch("v2", self.path), partial(self._answer, request, v2), refused)

        path = f"/api/v2{self.path}"
        return CarrelRoute(path, endpoint, methods=["POST"], access=self.access, operations=self._operations)

    def _operations(self) -> Iterable[Operation]:
        return [strict(self, self.decoder.type)]

    async def _answer(self, request: Request, v2: V2, _: Outcome) -> Answer:
        platform: Platform = request.state.platform
        async with v2.bodies.read(request.receive, dict(request.scope["headers"])) as body:
            params = self._params(body)
            principal = await principal_of(self.access, request, platform)
            call = V2Call(request, platform, v2.failures, principal, trail=Trail(only_reads=self.only_reads))
            return await once(request.scope, body, call, partial(self._carried_out, params, call), refused)

    async def _carried_out(self, params: Any, call: V2Call) -> Answer:
        async with audited(f"v2{self.path}", params, call):
            reply = await self.handler(params, call)
        return Answer(204, headers=_RAW_HEADERS) if reply is None else json_answer(200, reply, call.cookies)

    def _params(self, body: bytes) -> Any:
        try:
            return self.decoder.decode(body or b"{}")
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise CallRefused(400, f"invalid parameters: {error}") from error


async def principal_of(access: RouteAccess, request: Request, platform: Platform) -> Principal | None:
    """Who calls a route with that marker; `None` where the handler itself finds out."""
    header = request.headers.get("authorization")
    match access:
        case RouteAccess.BEARER:
            return await embed_of(header, platform)
        case RouteAccess.KEY:
            return await account_by_key(header, platform)
        case RouteAccess.OPEN:
            return None if header is None else await account_by_key(header, platform)
        case RouteAccess.ACCOUNT:
            return await account_of_request(request, platform)
        case RouteAccess.ADMIN:
            return _admin(await account_of_request(request, platform))
        case RouteAccess.CALLER:
            return await caller_of_request(request, platform)
        case RouteAccess.ANYBODY:
            return await anybody_of_request(request, platform)
        case RouteAccess.BROWSER:
            return (await signed_in(request, platform)).principal
        case RouteAccess.PERSON:
            return await person_of_request(request, platform)
        case _:
            return None


def _admin(caller: AccountPrincipal) -> AccountPrincipal:
    if not caller.is_admin or caller.is_impersonated:
        raise AdminRequired
    return caller


def refused(error: Exception) -> Answer:
    """The dialect's reply to an error."""
    match error:
        case DomainError():
            return _failure(v2_status(error), str(error), error.code, getattr(error, "retry_seconds", None))
        case CallRefused():
            return _failure(error.status, str(error), error.code)
        case BodyRefused():
            return _failure(error.status, str(error), "bad-request", error.retry_seconds)
        case _:
            return _failure(500, "internal error", "internal")


def _failure(status: int, text: str, code: str, retry_seconds: int | None = None) -> Answer:
    answer = json_answer(status, {"error": text, "code": code})
    if retry_seconds is None:
        return answer
    return replace(answer, headers=(*answer.headers, (b"retry-after", str(retry_seconds).encode())))


def json_answer(status: int, value: Any, cookies: Sequence[str] = ()) -> Answer:
    """A reply with a value, which sets cookies."""
    set_cookies = ((b"set-cookie", cookie.encode("latin-1")) for cookie in cookies)
    return Answer(status, _encoder.encode(value), (*_JSON_HEADERS, *set_cookies))


@dataclass(frozen=True, slots=True)
class Procedures:
    """A group of procedures."""

    procedures: list[Procedure] = field(default_factory=list)

    def post(self, path: str, *, access: RouteAccess, only_reads: bool = False) -> Callable[[H], H]:
        """Register a handler `(params: Struct, call: V2Call) -> Reply`; unless it only reads, its calls are audited."""

        def register(handler: H) -> H:
            struct = inspect.get_annotations(handler, eval_str=True)["params"]
            reply_types(handler)
            self.procedures.append(Procedure(path, access, msgspec.json.Decoder(struct), handler, only_reads))
            return handler

        return register

    def __iter__(self) -> Iterator[Procedure]:
        return iter(self.procedures)
