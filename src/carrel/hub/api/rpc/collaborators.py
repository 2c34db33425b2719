"""RPC functions about who works together on a project."""

from msgspec import Struct

from carrel.domain.projects import OnlyOwnersChangeRoles, Permission, PermissionMissing
from carrel.hub.api.rpc.projects import refusals
from carrel.hub.api.rpc.registry import IN_OPTS, Caller, Functions
from carrel.hub.api.v1.collaborators import (
    AddCollaboratorParams,
    InviteAddressesParams,
    InviteParams,
    RemoveParams,
    add_collaborator,
    invite_collaborator,
    invite_noncloud_collaborators,
    remove_collaborator,
)
from carrel.hub.api.v2.collaborators import TypeParams, change_type
from carrel.hub.call import Call

functions = Functions()

_TEXTS = refusals("user must be a collaborator")


class Added(Struct):
    project_id: str | list[str]


@functions.procedure("projects.addCollaborator", may_call=Caller.ACCOUNT, argument=IN_OPTS)
async def add(params: AddCollaboratorParams, call: Call) -> Added:
    """Add accounts to projects. The value has the project's id for a single token, else a list of ids."""
    joined = (await add_collaborator(params, call)).project_id
    named = params.project_id if isinstance(params.project_id, list) else [params.project_id or ""]
    return Added(named if joined is None else joined)


@functions.procedure(
    "projects.removeCollaborator",
    may_call=Caller.ACCOUNT,
    argument=IN_OPTS,
    texts=_TEXTS,
)
async def remove(params: RemoveParams, call: Call) -> None:
    """Take an account off a project. Owners cannot be removed."""
    await remove_collaborator(params, call)


@functions.procedure("projects.inviteCollaborator", may_call=Caller.ACCOUNT, argument=IN_OPTS, texts=_TEXTS)
async def invite(params: InviteParams, call: Call) -> None:
    """Add an account to a project and, if there is a text, mail an invitation, as `invite_collaborator` of API v1."""
    await invite_collaborator(params, call)


class AddressesParams(InviteAddressesParams):
    """As in API v1, where these have to be given."""

    title: str = ""
    link2proj: str = ""


@functions.procedure(
    "projects.inviteCollaboratorWithoutAccount", may_call=Caller.ACCOUNT, argument=IN_OPTS, texts=_TEXTS
)
async def invite_addresses(params: AddressesParams, call: Call) -> None:
    """Invite people by their e-mail addresses, as `invite_noncloud_collaborators` of API v1."""
    await invite_noncloud_collaborators(params, call)


@functions.procedure(
    "projects.changeUserType",
    may_call=Caller.ACCOUNT,
    argument=IN_OPTS,
    texts={PermissionMissing: str(OnlyOwnersChangeRoles())},
)
async def change_user_type(params: TypeParams, call: Call) -> None:
    """Make somebody an owner, or an owner a collaborator. For owners."""
    await change_type(params, await call.access(params.project_id, Permission.READ), call.platform)
