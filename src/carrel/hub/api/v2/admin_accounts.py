"""Accounts for admins: find, make, ban, help in, and sign in as them."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from carrel.domain.accounts import Account
from carrel.domain.errors import AdminRequired
from carrel.domain.web_sessions import SignInRequired
from carrel.hub.api.v2.accounts import let_in
from carrel.hub.api.v2.compatible import STATUS_SUCCESS, CompatibleProcedures, Success, Texts
from carrel.hub.api.v2.embed import Empty
from carrel.hub.api.v2.procedure import Procedures, V2Call
from carrel.hub.auth.cookies import (
    browser_of,
    kept_cookie,
    kept_sign_in,
    no_kept_cookie,
    session_cookie,
    signed_in,
)
from carrel.hub.routes import RouteAccess
from carrel.kit.secrets import random_text
from carrel.kit.timestamps import to_milliseconds
from carrel.services.sign_up import SignUpDraft

procedures = Procedures()
compatible = CompatibleProcedures()

Offset = Annotated[int, Meta(ge=0, le=1_000_000)]
PAGE = 50
_BAN_TEXTS: Texts = {AdminRequired: "only admins can ban users"}
_PASSWORD_LENGTH = 24


class AccountParams(Struct):
    account_id: str


@compatible.post("/accounts/ban", access=RouteAccess.ADMIN, texts=_BAN_TEXTS)
async def ban(params: AccountParams, call: V2Call) -> Success:
    """End all that signs an account in, at once, and refuse its keys."""
    await call.platform.administration.ban(call.account, params.account_id)
    return STATUS_SUCCESS


@compatible.post("/accounts/remove-ban", access=RouteAccess.ADMIN, texts=_BAN_TEXTS)
async def remove_ban(params: AccountParams, call: V2Call) -> Success:
    """Take a ban back: keys work again, and one can sign in."""
    await call.platform.administration.remove_ban(params.account_id)
    return STATUS_SUCCESS


class Address(Struct):
    email_address: str | None


@compatible.post("/accounts/get-email-address", access=RouteAccess.ADMIN, only_reads=True)
async def get_email_address(params: AccountParams, call: V2Call) -> Address:
    """Tell an account's address."""
    return Address((await call.platform.accounts.find_by_id(params.account_id)).email_address)


class ListParams(Struct):
    """`query`: words of names or addresses, or an id."""

    query: Annotated[str, Meta(max_length=300)] = ""
    offset: Offset = 0


class Listed(Struct):
    """An account; times in milliseconds since the epoch."""

    account_id: str
    first_name: str
    last_name: str
    email_address: str | None
    created: int
    last_active: int | None
    banned: bool
    is_admin: bool

    @classmethod
    def of(cls, account: Account) -> "Listed":
        return cls(
            account.account_id,
            account.first_name,
            account.last_name,
            account.email_address,
            to_milliseconds(account.created),
            _milliseconds(account.last_active),
            account.banned,
            account.is_admin,
        )


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else to_milliseconds(moment)


class List(Struct):
    """`more`: there are others behind these."""

    accounts: list[Listed]
    more: bool


@procedures.post("/admin/accounts/list", access=RouteAccess.ADMIN, only_reads=True)
async def list_accounts(params: ListParams, call: V2Call) -> List:
    """The newest accounts, or the newest that match; 50 at a time."""
    found = await call.platform.administration.list_accounts(params.query, offset=params.offset, limit=PAGE + 1)
    return List([Listed.of(account) for account in found[:PAGE]], len(found) > PAGE)


class CreateParams(Struct):
    """Without `password` it gets one that nobody knows; a reset link lets its owner choose another."""

    first_name: str
    last_name: str
    email_address: str
    password: str = ""


class Created(Struct):
    account_id: str


@procedures.post("/admin/accounts/create", access=RouteAccess.ADMIN)
async def create(params: CreateParams, call: V2Call) -> Created:
    """Make an account for somebody."""
    draft = SignUpDraft(
        first_name=params.first_name,
        last_name=params.last_name,
        email_address=params.email_address.strip(),
        password=params.password or random_text(_PASSWORD_LENGTH),
        agreed_to_terms=True,
        ip=call.client_ip,
    )
    account = await call.platform.sign_up.create(call.account, draft)
    call.trail.target_account_id = account.account_id
    return Created(account.account_id)


class SetAdminParams(Struct):
    account_id: str
    admin: bool


@procedures.post("/admin/accounts/set-admin", access=RouteAccess.ADMIN)
async def set_admin(params: SetAdminParams, call: V2Call) -> None:
    """Make an account an admin, or take that back; never from the only one."""
    await call.platform.administration.set_admin(params.account_id, params.admin)


class ResetLink(Struct):
    """`expires`: milliseconds since the epoch."""

    url: str
    expires: int


@procedures.post("/admin/accounts/reset-link", access=RouteAccess.ADMIN)
async def reset_link(params: AccountParams, call: V2Call) -> ResetLink:
    """A link that lets its owner set a new password, once, within four hours."""
    url, expires = await call.platform.administration.reset_link(params.account_id)
    return ResetLink(url, to_milliseconds(expires))


@procedures.post("/admin/accounts/sign-in-as", access=RouteAccess.ADMIN)
async def sign_in_as(params: AccountParams, call: V2Call) -> Created:
    """Go on in this browser as that account, for at most two hours; one's own sign-in is put aside meanwhile."""
    await signed_in(call.request, call.platform)
    browser = browser_of(call.request)
    account, cookie = await call.platform.administration.sign_in_as(call.account, params.account_id, browser)
    call.cookies.extend((kept_cookie(call.request), session_cookie(cookie)))
    return Created(account.account_id)


@procedures.post("/auth/return", access=RouteAccess.BROWSER)
async def return_to_own(params: Empty, call: V2Call) -> Created:
    """End being signed in as somebody else, and go on as the admin that one is."""
    session = (await signed_in(call.request, call.platform)).session
    await call.platform.web_sessions.end(session.account_id, only=session.id)
    call.trail.target_account_id = session.account_id
    kept = await kept_sign_in(call.request, call.platform)
    if kept is None or kept[1].account.account_id != session.impersonator_id:
        raise SignInRequired
    cookie, own = kept
    let_in(own.account, cookie, call)
    call.cookies.append(no_kept_cookie())
    return Created(own.account.account_id)
