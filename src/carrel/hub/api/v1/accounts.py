"""Events about accounts: create, delete, find."""

from typing import Any

import msgspec

from carrel.domain.accounts import Account, AccountInvalid
from carrel.domain.errors import DomainError
from carrel.domain.ids import is_uuid
from carrel.hub.api.v1.parameters import Truthy
from carrel.hub.api.v1.registry import Caller, Events, Reply
from carrel.hub.call import Call
from carrel.kit import timestamps
from carrel.services.accounts import AccountDraft

events = Events()


class CreateAccountParams(msgspec.Struct):
    """Parameters.

    first_name: shown to others; cut to 254 characters
    last_name: as the first name
    email_address: unique, kept in lower case
    password: 6 to 64 characters
    agreed_to_terms: must be true
    token: registration token, needed while the site has active ones and the caller is no admin
    get_api_key: also make an API key, returned as `api_key`
    usage_intent: kept as the reason for signing up
    utm: accepted and ignored
    referrer: accepted and ignored
    """

    first_name: str
    last_name: str
    email_address: str
    password: str
    agreed_to_terms: bool
    token: str | None = None
    get_api_key: Truthy = False
    usage_intent: str | None = None
    utm: Any = None
    referrer: Any = None

    def draft(self, ip: str | None) -> AccountDraft:
        return AccountDraft(
            first_name=self.first_name,
            last_name=self.last_name,
            email_address=self.email_address,
            password=self.password,
            agreed_to_terms=self.agreed_to_terms,
            registration_token=self.token,
            usage_intent=self.usage_intent,
            ip=ip,
        )


class AccountCreated(Reply, tag_field="event", tag="account_created"):
    """`api_key` is shown this once."""

    account_id: str
    api_key: str | None = None


class AccountCreationFailed(Reply, tag_field="event", tag="account_creation_failed"):
    """`reason`: a text for each field with a problem."""

    reason: dict[str, str]


def _not_created(error: Any, _params: Any, _call: Call) -> AccountCreationFailed:
    return AccountCreationFailed(reason=error.reason)


@events.procedure("create_account", may_call=Caller.ACCOUNT, failures={AccountInvalid: _not_created})
async def create_account(params: CreateAccountParams, call: Call) -> AccountCreated:
    """Make an account. Admins always may; others while the site's sign-up is open."""
    account, secret = await call.platform.accounts.create(
        call.account, params.draft(call.client_ip), with_key=params.get_api_key
    )
    call.trail.target_account_id = account.account_id
    return AccountCreated(account_id=account.account_id, api_key=secret)


class AccountParams(msgspec.Struct):
    """Parameters.

    account_id: the account
    """

    account_id: str


class AccountDeleted(Reply, tag_field="event", tag="account_deleted"):
    """The account is deleted, now or earlier."""


@events.procedure("delete_account", may_call=Caller.ACCOUNT)
async def delete_account(params: AccountParams, call: Call) -> AccountDeleted:
    """Delete an account: yourself, one that you created, or as admin any. Its keys and tokens are revoked."""
    await call.platform.accounts.delete(call.account, params.account_id)
    return AccountDeleted()


class UserSearchParams(msgspec.Struct):
    """Parameters.

    query: names or e-mail addresses, separated by comma, semicolon or newline; or one account id
    admin: search substrings of names and addresses (admins only)
    active: accepted and ignored
    limit: at most so many name matches; at most 50 unless you are an admin
    only_email: ignore names
    """

    query: str
    admin: bool = False
    active: str = ""
    limit: float = 20
    only_email: bool = False


class FoundAccount(msgspec.Struct, omit_defaults=True):
    """Times are milliseconds since the epoch."""

    account_id: str
    first_name: str
    last_name: str
    name: str | None = None
    last_active: int | None = None
    created: int | None = None
    email_address: str | None = None
    email_address_verified: bool | None = None
    banned: bool | None = None

    @classmethod
    def of(cls, account: Account, *, by_email: bool, for_admin: bool) -> "FoundAccount":
        return cls(
            account_id=account.account_id,
            first_name=account.first_name,
            last_name=account.last_name,
            name=account.name,
            last_active=timestamps.to_milliseconds(account.last_active) if account.last_active else None,
            created=timestamps.to_milliseconds(account.created),
            email_address=account.email_address if by_email or for_admin else None,
            email_address_verified=account.email_address in account.email_address_verified or None,
            banned=account.banned if for_admin else None,
        )


class UserSearchResults(Reply, tag_field="event", tag="user_search_results"):
    results: list[FoundAccount]


@events.procedure("user_search", may_call=Caller.ACCOUNT, only_reads=True)
async def user_search(params: UserSearchParams, call: Call) -> UserSearchResults:
    """Find accounts by name, address or id, the most recently active first."""
    found = await call.platform.accounts.search(
        call.account,
        params.query,
        admin=params.admin,
        limit=int(params.limit),
        only_email=params.only_email,
    )
    for_admin = call.account.is_admin
    return UserSearchResults(results=[FoundAccount.of(a, by_email=exact, for_admin=for_admin) for a, exact in found])


class UsernamesParams(msgspec.Struct):
    """Parameters.

    account_ids: the accounts
    """

    account_ids: list[str]


class Usernames(Reply, tag_field="event", tag="usernames"):
    """`usernames`: `{first_name, last_name}` by account id; `{}` for an unknown one."""

    usernames: dict[str, dict[str, str]]


class InvalidAccountIds(DomainError):
    code = "invalid-account-ids"

    def __init__(self, bad: str, account_ids: list[str]) -> None:
        listing = msgspec.json.encode(account_ids).decode()
        super().__init__(f"invalid uuid {bad} in account_ids -- {listing}")


@events.procedure("get_usernames", may_call=Caller.ACCOUNT_OR_PROJECT_KEY, only_reads=True)
async def get_usernames(params: UsernamesParams, call: Call) -> Usernames:
    """First and last names of accounts."""
    account_ids = params.account_ids
    for account_id in account_ids:
        if not is_uuid(account_id):
            raise InvalidAccountIds(account_id, account_ids)
    names = await call.platform.accounts.names(account_ids)
    empty: dict[str, str] = {}
    return Usernames(
        usernames={
            account_id: {"first_name": names[account_id][0], "last_name": names[account_id][1]}
            if account_id in names
            else empty
            for account_id in account_ids
        }
    )
