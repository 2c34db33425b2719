"""Who works together on a project, for programs of the compatible product."""

from msgspec import Struct

from carrel.domain.errors import DomainError
from carrel.domain.projects import Permission, ProjectAccess, Role
from carrel.hub.api.v2.compatible import STATUS_OK, CompatibleProcedures, Ok
from carrel.hub.api.v2.procedure import V2Call
from carrel.hub.api.v2.projects import refusals
from carrel.hub.platform import Platform
from carrel.hub.routes import RouteAccess

procedures = CompatibleProcedures()

_TEXTS = refusals("user must be a collaborator")


class GroupUnknown(DomainError):
    code = "group-unknown"

    def __init__(self) -> None:
        super().__init__("new_group must be 'owner' or 'collaborator'")


class PersonParams(Struct):
    project_id: str
    account_id: str


@procedures.post("/projects/collaborators/add", access=RouteAccess.ACCOUNT, texts=_TEXTS)
async def add(params: PersonParams, call: V2Call) -> Ok:
    """Add an account to a project, without mail. Fine if it is on it already."""
    access = await call.access(params.project_id)
    await call.platform.collaborators.add(call.account, [params.account_id], [access.project_id])
    return STATUS_OK


@procedures.post("/projects/collaborators/remove", access=RouteAccess.ACCOUNT, texts=_TEXTS)
async def remove(params: PersonParams, call: V2Call) -> Ok:
    """Take an account off a project, also one's own. Owners cannot be removed."""
    access = await call.access(params.project_id, Permission.READ)
    await call.platform.collaborators.remove(access, params.account_id)
    return STATUS_OK


class ListParams(Struct):
    project_id: str


class Person(Struct):
    account_id: str
    first_name: str
    last_name: str


@procedures.post("/projects/collaborators/list", access=RouteAccess.ACCOUNT, texts=_TEXTS, only_reads=True)
async def list_people(params: ListParams, call: V2Call) -> list[Person]:
    """Everybody on a project."""
    people = await call.platform.collaborators.list_people(await call.access(params.project_id, Permission.READ))
    return [Person(one.account_id, one.first_name, one.last_name) for one in people]


class TypeParams(Struct):
    project_id: str
    target_account_id: str
    new_group: str


@procedures.post("/projects/collaborators/change-user-type", access=RouteAccess.ACCOUNT, texts=_TEXTS)
async def change_user_type(params: TypeParams, call: V2Call) -> Ok:
    """Make somebody an owner, or an owner a collaborator. For owners."""
    await change_type(params, await call.access(params.project_id, Permission.READ), call.platform)
    return STATUS_OK


async def change_type(params: TypeParams, access: ProjectAccess, platform: Platform) -> None:
    """Raises `GroupUnknown`, and what `Collaborators.change_role` raises."""
    if params.new_group not in (Role.OWNER, Role.COLLABORATOR):
        raise GroupUnknown
    await platform.collaborators.change_role(access, params.target_account_id, Role(params.new_group))
