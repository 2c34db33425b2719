"""The procedures in the API's own description, and what routes of version 2 that are none of them share with them."""

import inspect
from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any, Protocol

from msgspec import Struct

from carrel.hub.operations import (
    BODY_STATUSES,
    IDEMPOTENCY_KEY,
    Content,
    Credential,
    Operation,
    Parameter,
    Refusal,
    Status,
    refusals,
    reply_types,
)
from carrel.hub.routes import RouteAccess

_KEYS = (Credential.KEY, Credential.KEY_AS_BEARER)
CREDENTIALS: Mapping[RouteAccess, tuple[Credential, ...]] = {
    RouteAccess.KEY: _KEYS,
    RouteAccess.ACCOUNT: (*_KEYS, Credential.BROWSER),
    RouteAccess.OPEN: _KEYS,
    RouteAccess.ANYBODY: (*_KEYS, Credential.BROWSER),
    RouteAccess.CALLER: (*_KEYS, Credential.BROWSER, Credential.EMBED),
    RouteAccess.ADMIN: (*_KEYS, Credential.BROWSER),
    RouteAccess.PERSON: (*_KEYS, Credential.BROWSER, Credential.EMBED),
    RouteAccess.BROWSER: (Credential.BROWSER,),
    RouteAccess.BEARER: (Credential.EMBED,),
    RouteAccess.SIGNED: (Credential.EMBED, Credential.BROWSER),
}
OPEN = (
    RouteAccess.PUBLIC,
    RouteAccess.OPEN,
    RouteAccess.ANYBODY,
    RouteAccess.AUTH_TOKEN,
    RouteAccess.RESUME,
    RouteAccess.SIGNED,
)
"""What can be called without credentials, or with some in the call itself."""


class Failed(Struct):
    """What went wrong; `code` is one of the reference of errors, or `bad-request`, or `internal`."""

    error: str
    code: str


_STATUSES = {
    400: "The parameters are not good, or what they ask for cannot be; the error says why.",
    401: "Nobody is signed in, or the credentials are not good.",
    403: "The caller may not do this.",
    404: "There is no such thing, or not for this caller.",
    409: "It is in the way of something that is there.",
    422: "An `Idempotency-Key` that was sent with another call.",
    429: "Too many attempts; `Retry-After` says when to go on.",
    **BODY_STATUSES,
}
REFUSALS = refusals("v2", _STATUSES, Failed)
_SENT = {status: REFUSALS[status] for status in (400, 401, 403, 404, 500, 503)}
_COMPATIBLE = refusals("v2.compatible", {403: "A page of another site has called.", **BODY_STATUSES})


class Described(Protocol):
    """A procedure of either registry."""

    @property
    def path(self) -> str: ...
    @property
    def access(self) -> RouteAccess: ...
    @property
    def handler(self) -> Callable[..., Any]: ...
    @property
    def only_reads(self) -> bool: ...


def strict(procedure: Described, params: type[Struct]) -> Operation:
    """The operation of a procedure with HTTP's own statuses."""
    returned = reply_types(procedure.handler)
    done = Status("Done.") if returned == (NoneType,) else Status("The reply.", Content(returned))
    status = 200 if done.content else 204
    return _operation(procedure, params, {status: done, **REFUSALS})


def compatible(procedure: Described, params: type[Struct], texts: tuple[str, ...]) -> Operation:
    """The operation of an endpoint whose refusals have status 200; `texts` are those in words of its own."""
    said = "".join(f"\n- `{text}`" for text in texts)
    meaning = f"The reply; what goes wrong is an `error`{', among others:' + said if said else '.'}"
    statuses = {
        200: Status(meaning, Content((Refusal, *reply_types(procedure.handler)))),
        **_COMPATIBLE,
    }
    return _operation(procedure, params, statuses)


def _operation(procedure: Described, params: type[Struct], statuses: dict[int, Status]) -> Operation:
    path, access, handler = procedure.path, procedure.access, procedure.handler
    module = handler.__module__.rpartition(".")[2].replace("_", " ")
    is_kept = access in CREDENTIALS and not procedure.only_reads
    return Operation(
        id="v2_" + path.strip("/").replace("/", "_").replace("-", "_"),
        method="post",
        path=f"/api/v2{path}",
        group=f"v2: {module}",
        about=inspect.getdoc(handler) or "",
        access=access.value,
        credentials=CREDENTIALS.get(access, ()),
        is_open=access in OPEN,
        parameters=(IDEMPOTENCY_KEY,) if is_kept else (),
        body=Content((params,)),
        statuses=statuses,
    )


PROJECT = Parameter("project_id", "path", "The project.")
FILE = Parameter("path", "path", "The path below its home directory; its slashes may be sent as they are.")


def sent(
    route: RouteAccess, name: str, statuses: Mapping[int, Status], about: str, *more: Parameter, media_type: str = "*/*"
) -> Operation:
    """The operation of a route that sends what a path in a project is about."""
    return Operation(
        id=f"v2_{name}",
        method="get",
        path=f"/api/v2/{name}/{{project_id}}/{{path}}",
        group="v2: files",
        about=about,
        access=route.value,
        credentials=CREDENTIALS.get(route, ()),
        is_open=route in OPEN,
        parameters=(PROJECT, FILE, *more),
        statuses={
            200: Status("All.", Content(media_type=media_type)),
            **_SENT,
            **statuses,
        },
    )
