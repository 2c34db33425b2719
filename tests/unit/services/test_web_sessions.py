"""Signing in with a browser: the texts, how often one may be wrong, and how long a sign-in lasts."""

from collections.abc import Awaitable
from datetime import timedelta

import anyio
import pytest
from sqlalchemy import update
from support.rows import MovableClock

from carrel.domain.accounts import Account
from carrel.domain.errors import DomainError
from carrel.domain.ids import new_account_id
from carrel.domain.keys import AccountBanned
from carrel.domain.principals import AccountPrincipal
from carrel.domain.web_sessions import SignInRequired
from carrel.services.accounts import AccountDraft, Accounts
from carrel.services.web_sessions import IMPERSONATION_LIFE, LIFE, Browser, WebSessions
from carrel.store.store import Store
from carrel.store.tables import accounts as account_table

pytestmark = pytest.mark.anyio

GRACE = "grace@example.com"
PASSWORD = "a password"
HERE = Browser("192.0.2.1", "Firefox")
NOT_FOUND = "Problem signing into account -- no account with email address 'nobody@example.com'."
INCORRECT = f"Problem signing into account -- password for '{GRACE}' is incorrect."
MINUTE = f'Too many attempts per minute to sign in as "{GRACE}". Wait one minute, then try again.'
HOUR = f'Too many attempts per hour to sign in as "{GRACE}". Wait about an hour, then try again.'
COMPUTER_MINUTE = "Too many attempts per minute to sign in from your computer. Wait one minute, then try again."
COMPUTER_HOUR = "Too many attempts per hour to sign in from your computer. Wait about an hour, then try again."


@pytest.fixture
async def grace(accounts: Accounts) -> Account:
    draft = AccountDraft("Grace", "Hopper", GRACE, PASSWORD, agreed_to_terms=True)
    account, _ = await accounts.create(None, draft, with_key=False)
    return account


async def refusal(work: Awaitable[object]) -> str:
    try:
        await work
    except DomainError as error:
        return str(error)
    return ""


async def ban(store: Store, account: Account) -> None:
    async with store.begin() as transaction:
        await transaction.connection.execute(
            update(account_table).where(account_table.c.account_id == account.account_id).values(banned=True)
        )


async def test_the_cookie_stands_for_the_account_and_its_browser(web_sessions: WebSessions, grace: Account) -> None:
    account, cookie = await web_sessions.sign_in(" Grace@Example.com", PASSWORD, HERE)
    found = await web_sessions.verify(cookie)
    assert account.account_id == found.account.account_id == grace.account_id
    assert found.principal == AccountPrincipal(grace.account_id)
    assert (found.session.ip, found.session.user_agent) == ("192.0.2.1", "Firefox")
    for wrong in (cookie[:-1], f"{cookie}x", cookie.partition(".")[0], "", ".", f"x.{cookie.partition('.')[2]}"):
        with pytest.raises(SignInRequired):
            await web_sessions.verify(wrong)


async def test_what_is_wrong_is_said(web_sessions: WebSessions, store: Store, grace: Account) -> None:
    assert await refusal(web_sessions.sign_in("Nobody@example.com", PASSWORD, HERE)) == NOT_FOUND
    assert await refusal(web_sessions.sign_in(GRACE, "wrong", HERE)) == INCORRECT
    await ban(store, grace)
    assert await refusal(web_sessions.sign_in(GRACE, "wrong", HERE)) == INCORRECT
    banned = "User is BANNED.  If this is a mistake, please contact help@example.com"
    assert await refusal(web_sessions.sign_in(GRACE, PASSWORD, HERE)) == banned


async def test_an_address_is_tried_5_times_a_minute_and_50_an_hour(
    web_sessions: WebSessions, clock: MovableClock, grace: Account
) -> None:
    async def wrong(number: int) -> str:
        return await refusal(web_sessions.sign_in(GRACE, "wrong", Browser(f"192.0.2.{number}")))

    assert [await wrong(number) for number in range(6)] == [INCORRECT] * 5 + [MINUTE]
    assert await refusal(web_sessions.sign_in(GRACE, PASSWORD, HERE)) == MINUTE
    for _ in range(9):
        clock.move(timedelta(minutes=1))
        assert [await wrong(number) for number in range(5)] == [INCORRECT] * 5
    clock.move(timedelta(minutes=1))
    assert await wrong(1) == HOUR
    clock.move(timedelta(minutes=50))
    assert await refusal(web_sessions.sign_in(GRACE, PASSWORD, HERE)) == ""


