"""Events about projects: create, use, start, stop, delete."""

from typing import Any

import msgspec

from carrel.domain.errors import DomainError
from carrel.domain.projects import Permission, PermissionMissing, ProjectIdInvalid
from carrel.hub.api.v1.registry import Caller, Events, Failure, FailureReply, Reply, Success
from carrel.hub.call import Call

events = Events()


class CreateProjectParams(msgspec.Struct):
    """Parameters.

    title: may be empty
    description: may be empty
    image: id of a software image; kept
    license: accepted and ignored
    start: start the project in the background
    noPool: accepted and ignored
    """

    title: str = ""
    description: str = ""
    image: str | None = None
    license: str | None = None
    start: bool = False
    noPool: bool = False


class ProjectCreated(Reply, tag_field="event", tag="project_created"):
    project_id: str


@events.procedure("create_project", may_call=Caller.ACCOUNT)
async def create_project(params: CreateProjectParams, call: Call) -> ProjectCreated:
    """Make a project of which you are the owner: a home directory and, when it runs, a sandbox of its own."""
    project = await call.platform.projects.create(
        call.account.account_id,
        title=params.title,
        description=params.description,
        image=params.image,
        start=params.start,
    )
    call.trail.target_project_id = project.project_id
    return ProjectCreated(project_id=project.project_id)


class ProjectParams(msgspec.Struct):
    """Parameters.

    project_id: the project
    """

    project_id: str


def _unable_to(what: str) -> dict[type[DomainError], FailureReply]:
    """The wording of events that say what could not be done with which project."""

    def because(why: str) -> FailureReply:
        def reply(_error: Any, params: ProjectParams, _call: Call) -> Failure:
            return Failure(error=f"unable to {what} project {params.project_id} -- {why}")

        return reply

    return {
        PermissionMissing: because("must have write access"),
        ProjectIdInvalid: because("project_id must be specified and valid"),
    }


@events.procedure("touch_project", may_call=Caller.ACCOUNT_OR_PROJECT_KEY, failures=_unable_to("touch"))
async def touch_project(params: ProjectParams, call: Call) -> Success:
    """Mark a project as in use, and start it in the background if it does not run."""
    await call.platform.projects.touch(await call.access(params.project_id))
    return Success()


@events.procedure("start_project", may_call=Caller.ACCOUNT_OR_PROJECT_KEY)
async def start_project(params: ProjectParams, call: Call) -> Success:
    """Start a project; returns when it runs. (An extension.)"""
    await call.platform.projects.start(await call.access(params.project_id))
    return Success()


@events.procedure("stop_project", may_call=Caller.ACCOUNT_OR_PROJECT_KEY)
async def stop_project(params: ProjectParams, call: Call) -> Success:
    """Stop a project: every process of it ends. Fine if it does not run. (An extension.)"""
    await call.platform.projects.stop(await call.access(params.project_id))
    return Success()


@events.procedure("restart_project", may_call=Caller.ACCOUNT_OR_PROJECT_KEY)
async def restart_project(params: ProjectParams, call: Call) -> Success:
    """Stop a project and start it again. (An extension.)"""
    await call.platform.projects.restart(await call.access(params.project_id))
    return Success()


@events.procedure("delete_project", may_call=Caller.ACCOUNT)
async def delete_project(params: ProjectParams, call: Call) -> Success:
    """Mark a project as deleted and stop it; its files stay. For owners and admins. (An extension.)"""
    access = await call.access(params.project_id, Permission.OWN)
    await call.platform.projects.set_deleted(access, True)
    return Success()


@events.procedure(
    "disconnect_from_project", may_call=Caller.ACCOUNT_OR_PROJECT_KEY, failures=_unable_to("disconnect from")
)
async def disconnect_from_project(params: ProjectParams, call: Call) -> Success:
    """A debugging aid of the compatible API; has no effect."""
    await call.access(params.project_id)
    return Success()
