"""Who works together on a project: add, invite, remove."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from carrel.domain.accounts import is_email_address
from carrel.domain.errors import DomainError
from carrel.domain.ids import AccountId, ProjectId, is_uuid
from carrel.domain.principals import AccountPrincipal
from carrel.domain.projects import (
    Collaborator,
    LastOwner,
    NotOnProject,
    OnlyOwnersChangeRoles,
    OnlyOwnersManage,
    OwnerNotRemovable,
    Permission,
    PermissionMissing,
    ProjectAccess,
    ProjectIdInvalid,
    Role,
)
from carrel.kit.clock import Clock
from carrel.kit.secrets import random_text
from carrel.services.access import Access
from carrel.services.invitations import LIFE, add_to_project, read_addresses
from carrel.services.mail import Mail
from carrel.services.settings import SiteFacts
from carrel.store.collaborators import InviteToken
from carrel.store.store import Store, Transaction

log = structlog.get_logger()

_MAIL_PAUSE = timedelta(days=1)
_TOKEN_LENGTH = 24
_ADDED = "You are now on this project. Sign in to find it among yours."
_LINK = "Follow this link within two weeks, and sign in or make an account, to join the project:"


class InvalidCollaboration(DomainError):
    """The lists of accounts and projects do not fit, an id is no uuid, or access is missing; the message says which."""

    code = "invalid-collaboration"


class InviteTokenInvalid(DomainError):
    code = "invite-token-invalid"

    def __init__(self, why: str) -> None:
        super().__init__(f"Error: Project invite token is not valid - {why}")


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an inviting caller wants said. Empty texts mean: not given."""

    title: str = ""
    body: str = ""
    subject: str = ""
    replyto_name: str = ""
    link2proj: str = ""


