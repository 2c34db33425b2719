"""A row for each route that is no call with JSON, and the markers of all."""

from collections.abc import Callable
from typing import Any

from starlette.routing import WebSocketRoute

from carrel.hub.api.v2.commercial import AREAS
from carrel.hub.app import create_app
from carrel.hub.routes import CarrelRoute, CarrelSocket, RouteAccess
from carrel.hub.settings import Settings
from support.access.rules import Right, Row, Rows, always
from support.access.world import ACCOUNTS, BROWSERS, NOBODY, World

_KNOWN = (*ACCOUNTS, *BROWSERS)
"""Whoever has signed in: the site of the tests does not share with others."""
_PAGE = ("/app", "/projects", "/settings", "/notifications", "/admin", "/")
_BELOW = ("/projects/{rest:path}", "/settings/{rest:path}", "/admin/{rest:path}", "/auth/{rest:path}")


def _get(path: str, **more: Any) -> Row:
    return Row(method="GET", address=always(path), **more)


def _file(kind: str, name: str, **more: Any) -> Row:
    return Row(method="GET", address=lambda world: f"/api/v2/{kind}/{world.project}/{name}", **more)


def _shared(kind: str) -> Callable[[World], str]:
    return lambda world: f"/api/v2/share/{world.public_id}/{kind}/"


def _upload(world: World) -> str:
    return f"/api/v2/uploads/{world.project}/{'1' * 32}?path=c.txt&size=1&offset=0&conflict=replace"


ROUTES: Rows = {
    "/api/v2/files/{project_id}/{path:path}": _file("files", "a.txt", right=Right.READ),
    "/api/v2/zip/{project_id}/{path:path}": _file("zip", "", right=Right.READ),
    "/api/v2/snapshots/{snapshot_id}": Row(
        method="GET", address=lambda world: f"/api/v2/snapshots/{world.snapshot_id}", right=Right.READ
    ),
    "/api/v2/share/{id}/raw/{path:path}": Row(method="GET", address=_shared("raw"), only=_KNOWN),
    "/api/v2/share/{id}/zip/{path:path}": Row(
        method="GET", address=_shared("zip"), only=_KNOWN, past="there is no such file in what is shared"
    ),
    "/share": _get("/share"),
    "/share/{share_id}": _get("/share/x"),
    "/share/{share_id}/{rest:path}": _get("/share/x/y"),
    "/api/v2/uploads/{project_id}/{upload_id}": Row(method="PUT", address=_upload, body=b"x", right=Right.WRITE),
    "/api/v2/operations/{operation_id}/events": _get(
        f"/api/v2/operations/{NOBODY}/events", past="there is no operation"
    ),
    "/api/v2/csp-report": Row(address=always("/api/v2/csp-report"), body=b'{"csp-report": {"a": "b"}}'),
    "/healthz": _get("/healthz"),
    "/readyz": _get("/readyz"),
    "/metrics": _get("/metrics"),
    "/api/openapi.json": _get("/api/openapi.json"),
    "/api/docs": _get("/api/docs"),
    "/static/{path:path}": _get("/static/none", past="^404$"),
    **{path: _get(path) for path in _PAGE},
    **{path: _get(path.replace("{rest:path}", f"{NOBODY}/files")) for path in _BELOW},
    **{
        f"/api/v2/{area}{below}": Row(address=always(f"/api/v2/{area}/x"), past="not available on this")
        for area in AREAS
        for below in ("", "/{path:path}")
    },
}
BY_EVENT = {"/api/v1/{event:path}", "/api/conat/hub", "/api/conat/project"}
SOCKETS = {"/api/v2/live"}


def all_routes() -> dict[str, RouteAccess]:
    """What each route's marker is, by its path."""
    found = {}
    for route in create_app(Settings()).routes:
        assert isinstance(route, CarrelRoute | CarrelSocket), f"{route} has no marker"
        assert isinstance(route, WebSocketRoute) == (route.path in SOCKETS)
        found[route.path] = route.access
    return found
