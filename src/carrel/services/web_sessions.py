"""Signing in with a browser: a cookie `<id>.<secret>` for each, which can be listed, ended, and outlives the browser.

What a session's account may do is looked up at each use, so that one that was ended, or whose account was banned, is
dead at once. Passwords are checked one at a time for each address, and failures are counted in this hub's memory.
"""

import hmac
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from carrel.domain.accounts import Account
from carrel.domain.ids import AccountId
from carrel.domain.keys import AccountBanned
from carrel.domain.principals import AccountPrincipal
from carrel.domain.web_sessions import SignInFailed, SignInRequired, TooManySignIns, WebSession
from carrel.kit.clock import Clock
from carrel.kit.secrets import keyed_hash, random_text
from carrel.kit.turns import Turns
from carrel.services.passwords import Passwords
from carrel.services.settings import SiteSettings
from carrel.store.store import Store

log = structlog.get_logger()

LIFE = timedelta(days=30)
"""Since it was used last."""
IMPERSONATION_LIFE = timedelta(hours=2)
_TOUCHED_EVERY = timedelta(hours=1)
_ID_LENGTH = 16
_SECRET_LENGTH = 32
_PURPOSE = "web-session"
_PER_ADDRESS = ((60.0, 5), (3600.0, 50))
_PER_COMPUTER = ((60.0, 30), (3600.0, 200))
_REMEMBERED_AT_MOST = 20_000
_PROBLEM = "Problem signing into account -- "


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who presents a cookie."""

    session: WebSession
    account: Account
    secret_hash: str

    @property
    def principal(self) -> AccountPrincipal:
        return AccountPrincipal(self.account.account_id, self.account.is_admin, self.account.groups)


@dataclass(frozen=True, slots=True)
class Browser:
    """Where somebody signs in."""

    ip: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class WrongPasswords:
    """Failures by what they have in common; `now` in seconds."""

    now: Callable[[], float] = time.monotonic
    _times: dict[str, deque[float]] = field(default_factory=dict)

    def check(self, key: str, limits: tuple[tuple[float, int], ...], whom: str) -> None:
        """Raises `TooManySignIns`."""
        times, now = self._times.get(key, ()), self.now()
        for seconds, limit in limits:
            if sum(1 for at in times if at > now - seconds) >= limit:
                raise TooManySignIns(whom, hour=seconds > 60)

    def count(self, *keys: str) -> None:
        if len(self._times) > _REMEMBERED_AT_MOST:
            self._times.clear()
        for key in keys:
            self._times.setdefault(key, deque(maxlen=200)).append(self.now())


@dataclass(frozen=True, slots=True)
class WebSessions:
    store: Store
    passwords: Passwords
    clock: Clock
    site: SiteSettings
    wrong: WrongPasswords = field(default_factory=WrongPasswords)
    _turns: Turns[str] = field(default_factory=Turns)

    async def sign_in(self, email_address: str, password: str, browser: Browser) -> tuple[Account, str]:
        """The account and a new cookie's value. Raises `SignInFailed`, `TooManySignIns`, `AccountBanned`."""
        email = email_address.strip().lower()
        async with self._turns.of(email):  # or many could guess before the first failure is counted
            account = await self._check(email, password, browser)
        return account, await self.open(account, browser)

    async def _check(self, email: str, password: str, browser: Browser) -> Account:
        by_address, by_computer = f"address:{email}", f"computer:{browser.ip}"
        self.wrong.check(by_address, _PER_ADDRESS, f'as "{email}"')
        self.wrong.check(by_computer, _PER_COMPUTER, "from your computer")
        async with self.store.read() as transaction:
            account = await transaction.accounts.find_by_email(email)
        problem = None
        if account is None or account.deleted:
            problem = f"no account with email address '{email[:254]}'."
        elif account.password_hash is None or not await self.passwords.verify(account.password_hash, password):
            problem = f"password for '{email[:254]}' is incorrect."
        if account is None or problem is not None:
            self.wrong.count(by_address, by_computer)
            log.info("sign_in_failed", ip=browser.ip)
            raise SignInFailed(f"{_PROBLEM}{problem}")
        if account.banned:
            raise AccountBanned(self.site.help_email)
        return account

    async def open(self, account: Account, browser: Browser, *, impersonator_id: AccountId | None = None) -> str:
        """A new session of an account that has proved itself; the cookie's value."""
        now, secret = self.clock.now(), random_text(_SECRET_LENGTH)
        session = WebSession(
            id=random_text(_ID_LENGTH),
            account_id=account.account_id,
            created=now,
            last_used=now,
            expires=now + (IMPERSONATION_LIFE if impersonator_id else LIFE),
            ip=browser.ip,
            user_agent=(browser.user_agent or "")[:254] or None,
            impersonator_id=impersonator_id,
        )
        async with self.store.begin() as transaction:
            await transaction.web_sessions.add(session, secret_hash=keyed_hash(secret, purpose=_PURPOSE))
        log.info("signed_in", account_id=account.account_id, session=session.id, impersonator_id=impersonator_id)
        return f"{session.id}.{secret}"

    async def verify(self, cookie: str) -> SignedIn:
        """Who presents this cookie. Raises `SignInRequired`, `AccountBanned`."""
        session_id, _, secret = cookie.partition(".")
        now = self.clock.now()
        async with self.store.read() as transaction:
            found = await transaction.web_sessions.find(session_id, at=now)
        if found is None or not hmac.compare_digest(found[1], keyed_hash(secret, purpose=_PURPOSE)):
            raise SignInRequired
        session, secret_hash, account = found
        if account.deleted:
            raise SignInRequired
        if account.banned:
            raise AccountBanned(self.site.help_email)
        if session.last_used < now - _TOUCHED_EVERY:
            expires = session.expires if session.impersonator_id else now + LIFE
            async with self.store.begin() as transaction:
                await transaction.web_sessions.touch(session.id, last_used=now, expires=expires)
        return SignedIn(session, account, secret_hash)

    async def list_of(self, account_id: AccountId) -> list[WebSession]:
        """The last used first."""
        async with self.store.read() as transaction:
            return await transaction.web_sessions.list_of(account_id, at=self.clock.now())

    async def end(self, account_id: AccountId, *, only: str | None = None, but: str | None = None) -> int:
        """End all sessions of the account, or `only` one, or all `but` one, with all their pages; how many."""
        async with self.store.begin() as transaction:
            ended = await transaction.web_sessions.delete_of_account(account_id, only=only, but=but)
        log.info("signed_out", account_id=account_id, sessions=ended)
        return ended
