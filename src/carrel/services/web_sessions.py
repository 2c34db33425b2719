"""Signing in with a browser: a cookie `<id>.<secret>` for each, which can be listed, ended, and outlives the browser.

What a session's account may do is looked up at each use, so that one that was ended, or whose account was banned, is
dead at once.
"""

import hmac
from dataclasses import dataclass
from datetime import timedelta

import structlog

from carrel.domain.accounts import Account
from carrel.domain.embed_sessions import (
    EVERYTHING,
    TOKEN_LENGTH,
    AccountNotAvailable,
    AuthTokenMalformed,
    AuthTokenUnknown,
)
from carrel.domain.ids import AccountId
from carrel.domain.keys import AccountBanned
from carrel.domain.principals import AccountPrincipal, browser_credential
from carrel.domain.web_sessions import SignInRequired, WebSession
from carrel.kit.clock import Clock
from carrel.kit.secrets import keyed_hash, random_text
from carrel.services.auth_tokens import AuthTokens, token_hash
from carrel.services.password_checks import PasswordChecks
from carrel.services.settings import SiteFacts
from carrel.store.store import Store

log = structlog.get_logger()

LIFE = timedelta(days=30)
"""Since it was used last."""
IMPERSONATION_LIFE = timedelta(hours=2)
TOKEN_LIFE = timedelta(hours=12)
_TOUCHED_EVERY = timedelta(hours=1)
_ID_LENGTH = 16
_SECRET_LENGTH = 32
_PURPOSE = "web-session"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who presents a cookie."""

    session: WebSession
    account: Account
    secret_hash: str

    @property
    def principal(self) -> AccountPrincipal:
        account, session = self.account, self.session
        return AccountPrincipal(
            account.account_id,
            account.is_admin,
            account.groups,
            impersonator_id=session.impersonator_id,
            credential=browser_credential(session.id),
        )


@dataclass(frozen=True, slots=True)
class Browser:
    """Where somebody signs in."""

    ip: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class WebSessions:
    store: Store
    checks: PasswordChecks
    tokens: AuthTokens
    clock: Clock
    site: SiteFacts

    async def sign_in(self, email_address: str, password: str, browser: Browser) -> tuple[Account, str]:
        """The account and a new cookie's value. Raises `SignInFailed`, `TooManySignIns`, `AccountBanned`."""
        account = await self.checks.check(email_address, password, browser.ip)
        if account.banned:
            raise AccountBanned(self.site.help_email)
        return account, await self.open(account, browser)

    async def redeem(self, auth_token: str, browser: Browser) -> tuple[Account, str]:
        """Sign in with an auth token that may do all that its account may, for as long as it may; it ends with it.

        Raises `AuthTokenMalformed`, `AuthTokenUnknown`, also for tokens with a scope, and `AccountNotAvailable`.
        """
        if len(auth_token) != TOKEN_LENGTH:
            raise AuthTokenMalformed
        token = await self.tokens.find(auth_token)
        if token is None or token.scope != EVERYTHING or token.single_use:
            raise AuthTokenUnknown
        async with self.store.read() as transaction:
            account = await transaction.accounts.find(token.account_id)
        if account is None or account.deleted or account.banned:
            raise AccountNotAvailable
        return account, await self._open(account, browser, TOKEN_LIFE, token.created_by, token_hash(auth_token))

    async def open(self, account: Account, browser: Browser, *, impersonator_id: AccountId | None = None) -> str:
        """A new session of an account that has proved itself; the cookie's value."""
        return await self._open(account, browser, IMPERSONATION_LIFE if impersonator_id else LIFE, impersonator_id)

    async def _open(
        self,
        account: Account,
        browser: Browser,
        life: timedelta,
        impersonator_id: AccountId | None,
        auth_token_hash: str | None = None,
    ) -> str:
        now, secret = self.clock.now(), random_text(_SECRET_LENGTH)
        session = WebSession(
            id=random_text(_ID_LENGTH),
            account_id=account.account_id,
            created=now,
            last_used=now,
            expires=now + life,
            ip=browser.ip,
            user_agent=(browser.user_agent or "")[:254] or None,
            impersonator_id=impersonator_id,
        )
        async with self.store.begin() as transaction:
            await transaction.web_sessions.add(
                session, secret_hash=keyed_hash(secret, purpose=_PURPOSE), auth_token_hash=auth_token_hash
            )
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
