"""The server's own address."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response


async def welcome(request: Request) -> Response:
    """On to the application, which asks to sign in who has not."""
    return RedirectResponse(request.url.replace(path=f"{request.url.path.rstrip('/')}/app", query="", fragment=""))
