"""Browsers that are signed in: what a page needs to go on, which browsers there are, and ending them."""

from msgspec import Struct

from carrel.domain.embed_sessions import AuthTokenMalformed, AuthTokenUnknown
from carrel.domain.web_sessions import WebSession
from carrel.hub.api.v2.accounts import let_in, refuse_foreign
from carrel.hub.api.v2.embed import Empty, SessionReply
from carrel.hub.api.v2.procedure import Procedures, V2Call
from carrel.hub.auth.cookies import browser_of, signed_in
from carrel.hub.routes import RouteAccess

procedures = Procedures()


class PageParams(Struct):
    """`project_id`: the project whose page it is; admins need not be on it."""

    project_id: str = ""


@procedures.post("/auth/page-session", access=RouteAccess.BROWSER)
async def page_session(params: PageParams, call: V2Call) -> SessionReply:
    """What a page of this site works with on the live channel; it ends when the browser is signed out."""
    who = await signed_in(call.request, call.platform)
    admin_of = await call.platform.access.find_as_admin(who.principal, params.project_id)
    if admin_of is not None:
        call.trail.procedure = "v2/auth/page-session/as-admin"
    handover = await call.platform.embed_sessions.enter(who.account, who.secret_hash, admin_of)
    return SessionReply.of(handover, call.platform.clock.now())


class ImpersonateParams(Struct):
    auth_token: str


class Impersonated(Struct):
    account_id: str


@procedures.post("/auth/impersonate", access=RouteAccess.AUTH_TOKEN)
async def impersonate(params: ImpersonateParams, call: V2Call) -> Impersonated:
    """Sign this browser in with an auth token that `user_auth` has made, for at most 12 hours."""
    refuse_foreign(call)
    try:
        account, cookie = await call.platform.web_sessions.redeem(params.auth_token, browser_of(call.request))
    except (AuthTokenMalformed, AuthTokenUnknown):
        call.failures.count(call.client_ip)
        raise
    let_in(account, cookie, call)
    return Impersonated(account.account_id)


class SignIn(Struct):
    """A browser; times in milliseconds since the epoch."""

    id: str
    created: int
    last_used: int
    ip: str | None
    user_agent: str | None
    impersonator_id: str | None
    is_current: bool

    @classmethod
    def of(cls, session: WebSession, current: str) -> "SignIn":
        return cls(
            session.id,
            int(session.created.timestamp() * 1000),
            int(session.last_used.timestamp() * 1000),
            session.ip,
            session.user_agent,
            session.impersonator_id,
            session.id == current,
        )


class SignIns(Struct):
    sessions: list[SignIn]


@procedures.post("/auth/sessions", access=RouteAccess.BROWSER, only_reads=True)
async def list_sessions(params: Empty, call: V2Call) -> SignIns:
    """The browsers in which the account is signed in, the last used first."""
    session = (await signed_in(call.request, call.platform)).session
    found = await call.platform.web_sessions.list_of(session.account_id)
    return SignIns([SignIn.of(one, session.id) for one in found])


class EndParams(Struct):
    """`id`: that one; without it all but the calling browser."""

    id: str | None = None


class Ended(Struct):
    ended: int


@procedures.post("/auth/sessions/end", access=RouteAccess.BROWSER)
async def end_sessions(params: EndParams, call: V2Call) -> Ended:
    """Sign other browsers out, with all their pages."""
    session = (await signed_in(call.request, call.platform)).session
    but = session.id if params.id is None else None
    return Ended(await call.platform.web_sessions.end(session.account_id, only=params.id, but=but))
