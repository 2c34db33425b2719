"""Which addresses show pages."""

from starlette.requests import Request
from starlette.responses import Response

from carrel.hub.pages.assets import Assets
from carrel.hub.pages.policies import Policies
from carrel.hub.pages.shell import Shells
from carrel.hub.routes import CarrelRoute, RouteAccess
from carrel.hub.settings import Settings

_PATHS = (
    "/app",
    "/projects",
    "/projects/{rest:path}",
    "/settings",
    "/settings/{rest:path}",
    "/notifications",
    "/admin",
    "/admin/{rest:path}",
    "/auth/{rest:path}",
)


def page_routes(settings: Settings, assets: Assets) -> list[CarrelRoute]:
    """The shells, which are alike for everybody, and what they load."""
    policies = Policies(settings.parents, settings.hub.base_path, settings.embed.corp)
    shells = Shells(settings, assets, policies)

    async def serve_asset(request: Request) -> Response:
        return await assets.serve(request, policies)

    async def shell(request: Request) -> Response:
        return await shells(request)

    return [
        CarrelRoute("/static/{path:path}", serve_asset, access=RouteAccess.PUBLIC),
        *(CarrelRoute(path, shell, access=RouteAccess.PUBLIC) for path in _PATHS),
    ]
