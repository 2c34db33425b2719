"""What the operator's tools ask: is the process alive, is it ready, what are its figures."""

from collections.abc import Awaitable, Callable

from prometheus_client import generate_latest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from carrel.hub.observing import Observer
from carrel.hub.operations import Content, Operation, Status
from carrel.hub.platform import Platform
from carrel.hub.routes import CarrelRoute, RouteAccess

_LOOPBACK = ("127.0.0.1", "::1")


async def alive(_request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


async def ready(request: Request) -> Response:
    """The database answers too."""
    platform: Platform = request.state.platform
    async with platform.store.read() as transaction:
        await transaction.keys.find_presented("")
    return PlainTextResponse("ready\n")


def metrics_of(observer: Observer) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that shows the figures in Prometheus' text format to callers on the hub's own machine."""

    async def metrics(request: Request) -> Response:
        if request.client is None or request.client.host not in _LOOPBACK:
            raise HTTPException(404)
        return Response(generate_latest(observer.registry), media_type="text/plain; version=0.0.4")

    return metrics


def health_routes(observer: Observer) -> list[CarrelRoute]:
    """Outside of the API's versions: operators' tools know them by these names."""
    figures = "Show the hub's figures in Prometheus' text format."
    return [
        _route("healthz", alive, RouteAccess.PUBLIC, "Tell that the process answers."),
        _route("readyz", ready, RouteAccess.PUBLIC, "Tell that the database answers, too."),
        _route("metrics", metrics_of(observer), RouteAccess.LOCAL, figures),
    ]


def _route(
    name: str, endpoint: Callable[[Request], Awaitable[Response]], access: RouteAccess, about: str
) -> CarrelRoute:
    operation = Operation(
        id=name,
        method="get",
        path=f"/{name}",
        group="health",
        about=about,
        access=access.value,
        credentials=(),
        is_open=True,
        statuses={200: Status("It is well.", Content((str,), "text/plain"))},
    )
    return CarrelRoute(operation.path, endpoint, access=access, operations=lambda: [operation])
