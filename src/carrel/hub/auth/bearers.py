"""Who calls version 2 of the API: an embed session by its bearer, or an account by its API key."""

from carrel.domain.embed_sessions import EmbedSessionUnknown, NotAvailableInEmbed
from carrel.domain.keys import KeyUnknown
from carrel.domain.principals import AccountPrincipal, EmbedPrincipal
from carrel.hub.auth.authorization import AuthorizationMissing, AuthorizationUnknown, presented_key
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
