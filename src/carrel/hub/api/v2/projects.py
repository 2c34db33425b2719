"""Projects for programs of the compatible product: make, list, start and stop, describe, delete."""

from typing import Any

from msgspec import Struct

from carrel.domain.errors import AdminRequired
from carrel.domain.ids import AccountId
from carrel.domain.projects import PermissionMissing, Project, ProjectIdInvalid
from carrel.domain.web_sessions import SignInRequired
from carrel.hub.api.v2.compatible import (
    NOTHING,
    STATUS_OK,
    STATUS_SUCCESS,
    CompatibleProcedures,
    Nothing,
    Ok,
    Success,
    Texts,
)
from carrel.hub.api.v2.procedure import V2Call
from carrel.hub.routes import RouteAccess

procedures = CompatibleProcedures()

_LIMIT = 50
MILLI_SHARES = 1024
PROJECT_ID_INVALID = "project_id must be a valid uuid"


def refusals(text: str) -> Texts:
    """What is said where the caller is not on the project."""
    return {PermissionMissing: text, ProjectIdInvalid: PROJECT_ID_INVALID}


class CreateParams(Struct):
    title: str = "No Title"
    description: str = ""
    image: str | None = None
    license: str | None = None
    public_path_id: str | None = None


class Created(Struct):
    project_id: str


@procedures.post("/projects/create", access=RouteAccess.ACCOUNT, texts={SignInRequired: "user must be signed in"})
async def create(params: CreateParams, call: V2Call) -> Created:
    """Make a project of one's own; it is not started."""
    project = await call.platform.projects.create(
        call.account.account_id, title=params.title, description=params.description, image=params.image
    )
    call.trail.target_project_id = project.project_id
    return Created(project.project_id)


class GetParams(Struct):
    limit: float = _LIMIT
    account_id: str | None = None


class Listed(Struct):
    project_id: str
    title: str
    description: str
    name: str | None

    @classmethod
    def of(cls, project: Project) -> "Listed":
        return cls(project.project_id, project.title, project.description, project.name)


@procedures.post("/projects/get", access=RouteAccess.ACCOUNT, only_reads=True)
async def get_projects(params: GetParams, call: V2Call) -> list[Listed]:
    """One's projects, the newest first, without those that are deleted or hidden; for admins also another's."""
    found = await call.platform.projects.list_of(
        _on_behalf_of(params.account_id, call), limit=max(0, min(int(params.limit), 10_000))
    )
    return [Listed.of(one) for one in found]


def _on_behalf_of(account_id: str | None, call: V2Call) -> AccountId:
    own = call.account
    if account_id in (None, own.account_id):
        return own.account_id
    if not own.is_admin:
        raise AdminRequired
    return AccountId(str(account_id))


class NoParams(Struct):
    pass


@procedures.post("/projects/get-one", access=RouteAccess.ACCOUNT)
async def get_one(params: NoParams, call: V2Call) -> Listed:
    """One's newest project; who has none gets one."""
    project, is_new = await newest_or_new(call)
    call.trail.only_reads = not is_new
    return Listed.of(project)


async def newest_or_new(call: V2Call) -> tuple[Project, bool]:
    """The caller's newest project, or one that is made now, and which of these it is."""
    projects, owner = call.platform.projects, call.account.account_id
    found = await projects.list_of(owner, limit=1)
    return (found[0], False) if found else (await projects.create(owner, title="Untitled Project"), True)


class ProjectParams(Struct):
    project_id: str


@procedures.post(
    "/projects/start", access=RouteAccess.CALLER, texts=refusals("must be a collaborator to start project")
)
async def start(params: ProjectParams, call: V2Call) -> Ok:
    """Start a project; the reply comes when it runs."""
    await call.platform.projects.start(await call.access(params.project_id))
    return STATUS_OK


@procedures.post("/projects/stop", access=RouteAccess.CALLER, texts=refusals("must be a collaborator to stop project"))
async def stop(params: ProjectParams, call: V2Call) -> Ok:
    """Stop a project: every process of it ends. Fine if it does not run."""
    await call.platform.projects.stop(await call.access(params.project_id))
    return STATUS_OK


