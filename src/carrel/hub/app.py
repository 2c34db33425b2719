"""The ASGI application: routes, and the platform's lifetime."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp

from carrel.hub.api.openapi.routes import openapi_routes
from carrel.hub.api.rpc import rpc_routes
from carrel.hub.api.v1 import all_events
from carrel.hub.api.v1.endpoint import Endpoint
from carrel.hub.api.v1.operations import operation_of
from carrel.hub.api.v2 import v2_routes
from carrel.hub.api.v2.procedure import V2
from carrel.hub.health import health_routes
from carrel.hub.key_limits import KeyLimits
from carrel.hub.live.endpoint import live_socket
from carrel.hub.live.intake import Intake
from carrel.hub.live.metrics import LiveMetrics
from carrel.hub.observing import Observer
from carrel.hub.pages.assets import Assets
from carrel.hub.pages.routes import page_routes
from carrel.hub.platform import Platform, open_platform
from carrel.hub.request_ids import RequestIds
from carrel.hub.routes import CarrelRoute, CarrelSocket, RouteAccess
from carrel.hub.settings import Settings
from carrel.hub.welcome import welcome


class Hub(Starlette):
    """Starlette, whose replies have ids; also those that it makes of errors."""

    def build_middleware_stack(self) -> ASGIApp:
        return RequestIds(super().build_middleware_stack())


def create_app(settings: Settings) -> Starlette:
    """The hub; its lifespan opens the platform and hands it to every request as `state.platform`."""
    observer = Observer()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[dict[str, Platform]]:
        async with open_platform(settings) as platform:
            yield {"platform": platform}

    routes: list[BaseRoute] = [*_routes(settings, observer)]
    if settings.hub.base_path:
        routes = [Mount(settings.hub.base_path, routes=routes)]
    return Hub(routes=routes, lifespan=lifespan, exception_handlers={404: _not_found})


def _routes(settings: Settings, observer: Observer) -> list[CarrelRoute | CarrelSocket]:
    limits = KeyLimits(settings.site.key_requests_per_minute)
    events = all_events()
    api: list[CarrelRoute] = [
        CarrelRoute(
            "/api/v1/{event:path}",
            Endpoint(events, observer, limits),
            access=RouteAccess.BY_EVENT,
            operations=lambda: map(operation_of, events),
        ),
        *v2_routes(V2(observer)),
        *rpc_routes(observer, limits),
        *health_routes(observer),
    ]
    return [
        *api,
        *openapi_routes(api, settings.hub.base_path),
        live_socket(LiveMetrics.of(observer.registry), Intake(settings.live.connections)),
        *page_routes(_settings_of, Assets()),
        CarrelRoute("/", welcome, access=RouteAccess.PUBLIC),
    ]


def _settings_of(request: Request) -> Settings:
    platform: Platform = request.state.platform
    return platform.settings


async def _not_found(request: Request, _error: Any) -> Response:
    return JSONResponse({"error": f"there is nothing at {request.url.path[:200]}"}, status_code=404)
