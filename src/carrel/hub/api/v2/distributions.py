"""Hand-outs and collections over HTTP: ordered, looked at, watched as server-sent events, cancelled."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any

import anyio
import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from carrel.domain.distributions import Distribution, Kind, Order, Part
from carrel.domain.principals import AccountPrincipal
from carrel.hub.api.shell import Reply, answered
from carrel.hub.api.v2.operations import CREDENTIALS, REFUSALS
from carrel.hub.api.v2.procedure import HEADERS, V2, Procedures, V2Call, refused
from carrel.hub.auth.bearers import account_by_key
from carrel.hub.auth.cookies import signed_in_for_reading
from carrel.hub.operations import Content, Operation, Parameter, Status
from carrel.hub.platform import Platform
from carrel.hub.routes import CarrelRoute, RouteAccess
from carrel.kit.timestamps import to_milliseconds
from carrel.services.distributions import refusals

procedures = Procedures()

_LOOK_SECONDS = 0.2
_SIGN_OF_LIFE_SECONDS = 15
_OVERLAP = timedelta(seconds=10)
"""Hubs' clocks differ, and what finishes first need not be seen first."""

Ids = Annotated[list[str], Meta(min_length=1)]


_EVENTS = Operation(
    id="v2_operation_events",
    method="get",
    path="/api/v2/operations/{operation_id}/events",
    group="v2: distributions",
    about="Watch a hand-out or a collection as server-sent events: `project`, `progress` and, at last, `end`.",
    access=RouteAccess.ACCOUNT.value,
    credentials=CREDENTIALS[RouteAccess.ACCOUNT],
    parameters=(Parameter("operation_id", "path", "What `projects/handout` or `projects/collect` has answered."),),
    statuses={
        200: Status("The events.", Content(media_type="text/event-stream")),
        **{code: REFUSALS[code] for code in (401, 403, 404, 500)},
    },
)


class HandOutParams(Struct, forbid_unknown_fields=True):
    """`target_path`: the same path, unless it is given. `overwrite`: what the targets have already."""

    src_project_id: str
    path: str
    target_project_ids: Ids
    target_path: str | None = None
    overwrite: bool = False
    backup: bool = False


class CollectParams(Struct, forbid_unknown_fields=True):
    """Each project's is put into a directory below `target_path`, named by `names`, else by its id."""

    src_project_ids: Ids
    path: str
    target_project_id: str
    target_path: str
    names: dict[str, str] = {}
    overwrite: bool = False
    backup: bool = False


class Ordered(Struct):
    """`refused`: why a project is left out, by its id."""

    operation_id: str
    total: int
    refused: dict[str, str]

    @classmethod
    def of(cls, distribution: Distribution) -> "Ordered":
        return cls(distribution.distribution_id, distribution.total, distribution.refused)


@procedures.post("/projects/handout", access=RouteAccess.ACCOUNT)
async def hand_out(params: HandOutParams, call: V2Call) -> Ordered:
    """Copy a path of one project to many others. It goes on whatever happens to this server."""
    target_path = params.path if params.target_path is None else params.target_path
    order = Order(Kind.HANDOUT, params.path, target_path, params.overwrite, params.backup)
    return Ordered.of(
        await call.platform.distributions.request(call.account, params.src_project_id, params.target_project_ids, order)
    )


@procedures.post("/projects/collect", access=RouteAccess.ACCOUNT)
async def collect(params: CollectParams, call: V2Call) -> Ordered:
    """Copy a path of many projects to one, side by side."""
    order = Order(Kind.COLLECTION, params.path, params.target_path, params.overwrite, params.backup, params.names)
    return Ordered.of(
        await call.platform.distributions.request(call.account, params.target_project_id, params.src_project_ids, order)
    )


class OperationParams(Struct):
    operation_id: str


class PartOut(Struct, omit_defaults=True):
    """`state`: `waiting`, `running`, `done`, `unchanged`, `failed`, `refused` or `cancelled`."""

    project_id: str
    state: str
    error: str | None = None

    @classmethod
    def of(cls, part: Part) -> "PartOut":
        return cls(part.project_id, part.state, part.error)


class OperationReply(Struct):
    """`counts`: of projects by their states. Times in milliseconds since the epoch."""

    operation_id: str
    kind: str
    project_id: str
    path: str
    target_path: str
    time: int
    cancelled: int | None
    total: int
    counts: dict[str, int]
    projects: list[PartOut]


@procedures.post("/projects/operations/status", access=RouteAccess.ACCOUNT, only_reads=True)
async def status(params: OperationParams, call: V2Call) -> OperationReply:
    """What has become of a hand-out or a collection, project by project."""
    found = await call.platform.distributions.find(call.account, params.operation_id)
    parts = await call.platform.distributions.parts(found)
    return OperationReply(
        found.distribution_id,
        found.kind,
        found.project_id,
        found.path,
        found.target_path,
        to_milliseconds(found.time),
        to_milliseconds(found.cancelled) if found.cancelled else None,
        found.total,
        dict(Counter(part.state for part in parts)),
        [PartOut.of(part) for part in parts],
    )


@procedures.post("/projects/operations/cancel", access=RouteAccess.ACCOUNT)
async def cancel(params: OperationParams, call: V2Call) -> None:
    """Carry out no more of it; what has arrived stays."""
    distributions = call.platform.distributions
    await distributions.cancel(await distributions.find(call.account, params.operation_id))


def operation_events_route(v2: V2) -> CarrelRoute:
    async def events(request: Request) -> Reply:
        return await answered(v2.observer.watch("v2", "/operations"), lambda _: _stream(request), refused)

    return CarrelRoute(_EVENTS.path, events, methods=["GET"], access=RouteAccess.ACCOUNT, operations=lambda: [_EVENTS])


async def _stream(request: Request) -> Response:
    platform: Platform = request.state.platform
    found = await platform.distributions.find(await _watcher(request, platform), request.path_params["operation_id"])
    return StreamingResponse(_events(found, platform), headers=HEADERS, media_type="text/event-stream")


async def _watcher(request: Request, platform: Platform) -> AccountPrincipal:
    """Whoever has the key; else whoever has signed in with the browser, whose pages name no origin when they read."""
    if "authorization" in request.headers:
        return await account_by_key(request.headers["authorization"], platform)
    return (await signed_in_for_reading(request, platform)).principal


async def _events(distribution: Distribution, platform: Platform) -> AsyncIterator[bytes]:
    """`project` for each that has come to its end, `progress` after each batch of these, and `end` at last."""
    seen: dict[str, Part] = {}
    news, since, quiet_seconds = refusals(distribution), distribution.time - _OVERLAP, 0.0
    while True:
        finished = await platform.distributions.finished(distribution, since)
        news += [part for part in finished if part.project_id not in seen]
        since = max([since, *(part.finished - _OVERLAP for part in finished if part.finished)])
        seen |= {part.project_id: part for part in news}
        left = distribution.total - len(seen)
        for part in news:
            yield _event("project", PartOut.of(part))
        if news or not left:
            counts = Counter(part.state for part in seen.values())
            yield _event("progress", {"total": distribution.total, "left": left, "counts": counts})
        if not left:
            yield _event("end", {"operation_id": distribution.distribution_id})
            return
        quiet_seconds = 0.0 if news else quiet_seconds + _LOOK_SECONDS
        if quiet_seconds >= _SIGN_OF_LIFE_SECONDS:
            yield b":\n\n"
            quiet_seconds = 0.0
        news = []
        await anyio.sleep(_LOOK_SECONDS)


def _event(name: str, data: Any) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(data) + b"\n\n"
