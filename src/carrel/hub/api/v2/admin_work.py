"""What goes on at the server, for admins: its health, the projects of everybody, and copies that are under way."""

import shutil
from pathlib import Path
from typing import Annotated

from anyio import to_thread
from msgspec import Meta, Struct

from carrel import __version__
from carrel.hub.api.v2.admin_accounts import PAGE, Offset
from carrel.hub.api.v2.embed import Empty
from carrel.hub.api.v2.procedure import Procedures, V2Call
from carrel.hub.checks import all_checks
from carrel.hub.routes import RouteAccess
from carrel.kit.timestamps import to_milliseconds

procedures = Procedures()

_COPIES_AT_MOST = 200


class Finding(Struct):
    """As `carrel doctor` has it; `mend`: what to do if it is not `ok`."""

    name: str
    ok: bool
    detail: str
    mend: str


class Health(Struct):
    """Bytes; `database`: `sqlite` or `postgresql`."""

    version: str
    database: str
    findings: list[Finding]
    running: int
    disk_total: int
    disk_free: int
    memory_total: int
    memory_free: int


@procedures.post("/admin/health", access=RouteAccess.ADMIN, only_reads=True)
async def health(params: Empty, call: V2Call) -> Health:
    """What `carrel doctor` says, and how full the machine is."""
    platform = call.platform
    findings = await all_checks(platform.settings)
    disk = await to_thread.run_sync(shutil.disk_usage, platform.settings.data.dir)
    memory = await to_thread.run_sync(_memory)
    return Health(
        __version__,
        "sqlite" if platform.store.is_sqlite else "postgresql",
        [Finding(one.name, one.ok, one.detail, one.mend) for one in findings],
        len(platform.lifecycle.sandboxes),
        disk.total,
        disk.free,
        memory["MemTotal"],
        memory["MemAvailable"],
    )


def _memory() -> dict[str, int]:
    """Bytes, by the names of `/proc/meminfo` (proc(5))."""
    fields = (line.split() for line in Path("/proc/meminfo").read_text().splitlines())
    return {name.removesuffix(":"): int(kilobytes) * 1024 for name, kilobytes, *_ in fields}


class ProjectsParams(Struct):
    """`query`: words of titles, or ids of projects, or ids or addresses of owners."""

    query: Annotated[str, Meta(max_length=300)] = ""
    offset: Offset = 0


class Project(Struct):
    """`created` in milliseconds since the epoch; limits in MB and cores."""

    project_id: str
    title: str
    state: str
    error: str | None
    created: int
    owners: list[str]
    memory_mb: int
    cores: float
    disk_mb: int
    network: str


class Projects(Struct):
    """`more`: there are others behind these."""

    projects: list[Project]
    more: bool


@procedures.post("/admin/projects", access=RouteAccess.ADMIN, only_reads=True)
async def list_projects(params: ProjectsParams, call: V2Call) -> Projects:
    """The newest projects, or the newest that match; 50 at a time."""
    administration = call.platform.administration
    found = await administration.list_projects(params.query, offset=params.offset, limit=PAGE + 1)
    owners = await administration.owners([project.project_id for project in found])
    return Projects(
        [
            Project(
                one.project_id,
                one.title,
                one.state,
                one.state_error,
                to_milliseconds(one.created),
                owners[one.project_id],
                one.quota.memory_mb,
                one.quota.cores,
                one.quota.disk_mb,
                one.quota.network,
            )
            for one in found[:PAGE]
        ],
        len(found) > PAGE,
    )


class CopyRecord(Struct):
    """Times in milliseconds since the epoch; one that is `scheduled` and has not `started` can be cancelled."""

    copy_id: str
    source_project_id: str
    source_path: str
    target_project_id: str
    target_path: str
    time: int
    scheduled: int | None
    started: int | None


class OperationRecord(Struct):
    """A hand-out or a collection; `left`: projects that are still to come."""

    operation_id: str
    kind: str
    project_id: str
    path: str
    time: int
    total: int
    left: int


class CopyRecords(Struct):
    copies: list[CopyRecord]
    operations: list[OperationRecord]


@procedures.post("/admin/copies", access=RouteAccess.ADMIN, only_reads=True)
async def list_copies(params: Empty, call: V2Call) -> CopyRecords:
    """The newest 200 copies that are not finished, and as many operations, of whose copies each would be too many."""
    found = await call.platform.copies.unfinished(limit=_COPIES_AT_MOST)
    operations = await call.platform.distributions.unfinished(limit=_COPIES_AT_MOST)
    return CopyRecords(
        [
            CopyRecord(
                copy.copy_id,
                copy.source_project_id,
                copy.plan.source_path,
                copy.target_project_id,
                copy.plan.target_path,
                to_milliseconds(copy.time),
                to_milliseconds(copy.scheduled) if copy.scheduled else None,
                to_milliseconds(copy.started) if copy.started else None,
            )
            for copy in found
        ],
        [
            OperationRecord(
                one.distribution_id, one.kind, one.project_id, one.path, to_milliseconds(one.time), one.total, left
            )
            for one, left in operations
        ],
    )


class CopyParams(Struct):
    copy_id: str


@procedures.post("/admin/copies/cancel", access=RouteAccess.ADMIN)
async def cancel_copy(params: CopyParams, call: V2Call) -> None:
    """Take back a scheduled copy that has not begun."""
    await call.platform.copies.cancel(call.account, params.copy_id)
