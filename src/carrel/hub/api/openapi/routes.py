"""Serving the document. It is the same for everybody, and tells nothing but what the code is."""

import gzip
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from carrel.hub.api.openapi.document import document
from carrel.hub.operations import JSON, Content, Operation, Status
from carrel.hub.routes import CarrelRoute, RouteAccess

_OPERATION = Operation(
    id="openapi",
    method="get",
    path="/api/openapi.json",
    group="description",
    about="Send this document.",
    access=RouteAccess.PUBLIC.value,
    credentials=(),
    is_open=True,
    statuses={200: Status("This document.", Content((dict[str, Any],)))},
)


class Description:
    """The document of some routes, made when it is first asked for."""

    def __init__(self, routes: Sequence[CarrelRoute], base_path: str) -> None:
        self._routes = routes
        self._base_path = base_path
        self._made: tuple[bytes, bytes, dict[str, str]] | None = None

    async def serve(self, request: Request) -> Response:
        if self._made is None:
            self._made = await to_thread.run_sync(self._make)
        whole, packed, headers = self._made
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(packed, 200, {**headers, "content-encoding": "gzip"}, JSON)
        return Response(whole, 200, headers, JSON)

    def _make(self) -> tuple[bytes, bytes, dict[str, str]]:
        operations = [operation for route in self._routes for operation in route.operations()]
        whole = msgspec.json.encode(document(operations, self._base_path))
        headers = {
            "cache-control": "public, no-cache",
            "etag": f'"{hashlib.blake2b(whole, digest_size=12).hexdigest()}"',
            "vary": "accept-encoding",
            "x-content-type-options": "nosniff",
            "access-control-allow-origin": "*",
        }
        return whole, gzip.compress(whole, mtime=0), headers


def openapi_routes(routes: Iterable[CarrelRoute], base_path: str) -> list[CarrelRoute]:
    """The document of these routes, and of its own."""
    all_routes = list(routes)
    description = Description(all_routes, base_path)
    access = RouteAccess.PUBLIC
    own = CarrelRoute(_OPERATION.path, description.serve, access=access, operations=lambda: [_OPERATION])
    all_routes.append(own)
    return [own]
