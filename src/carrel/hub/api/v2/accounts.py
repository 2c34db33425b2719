"""Accounts for pages and programs: signing in and out, and who one is."""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from carrel.domain.accounts import Account
from carrel.domain.embed_sessions import NotAvailableInEmbed
from carrel.domain.errors import NotAvailableWithProjectKey
from carrel.domain.keys import KeyUnknown
from carrel.domain.principals import AccountPrincipal, browser_credential
from carrel.domain.web_sessions import SignInFailed, SignInRequired
from carrel.hub.api.v2.compatible import STATUS_SUCCESS, CompatibleProcedures, Success
from carrel.hub.api.v2.procedure import CallRefused, V2Call
from carrel.hub.auth.bearers import account_of_request
from carrel.hub.auth.cookies import (
    browser_of,
    kept_sign_in,
    no_kept_cookie,
    no_session_cookie,
    session_cookie,
    signed_in,
)
from carrel.hub.auth.origins import is_foreign
from carrel.hub.routes import RouteAccess

procedures = CompatibleProcedures()

_STRANGERS = (SignInRequired, KeyUnknown, NotAvailableInEmbed, NotAvailableWithProjectKey)
"""What is raised of who is no account."""


def refuse_foreign(call: V2Call) -> None:
    """Pages of other sites may not sign a browser in: what is done in it then would be done as somebody else."""
    if is_foreign(call.request, call.platform.settings.site.url):
        raise CallRefused(403, "only pages of this site may sign in")


def let_in(account: Account, cookie: str, call: V2Call) -> None:
    """Sign the calling browser in."""
    call.trail.principal = AccountPrincipal(account.account_id, credential=browser_credential(cookie.partition(".")[0]))
    call.cookies.append(session_cookie(cookie))


class Known(Struct):
    """Whom the browser is signed in as, or who was made."""

    account_id: str


class SignInParams(Struct):
    email: str
    password: str


@procedures.post("/auth/sign-in", access=RouteAccess.PUBLIC)
async def sign_in(params: SignInParams, call: V2Call) -> Known:
    """Sign this browser in; the cookie is good until it has not been used for 30 days."""
    refuse_foreign(call)
    try:
        account, cookie = await call.platform.web_sessions.sign_in(
            params.email, params.password, browser_of(call.request)
        )
    except SignInFailed as error:
        call.trail.target_account_id = error.account_id
        raise
    let_in(account, cookie, call)
    return Known(account.account_id)


class SignOutParams(Struct):
    all: bool = False


@procedures.post("/accounts/sign-out", access=RouteAccess.BROWSER)
async def sign_out(params: SignOutParams, call: V2Call) -> Success:
    """Sign this browser out, or with `all` every browser of the account."""
    session, sessions = (await signed_in(call.request, call.platform)).session, call.platform.web_sessions
    if params.all:
        await sessions.end(call.own_account.account_id)
    else:
        await sessions.end(session.account_id, only=session.id)
    kept = await kept_sign_in(call.request, call.platform)
    if kept is not None:
        await sessions.end(kept[1].account.account_id, only=kept[1].session.id)
    call.cookies.extend((no_session_cookie(), no_kept_cookie()))
    return STATUS_SUCCESS


class DeleteParams(Struct):
    """No parameters."""


@procedures.post("/accounts/delete", access=RouteAccess.ACCOUNT)
async def delete(params: DeleteParams, call: V2Call) -> Success:
    """Delete one's own account: its address is free again, its browsers are signed out, its keys are revoked."""
    await call.platform.accounts.delete(call.own_account, call.account.account_id)
    call.cookies.append(no_session_cookie())
    return STATUS_SUCCESS


class ProfileParams(Struct):
    account_id: str | None = None


class Profile(Struct):
    """Empty if one has not signed in; the fields after `color` are those of one's own."""

    account_id: str | UnsetType = UNSET
    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    name: str | UnsetType | None = UNSET
    image: Any = UNSET
    color: Any = UNSET
    is_admin: bool | UnsetType = UNSET
    is_anonymous: bool | UnsetType = UNSET
    email_address: str | UnsetType | None = UNSET
    email_address_verified: bool | UnsetType = UNSET
    impersonator: str | UnsetType = UNSET

    @classmethod
    def of(cls, account: Account) -> "Profile":
        """What everybody may know."""
        return cls(
            account_id=account.account_id,
            first_name=account.first_name,
            last_name=account.last_name,
            name=account.name,
            image=account.profile.get("image"),
            color=account.profile.get("color"),
        )


class ProfileReply(Struct):
    profile: Profile


@procedures.post("/accounts/profile", access=RouteAccess.PUBLIC, only_reads=True)
async def profile(params: ProfileParams, call: V2Call) -> ProfileReply:
    """What everybody may know of an account; without `account_id` one's own, empty if one has not signed in."""
    accounts = call.platform.accounts
    if params.account_id is not None:
        return ProfileReply(Profile.of(await accounts.find_by_id(params.account_id)))
    try:
        caller = await account_of_request(call.request, call.platform)
    except _STRANGERS:
        return ProfileReply(Profile())
    account = await accounts.find_by_id(caller.account_id)
    own = Profile.of(account)
    own.is_admin, own.is_anonymous, own.email_address = account.is_admin, False, account.email_address
    own.email_address_verified = account.email_address in account.email_address_verified
    if caller.is_impersonated:
        names = await accounts.names([caller.impersonator_id or ""])
        own.impersonator = " ".join(*names.values()).strip()
    return ProfileReply(own)
