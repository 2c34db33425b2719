"""Embed sessions: opened with an auth token, kept alive by their bearer, taken up again with a resume secret.

A bearer is `<eid>.<secret>`: the session's row is found by its public name, and the secret is compared as a hash. What
a session may do is looked up at each use, so that one that was revoked, or whose account was banned, is dead at once.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from carrel.domain.accounts import Account
from carrel.domain.documents import FileAccess, PathNotInside, PathNotOfFile
from carrel.domain.embed_sessions import (
    SESSIONS_IN_A_BROWSER,
    TOKEN_LENGTH,
    AccountNotAvailable,
    AuthToken,
    AuthTokenMalformed,
    AuthTokenUnknown,
    EmbedRefused,
    EmbedSession,
    EmbedSessionUnknown,
)
from carrel.domain.ids import ProjectId
from carrel.domain.principals import EmbedPrincipal
from carrel.domain.projects import Permission, PermissionMissing, ProjectIdInvalid
from carrel.kit.clock import Clock
from carrel.kit.secrets import keyed_hash, random_text
from carrel.services.access import Access
from carrel.services.auth_tokens import AuthTokens, token_hash
from carrel.store.embed_sessions import Hashed, StoredSession
from carrel.store.store import Store, Transaction

log = structlog.get_logger()

LIFE = timedelta(hours=12)
BEARER_LIFE = timedelta(minutes=15)
TICKET_LIFE = timedelta(seconds=30)
LINK_LIFE = timedelta(minutes=10)
ARCHIVE_LINK_LIFE = timedelta(minutes=1)
GRACE = timedelta(seconds=60)
_EID_LENGTH = 16
_SECRET_LENGTH = 32
_BEARER, _RESUME, _TICKET = "embed-bearer", "embed-resume", "ws-ticket"


@dataclass(frozen=True, slots=True)
class Bearer:
    """A new bearer, in plain, and when it and its session end."""

    secret: str
    expires: datetime
    session_expires: datetime


@dataclass(frozen=True, slots=True)
class Handover:
    """All that a page gets when its session is opened or taken up again; the secrets exist in plain only here."""

    session: EmbedSession
    account_name: str
    bearer: Bearer
    resume: str
    ticket: str
    file: FileAccess | None = None
    """What its page shows, if that was said."""


@dataclass(frozen=True, slots=True)
class FileLink:
    """A file that whoever has the link may fetch until `expires` (seconds since the epoch), while the session lives.

    With `names` it is an archive of these of what is in the directory `path`, without any of all of it.
    """

    project_id: str
    path: str
    eid: str
    expires: int
    names: tuple[str, ...] | None = None
    signature: str = ""

    def signed(self, secret: str) -> str:
        """The signature with a session's own secret, which never leaves the hub."""
        claim = "\n".join((self.eid, str(self.expires), self.project_id, self.path))
        if self.names is None:
            return keyed_hash(claim, purpose=f"file-link:{secret}")
        return keyed_hash("\0".join((claim, *self.names)), purpose=f"archive-link:{secret}")  # no path has a NUL


