"""Accounts: who may make one, what is wrong with a draft, and how many an address may make."""

from dataclasses import replace
from datetime import datetime, timedelta

import anyio
import pytest
from sqlalchemy import insert, select
from support.rows import MovableClock, add_account, an_account

from carrel.domain.accounts import (
    ADMIN,
    GOLD,
    AccountInvalid,
    AccountNotFound,
    DeletionRefused,
    NoSuchEmailAddress,
    is_email_address,
)
from carrel.domain.ids import new_account_id
from carrel.domain.principals import AccountPrincipal
from carrel.services.accounts import AccountDraft, Accounts
from carrel.services.settings import SiteSettings
from carrel.store.store import Store
from carrel.store.tables import mails, registration_tokens

pytestmark = pytest.mark.anyio

DRAFT = AccountDraft("Grace", "Hopper", "Grace@Example.com", "a password", agreed_to_terms=True, ip="192.0.2.1")
WRONG = AccountDraft("", "", "nobody", "short", agreed_to_terms=False, registration_token="wrong")
CALLER = AccountPrincipal(new_account_id())
GOLDEN = AccountPrincipal(new_account_id(), groups=(GOLD,))
BOSS = AccountPrincipal(new_account_id(), is_admin=True, groups=(ADMIN,))
FIELDS = {
    "first_name": "Enter your first name.",
    "last_name": "Enter your last name.",
    "email_address": "Email address does not appear to be valid.",
    "password": "Password must be between 6 and 64 characters in length.",
    "agreed_to_terms": "Agree to the Terms of Service.",
}


async def reason(accounts: Accounts, draft: AccountDraft, caller: AccountPrincipal | None = CALLER) -> dict[str, str]:
    """What is wrong; empty when the account was made."""
    try:
        await accounts.create(caller, draft, with_key=False)
    except AccountInvalid as error:
        return error.reason
    return {}


async def add_token(
    store: Store, token: str, *, expires: datetime | None = None, limit: int | None = None, disabled: bool = False
) -> None:
    async with store.begin() as transaction:
        await transaction.connection.execute(
            insert(registration_tokens).values(token=token, expires=expires, limit=limit, counter=0, disabled=disabled)
        )


async def uses(store: Store, token: str) -> int:
    async with store.read() as transaction:
        found = await transaction.registration_tokens.find(token)
    assert found is not None
    return found.counter


async def test_an_account_is_made_with_its_creator_and_a_welcome(accounts: Accounts, store: Store) -> None:
    account, secret = await accounts.create(CALLER, DRAFT, with_key=True)
    assert secret is not None
    assert (account.email_address, account.owner_id) == ("grace@example.com", CALLER.account_id)
    assert await accounts.keys.verify(secret) == AccountPrincipal(account.account_id)
    async with store.read() as transaction:
        assert (await transaction.connection.execute(select(mails.c.to))).scalars().all() == ["grace@example.com"]


@pytest.mark.parametrize("caller", [CALLER, BOSS, None])
async def test_all_problems_are_told_at_once(accounts: Accounts, store: Store, caller: AccountPrincipal | None) -> None:
    await add_token(store, "right")
    expected = dict(FIELDS)
    if caller is CALLER:
        expected["token"] = "Registration token is wrong."
    assert await reason(accounts, WRONG, caller) == expected


async def test_a_taken_address_is_told_with_the_rest(accounts: Accounts) -> None:
    assert await reason(accounts, DRAFT) == {}
    again = await reason(accounts, replace(DRAFT, email_address="GRACE@example.COM", first_name="", password=""))
    assert again == {
        "email_address": "This e-mail address is already taken.",
        "first_name": "Enter your first name.",
        "password": "Password must be specified.",
    }


async def test_of_two_at_the_same_moment_one_gets_the_address(accounts: Accounts) -> None:
    reasons: list[dict[str, str]] = []

    async def create() -> None:
        reasons.append(await reason(accounts, DRAFT))

    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(create)
    taken = {"email_address": "This e-mail address is already taken."}
    assert reasons.count({}) == 1
    assert reasons.count(taken) == 4


async def test_while_sign_up_is_closed_only_admins_create(accounts: Accounts) -> None:
    closed = replace(accounts, site=SiteSettings(open_signup=False))
    disabled = {"other": "Signing up via email/password is disabled."}
    assert await reason(closed, DRAFT) == disabled
    assert await reason(closed, WRONG) == FIELDS | disabled
    assert await reason(closed, DRAFT, BOSS) == {}


async def test_a_token_is_needed_while_some_are_active(accounts: Accounts, store: Store, clock: MovableClock) -> None:
    await add_token(store, "good", limit=1)
    await add_token(store, "disabled", disabled=True)
    await add_token(store, "expiring", expires=clock.now() + timedelta(hours=1))
    assert await reason(accounts, DRAFT) == {"token": "No registration token provided"}
    for token, problem in (
        ("unknown", "Registration token is wrong."),
        ("disabled", "Registration token disabled."),
        ("\x00", "Registration token is wrong."),
    ):
        assert await reason(accounts, replace(DRAFT, registration_token=token)) == {"token": problem}
    assert await reason(accounts, replace(DRAFT, registration_token="good")) == {}
    assert await uses(store, "good") == 1
    other = replace(DRAFT, email_address="other@example.com", registration_token="good")
    assert await reason(accounts, other) == {"token": "Registration token used up."}
    clock.move(timedelta(hours=1))
    late = replace(other, registration_token="expiring")
    assert await reason(accounts, late) == {"token": "Registration token no longer valid."}
    assert await reason(accounts, replace(other, registration_token=None), BOSS) == {}


