"""What only admins do to accounts: ban them, make them admins, help them in, and look at the site as they see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from carrel.domain.accounts import Account, AccountNotFound, LastAdmin, NotYourself, RegistrationTokenUnknown
from carrel.domain.embed_sessions import AccountNotAvailable
from carrel.domain.ids import ProjectId
from carrel.domain.principals import AccountPrincipal
from carrel.domain.projects import Project
from carrel.kit.clock import Clock
from carrel.kit.secrets import random_text
from carrel.services.accounts import change_admin
from carrel.services.keys import Keys
from carrel.services.mailed_links import RESET_LIFE, MailedLinks
from carrel.services.web_sessions import Browser, WebSessions
from carrel.store.registration_tokens import RegistrationToken
from carrel.store.store import Store, Transaction

log = structlog.get_logger()

_TOKEN_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Administration:
    """The caller of each is an admin."""

    store: Store
    keys: Keys
    links: MailedLinks
    web_sessions: WebSessions
    clock: Clock

    async def list_accounts(self, query: str, *, offset: int, limit: int) -> list[Account]:
        """Not deleted ones in which each word of `query` is part of a name, the address, or which have that id."""
        async with self.store.read() as transaction:
            return await transaction.accounts.page(query.split()[:10], offset=offset, limit=limit)

    async def ban(self, caller: AccountPrincipal, account_id: str) -> None:
        """Nothing that signs the account in works any more: browsers and pages are ended, tokens are gone, and keys
        are refused until the ban is taken back. Raises `AccountNotFound`, `NotYourself`."""
        if caller.account_id == account_id:
            raise NotYourself
        async with self.store.begin() as transaction:
            account = await _living(transaction, account_id)
            await transaction.accounts.set_banned(account.account_id, True)
            await transaction.auth_tokens.delete_of_account(account.account_id)
            await transaction.web_sessions.delete_of_account(account.account_id)
            await transaction.embed_sessions.delete_of_account(account.account_id)
        self.keys.forget(account_id=account.account_id)
        log.info("account_banned", account_id=account_id, by=caller.account_id)

    async def remove_ban(self, account_id: str) -> None:
        """Raises `AccountNotFound`."""
        async with self.store.begin() as transaction:
            account = await _living(transaction, account_id)
            await transaction.accounts.set_banned(account.account_id, False)
        self.keys.forget(account_id=account.account_id)

    async def set_admin(self, account_id: str, admin: bool) -> None:
        """Raises `AccountNotFound`, and `LastAdmin` rather than leave nobody who could make one."""
        async with self.store.begin() as transaction:
            account = await _living(transaction, account_id)
            if not admin and await transaction.accounts.admin_ids() == [account.account_id]:
                raise LastAdmin
            await change_admin(transaction, account, admin)
        self.keys.forget(account_id=account.account_id)
        log.info("admin_changed", account_id=account_id, admin=admin)

    async def reset_link(self, account_id: str, *, life: timedelta = RESET_LIFE) -> tuple[str, datetime]:
        """A link that sets a new password, once, and until when; to be handed over by the admin. Raises as `ban`."""
        async with self.store.begin() as transaction:
            url = await self.links.reset_url(transaction, await _living(transaction, account_id), life)
        return url, self.clock.now() + life

    async def sign_in_as(self, caller: AccountPrincipal, account_id: str, browser: Browser) -> tuple[Account, str]:
        """The account and the value of a cookie that is good for two hours.

        Raises `AccountNotFound`, `NotYourself`, and `AccountNotAvailable` for a banned one.
        """
        if caller.account_id == account_id:
            raise NotYourself
        async with self.store.read() as transaction:
            account = await _living(transaction, account_id)
        if account.banned:
            raise AccountNotAvailable
        return account, await self.web_sessions.open(account, browser, impersonator_id=caller.account_id)

    async def list_tokens(self) -> list[tuple[RegistrationToken, str]]:
        """Registration tokens with their descriptions, those that are disabled last."""
        async with self.store.read() as transaction:
            return await transaction.registration_tokens.list_tokens()

    async def add_token(self, description: str, *, limit: int | None, expires: datetime | None) -> str:
        """A new registration token."""
        token = random_text(_TOKEN_LENGTH)
        async with self.store.begin() as transaction:
            await transaction.registration_tokens.add(token, description=description, limit=limit, expires=expires)
        return token

    async def set_token_disabled(self, token: str, disabled: bool) -> None:
        """Raises `RegistrationTokenUnknown`."""
        async with self.store.begin() as transaction:
            if not await transaction.registration_tokens.set_disabled(token, disabled):
                raise RegistrationTokenUnknown

    async def list_projects(self, query: str, *, offset: int, limit: int) -> list[Project]:
        """Projects whose title has each word of `query`, that have that id, or that an account with that id or address
        owns; the newest first."""
        async with self.store.read() as transaction:
            return await transaction.projects.page(query.split()[:10], offset=offset, limit=limit)

    async def owners(self, project_ids: Sequence[ProjectId]) -> dict[ProjectId, list[str]]:
        """Names of the owners of each project."""
        async with self.store.read() as transaction:
            return await transaction.projects.owner_names(project_ids)


async def _living(transaction: Transaction, account_id: str) -> Account:
    account = await transaction.accounts.find(account_id)
    if account is None or account.deleted:
        raise AccountNotFound(account_id)
    return account