@dataclass(frozen=True, slots=True)
class Collaborators:
    store: Store
    access: Access
    mail: Mail
    clock: Clock
    site: SiteFacts

    async def add(self, caller: AccountPrincipal, account_ids: Sequence[str], project_ids: Sequence[str]) -> None:
        """Add the n-th account to the n-th project as collaborator; all or none."""
        _check_lists(account_ids, project_ids, are_projects=True)
        accesses = []
        for project_id in project_ids:
            try:
                accesses.append(await self.access.to(caller, project_id))
            except (PermissionMissing, ProjectIdInvalid) as error:
                text = f"Error: user {caller.account_id} does not have write access to project {project_id}"
                raise InvalidCollaboration(text) from error
        async with self.store.begin() as transaction:
            for access, account_id in zip(accesses, account_ids, strict=True):
                _check_manages(access)
                await self._add(transaction, access.project_id, account_id, by=access.caller)

    async def join(self, account_ids: Sequence[str], tokens: Sequence[str]) -> list[ProjectId]:
        """Add the n-th account to the project of the n-th invite token; returns the projects."""
        _check_lists(account_ids, tokens, are_projects=False)
        joined = []
        async with self.store.begin() as transaction:
            for token, account_id in zip(tokens, account_ids, strict=True):
                project_id = await self._project_of(transaction, token)
                if await self._add(transaction, project_id, account_id, by=AccountId(account_id)):
                    await transaction.collaborators.count_invite_token(token)
                joined.append(project_id)
        return joined

    async def _project_of(self, transaction: Transaction, text: str) -> ProjectId:
        token = await transaction.collaborators.find_invite_token(text)
        if token is None:
            raise InviteTokenInvalid("no such token")
        if token.expires is not None and token.expires <= self.clock.now():
            raise InviteTokenInvalid("the token already expired")
        if token.usage_limit is not None and token.counter >= token.usage_limit:
            raise InviteTokenInvalid(f"the token can only be used {token.usage_limit} times")
        return token.project_id

    async def _add(self, transaction: Transaction, project_id: ProjectId, account_id: str, *, by: AccountId) -> bool:
        if await transaction.accounts.find(account_id) is None:
            raise InvalidCollaboration(f"Error: there is no account '{account_id}'")
        return await add_to_project(transaction, project_id, AccountId(account_id), by=by, at=self.clock.now())

    async def invite_address(self, access: ProjectAccess, address: str, link_to: str | None) -> bool:
        """Add the account that has this address, else mail a link that lets whoever follows it join, once.

        `link_to` is what a token is appended to. Mails to an address at most once a day. Returns whether there is an
        account. Raises `InvalidCollaboration` for what is no address, and where a link is needed that cannot be made.
        """
        access.demand(Permission.WRITE)
        _check_manages(access)
        if not is_email_address(address):
            raise InvalidCollaboration("this is not an e-mail address")
        async with self.store.begin() as transaction:
            account = await transaction.accounts.find_by_email(address)
            if account is not None:
                await self._add(transaction, access.project_id, account.account_id, by=access.caller)
                await self._post_invitation(transaction, access, address, Invitation(body=_ADDED))
            else:
                await self._post_link(transaction, access, address, link_to)
        self.mail.wake()
        return account is not None

    async def invite_addresses(self, access: ProjectAccess, to: str, invitation: Invitation) -> None:
        """Add the accounts that have these addresses; mail the others, which are added when they get an account.

        Within two weeks, that is; all or none. Raises `InvitationRefused`.
        """
        access.demand(Permission.WRITE)
        _check_manages(access)
        addresses, now = read_addresses(to), self.clock.now()
        async with self.store.begin() as transaction:
            for address in addresses:
                account = await transaction.accounts.find_by_email(address)
                if account is not None:
                    await self._add(transaction, access.project_id, account.account_id, by=access.caller)
                    continue
                await transaction.invitations.add(
                    address, access.project_id, invited_by=access.caller, expires=now + LIFE
                )
                await self._post_invitation(transaction, access, address, invitation)
        self.mail.wake()

    async def _post_link(
        self, transaction: Transaction, access: ProjectAccess, address: str, link_to: str | None
    ) -> None:
        if link_to is None:
            raise InvalidCollaboration("there is no account with this address, and this server does not know its own")
        token = random_text(_TOKEN_LENGTH)
        now = self.clock.now()
        await transaction.collaborators.add_invite_token(
            InviteToken(token, access.project_id, now + LIFE, usage_limit=1, counter=0), at=now
        )
        await self._post_invitation(transaction, access, address, Invitation(body=_LINK, link2proj=link_to + token))
        event = {"event": "invite", "email_address": address}
        await transaction.project_log.add(access.project_id, access.caller, event, at=now)

    async def invite(self, access: ProjectAccess, account_id: str, invitation: Invitation) -> None:
        """Add the account at once; mail an invitation if a text was given, at most once a day for each address."""
        access.demand(Permission.WRITE)
        _check_manages(access)
        if not is_uuid(account_id):
            raise InvalidCollaboration(f"invalid account_id -- {account_id}")
        async with self.store.begin() as transaction:
            await self._add(transaction, access.project_id, account_id, by=access.caller)
            account = await transaction.accounts.find(account_id)
            if invitation.body and account is not None and account.email_address:
                await self._post_invitation(transaction, access, account.email_address, invitation)
        self.mail.wake()

    async def _post_invitation(
        self, transaction: Transaction, access: ProjectAccess, address: str, invitation: Invitation
    ) -> None:
        now = self.clock.now()
        last = await transaction.collaborators.last_invitation_mail(access.project_id, address)
        if last is not None and now - last < _MAIL_PAUSE:
            return
        title = invitation.title or access.project.title
        subject = invitation.subject or (
            f"{invitation.replyto_name} invited you to collaborate on {self.site.name} in project '{title}'"
            if invitation.replyto_name
            else f"Invitation to {self.site.name} for collaborating in project '{title}'"
        )
        body = "\n\n".join(filter(None, (re.sub(r"<[^>]*>", "", invitation.body), invitation.link2proj)))
        await self.mail.post(transaction, to=address, subject=subject, body=body)
        await transaction.collaborators.note_invitation_mail(access.project_id, address, at=now)

    async def list_people(self, access: ProjectAccess) -> list[Collaborator]:
        """Everybody on the project, owners first."""
        access.demand(Permission.READ)
        async with self.store.read() as transaction:
            people = await transaction.collaborators.list_people(access.project_id)
        return sorted(people, key=lambda one: one.role is not Role.OWNER)

    async def change_role(self, access: ProjectAccess, account_id: str, role: Role) -> None:
        """Raises `OnlyOwnersChangeRoles`, `NotOnProject`, and `LastOwner` if nobody would own it."""
        if Permission.OWN not in access.grants:
            raise OnlyOwnersChangeRoles
        account = AccountId(account_id)
        async with self.store.begin() as transaction:
            await transaction.queries.lock_project(access.project_id)
            before = await transaction.collaborators.find_role(access.project_id, account)
            if before is None:
                raise NotOnProject(account_id)
            if before is role:
                return
            if before is Role.OWNER and await transaction.collaborators.count_owners(access.project_id) == 1:
                raise LastOwner
            await transaction.collaborators.set_role(access.project_id, account, role)
            event = {"event": "change_collaborator", "account_id": account_id, "group": role}
            await transaction.project_log.add(access.project_id, access.caller, event, at=self.clock.now())
        log.info("role_changed", project_id=access.project_id, account_id=account_id, role=role, by=access.caller)

    async def remove(self, access: ProjectAccess, account_id: str) -> None:
        """Remove a collaborator; fine if the account is not on the project. Everybody may leave but its owners.

        Raises `OwnerNotRemovable`.
        """
        if account_id != access.caller:
            access.demand(Permission.WRITE)
            _check_manages(access)
        async with self.store.begin() as transaction:
            role = await transaction.collaborators.find_role(access.project_id, AccountId(account_id))
            if role is Role.OWNER:
                raise OwnerNotRemovable
            if role is None:
                return
            await transaction.collaborators.remove(access.project_id, AccountId(account_id))
            event = {"event": "remove_collaborator", "removed_name": account_id}
            await transaction.project_log.add(access.project_id, access.caller, event, at=self.clock.now())
        log.info("collaborator_removed", project_id=access.project_id, account_id=account_id, by=access.caller)


def _check_manages(access: ProjectAccess) -> None:
    if access.project.manage_users_owner_only and Permission.OWN not in access.grants:
        raise OnlyOwnersManage


def _check_lists(account_ids: Sequence[str], others: Sequence[str], *, are_projects: bool) -> None:
    if len(account_ids) != len(others):
        raise InvalidCollaboration(
            f"Error: accounts (of length {len(account_ids)}) and projects (of length {len(others)}) "
            "must be arrays of the same length"
        )
    for account_id in account_ids:
        if not is_uuid(account_id):
            raise InvalidCollaboration(f"Error: all account id's must be valid uuid's, but \"{account_id}\" is not")
    for project_id in others if are_projects else ():
        if project_id and not is_uuid(project_id):
            raise InvalidCollaboration(
                f"Error: all project id's must be valid uuid's (or empty), but \"{project_id}\" is not"
            )
