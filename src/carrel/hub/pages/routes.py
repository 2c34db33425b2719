"""Which addresses show pages."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from carrel.hub.pages.api_docs import api_docs
from carrel.hub.pages.assets import Assets
from carrel.hub.pages.policies import Policies
from carrel.hub.pages.shell import Shells
from carrel.hub.platform import Platform
from carrel.hub.routes import CarrelRoute, RouteAccess
from carrel.hub.settings import Settings
from carrel.services.settings import IframeSettings, SiteSettings

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
    "/share",
)


def page_routes(current: Callable[[Request], Settings], assets: Assets) -> list[CarrelRoute]:
    """The shells, which are alike for everybody, and what they load; `current`: admins change settings meanwhile."""

    made: dict[tuple[SiteSettings, IframeSettings], tuple[Policies, Shells]] = {}

    def pages_now(request: Request) -> tuple[Policies, Shells]:
        settings = current(request)
        key = (settings.site, settings.iframe)
        if key not in made:
            made.clear()
            policies = Policies(settings.parents, settings.hub.base_path, settings.embed.corp)
            made[key] = policies, Shells(settings, assets, policies)
        return made[key]

    async def serve_asset(request: Request) -> Response:
        return await assets.serve(request, pages_now(request)[0])

    async def shell(request: Request) -> Response:
        return await pages_now(request)[1](request)

    async def share(request: Request) -> Response:
        """A share's page, which search engines may find only if everybody may."""
        response = await shell(request)
        platform: Platform = request.state.platform
        if not await platform.shares.is_listed(request.path_params["share_id"]):
            response.headers["x-robots-tag"] = "noindex"
        return response

    async def serve_api_docs(request: Request) -> Response:
        return api_docs(current(request), pages_now(request)[0])

    return [
        CarrelRoute("/api/docs", serve_api_docs, access=RouteAccess.PUBLIC),
        CarrelRoute("/static/{path:path}", serve_asset, access=RouteAccess.PUBLIC),
        CarrelRoute("/share/{share_id}", share, access=RouteAccess.PUBLIC),
        CarrelRoute("/share/{share_id}/{rest:path}", share, access=RouteAccess.PUBLIC),
        *(CarrelRoute(path, shell, access=RouteAccess.PUBLIC) for path in _PATHS),
    ]