@dataclass(frozen=True, slots=True)
class EmbedSessions:
    store: Store
    tokens: AuthTokens
    access: Access
    clock: Clock

    async def open(
        self, auth_token: str, project_id: str | None, path: str | None, *, readonly: bool = False
    ) -> Handover:
        """Redeem a token, for a page that shows that file; `readonly`: one that asks for no more than to look.

        Raises `AuthTokenMalformed`, `AuthTokenUnknown`, `AccountNotAvailable`, and `EmbedRefused` if the file is not
        the account's or not in the token's scope; then the token is not used up.
        """
        if len(auth_token) != TOKEN_LENGTH:
            raise AuthTokenMalformed
        token = await self.tokens.find(auth_token)
        if token is None:
            raise AuthTokenUnknown
        name = await self._name_of(token)
        session = self._new_session(token, readonly=readonly)
        file = await self._demand_file(session, project_id, path)
        handover = replace(self._handover(session, name), file=file)
        now = self.clock.now()
        async with self.store.begin() as transaction:
            hashed = token_hash(auth_token)
            if not await transaction.auth_tokens.use(hashed, at=now, not_before=now - GRACE):
                raise AuthTokenUnknown
            await self._add(transaction, handover, hashed)
        log.info("embed_session_opened", eid=session.eid, account_id=session.account_id)
        return handover

    async def enter(self, account: Account, opener_hash: str, admin_of: ProjectId | None = None) -> Handover:
        """A session without limits for a page of an account that has signed in; it ends with what it was opened by.

        `admin_of` is what `Access.find_as_admin` has found for that sign-in.
        """
        session = self._new_session(AuthToken(account.account_id, self.clock.now()), readonly=False)
        handover = self._handover(replace(session, admin_of=admin_of), account.full_name)
        async with self.store.begin() as transaction:
            await self._add(transaction, handover, opener_hash)
        return handover

    async def _add(self, transaction: Transaction, handover: Handover, opener_hash: str) -> None:
        bearer = handover.bearer
        await transaction.embed_sessions.add(
            handover.session,
            auth_token_hash=opener_hash,
            bearer=_hashed(bearer.secret, _BEARER, bearer.expires),
            resume=keyed_hash(handover.resume, purpose=_RESUME),
        )
        await transaction.embed_sessions.add_ticket(self._ticket(handover.ticket), handover.session.eid)

    async def verify(self, bearer: str) -> EmbedPrincipal:
        """Who presents this bearer. Raises `EmbedSessionUnknown`, `AccountNotAvailable`."""
        stored = await self._find(bearer.partition(".")[0])
        self._demand(stored.bearers, bearer, _BEARER)
        return _principal_of(stored)

    async def check(self, eid: str) -> EmbedPrincipal:
        """Whether a connection of this session may go on: it has not ended, and its bearer has not lapsed."""
        stored = await self._find(eid)
        if stored.bearers[0].expires <= self.clock.now():
            raise EmbedSessionUnknown
        return _principal_of(stored)

    async def renew(self, principal: EmbedPrincipal) -> Bearer:
        """A new bearer for a session whose old one was verified, which works for another minute."""
        stored = await self._find(principal.eid)
        bearer, now = self._new_bearer(stored.session), self.clock.now()
        async with self.store.begin() as transaction:
            await transaction.embed_sessions.renew_bearer(
                principal.eid, _hashed(bearer.secret, _BEARER, bearer.expires), old_until=now + GRACE
            )
        return bearer

    async def resume(self, eid: str, secret: str) -> Handover:
        """Take a session up in a new document; the secret changes. Raises as `verify`."""
        stored = await self._find(eid)
        self._demand(stored.resumes, secret, _RESUME)
        handover, now = self._handover(stored.session, stored.account_name), self.clock.now()
        async with self.store.begin() as transaction:
            rows, bearer = transaction.embed_sessions, handover.bearer
            await rows.renew_bearer(eid, _hashed(bearer.secret, _BEARER, bearer.expires), old_until=now + GRACE)
            await rows.rotate_resume(eid, keyed_hash(handover.resume, purpose=_RESUME), old_until=now + GRACE)
            await rows.add_ticket(self._ticket(handover.ticket), eid)
        log.info("embed_session_resumed", eid=eid, account_id=stored.session.account_id)
        return handover

    async def issue_ticket(self, principal: EmbedPrincipal) -> str:
        """A ticket for one WebSocket, good for 30 seconds."""
        ticket = random_text(_SECRET_LENGTH)
        async with self.store.begin() as transaction:
            await transaction.embed_sessions.add_ticket(self._ticket(ticket), principal.eid)
        return ticket

    async def redeem_ticket(self, ticket: str) -> EmbedPrincipal:
        """Use a ticket up. Raises as `verify`."""
        async with self.store.begin() as transaction:
            hashed = keyed_hash(ticket, purpose=_TICKET)
            eid = await transaction.embed_sessions.take_ticket(hashed, at=self.clock.now())
        if eid is None:
            raise EmbedSessionUnknown
        return await self.check(eid)

    async def sign(
        self,
        principal: EmbedPrincipal,
        access: FileAccess,
        life: timedelta = LINK_LIFE,
        *,
        names: Sequence[str] | None = None,
    ) -> FileLink:
        """A link to a file that the session may open, or to an archive of a directory that it may see."""
        stored = await self._find(principal.eid)
        expires = int((self.clock.now() + life).timestamp())
        of = None if names is None else tuple(names)
        link = FileLink(access.project.project_id, access.path, principal.eid, expires, of)
        return replace(link, signature=link.signed(stored.auth_token_hash))

    async def verify_link(self, link: FileLink) -> EmbedPrincipal:
        """The session that has signed the link. Raises as `verify`."""
        stored = await self._find(link.eid)
        good = hmac.compare_digest(link.signature.encode(), link.signed(stored.auth_token_hash).encode())
        if not good or link.expires <= self.clock.now().timestamp():
            raise EmbedSessionUnknown
        return _principal_of(stored)

    async def superfluous(self, eids: Sequence[str]) -> list[str]:
        """Which of the sessions that a browser holds have to go, so that one more has room: the dead, the oldest."""
        async with self.store.read() as transaction:
            kept = await transaction.embed_sessions.newest(eids, limit=SESSIONS_IN_A_BROWSER - 1, at=self.clock.now())
        return [eid for eid in eids if eid not in kept]

    async def _find(self, eid: str) -> StoredSession:
        async with self.store.read() as transaction:
            stored = await transaction.embed_sessions.find(eid, at=self.clock.now())
        if stored is None:
            raise EmbedSessionUnknown
        if not stored.account_available:
            raise AccountNotAvailable
        return stored

    def _demand(self, accepted: Sequence[Hashed], presented: str, purpose: str) -> None:
        given, now = keyed_hash(presented, purpose=purpose), self.clock.now()
        if not any(hmac.compare_digest(one.hash, given) and one.expires > now for one in accepted):
            raise EmbedSessionUnknown

    async def _name_of(self, token: AuthToken) -> str:
        async with self.store.read() as transaction:
            account = await transaction.accounts.find(token.account_id)
        if account is None or account.banned or account.deleted:
            raise AccountNotAvailable
        return account.full_name

    async def _demand_file(self, session: EmbedSession, project_id: str | None, path: str | None) -> FileAccess | None:
        principal = EmbedPrincipal(session.eid, session.account_id, session.scope)
        try:
            if project_id is not None and path is not None:
                return await self.access.to_file(principal, project_id, path)
            if project_id is not None:
                await self.access.to(principal, project_id, Permission.READ)
        except (PermissionMissing, ProjectIdInvalid, PathNotInside, PathNotOfFile) as error:
            raise EmbedRefused from error
        return None

    def _new_session(self, token: AuthToken, *, readonly: bool) -> EmbedSession:
        now = self.clock.now()
        scope = replace(token.scope, readonly=token.scope.readonly or readonly)
        return EmbedSession(random_text(_EID_LENGTH), token.account_id, scope, now, now + LIFE)

    def _new_bearer(self, session: EmbedSession) -> Bearer:
        expires = min(self.clock.now() + BEARER_LIFE, session.expires)
        return Bearer(f"{session.eid}.{random_text(_SECRET_LENGTH)}", expires, session.expires)

    def _handover(self, session: EmbedSession, name: str) -> Handover:
        bearer = self._new_bearer(session)
        return Handover(session, name, bearer, random_text(_SECRET_LENGTH), random_text(_SECRET_LENGTH))

    def _ticket(self, ticket: str) -> Hashed:
        return _hashed(ticket, _TICKET, self.clock.now() + TICKET_LIFE)


def _hashed(secret: str, purpose: str, expires: datetime) -> Hashed:
    return Hashed(keyed_hash(secret, purpose=purpose), expires)


def _principal_of(stored: StoredSession) -> EmbedPrincipal:
    session = stored.session
    return EmbedPrincipal(session.eid, session.account_id, session.scope, session.admin_of)
