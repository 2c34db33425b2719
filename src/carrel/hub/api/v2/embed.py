"""Embed sessions over HTTP: opened with a token, renewed, taken up again, and let onto the live channel."""

import re
from datetime import datetime, timedelta
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from carrel.domain.documents import file_path
from carrel.domain.embed_sessions import (
    Ability,
    AuthTokenMalformed,
    AuthTokenUnknown,
    EmbedScope,
    EmbedSessionUnknown,
    ScopeInvalid,
)
from carrel.domain.ids import ProjectId, is_uuid
from carrel.domain.principals import EmbedPrincipal
from carrel.hub.api.v2.procedure import CallRefused, Procedures, V2Call
from carrel.hub.auth.origins import is_foreign, is_own_origin
from carrel.hub.routes import RouteAccess
from carrel.services.embed_sessions import TICKET_LIFE, Bearer, Handover

procedures = Procedures()

_COOKIE = "__Host-carrel-e-"
_EID = re.compile(r"[0-9A-Za-z]{1,22}")
_COOKIE_RULES = "Secure; HttpOnly; Path=/; SameSite=None; Partitioned"


class Empty(Struct):
    """No parameters."""


class Scope(Struct, omit_defaults=True):
    """What the session may do, beside the limits of its account."""

    readonly: bool
    allow: list[str]
    project_id: str | UnsetType = UNSET
    paths: tuple[str, ...] | UnsetType = UNSET
    origins: tuple[str, ...] | UnsetType = UNSET

    @classmethod
    def of(cls, scope: EmbedScope) -> "Scope":
        return cls(
            scope.readonly,
            sorted(scope.abilities),
            scope.project_id or UNSET,
            UNSET if scope.paths is None else scope.paths,
            UNSET if scope.origins is None else scope.origins,
        )


class SessionReply(Struct):
    """All that a page needs to go on; times in seconds, `session_expires` in milliseconds since the epoch."""

    bearer: str
    expires_in: int
    session_expires: int
    eid: str
    account_id: str
    name: str
    scope: Scope
    resume: str
    ws_ticket: str

    @classmethod
    def of(cls, handover: Handover, now: datetime) -> "SessionReply":
        session = handover.session
        return cls(
            bearer=handover.bearer.secret,
            expires_in=_seconds(handover.bearer.expires - now),
            session_expires=_milliseconds(session.expires),
            eid=session.eid,
            account_id=session.account_id,
            name=handover.account_name,
            scope=Scope.of(session.scope),
            resume=handover.resume,
            ws_ticket=handover.ticket,
        )


class SessionParams(Struct):
    auth_token: str
    fullscreen: str | None = None
    project_id: str | None = None
    path: str | None = None
    readonly: bool = False


@procedures.post("/embed/session", access=RouteAccess.AUTH_TOKEN)
async def open_session(params: SessionParams, call: V2Call) -> SessionReply:
    """Redeem an auth token."""
    _refuse_foreign(call)
    try:
        handover = await call.platform.embed_sessions.open(
            params.auth_token, params.project_id, params.path, readonly=params.readonly
        )
    except (AuthTokenMalformed, AuthTokenUnknown):
        call.failures.count(call.client_ip)
        raise
    if handover.file is not None:
        call.platform.documents.prepare(handover.file)
    held = [name.removeprefix(_COOKIE) for name in call.request.cookies if name.startswith(_COOKIE)]
    for eid in await call.platform.embed_sessions.superfluous([eid for eid in held if _EID.fullmatch(eid)]):
        call.cookies.append(f"{_COOKIE}{eid}=; {_COOKIE_RULES}; Max-Age=0")
    return _hand_over(handover, call)


class ResumeParams(Struct):
    eid: Annotated[str, Meta(pattern=rf"^{_EID.pattern}$")]
    secret: str | None = None