async def test_without_active_tokens_none_is_needed(accounts: Accounts, store: Store, clock: MovableClock) -> None:
    await add_token(store, "disabled", disabled=True)
    await add_token(store, "expired", expires=clock.now() - timedelta(seconds=1))
    assert await reason(accounts, DRAFT) == {}


async def test_a_failed_sign_up_uses_no_token_up(accounts: Accounts, store: Store) -> None:
    await add_token(store, "good", limit=1)
    await reason(accounts, replace(DRAFT, registration_token="good", password=""))
    assert await uses(store, "good") == 0


async def made_from(store: Store, ip: str, number: int, at: datetime) -> None:
    async with store.begin() as transaction:
        for _ in range(number):
            await transaction.accounts.add(an_account(created=at), created_by_ip=ip, usage_intent=None)


@pytest.mark.parametrize(("caller", "limit"), [(CALLER, 150), (GOLDEN, 1500)])
async def test_an_ip_address_makes_so_many_accounts_in_30_minutes(
    accounts: Accounts, store: Store, clock: MovableClock, caller: AccountPrincipal, limit: int
) -> None:
    await made_from(store, "192.0.2.1", limit - 1, clock.now())
    assert await reason(accounts, DRAFT, caller) == {}
    draft = replace(DRAFT, email_address="next@example.com")
    assert await reason(accounts, draft, caller) == {
        "other": 'Unable to create account. Error: "Error: Too many accounts are being created from the ip address '
        f"192.0.2.1; try again later.  By default at most {limit} accounts can be created every 30 minutes from one "
        "IP; if you're using the API and need a higher limit, contact us.\""
    }
    assert await reason(accounts, replace(draft, ip="192.0.2.2"), caller) == {}
    clock.move(timedelta(minutes=30, seconds=1))
    assert await reason(accounts, replace(draft, email_address="later@example.com"), caller) == {}


async def test_an_admin_makes_as_many_as_are_wanted(accounts: Accounts, store: Store, clock: MovableClock) -> None:
    await made_from(store, "192.0.2.1", 200, clock.now())
    assert await reason(accounts, DRAFT, BOSS) == {}


async def test_only_itself_its_maker_or_an_admin_may_delete_an_account(accounts: Accounts, store: Store) -> None:
    for deleter in (CALLER, BOSS, None):
        account, _ = await accounts.create(CALLER, DRAFT, with_key=False)
        with pytest.raises(DeletionRefused):
            await accounts.delete(GOLDEN, account.account_id)
        await accounts.delete(deleter or AccountPrincipal(account.account_id), account.account_id)
        with pytest.raises(AccountNotFound):
            await accounts.find(account.account_id)
    with pytest.raises(DeletionRefused):
        await accounts.delete(CALLER, "unknown")
    await accounts.delete(BOSS, "unknown")


async def test_a_deleted_account_leaves_its_address_and_no_way_in(accounts: Accounts, store: Store) -> None:
    account, _ = await accounts.create(None, DRAFT, with_key=True)
    await accounts.delete(BOSS, account.account_id)
    await accounts.delete(BOSS, account.account_id)
    with pytest.raises(NoSuchEmailAddress):
        await accounts.find("grace@example.com")
    async with store.read() as transaction:
        row = await transaction.accounts.find(account.account_id)
        assert await transaction.keys.list_keys() == []
    assert row is not None
    assert (row.deleted, row.email_address, row.password_hash) == (True, None, None)


async def test_an_account_is_found_by_id_and_by_address(accounts: Accounts, store: Store) -> None:
    account_id = await add_account(store, email_address="ada@example.com")
    for who in (account_id, "ada@example.com", "ADA@Example.com"):
        assert (await accounts.find(who)).account_id == account_id
    with pytest.raises(NoSuchEmailAddress, match=r"^no such email address$"):
        await accounts.find("nobody")


@pytest.mark.parametrize("address", ["a@b.c", "a.b+c_d@x-y.example.com", "é@exämple.com", "o'neil@example.co.uk"])
def test_what_is_an_address(address: str) -> None:
    assert is_email_address(address)


NO_ADDRESSES = """@ a@b a@b. @b.c a@b@c.d a,b@c.d a@b..c (a)@b.c a@[1.2.3.4] a:b@c.d "a"@b.c a\\@b.c <a@b.c>"""


@pytest.mark.parametrize(
    "address",
    ["", "a b@c.d", "a\x00@b.c", "a@b.c\n", "a" * 65 + "@b.c", "a@" + "b" * 300 + ".c", *NO_ADDRESSES.split()],
)
def test_what_is_no_address(address: str) -> None:
    assert not is_email_address(address)
