"""What browsers report about our pages' policy: hints for operators whose list of hosts lacks one.

Anybody can send anything here, so little is read, less is kept, and no address with its query.
"""

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.requests import Request
from starlette.responses import Response

from carrel.hub.api.v1.body import decode_json
from carrel.hub.api.v2.procedure import V2
from carrel.hub.bodies import Bodies, BodyRefused
from carrel.hub.operations import Content, Operation, Status
from carrel.hub.routes import CarrelRoute, RouteAccess

log = structlog.get_logger()

_LINES_A_MINUTE = 20
_TEXT = 100


_OPERATION = Operation(
    id="v2_csp_report",
    method="post",
    path="/api/v2/csp-report",
    group="v2: site",
    about="Take a browser's report about a page's policy, in either of the two shapes that browsers send.",
    access=RouteAccess.PUBLIC.value,
    credentials=(),
    is_open=True,
    body=Content((dict[str, Any] | list[dict[str, Any]],), "application/reports+json"),
    statuses={204: Status("The log may have it."), 400: Status("It is no report.")},
)


@dataclass(slots=True)
class _Quota:
    """How many more lines this minute may have."""

    left: int = _LINES_A_MINUTE
    since: float = 0.0

    def take(self) -> bool:
        now = time.monotonic()
        if now - self.since > 60:
            self.left, self.since = _LINES_A_MINUTE, now
        self.left -= 1
        return self.left >= 0


def reports_route(v2: V2) -> CarrelRoute:
    quota, bodies = _Quota(), Bodies(each_bytes=1 << 16, together_bytes=1 << 22, seconds=10)

    async def report(request: Request) -> Response:
        with v2.observer.watch("v2", "/csp-report") as outcome:
            try:
                async with bodies.read(request.receive, dict(request.scope["headers"])) as body:
                    found = _read(body)
            except (BodyRefused, ValueError):
                outcome.status = 400
                return Response(status_code=400)
            if found and quota.take():
                log.warning("policy_violated", **found)
            outcome.status = 204
            return Response(status_code=204)

    access = RouteAccess.PUBLIC
    return CarrelRoute(_OPERATION.path, report, methods=["POST"], access=access, operations=lambda: [_OPERATION])


def _read(body: bytes) -> dict[str, str]:
    """Directive, what was blocked and where, of a report in either of the two shapes that browsers send."""
    value = decode_json(body)
    first = value[0] if isinstance(value, list) and value else value
    fields = first.get("csp-report") or first.get("body") if isinstance(first, dict) else None
    if not isinstance(fields, dict):
        raise ValueError("no report")
    return {
        "directive": _text(fields, "effective-directive", "effectiveDirective", "violated-directive"),
        "blocked": _origin(_text(fields, "blocked-uri", "blockedURL")),
        "page": _path(_text(fields, "document-uri", "documentURL")),
    }


def _text(fields: dict[str, Any], *names: str) -> str:
    return next((value for name in names if isinstance(value := fields.get(name), str)), "")


def _origin(text: str) -> str:
    parts = urlsplit(text)
    return (f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else parts.scheme or text)[:_TEXT]


def _path(text: str) -> str:
    return urlsplit(text).path[:_TEXT]
