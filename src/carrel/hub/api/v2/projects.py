"""Projects for pages and programs."""

from typing import Any

from msgspec import Struct

from carrel.hub.api.v2.compatible import CompatibleProcedures
from carrel.hub.api.v2.procedure import V2Call
from carrel.hub.routes import RouteAccess

procedures = CompatibleProcedures()

_LIMIT = 50


class GetParams(Struct):
    limit: float = _LIMIT


@procedures.post("/projects/get", access=RouteAccess.ACCOUNT)
async def get_projects(params: GetParams, call: V2Call) -> Any:
    """One's projects, the newest first, without those that are deleted or hidden."""
    found = await call.platform.projects.list_of(call.account.account_id, limit=max(0, int(params.limit)))
    return [
        {"project_id": one.project_id, "title": one.title, "description": one.description, "name": one.name}
        for one in found
    ]