@procedures.post(
    "/projects/restart", access=RouteAccess.CALLER, texts=refusals("must be a collaborator to restart project")
)
async def restart(params: ProjectParams, call: V2Call) -> Ok:
    """Stop a project and start it again; the reply comes when it runs. (An extension.)"""
    await call.platform.projects.restart(await call.access(params.project_id))
    return STATUS_OK


@procedures.post(
    "/projects/touch", access=RouteAccess.CALLER, texts=refusals("must be a collaborator to touch project")
)
async def touch(params: ProjectParams, call: V2Call) -> Nothing:
    """Mark a project as in use, and start it in the background."""
    await call.platform.projects.touch(await call.access(params.project_id))
    return NOTHING


class UpdateParams(Struct):
    project_id: str
    title: str = ""
    description: str = ""
    name: str = ""
    account_id: str | None = None


@procedures.post(
    "/projects/update", access=RouteAccess.ACCOUNT, texts=refusals("must be a collaborator to update project")
)
async def update(params: UpdateParams, call: V2Call) -> Ok:
    """Set what a project is called; what is empty stays as it is. `name` is for its address, and for owners."""
    _on_behalf_of(params.account_id, call)
    access = await call.access(params.project_id)
    changes = {name: value for name in ("title", "description", "name") if (value := getattr(params, name))}
    if changes:
        await call.platform.queries.run(call.caller, {"projects": {"project_id": access.project_id, **changes}}, None)
    return STATUS_OK


_DELETE_TEXTS = refusals("must be an owner to delete a project")


@procedures.post("/projects/delete", access=RouteAccess.ACCOUNT, texts=_DELETE_TEXTS)
async def delete(params: ProjectParams, call: V2Call) -> Ok:
    """Mark a project as deleted and stop it; its files stay. Every collaborator may."""
    await call.platform.projects.set_deleted(await call.access(params.project_id), True)
    return STATUS_OK


@procedures.post("/projects/restore", access=RouteAccess.ACCOUNT, texts=_DELETE_TEXTS)
async def restore(params: ProjectParams, call: V2Call) -> Ok:
    """Take back that a project is deleted."""
    await call.platform.projects.set_deleted(await call.access(params.project_id), False)
    return STATUS_OK


class QuotaParams(Struct):
    """Megabytes, cores, and seconds; what is not given stays as it is."""

    project_id: str
    memory_limit: float | None = None
    memory_request: float | None = None
    cpu_request: float | None = None
    cpu_limit: float | None = None
    disk_quota: float | None = None
    idle_timeout: float | None = None
    internet: bool | None = None
    member_host: bool | None = None
    always_running: bool | None = None

    def settings(self) -> dict[str, Any]:
        """As `projects.settings` names them, with `member_host`, which has no effect here."""
        shares = None if self.cpu_request is None else int(self.cpu_request * MILLI_SHARES)
        given = {
            "memory": self.memory_limit,
            "memory_request": self.memory_request,
            "cpu_shares": shares,
            "cores": self.cpu_limit,
            "disk_quota": self.disk_quota,
            "mintime": self.idle_timeout,
            "network": _number(self.internet),
            "network_policy": None if self.internet is None else ("proxy" if self.internet else "none"),
            "member_host": _number(self.member_host),
            "always_running": _number(self.always_running),
        }
        return {name: value for name, value in given.items() if value is not None}


def _number(flag: bool | None) -> int | None:
    return None if flag is None else int(flag)


@procedures.post("/projects/set-admin-quotas", access=RouteAccess.ACCOUNT)
async def set_admin_quotas(params: QuotaParams, call: V2Call) -> Success:
    """Set what a project may use; one that runs is restarted. For admins."""
    if not call.account.is_admin:
        raise AdminRequired
    access = await call.access(params.project_id)
    await call.platform.projects.set_quotas(access.project, params.settings())
    return STATUS_SUCCESS
