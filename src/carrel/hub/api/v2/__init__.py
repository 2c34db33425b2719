"""HTTP API v2: JSON bodies and replies, HTTP's own statuses; errors are `{"error": text, "code": machine code}`."""

from carrel.hub.api.v2 import (
    accounts,
    admin_accounts,
    admin_site,
    admin_work,
    api_keys,
    archives,
    audits,
    collaborators,
    credentials,
    customize,
    distributions,
    embed,
    explorer,
    files,
    inside_projects,
    jupyter,
    latex,
    messages,
    people,
    project_pages,
    projects,
    recent_files,
    relayed,
    sessions,
    shares,
    sign_up,
    snapshots,
    uploads,
    webhooks,
)
from carrel.hub.api.v2.archives import archives_route
from carrel.hub.api.v2.commercial import commercial_routes
from carrel.hub.api.v2.compatible import CompatibleProcedure
from carrel.hub.api.v2.distributions import operation_events_route
from carrel.hub.api.v2.files import files_route
from carrel.hub.api.v2.procedure import V2, Procedure
from carrel.hub.api.v2.reports import reports_route
from carrel.hub.api.v2.snapshots import snapshots_route
from carrel.hub.api.v2.uploads import uploads_route
from carrel.hub.routes import CarrelRoute


def compatible_procedures() -> list[CompatibleProcedure]:
    """The endpoints that the compatible product has, too."""
    modules = (
        accounts,
        api_keys,
        credentials,
        customize,
        people,
        sign_up,
        projects,
        inside_projects,
        jupyter,
        latex,
        recent_files,
        relayed,
        messages,
        collaborators,
    )
    found = [procedure for module in modules for procedure in module.procedures.procedures]
    return [*found, *admin_accounts.compatible.procedures]


def v2_routes(v2: V2) -> list[CarrelRoute]:
    """A route for each procedure, and those that are more than one."""
    procedures: list[Procedure | CompatibleProcedure] = [
        *embed.procedures,
        *files.procedures,
        *archives.procedures,
        *explorer.procedures,
        *uploads.procedures,
        *sessions.procedures,
        *shares.procedures,
        *snapshots.procedures,
        *project_pages.procedures,
        *distributions.procedures,
        *admin_accounts.procedures,
        *admin_site.procedures,
        *admin_work.procedures,
        *webhooks.procedures,
        *audits.procedures,
    ]
    procedures += compatible_procedures()
    routes = [files_route(v2), archives_route(v2), uploads_route(v2), reports_route(v2), snapshots_route(v2)]
    routes += [*shares.routes(v2), operation_events_route(v2), *commercial_routes()]
    return [*(procedure.route(v2) for procedure in procedures), *routes]
