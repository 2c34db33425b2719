"""Services on a real SQLite database, with a clock that only the tests move."""

from collections.abc import AsyncIterator

import pytest
from argon2 import PasswordHasher
from support.databases import SqliteDatabases
from support.rows import MovableClock

from carrel.services.access import Access
from carrel.services.accounts import Accounts
from carrel.services.attempts import Attempts
from carrel.services.auth_tokens import AuthTokens
from carrel.services.credentials import Credentials
from carrel.services.embed_sessions import EmbedSessions
from carrel.services.keys import Keys
from carrel.services.mail import Mail
from carrel.services.mailed_links import MailedLinks
from carrel.services.password_checks import PasswordChecks
from carrel.services.passwords import Passwords
from carrel.services.registration import Registration
from carrel.services.settings import MailSettings, SiteSettings
from carrel.services.sign_up import SignUp
from carrel.services.web_sessions import WebSessions
from carrel.store.store import Store


@pytest.fixture
async def store(sqlite_databases: SqliteDatabases) -> AsyncIterator[Store]:
    async with Store.open(sqlite_databases.migrated()) as store:
        yield store


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def site() -> SiteSettings:
    return SiteSettings(open_signup=True)


@pytest.fixture
def passwords() -> Passwords:
    """Real, but not slow."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def keys(store: Store, clock: MovableClock, site: SiteSettings) -> Keys:
    return Keys(store, clock, site)


@pytest.fixture
def mail(store: Store, clock: MovableClock) -> Mail:
    """No server is configured: mails stay in the database."""
    return Mail(store, MailSettings(), clock)


@pytest.fixture
def links(mail: Mail, clock: MovableClock, site: SiteSettings) -> MailedLinks:
    return MailedLinks(mail, clock, site, "https://carrel.example.org")


@pytest.fixture
def accounts(
    store: Store, keys: Keys, passwords: Passwords, links: MailedLinks, clock: MovableClock, site: SiteSettings
) -> Accounts:
    return Accounts(store, keys, passwords, Registration(clock), links, clock, site)


@pytest.fixture
def auth_tokens(store: Store, passwords: Passwords, clock: MovableClock, site: SiteSettings) -> AuthTokens:
    return AuthTokens(store, passwords, clock, site)


@pytest.fixture
def checks(store: Store, passwords: Passwords, clock: MovableClock) -> PasswordChecks:
    return PasswordChecks(store, passwords, Attempts(lambda: clock.now().timestamp()))


@pytest.fixture
def web_sessions(
    store: Store, checks: PasswordChecks, auth_tokens: AuthTokens, clock: MovableClock, site: SiteSettings
) -> WebSessions:
    return WebSessions(store, checks, auth_tokens, clock, site)


@pytest.fixture
def embed_sessions(store: Store, auth_tokens: AuthTokens, clock: MovableClock) -> EmbedSessions:
    return EmbedSessions(store, auth_tokens, Access(store), clock)


@pytest.fixture
def credentials(
    store: Store, passwords: Passwords, checks: PasswordChecks, links: MailedLinks, clock: MovableClock
) -> Credentials:
    return Credentials(store, passwords, checks, links, clock, Attempts(lambda: clock.now().timestamp()))


@pytest.fixture
def sign_up(accounts: Accounts, passwords: Passwords, web_sessions: WebSessions) -> SignUp:
    return SignUp(accounts, passwords, web_sessions)
