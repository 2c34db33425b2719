"""Organizations: who belongs to which, and what their admins may do with the accounts in them."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from carrel.domain.accounts import Account
from carrel.domain.ids import AccountId, is_uuid
from carrel.domain.organizations import (
    MemberElsewhere,
    MemberIsAdmin,
    MemberUnknown,
    NotInOrganization,
    Organization,
    OrganizationAdminRequired,
    OrganizationNameInvalid,
    OrganizationNameTaken,
    OrganizationUnknown,
)
from carrel.domain.principals import AccountPrincipal
from carrel.kit.clock import Clock
from carrel.kit.secrets import random_text
from carrel.services.accounts import AccountDraft, Accounts
from carrel.services.auth_tokens import AuthTokens
from carrel.services.messages import Messages
from carrel.services.projects import add_project
from carrel.store.store import Store, Transaction

log = structlog.get_logger()

_NAME = re.compile(r"[A-Za-z0-9-]{1,39}")
_PASSWORD_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Organizations:
    store: Store
    accounts: Accounts
    auth_tokens: AuthTokens
    messages: Messages
    clock: Clock

    async def list_all(self) -> list[Organization]:
        async with self.store.read() as transaction:
            return await transaction.organizations.list_all()

    async def create(self, name: str) -> str:
        """A new organization without members; its id. Raises `OrganizationNameInvalid`, `OrganizationNameTaken`."""
        if not _NAME.fullmatch(name):
            raise OrganizationNameInvalid("the name of an organization has 1 to 39 letters, digits and dashes")
        organization_id = str(uuid.uuid4())
        async with self.store.begin() as transaction:
            if await transaction.queries.is_user_name_taken(name, but_by=AccountId("")):
                raise OrganizationNameTaken(name)
            await transaction.organizations.add(organization_id, name)
        log.info("organization_created", name=name)
        return organization_id

    async def get(self, caller: AccountPrincipal, name: str) -> Organization:
        """For its admins and the site's. Raises `OrganizationAdminRequired`, `OrganizationUnknown`."""
        async with self.store.read() as transaction:
            return await _administrated(transaction, caller, name)

    async def change(self, caller: AccountPrincipal, name: str, values: Mapping[str, str]) -> None:
        """Set `title`, `description`, `link`, `email_address`. Raises like `get`."""
        async with self.store.begin() as transaction:
            await _administrated(transaction, caller, name)
            if values:
                await transaction.organizations.change(name, values)

    async def members(self, caller: AccountPrincipal, name: str) -> list[Account]:
        """Raises like `get`."""
        async with self.store.read() as transaction:
            await _administrated(transaction, caller, name)
            return await transaction.organizations.members(name)

    async def add_member(self, name: str, user: str) -> None:
        """Make an account a member, and of no other organization. Raises `OrganizationUnknown`, `MemberUnknown`."""
        async with self.store.begin() as transaction:
            await _known(transaction, name)
            account = await _found(transaction, user)
            before = await transaction.organizations.of_account(account.account_id)
            if before is not None and before != name:
                await _withdraw(transaction, before, account.account_id)
            await transaction.organizations.set_member(account.account_id, name)
        log.info("member_added", name=name, account_id=account.account_id)

    async def add_admin(self, name: str, user: str) -> None:
        """Make an account an admin, and so a member. Raises also `MemberElsewhere`."""
        async with self.store.begin() as transaction:
            organization = await _known(transaction, name)
            account = await _found(transaction, user)
            if await transaction.organizations.of_account(account.account_id) not in (None, name):
                raise MemberElsewhere(user)
            await transaction.organizations.set_member(account.account_id, name)
            admins = dict.fromkeys((*organization.admin_account_ids, account.account_id))
            await transaction.organizations.set_admins(name, list(admins))
        log.info("organization_admin_added", name=name, account_id=account.account_id)

    async def remove_admin(self, caller: AccountPrincipal, name: str, user: str) -> None:
        """The account stays a member. Raises like `get`, and `MemberUnknown`."""
        async with self.store.begin() as transaction:
            await _administrated(transaction, caller, name)
            await _withdraw(transaction, name, (await _found(transaction, user)).account_id)

    async def remove_member(self, caller: AccountPrincipal, name: str, user: str) -> None:
        """Fine if the account is no member. Raises like `get`, `MemberUnknown` and `MemberIsAdmin`."""
        async with self.store.begin() as transaction:
            organization = await _administrated(transaction, caller, name)
            account = await _found(transaction, user)
            if account.account_id in organization.admin_account_ids:
                raise MemberIsAdmin
            if await transaction.organizations.of_account(account.account_id) == name:
                await transaction.organizations.set_member(account.account_id, None)

    async def create_member(
        self, caller: AccountPrincipal, name: str, email: str, *, first: str, last: str, password: str | None
    ) -> AccountId:
        """A new account with a first project. Admins of the site may name an organization that there is not.

        Raises `OrganizationAdminRequired`, and `AccountInvalid` with every problem.
        """
        if not caller.is_admin:
            await self.get(caller, name)
        draft = AccountDraft(first, last, email, password or random_text(_PASSWORD_LENGTH), agreed_to_terms=True)
        account, _ = await self.accounts.create(None, draft, with_key=False)
        async with self.store.begin() as transaction:
            await transaction.organizations.set_member(account.account_id, name)
            await add_project(transaction, account.account_id, title="My First Project", at=self.clock.now())
        return account.account_id

    async def create_token(self, caller: AccountPrincipal, user: str) -> tuple[AccountId, str]:
        """A member, and an auth token that signs in as it. Raises `NotInOrganization`, `OrganizationAdminRequired`.

        Admins of organizations get none for an admin of the site, who may more than they.
        """
        async with self.store.read() as transaction:
            account = await _found(transaction, user)
            name = await transaction.organizations.of_account(account.account_id)
            if not caller.is_admin:
                if name is None:
                    raise NotInOrganization
                await _administrated(transaction, caller, name)
                if account.is_admin:
                    raise OrganizationAdminRequired
        if name is None:
            raise NotInOrganization
        return account.account_id, await self.auth_tokens.issue_trusted(caller, account)

    async def message(self, caller: AccountPrincipal, name: str, *, subject: str, body: str) -> None:
        """One message to all members. Raises like `get` and `Messages.send`."""
        to = [account.account_id for account in await self.members(caller, name)]
        await self.messages.send(caller.account_id, to, subject=subject, body=body)


async def _known(transaction: Transaction, name: str) -> Organization:
    organization = await transaction.organizations.find(name)
    if organization is None:
        raise OrganizationUnknown(name)
    return organization


async def _administrated(transaction: Transaction, caller: AccountPrincipal, name: str) -> Organization:
    """The organization, for its admins and the site's; others cannot tell whether there is one."""
    organization = await transaction.organizations.find(name)
    if not caller.is_admin and (organization is None or caller.account_id not in organization.admin_account_ids):
        raise OrganizationAdminRequired
    if organization is None:
        raise OrganizationUnknown(name)
    return organization


async def _found(transaction: Transaction, user: str) -> Account:
    find = transaction.accounts.find if is_uuid(user) else transaction.accounts.find_by_email
    account = await find(user)
    if account is None or account.deleted:
        raise MemberUnknown(user)
    return account


async def _withdraw(transaction: Transaction, name: str, account_id: AccountId) -> None:
    organization = await transaction.organizations.find(name)
    if organization is not None and account_id in organization.admin_account_ids:
        left = [one for one in organization.admin_account_ids if one != account_id]
        await transaction.organizations.set_admins(name, left)
