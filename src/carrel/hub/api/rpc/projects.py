"""RPC functions about projects: make, describe, start, stop, delete, share, copy."""

from msgspec import UNSET, Struct, UnsetType, convert, field

from carrel.domain.copies import SourceBlocked, TargetBlocked
from carrel.domain.errors import AdminRequired
from carrel.domain.projects import PermissionMissing, ProjectIdInvalid
from carrel.hub.api.rpc.registry import Caller, Functions, Texts
from carrel.hub.api.v1 import copies
from carrel.hub.api.v1.projects import ProjectParams
from carrel.hub.api.v2 import projects as v2_projects
from carrel.hub.call import Call
from carrel.kit import timestamps

functions = Functions()

_FIRST_PROCESS = 1
"""What the first process of a sandbox is called in it."""


def refusals(text: str) -> Texts:
    """What is said where the caller is not on the project."""
    return {PermissionMissing: text, ProjectIdInvalid: text}


def _to(what: str) -> Texts:
    return refusals(f"must be collaborator on project to {what}")


class CreateParams(Struct):
    title: str = "No Title"
    description: str = ""
    image: str | None = None
    license: str | None = None
    public_path_id: str | None = None
    start: bool = False
    ephemeral: float | None = None
    project_id: str | None = None


@functions.procedure("projects.createProject", may_call=Caller.RANKED)
async def create_project(params: CreateParams, call: Call) -> str:
    """Make a project of one's own; the value is its id. Admins may say which."""
    projects = call.platform.projects
    project = await projects.create(
        call.account.account_id,
        title=params.title,
        description=params.description,
        image=params.image,
        start=params.start,
        chosen_id=projects.choose_id(call.account, params.project_id) if params.project_id else None,
    )
    return project.project_id


class CopyParams(copies.CopyParams, kw_only=True):
    target_project_id: str = ""


@functions.procedure(
    "projects.copyPathBetweenProjects",
    may_call=Caller.ACCOUNT,
    texts={
        SourceBlocked: "user must be collaborator on source project",
        TargetBlocked: "user must be collaborator on target project",
    },
)
async def copy_path(params: CopyParams, call: Call) -> None:
    """Copy a path between projects, or within one, which are not started; returns when it is done."""
    service = call.platform.copies
    source = await service.source(call.principal, params.src_project_id)
    target = await service.target(call.principal, params.target_project_id or params.src_project_id)
    await service.wait(await service.request(source, target, params.plan()))


@functions.procedure("projects.start", may_call=Caller.ACCOUNT, texts=_to("start it"))
async def start(params: ProjectParams, call: Call) -> None:
    """Start a project; returns when it runs, or at once if it is just starting or stopping. It waits at most 20 s."""
    await call.platform.projects.start_briefly(await call.access(params.project_id))


@functions.procedure("projects.stop", may_call=Caller.ACCOUNT, texts=_to("stop it"))
async def stop(params: ProjectParams, call: Call) -> None:
    """Stop a project: every process of it ends. Fine if it does not run."""
    await call.platform.projects.stop(await call.access(params.project_id))


@functions.procedure("projects.touch", may_call=Caller.ACCOUNT, texts=_to("touch it"))
async def touch(params: ProjectParams, call: Call) -> None:
    """Mark a project as in use and start it; returns when it runs."""
    access = await call.access(params.project_id)
    await call.platform.projects.touched(access)
    await call.platform.projects.start(access)


@functions.procedure(
    "projects.deleteProject",
    may_call=Caller.RANKED,
    texts={
        PermissionMissing: "must be an owner to delete a project",
        ProjectIdInvalid: "project_id must be a valid UUID",
    },
)
async def delete(params: ProjectParams, call: Call) -> None:
    """Mark a project as deleted and stop it; its files stay. Every collaborator may, and admins."""
    await call.platform.projects.set_deleted(await call.access(params.project_id), True)


class State(Struct, omit_defaults=True):
    state: str | UnsetType = UNSET
    time: str | UnsetType = UNSET


@functions.procedure("projects.state", may_call=Caller.ACCOUNT, only_reads=True, texts=_to("get state"))
async def state(params: ProjectParams, call: Call) -> State:
    """Tell whether a project runs (`opened`, `starting`, `running`, `stopping`), and since when."""
    access = await call.access(params.project_id)
    query = {"projects_all": {"project_id": access.project_id, "state": None}}
    found = (await call.platform.queries.run(call.principal, query, None))["projects_all"]["state"]
    return convert(found, State)


class Status(Struct):
    """Nothing if the project does not run."""

    pid: int | UnsetType = field(default=UNSET, name="project.pid")
    start_ts: int | UnsetType = UNSET
    disk_MB: float | UnsetType = UNSET
    memory: dict[str, int] | UnsetType = UNSET


@functions.procedure("projects.status", may_call=Caller.ACCOUNT, only_reads=True, texts=_to("get status"))
async def status(params: ProjectParams, call: Call) -> Status:
    """Tell since when a project runs and what it uses (memory in KiB); nothing if it does not run."""
    project = (await call.access(params.project_id)).project
    sandbox = call.platform.lifecycle.find_sandbox(project.project_id)
    if sandbox is None:
        return Status()
    memory = (await call.platform.lifecycle.usage(project.project_id)).memory_bytes
    disk_bytes = await call.platform.disk_watch.used_bytes(project)
    return Status(
        pid=_FIRST_PROCESS,
        start_ts=timestamps.to_milliseconds(sandbox.started_at),
        disk_MB=round(disk_bytes / 1e6, 3),
        memory={} if memory is None else {"rss": memory // 1024},
    )


class QuotaParams(Struct):
    """In the words of `projects.settings`; what is not given stays as it is."""

    project_id: str
    memory: float | None = None
    memory_request: float | None = None
    cpu_shares: float | None = None
    cores: float | None = None
    disk_quota: float | None = None
    mintime: float | None = None
    network: bool | None = None
    member_host: bool | None = None
    always_running: bool | None = None

    def as_in_v2(self) -> v2_projects.QuotaParams:
        return v2_projects.QuotaParams(
            self.project_id,
            memory_limit=self.memory,
            memory_request=self.memory_request,
            cpu_request=None if self.cpu_shares is None else self.cpu_shares / v2_projects.MILLI_SHARES,
            cpu_limit=self.cores,
            disk_quota=self.disk_quota,
            idle_timeout=self.mintime,
            internet=self.network,
            member_host=self.member_host,
            always_running=self.always_running,
        )


@functions.procedure("projects.setQuotas", may_call=Caller.ADMIN, texts={AdminRequired: "must be an admin"})
async def set_quotas(params: QuotaParams, call: Call) -> None:
    """Set what a project may use, as `projects/set-admin-quotas` of API v2; one that runs is restarted."""
    access = await call.access(params.project_id)
    await call.platform.projects.set_quotas(access.project, params.as_in_v2().settings())
