"""The cookie of a browser in which somebody has signed in. It counts only for calls of this site's own pages."""

from starlette.requests import HTTPConnection, Request

from carrel.domain.keys import AccountBanned
from carrel.domain.web_sessions import SignInRequired
from carrel.hub.auth.origins import is_own_origin
from carrel.hub.platform import Platform
from carrel.services.web_sessions import IMPERSONATION_LIFE, LIFE, Browser, SignedIn

_NAME, _KEPT_NAME = "__Host-carrel-session", "__Host-carrel-kept"
_RULES = "Secure; HttpOnly; Path=/; SameSite=Lax"


def session_cookie(value: str) -> str:
    """The `Set-Cookie` header that signs a browser in."""
    return f"{_NAME}={value}; {_RULES}; Max-Age={int(LIFE.total_seconds())}"


def no_session_cookie() -> str:
    """The `Set-Cookie` header that signs a browser out."""
    return f"{_NAME}=; {_RULES}; Max-Age=0"


def kept_cookie(request: Request) -> str:
    """The `Set-Cookie` header that puts the present sign-in aside, while an admin is signed in as somebody else."""
    return f"{_KEPT_NAME}={request.cookies[_NAME]}; {_RULES}; Max-Age={int(IMPERSONATION_LIFE.total_seconds())}"


def no_kept_cookie() -> str:
    """The `Set-Cookie` header that forgets it."""
    return f"{_KEPT_NAME}=; {_RULES}; Max-Age=0"


async def kept_sign_in(request: Request, platform: Platform) -> tuple[str, SignedIn] | None:
    """The sign-in that was put aside, with its cookie's value, if it is still good."""
    cookie = request.cookies.get(_KEPT_NAME, "")
    try:
        return cookie, await platform.web_sessions.verify(cookie)
    except (SignInRequired, AccountBanned):
        return None


def presented_cookie(request: HTTPConnection) -> str:
    """The cookie's value, good or not; empty without one."""
    return request.cookies.get(_NAME, "")


async def signed_in(request: Request, platform: Platform) -> SignedIn:
    """Who has signed in with it. Raises `SignInRequired`, also for pages of other sites, and `AccountBanned`.

    It is looked up once for each request.
    """
    known: SignedIn | None = getattr(request.state, "signed_in", None)
    if known is None:
        known = request.state.signed_in = await _verified(request, platform)
    return known


async def _verified(request: Request, platform: Platform) -> SignedIn:
    cookie = request.cookies.get(_NAME)
    if cookie is None or not is_own_origin(request, platform.settings.site.url):
        raise SignInRequired
    return await platform.web_sessions.verify(cookie)


async def signed_in_for_reading(request: Request, platform: Platform) -> SignedIn:
    """The same for addresses that this site's pages link to: browsers then say whose page it was, but no origin."""
    cookie = request.cookies.get(_NAME)
    if cookie is None or request.headers.get("sec-fetch-site") != "same-origin":
        raise SignInRequired
    return await platform.web_sessions.verify(cookie)


def browser_of(request: Request) -> Browser:
    return Browser(request.client.host if request.client else None, request.headers.get("user-agent"))
