"""What the operator's tools ask: is the process alive, is it ready, what are its figures."""

from collections.abc import Awaitable, Callable

from prometheus_client import generate_latest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from carrel.hub.observing import Observer
from carrel.hub.platform import Platform

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
