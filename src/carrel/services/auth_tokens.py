"""Auth tokens: short-lived secrets that sign a browser or an iframe in as an account.

A token is 24 characters of base 62 and is stored as a hash. It may be used many times until it expires: taking an
iframe out of a page and putting it back loads the same address again.
"""

from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from carrel.domain.accounts import Account, IncorrectPassword, PasswordLocked
from carrel.domain.ids import AccountId
from carrel.domain.principals import AccountPrincipal
from carrel.kit.clock import Clock
from carrel.kit.secrets import keyed_hash, random_text
from carrel.kit.turns import Turns
from carrel.services.passwords import Passwords
from carrel.services.settings import SiteSettings
from carrel.store.store import Store

log = structlog.get_logger()

PURPOSE = "auth-token"
LENGTH = 24
_LOCKED = timedelta(seconds=60)


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
        return await self._issue(caller, account.account_id)

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

    async def _issue(self, caller: AccountPrincipal, account_id: AccountId) -> str:
        token, now = random_text(LENGTH), self.clock.now()
        async with self.store.begin() as transaction:
            await transaction.auth_tokens.add(
                keyed_hash(token, purpose=PURPOSE),
                account_id,
                created_by=caller.account_id,
                created=now,
                expire=now + timedelta(hours=self.site.auth_token_hours),
            )
        log.info("auth_token_issued", caller=caller.account_id, account_id=account_id, admin=caller.is_admin)
        return token

    async def revoke(self, token: str) -> None:
        """Whoever presents a token may revoke it; no error for an unknown one."""
        async with self.store.begin() as transaction:
            await transaction.auth_tokens.delete(keyed_hash(token, purpose=PURPOSE))

    async def find_account(self, token: str) -> AccountId | None:
        """The account that an unexpired token stands for."""
        async with self.store.read() as transaction:
            return await transaction.auth_tokens.find_account(keyed_hash(token, purpose=PURPOSE), at=self.clock.now())
