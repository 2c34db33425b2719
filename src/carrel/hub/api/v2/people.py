"""Accounts as others see them, and one's own names."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from carrel.domain.accounts import Account
from carrel.domain.errors import AdminRequired
from carrel.domain.principals import AccountPrincipal
from carrel.hub.api.v1.accounts import FoundAccount
from carrel.hub.api.v2.compatible import STATUS_SUCCESS, CompatibleProcedures, Success
from carrel.hub.api.v2.procedure import V2Call
from carrel.hub.platform import Platform
from carrel.hub.routes import RouteAccess

procedures = CompatibleProcedures()

_SELDOM = ("email_address", "banned")


class NamesParams(Struct):
    account_ids: list[str]


class Names(Struct):
    """`profile`: picture and colour, if there are any."""

    first_name: str
    last_name: str
    profile: Mapping[str, Any] | UnsetType = UNSET

    @classmethod
    def of(cls, account: Account) -> "Names":
        first, last = (account.first_name, account.last_name) if account.full_name else ("No", "Name")
        return cls(first, last, account.profile or UNSET)


class NamesReply(Struct):
    """`names`: by the accounts' ids."""

    names: dict[str, Names]


@procedures.post("/accounts/get-names", access=RouteAccess.ACCOUNT, only_reads=True)
async def get_names(params: NamesParams, call: V2Call) -> NamesReply:
    """Names of accounts by their ids."""
    return NamesReply(await names_by_id(params.account_ids, call.platform))


async def names_by_id(account_ids: list[str], platform: Platform) -> dict[str, Names]:
    """Names and profiles, with a stand-in for accounts that there are not any more."""
    living = await platform.accounts.living(account_ids)
    return dict.fromkeys(account_ids, Names("Deleted", "User")) | {one.account_id: Names.of(one) for one in living}


class SearchParams(Struct):
    query: str
    limit: float = 20
    admin: bool = False
    only_email: bool = False


class Found(Struct):
    """An account; times in milliseconds since the epoch."""

    account_id: str
    first_name: str
    last_name: str
    name: str | None
    last_active: int | None
    created: int | None
    email_address_verified: bool | None
    email_address: str | UnsetType = UNSET
    banned: bool | UnsetType = UNSET

    @classmethod
    def of(cls, account: Account, by_address: bool, for_admin: bool) -> "Found":
        known = msgspec.structs.asdict(FoundAccount.of(account, by_email=by_address, for_admin=for_admin))
        return cls(**{name: value for name, value in known.items() if value is not None or name not in _SELDOM})


@procedures.post("/accounts/search", access=RouteAccess.ACCOUNT, only_reads=True)
async def search(params: SearchParams, call: V2Call) -> list[Found]:
    """Find accounts by name, address or id; an address is told only to those who knew it, and to admins."""
    return await found_people(params, call.account, call.platform)


async def found_people(
    params: SearchParams, caller: AccountPrincipal, platform: Platform, *, at_most: int = 10_000
) -> list[Found]:
    """What is told of the accounts that a search finds."""
    limit = min(int(params.limit), at_most)
    found = await platform.accounts.search(
        caller, params.query, admin=params.admin, limit=limit, only_email=params.only_email
    )
    return [Found.of(account, by_address, caller.is_admin) for account, by_address in found]


class SetNameParams(Struct):
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    account_id: str | None = None


@procedures.post("/accounts/set-name", access=RouteAccess.ACCOUNT)
async def set_name(params: SetNameParams, call: V2Call) -> Success:
    """Change the names that are given; admins may do so for others."""
    accounts, own = call.platform.accounts, call.account.account_id
    if params.account_id not in (None, own) and not call.account.is_admin:
        raise AdminRequired
    given = {"first_name": params.first_name, "last_name": params.last_name, "name": params.username}
    account = await accounts.find_by_id(params.account_id or own)
    await accounts.set_names(account.account_id, {name: text for name, text in given.items() if text is not None})
    return STATUS_SUCCESS
