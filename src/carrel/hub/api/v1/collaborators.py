"""Events about who works together on a project."""

import msgspec

from carrel.hub.api.v1.parameters import TextOrList
from carrel.hub.api.v1.registry import Caller, Events, Reply, Success
from carrel.hub.call import Call
from carrel.services.collaborators import Invitation

events = Events()


class AddCollaboratorParams(msgspec.Struct):
    """Parameters.

    account_id: whom to add; a list goes with a list of projects or tokens of the same length
    project_id: to what
    token_id: a project's invite token, in place of `project_id`
    """

    account_id: TextOrList
    project_id: TextOrList | None = None
    token_id: TextOrList | None = None


class CollaboratorAdded(Reply, tag_field="event", tag="success"):
    """`project_id`: with a token, the project joined (a list if a list was given)."""

    project_id: str | list[str] | None = None


@events.procedure("add_collaborator", may_call=Caller.ACCOUNT)
async def add_collaborator(params: AddCollaboratorParams, call: Call) -> CollaboratorAdded:
    """Add accounts to projects as collaborators, without mail. Fine if they are on them already."""
    collaborators = call.platform.collaborators
    account_ids = _listed(params.account_id)
    if params.token_id is None:
        project_ids = [] if params.project_id is None else _listed(params.project_id)
        await collaborators.add(call.account, account_ids, project_ids)
        return CollaboratorAdded()
    joined: list[str] = [*await collaborators.join(account_ids, _listed(params.token_id))]
    return CollaboratorAdded(project_id=joined if isinstance(params.token_id, list) else joined[0])


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


class InviteParams(msgspec.Struct):
    """Parameters.

    project_id: the project
    account_id: whom to add
    title: the project's title in the mail
    link2proj: a link to the project, added to the mail
    replyto: address for answers; kept out of the headers
    replyto_name: who invites, for the default subject
    email: text of the mail; without it none is sent
    subject: subject of the mail
    """

    project_id: str
    account_id: str
    title: str = ""
    link2proj: str = ""
    replyto: str = ""
    replyto_name: str = ""
    email: str = ""
    subject: str = ""

    def invitation(self) -> Invitation:
        return Invitation(
            title=self.title,
            body=self.email,
            subject=self.subject,
            replyto_name=self.replyto_name,
            link2proj=self.link2proj,
        )


@events.procedure("invite_collaborator", may_call=Caller.ACCOUNT)
async def invite_collaborator(params: InviteParams, call: Call) -> Success:
    """Add an account to a project at once and, if a text is given, mail an invitation (at most once a day)."""
    access = await call.access(params.project_id)
    await call.platform.collaborators.invite(access, params.account_id, params.invitation())
    return Success()


class InviteAddressesParams(msgspec.Struct):
    """Parameters.

    project_id: the project
    to: e-mail addresses, separated by commas, semicolons or white space; at most 1024 characters
    email: text of the mail
    title: the project's title in the mail
    link2proj: a link to the project, added to the mail
    replyto: address for answers; kept out of the headers
    replyto_name: who invites
    subject: subject of the mail
    """

    project_id: str
    to: str
    email: str
    title: str
    link2proj: str
    replyto: str = ""
    replyto_name: str = ""
    subject: str = ""

    def invitation(self, site: str) -> Invitation:
        return Invitation(
            title=self.title,
            body=self.email,
            subject=self.subject or f"{site} Invitation",
            replyto_name=self.replyto_name,
            link2proj=self.link2proj,
        )


class AddressesInvited(Reply, tag_field="event", tag="invite_noncloud_collaborators_resp"):
    """`mesg`: in words."""

    mesg: str


@events.procedure("invite_noncloud_collaborators", may_call=Caller.ACCOUNT)
async def invite_noncloud_collaborators(params: InviteAddressesParams, call: Call) -> AddressesInvited:
    """Add the accounts that have these addresses; mail the others, which are added if they sign up within 14 days."""
    access = await call.access(params.project_id)
    invitation = params.invitation(call.platform.site.name)
    await call.platform.collaborators.invite_addresses(access, params.to, invitation)
    return AddressesInvited(mesg=f"Invited {params.to} to collaborate on a project.")


class RemoveParams(msgspec.Struct):
    """Parameters.

    project_id: the project
    account_id: whom to remove
    """

    project_id: str
    account_id: str


@events.procedure("remove_collaborator", may_call=Caller.ACCOUNT)
async def remove_collaborator(params: RemoveParams, call: Call) -> Success:
    """Take an account off a project. Fine if it is not on it; owners cannot be removed."""
    await call.platform.collaborators.remove(await call.access(params.project_id), params.account_id)
    return Success()
