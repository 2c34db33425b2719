"""Accounts as others see them, and one's own names."""

from typing import Any

import msgspec
from msgspec import Struct

from carrel.domain.accounts import Account
from carrel.domain.errors import AdminRequired
from carrel.domain.principals import AccountPrincipal
from carrel.hub.api.v1.accounts import FoundAccount
from carrel.hub.api.v2.compatible import STATUS_SUCCESS, CompatibleProcedures
from carrel.hub.api.v2.procedure import V2Call
from carrel.hub.platform import Platform
from carrel.hub.routes import RouteAccess

procedures = CompatibleProcedures()

_DELETED = {"first_name": "Deleted", "last_name": "User"}
_SELDOM = ("email_address", "banned")
_NAMELESS = {"first_name": "No", "last_name": "Name"}


class NamesParams(Struct):
    account_ids: list[str]


@procedures.post("/accounts/get-names", access=RouteAccess.ACCOUNT, only_reads=True)
async def get_names(params: NamesParams, call: V2Call) -> Any:
    """Names of accounts by their ids."""
    return {"names": await names_by_id(params.account_ids, call.platform)}


async def names_by_id(account_ids: list[str], platform: Platform) -> dict[str, Any]:
    """Names and profiles, with a stand-in for accounts that there are not any more."""
    living = await platform.accounts.living(account_ids)
    return dict.fromkeys(account_ids, _DELETED) | {one.account_id: _names(one) for one in living}


def _names(account: Account) -> dict[str, Any]:
    names = {"first_name": account.first_name, "last_name": account.last_name} if account.full_name else _NAMELESS
    return {**names, "profile": account.profile} if account.profile else {**names}


class SearchParams(Struct):
    query: str
    limit: float = 20
    admin: bool = False
    only_email: bool = False


@procedures.post("/accounts/search", access=RouteAccess.ACCOUNT, only_reads=True)
async def search(params: SearchParams, call: V2Call) -> Any:
    """Find accounts by name, address or id; an address is told only to those who knew it, and to admins."""
    return await found_people(params, call.account, call.platform)


async def found_people(
    params: SearchParams, caller: AccountPrincipal, platform: Platform, *, at_most: int = 10_000
) -> list[dict[str, Any]]:
    """What is told of the accounts that a search finds."""
    limit = min(int(params.limit), at_most)
    found = await platform.accounts.search(
        caller, params.query, admin=params.admin, limit=limit, only_email=params.only_email
    )
    return [_found(account, by_address, caller.is_admin) for account, by_address in found]


def _found(account: Account, by_address: bool, for_admin: bool) -> dict[str, Any]:
    known = msgspec.structs.asdict(FoundAccount.of(account, by_email=by_address, for_admin=for_admin))
    return {name: value for name, value in known.items() if value is not None or name not in _SELDOM}


class SetNameParams(Struct):
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    account_id: str | None = None


@procedures.post("/accounts/set-name", access=RouteAccess.ACCOUNT)
async def set_name(params: SetNameParams, call: V2Call) -> Any:
    """Change the names that are given; admins may do so for others."""
    accounts, own = call.platform.accounts, call.account.account_id
    if params.account_id not in (None, own) and not call.account.is_admin:
        raise AdminRequired
    given = {"first_name": params.first_name, "last_name": params.last_name, "name": params.username}
    account = await accounts.find_by_id(params.account_id or own)
    await accounts.set_names(account.account_id, {name: text for name, text in given.items() if text is not None})
    return STATUS_SUCCESS