@procedures.post("/embed/resume", access=RouteAccess.RESUME)
async def resume_session(params: ResumeParams, call: V2Call) -> SessionReply:
    """Take a session up again, after a reload: with its cookie, or with the secret that a page kept itself."""
    headers, site = call.request.headers, call.platform.settings.site.url
    fetched = headers.get("sec-fetch-site", "same-origin" if params.secret else "none")
    if headers.get("x-carrel-resume") != "1" or fetched != "same-origin" or not is_own_origin(call.request, site):
        raise CallRefused(403, "only pages of this site may resume", "foreign-origin")
    secrets = [secret for secret in (call.request.cookies.get(_COOKIE + params.eid), params.secret) if secret]
    for secret in secrets:
        try:
            return _hand_over(await call.platform.embed_sessions.resume(params.eid, secret), call)
        except EmbedSessionUnknown:
            continue
    call.failures.count(call.client_ip)
    raise EmbedSessionUnknown


class RefreshReply(Struct):
    bearer: str
    expires_in: int
    session_expires: int

    @classmethod
    def of(cls, bearer: Bearer, now: datetime) -> "RefreshReply":
        return cls(bearer.secret, _seconds(bearer.expires - now), _milliseconds(bearer.session_expires))


@procedures.post("/embed/refresh", access=RouteAccess.BEARER, only_reads=True)
async def refresh(params: Empty, call: V2Call) -> RefreshReply:
    """A new bearer; the old one works for another minute."""
    bearer = await call.platform.embed_sessions.renew(call.embed)
    return RefreshReply.of(bearer, call.platform.clock.now())


class TicketReply(Struct):
    ticket: str
    expires_in: int


@procedures.post("/embed/ws-ticket", access=RouteAccess.BEARER, only_reads=True)
async def ws_ticket(params: Empty, call: V2Call) -> TicketReply:
    """A ticket for the live channel, good once."""
    return TicketReply(await call.platform.embed_sessions.issue_ticket(call.embed), _seconds(TICKET_LIFE))


class TokenParams(Struct, forbid_unknown_fields=True):
    """What is absent is no limit, but for `ttl_s` and `single_use`."""

    account_id: str
    project_id: str | None = None
    paths: list[str] | None = None
    readonly: bool = False
    allow: list[Ability] | None = None
    origins: list[str] | None = None
    ttl_s: Annotated[int, Meta(gt=0, le=43200)] = 3600
    single_use: bool = True

    def scope(self) -> EmbedScope:
        """Raises `ScopeInvalid`, `PathNotInside`, `PathNotOfFile`."""
        if self.project_id is not None and not is_uuid(self.project_id):
            raise ScopeInvalid(f"invalid project_id='{self.project_id[:100]}'")
        if self.paths is not None and self.project_id is None:
            raise ScopeInvalid("paths need a project_id")
        return EmbedScope(
            project_id=None if self.project_id is None else ProjectId(self.project_id),
            paths=None if self.paths is None else tuple(file_path(path.rstrip("/")) for path in self.paths),
            readonly=self.readonly,
            allow=frozenset(Ability) if self.allow is None else frozenset(self.allow),
            origins=None if self.origins is None else tuple(self.origins),
        )


class TokenReply(Struct):
    auth_token: str
    expires_in: int


@procedures.post("/embed/token", access=RouteAccess.KEY)
async def issue_token(params: TokenParams, call: V2Call) -> TokenReply:
    """A token with a scope, to be handed to one page."""
    parents = call.platform.settings.parents
    for origin in params.origins or ():
        if not parents.allow(origin):
            raise ScopeInvalid(f"{origin[:100]!r} is not among the pages that may embed (iframe_comm_hosts)")
    life = timedelta(seconds=params.ttl_s)
    token = await call.platform.auth_tokens.issue_scoped(
        call.account, params.account_id, params.scope(), life=life, single_use=params.single_use
    )
    return TokenReply(token, params.ttl_s)


def _refuse_foreign(call: V2Call) -> None:
    if is_foreign(call.request, call.platform.settings.site.url):
        raise CallRefused(403, "pages of other sites may not call this", "foreign-origin")


def _hand_over(handover: Handover, call: V2Call) -> SessionReply:
    session = handover.session
    call.trail.principal = EmbedPrincipal(session.eid, session.account_id, session.scope)
    reply = SessionReply.of(handover, call.platform.clock.now())
    rest = _seconds(session.expires - call.platform.clock.now())
    call.cookies.append(f"{_COOKIE}{reply.eid}={reply.resume}; {_COOKIE_RULES}; Max-Age={rest}")
    return reply


def _seconds(span: timedelta) -> int:
    return max(0, round(span.total_seconds()))


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
