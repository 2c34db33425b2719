"""What programs of the compatible product do inside projects: write a file, copy, run a command, query."""

from typing import Any

from msgspec import Struct

from carrel.domain.copies import (
    CopyEndInvalid,
    CopyNotFound,
    CopyPlan,
    SourceBlocked,
    TargetBlocked,
)
from carrel.domain.embed_sessions import Ability, AbilityMissing, NotAvailableInEmbed
from carrel.domain.errors import DomainError
from carrel.domain.principals import EmbedPrincipal
from carrel.hub.api.v1.copies import LONGEST_TIMEOUT
from carrel.hub.api.v1.execution import ExecParams, Executed, project_exec
from carrel.hub.api.v1.execution import events as execution
from carrel.hub.api.v2.compatible import STATUS_OK, CompatibleProcedures, Ok
from carrel.hub.api.v2.procedure import V2Call
from carrel.hub.api.v2.projects import PROJECT_ID_INVALID, refusals
from carrel.hub.operations import Refusal
from carrel.hub.routes import RouteAccess
from carrel.kit import timestamps

procedures = CompatibleProcedures()

NOT_COLLABORATOR = "user must be a collaborator on the project"
_PROJECT_EXEC = execution.events["project_exec"]


class WriteRefused(DomainError):
    """A call that does not say what to write where."""

    code = "write-refused"


def demand(ability: Ability, call: V2Call) -> None:
    """Embed sessions may do what their scope says."""
    if isinstance(call.principal, EmbedPrincipal) and ability not in call.principal.scope.abilities:
        raise AbilityMissing(ability)


def refuse_scoped(call: V2Call) -> None:
    """Embed sessions that are for some paths only do nothing that could reach others."""
    if isinstance(call.principal, EmbedPrincipal) and call.principal.scope.paths is not None:
        raise NotAvailableInEmbed


class WriteParams(Struct):
    project_id: str
    path: str = ""
    content: str | None = None


@procedures.post("/projects/write-text-file", access=RouteAccess.CALLER, texts=refusals(NOT_COLLABORATOR))
async def write_text_file(params: WriteParams, call: V2Call) -> Ok:
    """Write a text file; the project is not started."""
    if not params.path:
        raise WriteRefused("must specify a 'path'")
    if params.content is None:
        raise WriteRefused("must include content of file")
    demand(Ability.SAVE, call)
    await call.platform.files.write_text(await call.access(params.project_id), params.path, params.content)
    return STATUS_OK


class CopyParams(Struct):
    src_project_id: str
    path: str
    target_project_id: str
    target_path: str | None = None
    public_id: str | None = None
    overwrite_newer: bool = False
    delete_missing: bool = False
    backup: bool = False
    timeout: float | None = None
    bwlimit: str | None = None
    wait_until_done: bool = True

    def plan(self) -> CopyPlan:
        return CopyPlan(
            source_path=self.path,
            target_path=self.path if self.target_path is None else self.target_path,
            overwrite_newer=self.overwrite_newer,
            delete_missing=self.delete_missing,
            backup=self.backup,
            timeout_seconds=min(self.timeout, LONGEST_TIMEOUT) if self.timeout and self.timeout > 0 else None,
            bwlimit=self.bwlimit or None,
        )


class CopyReply(Struct):
    """`copy_id`: empty if the copy is done."""

    copy_id: str


@procedures.post(
    "/projects/copy-path",
    access=RouteAccess.CALLER,
    texts={
        SourceBlocked: "must be a collaborator on source project",
        TargetBlocked: "must be a collaborator on target project",
        CopyEndInvalid: PROJECT_ID_INVALID,
    },
)
async def copy_path(params: CopyParams, call: V2Call) -> CopyReply:
    """Copy a path between projects, which are not started; with `public_id` out of a public path of any project.

    The reply comes when the copy is done, or at once with its id.
    """
    refuse_scoped(call)
    copies = call.platform.copies
    target = await copies.target(call.caller, params.target_project_id)
    if params.public_id:
        public = call.platform.public_paths
        source = await public.source(target.caller, params.src_project_id, params.path, params.public_id)
    else:
        source = await copies.source(call.caller, params.src_project_id)
    copy = await copies.request(source, target, params.plan())
    if not params.wait_until_done:
        return CopyReply(copy.copy_id)
    await copies.wait(copy)
    return CopyReply("")


class StatusParams(Struct):
    copy_id: str


class CopyStatus(Struct):
    started: str | None
    finished: str | None
    copy_error: str | None


@procedures.post(
    "/projects/copy-path-status",
    access=RouteAccess.CALLER,
    texts=dict.fromkeys((CopyNotFound, SourceBlocked, TargetBlocked), "copy_id not found"),
    only_reads=True,
)
async def copy_path_status(params: StatusParams, call: V2Call) -> CopyStatus:
    """What became of a copy; `null` is what has not happened."""
    refuse_scoped(call)
    copy = await call.platform.copies.status(call.caller, params.copy_id)
    started, finished = (None if one is None else timestamps.to_text(one) for one in (copy.started, copy.finished))
    return CopyStatus(started, finished, copy.error)


class ExecuteParams(ExecParams):
    timeout: float = 60


@procedures.post("/exec", access=RouteAccess.CALLER, texts=refusals(NOT_COLLABORATOR))
async def execute(params: ExecuteParams, call: V2Call) -> Executed | Refusal:
    """Run a command in a project, which is started if need be; as the event `project_exec` of API v1."""
    demand(Ability.RUN, call)
    refuse_scoped(call)
    try:
        return (await project_exec(params, call.in_v1)).plain()
    except DomainError as error:
        failure = _PROJECT_EXEC.on_failure(error, params, call.in_v1)
        if failure is None:
            raise
        return Refusal(failure.fields()["error"])


class CopyUrlParams(Struct):
    project_id: str
    url: str
    path: str = ""


class Fetched(Struct):
    """`size` in bytes."""

    path: str
    size: int


class CopyUrlReply(Struct):
    response: Fetched


@procedures.post("/projects/copy-url", access=RouteAccess.CALLER, texts=refusals(NOT_COLLABORATOR))
async def copy_url(params: CopyUrlParams, call: V2Call) -> CopyUrlReply:
    """Have a project fetch a file from the net, as far as its own network reaches; it is started if need be."""
    demand(Ability.SAVE, call)
    refuse_scoped(call)
    fetched = await call.platform.fetching.fetch(await call.access(params.project_id), params.url, params.path)
    return CopyUrlReply(Fetched(fetched.path, fetched.size_bytes))


class QueryParams(Struct):
    query: Any
    options: list[dict[str, Any]] | None = None


class QueryReply(Struct):
    """The query, with what was found in place of what was asked for."""

    query: Any


@procedures.post("/user-query", access=RouteAccess.ANYBODY)
async def user_query(params: QueryParams, call: V2Call) -> QueryReply:
    """Read or write the tables that the caller may see; what is public can be read by anybody where that is shared."""
    call.trail.only_reads = call.platform.queries.only_reads(params.query, params.options)
    return QueryReply(await call.platform.queries.run(call.caller, params.query, params.options))
