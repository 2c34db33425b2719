"""Who calls version 2 of the API: an embed session by its bearer, an account by its API key or its browser's cookie."""

from starlette.requests import Request

from carrel.domain.embed_sessions import EmbedSessionUnknown, NotAvailableInEmbed
from carrel.domain.keys import KeyUnknown
from carrel.domain.principals import AccountPrincipal, Anonymous, EmbedPrincipal, Principal
from carrel.domain.web_sessions import SignInRequired
from carrel.hub.auth.authorization import AuthorizationMissing, AuthorizationUnknown, presented_key
from carrel.hub.auth.cookies import signed_in
from carrel.hub.platform import Platform
from carrel.services.access import account_of


async def embed_of(header: str | None, platform: Platform) -> EmbedPrincipal:
    """The session of the bearer in the `Authorization` header; raises `EmbedSessionUnknown`, `AccountNotAvailable`."""
    scheme, _, bearer = (header or "").strip().partition(" ")
    if scheme.lower() != "bearer":
        raise EmbedSessionUnknown
    return await platform.embed_sessions.verify(bearer.strip())


async def account_by_key(header: str | None, platform: Platform) -> AccountPrincipal:
    """The account whose API key the header carries. Raises `KeyUnknown`, and for a bearer `NotAvailableInEmbed`."""
    try:
        secret = presented_key(header)
    except (AuthorizationMissing, AuthorizationUnknown) as error:
        raise KeyUnknown from error
    if "." in secret:
        await platform.embed_sessions.verify(secret)
        raise NotAvailableInEmbed
    return account_of(await platform.keys.verify(secret))


async def account_of_request(request: Request, platform: Platform) -> AccountPrincipal:
    """The account that has signed in with the browser, else that of the API key.

    Raises `SignInRequired` if there is neither, and what `signed_in` and `account_by_key` raise.
    """
    try:
        return (await signed_in(request, platform)).principal
    except SignInRequired:
        if "authorization" not in request.headers:
            raise
    return await account_by_key(request.headers["authorization"], platform)


async def caller_of_request(request: Request, platform: Platform) -> Principal:
    """The embed session of a bearer, else whoever has signed in with the browser, else the account or project of a key.

    Raises what the functions above raise.
    """
    header = request.headers.get("authorization", "")
    scheme, _, bearer = header.strip().partition(" ")
    if scheme.lower() == "bearer" and "." in bearer:
        return await embed_of(header, platform)
    try:
        return (await signed_in(request, platform)).principal
    except SignInRequired:
        if "authorization" not in request.headers:
            raise
    try:
        return await platform.keys.verify(presented_key(header))
    except (AuthorizationMissing, AuthorizationUnknown) as error:
        raise KeyUnknown from error


async def anybody_of_request(request: Request, platform: Platform) -> Principal:
    """What `caller_of_request` finds but embed sessions; nobody, if nobody has signed in and that is shared."""
    try:
        caller = await caller_of_request(request, platform)
    except SignInRequired:
        if platform.settings.site.share_server:
            return Anonymous()
        raise
    if isinstance(caller, EmbedPrincipal):
        raise NotAvailableInEmbed
    return caller


async def person_of_request(request: Request, platform: Platform) -> AccountPrincipal | EmbedPrincipal:
    """The embed session of a bearer, else what `account_of_request` finds."""
    scheme, _, bearer = request.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer" and "." in bearer:
        return await embed_of(request.headers["authorization"], platform)
    return await account_of_request(request, platform)