async def test_a_computer_tries_30_times_a_minute_and_200_an_hour(
    web_sessions: WebSessions, clock: MovableClock, grace: Account
) -> None:
    async def wrong(number: int, ip: str) -> str:
        return await refusal(web_sessions.sign_in(f"{number}@example.com", "wrong", Browser(ip)))

    for minute in range(7):
        said = [await wrong(100 * minute + number, f"2001:db8::{number}") for number in range(30 if minute < 6 else 20)]
        assert all("no account with" in text for text in said)
        assert await wrong(99, "2001:db8::99") == (COMPUTER_MINUTE if minute < 6 else COMPUTER_HOUR)
        clock.move(timedelta(minutes=1))
    assert await refusal(web_sessions.sign_in(GRACE, PASSWORD, Browser("2001:db8::1"))) == COMPUTER_HOUR
    assert await refusal(web_sessions.sign_in(GRACE, PASSWORD, Browser("2001:db8:0:1::1"))) == ""


async def test_those_who_guess_at_the_same_time_are_counted_too(web_sessions: WebSessions, grace: Account) -> None:
    said: list[str] = []

    async def guess(number: int) -> None:
        said.append(await refusal(web_sessions.sign_in(GRACE, str(number), HERE)))

    async with anyio.create_task_group() as tasks:
        for number in range(10):
            tasks.start_soon(guess, number)
    assert sorted(said) == [INCORRECT] * 5 + [MINUTE] * 5


async def test_a_sign_in_lasts_as_long_as_it_is_used(
    web_sessions: WebSessions, clock: MovableClock, grace: Account
) -> None:
    _, cookie = await web_sessions.sign_in(GRACE, PASSWORD, HERE)
    for _ in range(3):
        clock.move(LIFE - timedelta(hours=1))
        await web_sessions.verify(cookie)
    clock.move(LIFE)
    with pytest.raises(SignInRequired):
        await web_sessions.verify(cookie)
    assert await web_sessions.list_of(grace.account_id) == []


async def test_impersonating_ends_in_time_whether_it_is_used_or_not(
    web_sessions: WebSessions, clock: MovableClock, grace: Account
) -> None:
    cookie = await web_sessions.open(grace, HERE, impersonator_id=new_account_id())
    clock.move(IMPERSONATION_LIFE - timedelta(seconds=1))
    await web_sessions.verify(cookie)
    clock.move(timedelta(seconds=1))
    with pytest.raises(SignInRequired):
        await web_sessions.verify(cookie)


async def test_a_former_admin_is_not_signed_in_as_others_any_more(
    web_sessions: WebSessions, accounts: Accounts, grace: Account
) -> None:
    draft = AccountDraft("Ada", "Lovelace", "ada@example.com", PASSWORD, agreed_to_terms=True)
    admin, _ = await accounts.create(None, draft, with_key=False)
    await accounts.set_admin(admin, True)
    cookie = await web_sessions.open(grace, HERE, impersonator_id=admin.account_id)
    assert (await web_sessions.verify(cookie)).account.account_id == grace.account_id
    await accounts.set_admin(admin, False)
    assert await web_sessions.list_of(grace.account_id) == []


async def test_one_browser_or_the_others_or_all_are_signed_out(web_sessions: WebSessions, grace: Account) -> None:
    cookies = [(await web_sessions.sign_in(GRACE, PASSWORD, HERE))[1] for _ in range(5)]
    ids = [cookie.partition(".")[0] for cookie in cookies]

    async def left() -> set[str]:
        return {session.id for session in await web_sessions.list_of(grace.account_id)}

    assert await web_sessions.end(new_account_id(), only=ids[0]) == 0
    assert await web_sessions.end(grace.account_id, only=ids[0]) == 1
    assert await left() == set(ids[1:])
    assert await web_sessions.end(grace.account_id, but=ids[1]) == 3
    assert await left() == {ids[1]}
    assert await web_sessions.end(grace.account_id) == 1
    for cookie in cookies:
        with pytest.raises(SignInRequired):
            await web_sessions.verify(cookie)


async def test_a_ban_and_a_deletion_count_at_once(
    web_sessions: WebSessions, accounts: Accounts, store: Store, grace: Account
) -> None:
    _, cookie = await web_sessions.sign_in(GRACE, PASSWORD, HERE)
    await ban(store, grace)
    with pytest.raises(AccountBanned):
        await web_sessions.verify(cookie)
    await accounts.delete(AccountPrincipal(grace.account_id), grace.account_id)
    with pytest.raises(SignInRequired):
        await web_sessions.verify(cookie)
