"""What the compatible product sells or only its own site has: answered as not there, whatever is asked of it."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from carrel.hub.api.v2.procedure import HEADERS
from carrel.hub.routes import CarrelRoute, RouteAccess

AREAS = (
    "billing",
    "compute",
    "licenses",
    "llm",
    "news",
    "openai",
    "purchases",
    "salesloft",
    "shopping",
    "support",
    "vouchers",
)


async def _not_available(_request: Request) -> Response:
    return JSONResponse({"error": "not available on this server"}, 404, HEADERS)


def commercial_routes() -> list[CarrelRoute]:
    """For each area, all paths below it."""
    return [
        CarrelRoute(f"/api/v2/{area}{below}", _not_available, methods=["POST"], access=RouteAccess.PUBLIC)
        for area in AREAS
        for below in ("", "/{path:path}")
    ]
