"""Whether somebody knows the password of an address; who is wrong too often has to wait."""

from dataclasses import dataclass, field

import structlog

from carrel.domain.accounts import Account
from carrel.domain.web_sessions import SignInFailed, TooManySignIns
from carrel.kit.networks import network_of
from carrel.kit.turns import Turns
from carrel.services.attempts import Attempts, Limit
from carrel.services.passwords import Passwords
from carrel.store.store import Store

log = structlog.get_logger()

_MINUTE, _HOUR = 60, 3600
_PER_ADDRESS = (Limit(5, _MINUTE), Limit(50, _HOUR))
_PER_COMPUTER = (Limit(30, _MINUTE), Limit(200, _HOUR))
_PROBLEM = "Problem signing into account -- "


@dataclass(frozen=True, slots=True)
class PasswordChecks:
    """Passwords of one address are checked one at a time, or many could be tried before the first failure counts."""

    store: Store
    passwords: Passwords
    wrong: Attempts = field(default_factory=Attempts)
    _turns: Turns[str] = field(default_factory=Turns)

    async def check(self, email_address: str, password: str, ip: str | None) -> Account:
        """The account that has this password, which may be banned. Raises `SignInFailed`, `TooManySignIns`."""
        email = email_address.strip().lower()
        async with self._turns.of(email):
            return await self._check(email, password, ip)

    async def _check(self, email: str, password: str, ip: str | None) -> Account:
        by_address, by_computer = f"address:{email}", f"computer:{network_of(ip)}"
        self._demand(by_address, _PER_ADDRESS, f'as "{email}"')
        self._demand(by_computer, _PER_COMPUTER, "from your computer")
        async with self.store.read() as transaction:
            account = await transaction.accounts.find_by_email(email)
        if account is not None and await self._has(account, password):
            return account
        self.wrong.count(by_address, by_computer)
        log.info("sign_in_failed", ip=ip)
        if account is None or account.deleted:
            raise SignInFailed(f"{_PROBLEM}no account with email address '{email[:254]}'.")
        raise SignInFailed(f"{_PROBLEM}password for '{email[:254]}' is incorrect.", account.account_id)

    async def _has(self, account: Account, password: str) -> bool:
        if account.deleted or account.password_hash is None:
            return False
        return await self.passwords.verify(account.password_hash, password)

    def _demand(self, key: str, limits: tuple[Limit, ...], whom: str) -> None:
        reached = self.wrong.reached(key, limits)
        if reached is not None:
            raise TooManySignIns(whom, hour=reached.seconds > _MINUTE)
