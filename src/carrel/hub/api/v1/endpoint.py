"""The ASGI endpoint of API v1: `POST <base>/api/v1/<event>`.

It is an ASGI application of its own, without a framework's request and response objects: v1 has its own rules for
bodies, parameters and errors, and this is the hub's hottest path. The order of checks is part of the contract: the
Authorization header, the event, the parameters, the key, the handler.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec
from starlette.types import Receive, Scope, Send

from carrel.domain.errors import DomainError, NotAvailableWithProjectKey
from carrel.domain.keys import KeyUnknown
from carrel.domain.principals import AccountPrincipal, Anonymous, Principal
from carrel.hub.api.once import once
from carrel.hub.api.shell import Answer, Headers, answered
from carrel.hub.api.v1.body import BodyInvalid, parse_body
from carrel.hub.api.v1.catalogue import missing_event_text
from carrel.hub.api.v1.parameters import ParametersInvalid
from carrel.hub.api.v1.registry import Caller, Event, Events, Failure
from carrel.hub.auditing import Trail, audited
from carrel.hub.auth.authorization import AuthorizationMissing, AuthorizationUnknown, presented_key
from carrel.hub.bodies import Bodies, BodyRefused
from carrel.hub.call import CLIENT_CLOSED_REQUEST, Call, CallerGone
from carrel.hub.key_limits import KeyLimits
from carrel.hub.observing import Observer, Outcome
from carrel.hub.platform import Platform
from carrel.hub.request_ids import request_id
from carrel.hub.wire import v1_status, v1_text

_encoder = msgspec.json.Encoder()
_HEADERS = ((b"content-type", b"application/json; charset=utf-8"), (b"cache-control", b"no-store"))


@dataclass(slots=True)
class Incoming:
    """A call as far as it is known; `call_id` is the caller's own, or else the id under which the log knows it."""

    name: str
    call_id: Any
    scope: Scope


class Refused(Exception):
    """A call that does not reach its handler: status and error text."""

    def __init__(self, status: int, text: str, headers: Headers = ()) -> None:
        super().__init__(text)
        self.status = status
        self.headers = headers


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Serves all events of a registry."""

    events: Events
    observer: Observer
    limits: KeyLimits = field(default_factory=KeyLimits)
    bodies: Bodies = field(default_factory=Bodies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        incoming = Incoming(scope["path_params"]["event"], call_id=request_id(), scope=scope)
        known = incoming.name if self.events.find(incoming.name) else "unknown"

        async def work(_: Outcome) -> Answer:
            return await self._answer(scope, receive, incoming)

        reply = await answered(self.observer.watch("v1", known), work, partial(_refused, incoming=incoming))
        await reply(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, incoming: Incoming) -> Answer:
        if scope["method"] != "POST":
            raise Refused(405, "API v1 calls must use POST", ((b"allow", b"POST"),))
        headers = dict(scope["headers"])
        secret = _presented(headers)
        event = self.events.find(incoming.name)
        if event is None:
            raise Refused(400, missing_event_text(incoming.name))
        try:
            async with self.bodies.read(receive, headers) as body:
                content_type = headers.get(b"content-type", b"").decode("latin-1")
                call_id, params = _parameters(event, body, content_type)
                if call_id is not None:
                    incoming.call_id = call_id
                call = await self._call(scope, receive, event, secret)
                return await self._reply(event, params, call, incoming, body)
        except BodyRefused as error:
            raise Refused(error.status, str(error), _retry_after(error.retry_seconds)) from error

    async def _call(self, scope: Scope, receive: Receive, event: Event, secret: str) -> Call:
        platform: Platform = scope["state"]["platform"]
        try:
            principal = await self._principal(event, secret, platform)
        except DomainError as error:
            raise Refused(v1_status(error), v1_text(error)) from error
        client = scope.get("client")
        trail = Trail(only_reads=event.only_reads)
        return Call(principal, platform, client[0] if client else None, gone=receive, trail=trail)

    async def _principal(self, event: Event, secret: str, platform: Platform) -> Principal:
        if secret == "":
            shared = event.may_call is Caller.SHARED and platform.settings.site.share_server
            if event.may_call is Caller.ANYONE or shared:
                return Anonymous()
            raise KeyUnknown
        wait_seconds = self.limits.check(secret)
        if wait_seconds:
            raise Refused(429, "too many requests", _retry_after(wait_seconds))
        return await platform.keys.verify(secret)

    async def _reply(self, event: Event, params: Any, call: Call, incoming: Incoming, body: bytes) -> Answer:
        async def work() -> Answer:
            async with audited(f"v1/{event.name}", params, call):
                if event.may_call is Caller.ACCOUNT and not isinstance(call.principal, AccountPrincipal):
                    raise NotAvailableWithProjectKey
                reply = await event.handler(params, call)
            return Answer(200, reply.encode(incoming.call_id), _HEADERS)

        def failed(error: Exception) -> Answer:
            if not isinstance(error, DomainError) or v1_status(error) != 200:
                return _refused(error, incoming)
            reply = event.on_failure(error, params, call) or Failure(error=v1_text(error))
            return Answer(200, reply.encode(incoming.call_id), _HEADERS)

        try:
            return await once(incoming.scope, body, call, work, failed)
        except DomainError as error:
            return failed(error)


def _refused(error: Exception, incoming: Incoming) -> Answer:
    if isinstance(error, Refused):
        return Answer(error.status, _encoder.encode({"error": str(error)}), _HEADERS + error.headers)
    if isinstance(error, DomainError):
        return Answer(v1_status(error), _encoder.encode({"error": v1_text(error)}), _HEADERS)
    if isinstance(error, CallerGone):
        return Answer(CLIENT_CLOSED_REQUEST, _encoder.encode({"error": "the client went away"}), _HEADERS)
    return Answer(500, _encoder.encode({"error": "internal error", "id": incoming.call_id}), _HEADERS)


def _retry_after(seconds: int | None) -> Headers:
    return () if seconds is None else ((b"retry-after", str(seconds).encode()),)


def _presented(headers: dict[bytes, bytes]) -> str:
    raw = headers.get(b"authorization")
    try:
        return presented_key(raw.decode("latin-1") if raw is not None else None)
    except (AuthorizationMissing, AuthorizationUnknown) as error:
        raise Refused(400, str(error)) from error


def _parameters(event: Event, body: bytes, content_type: str) -> tuple[Any, Any]:
    """The call's id (`None`: it has none) and its typed parameters."""
    try:
        given = parse_body(body, content_type)
        call_id = given.pop("id", None) if "id" not in event.parameters.fields else given.get("id")
        if given.pop("event", event.name) != event.name:
            raise Refused(400, "invalid parameters 'Error: event does not match the URL'")
        return call_id, event.parameters.parse(given)
    except (BodyInvalid, ParametersInvalid) as error:
        raise Refused(400, str(error)) from error
