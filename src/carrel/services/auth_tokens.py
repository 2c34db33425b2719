"""Auth tokens: short-lived secrets that sign a browser or an iframe in as an account.

A token is 24 characters of base 62 and is stored as a hash. It may be used many times until it expires: taking an
iframe out of a page and putting it back loads the same address again.
"""

from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from carrel.domain.accounts import Account, IncorrectPassword, PasswordLocked
from carrel.domain.embed_sessions import (
    TOKEN_LENGTH,
    AccountNotAvailable,
    AuthToken,
    EmbedRefused,
    EmbedScope,
)
from carrel.domain.errors import AdminRequired
from carrel.domain.principals import AccountPrincipal
from carrel.kit.clock import Clock
from carrel.kit.secrets import keyed_hash, random_text
from carrel.kit.turns import Turns
from carrel.services.passwords import Passwords
from carrel.services.settings import SiteSettings
from carrel.store.store import Store

log = structlog.get_logger()

PURPOSE = "auth-token"
_LOCKED = timedelta(seconds=60)


def token_hash(token: str) -> str:
    """How a token is stored."""
    return keyed_hash(token, purpose=PURPOSE)


@dataclass(frozen=True, slots=True)
class AuthTokens:
    store: Store
    passwords: Passwords
    clock: Clock
    site: SiteSettings
    _turns: Turns[tuple[str, str]] = field(default_factory=Turns)

    async def issue(self, caller: AccountPrincipal, account_id: str, password: str) -> str:
        """A token for the account; admins may leave the password empty.

        Raises `IncorrectPassword`, also for unknown accounts and those without password, and `PasswordLocked` for a
        minute after a wrong one.
        """
        async with self._turns.of((caller.account_id, account_id)):  # or many could guess before the first has locked
            account = await self._check(caller, account_id, password)
        expire = self.clock.now() + timedelta(hours=self.site.auth_token_hours)
        return await self._issue(caller, AuthToken(account.account_id, expire))

    async def issue_trusted(self, caller: AccountPrincipal, account: Account) -> str:
        """A token for an account on behalf of somebody who was found to have a right to it."""
        if account.deleted or account.banned:
            raise AccountNotAvailable
        expire = self.clock.now() + timedelta(hours=self.site.auth_token_hours)
        return await self._issue(caller, AuthToken(account.account_id, expire))

    async def issue_scoped(
        self, caller: AccountPrincipal, account_id: str, scope: EmbedScope, *, life: timedelta, single_use: bool
    ) -> str:
        """A token that may do no more than its scope: for the caller itself, or by an admin for anybody.

        Raises `AdminRequired`, `AccountNotAvailable`, and `EmbedRefused` if the account is not on the scope's project.
        """
        if not (caller.is_admin or caller.account_id == account_id):
            raise AdminRequired
        async with self.store.read() as transaction:
            account = await transaction.accounts.find(account_id)
            if account is None or account.deleted or account.banned:
                raise AccountNotAvailable
            if scope.project_id is not None:
                found = await transaction.projects.find_with_role(scope.project_id, account.account_id)
                if found is None or found[1] is None:
                    raise EmbedRefused
        return await self._issue(caller, AuthToken(account.account_id, self.clock.now() + life, scope, single_use))

    async def _check(self, caller: AccountPrincipal, account_id: str, password: str) -> Account:
        async with self.store.read() as transaction:
            if await transaction.auth_tokens.is_locked(caller.account_id, account_id, at=self.clock.now()):
                raise PasswordLocked
            account = await transaction.accounts.find(account_id)
        allowed = account is not None and not (account.deleted or account.banned)
        if allowed and not (caller.is_admin and password == ""):
            allowed = await self._is_password(account, password)
        if account is None or not allowed:
            await self._lock(caller, account_id)
            raise IncorrectPassword
        return account

    async def _is_password(self, account: Account | None, password: str) -> bool:
        if account is None or account.password_hash is None:
            return False
        return await self.passwords.verify(account.password_hash, password)

    async def _lock(self, caller: AccountPrincipal, account_id: str) -> None:
        async with self.store.begin() as transaction:
            until = self.clock.now() + _LOCKED
            await transaction.auth_tokens.lock(caller.account_id, account_id[:36], until=until)
        log.info("auth_token_refused", caller=caller.account_id, account_id=account_id[:36])

    async def _issue(self, caller: AccountPrincipal, token: AuthToken) -> str:
        secret = random_text(TOKEN_LENGTH)
        async with self.store.begin() as transaction:
            await transaction.auth_tokens.add(
                token_hash(secret), token, created_by=caller.account_id, created=self.clock.now()
            )
        log.info("auth_token_issued", caller=caller.account_id, account_id=token.account_id, admin=caller.is_admin)
        return secret

    async def revoke(self, token: str) -> None:
        """Whoever presents a token may revoke it, and the sessions opened with it; no error for an unknown one."""
        async with self.store.begin() as transaction:
            await transaction.auth_tokens.delete(token_hash(token))
            await transaction.embed_sessions.delete_of_token(token_hash(token))
            await transaction.web_sessions.delete_of_token(token_hash(token))

    async def find(self, token: str) -> AuthToken | None:
        """What an unexpired token stands for; a single-use one may be used up."""
        async with self.store.read() as transaction:
            return await transaction.auth_tokens.find(token_hash(token), at=self.clock.now())
