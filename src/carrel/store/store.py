"""Units of work. `Store.begin()` writes, all or nothing; `Store.read()` reads what is committed."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Self

import anyio
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from carrel.domain.errors import TextUnstorable
from carrel.store.accounts import AccountRows
from carrel.store.audit import AuditRows
from carrel.store.auth_tokens import AuthTokenRows
from carrel.store.client_errors import ClientErrorRows
from carrel.store.collaborators import CollaboratorRows
from carrel.store.copies import CopyRows
from carrel.store.distributions import DistributionRows
from carrel.store.embed_sessions import EmbedSessionRows
from carrel.store.engines import driver_url, open_engines
from carrel.store.evaluations import EvaluationRows
from carrel.store.file_use import FileUseRows
from carrel.store.invitations import InvitationRows
from carrel.store.kept_replies import KeptReplyRows
from carrel.store.keys import KeyRows
from carrel.store.mailed_links import MailedLinkRows
from carrel.store.mails import MailRows
from carrel.store.messages import MessageRows
from carrel.store.migrate import ensure_schema
from carrel.store.organizations import OrganizationRows
from carrel.store.project_log import ProjectLogRows
from carrel.store.projects import ProjectRows
from carrel.store.public_paths import PublicPathRows
from carrel.store.queries import QueryRows
from carrel.store.registration_tokens import RegistrationTokenRows
from carrel.store.site_settings import SiteSettingRows
from carrel.store.snapshots import SnapshotRows
from carrel.store.web_sessions import WebSessionRows
from carrel.store.webhooks import WebhookRows

_NUL_REFUSED = ("22021", "22P05")


@dataclass(frozen=True, slots=True)
class Transaction:
    """One connection with the repositories that work on it."""

    connection: AsyncConnection

    @property
    def accounts(self) -> AccountRows:
        return AccountRows(self.connection)

    @property
    def audit(self) -> AuditRows:
        return AuditRows(self.connection)

    @property
    def site_settings(self) -> SiteSettingRows:
        return SiteSettingRows(self.connection)

    @property
    def keys(self) -> KeyRows:
        return KeyRows(self.connection)

    @property
    def auth_tokens(self) -> AuthTokenRows:
        return AuthTokenRows(self.connection)

    @property
    def embed_sessions(self) -> EmbedSessionRows:
        return EmbedSessionRows(self.connection)

    @property
    def web_sessions(self) -> WebSessionRows:
        return WebSessionRows(self.connection)

    @property
    def webhooks(self) -> WebhookRows:
        return WebhookRows(self.connection)

    @property
    def registration_tokens(self) -> RegistrationTokenRows:
        return RegistrationTokenRows(self.connection)

    @property
    def projects(self) -> ProjectRows:
        return ProjectRows(self.connection)

    @property
    def collaborators(self) -> CollaboratorRows:
        return CollaboratorRows(self.connection)

    @property
    def project_log(self) -> ProjectLogRows:
        return ProjectLogRows(self.connection)

    @property
    def client_errors(self) -> ClientErrorRows:
        return ClientErrorRows(self.connection)

    @property
    def file_use(self) -> FileUseRows:
        return FileUseRows(self.connection)

    @property
    def invitations(self) -> InvitationRows:
        return InvitationRows(self.connection)

    @property
    def copies(self) -> CopyRows:
        return CopyRows(self.connection)

    @property
    def distributions(self) -> DistributionRows:
        return DistributionRows(self.connection)

    @property
    def evaluations(self) -> EvaluationRows:
        return EvaluationRows(self.connection)

    @property
    def kept_replies(self) -> KeptReplyRows:
        return KeptReplyRows(self.connection)

    @property
    def mailed_links(self) -> MailedLinkRows:
        return MailedLinkRows(self.connection)

    @property
    def mails(self) -> MailRows:
        return MailRows(self.connection)

    @property
    def messages(self) -> MessageRows:
        return MessageRows(self.connection)

    @property
    def organizations(self) -> OrganizationRows:
        return OrganizationRows(self.connection)

    @property
    def public_paths(self) -> PublicPathRows:
        return PublicPathRows(self.connection)

    @property
    def snapshots(self) -> SnapshotRows:
        return SnapshotRows(self.connection)

    @property
    def queries(self) -> QueryRows:
        return QueryRows(self.connection)


@dataclass(frozen=True, slots=True)
class Store:
    """The database of one installation; made by `Store.open`."""

    reader: AsyncEngine
    writer: AsyncEngine

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, pool_size: int = 8) -> AsyncIterator[Self]:
        """Open the database and bring its schema up to date. Raises `SchemaTooNew` when an older Carrel meets it."""
        reader, writer = open_engines(driver_url(url), pool_size)
        try:
            await ensure_schema(writer)
            yield cls(reader, writer)
        finally:
            await reader.dispose()
            await writer.dispose()

    @property
    def is_sqlite(self) -> bool:
        return self.writer.dialect.name == "sqlite"

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        """A writing transaction: committed when the block ends, rolled back when it raises.

        A cancellation waits until the block has ended: drivers leave threads and tasks behind when they are cancelled
        in the middle of a statement, and whether it was committed would be unknown. So only the database is awaited
        inside, whose own time limits bound the wait.
        """
        with _foreign_errors(), anyio.CancelScope(shield=True):
            async with self.writer.begin() as connection:
                yield Transaction(connection)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """Read committed data; each statement sees the newest. A cancellation waits, as in `begin`."""
        with _foreign_errors(), anyio.CancelScope(shield=True):
            connection = await self.reader.connect()
            try:
                yield Transaction(connection)
            finally:
                _give_back(connection)


def _give_back(connection: AsyncConnection) -> None:
    """Return a reader to its pool. The database is told nothing, so it takes no greenlet: to make one costs more."""
    assert connection.sync_connection is not None
    connection.sync_connection.close()


@contextmanager
def _foreign_errors() -> Iterator[None]:
    """PostgreSQL refuses NUL characters in texts and in JSON; every other refusal is a bug."""
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in _NUL_REFUSED:
            raise TextUnstorable from error
        raise
