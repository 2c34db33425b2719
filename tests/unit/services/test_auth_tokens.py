"""Auth tokens: who gets one, what a wrong password costs, and how long a token works."""

from datetime import timedelta

import anyio
import pytest
from sqlalchemy import text
from support.rows import MovableClock, add_account, an_account

from carrel.domain.accounts import IncorrectPassword, PasswordLocked
from carrel.domain.ids import AccountId, new_account_id
from carrel.domain.principals import AccountPrincipal
from carrel.services.accounts import Accounts
from carrel.services.auth_tokens import AuthTokens
from carrel.services.passwords import Passwords
from carrel.store.store import Store

pytestmark = pytest.mark.anyio

PASSWORD = "the right password"
CALLER = AccountPrincipal(new_account_id())
OTHER = AccountPrincipal(new_account_id())
BOSS = AccountPrincipal(new_account_id(), is_admin=True)


@pytest.fixture
async def target(store: Store, passwords: Passwords) -> AccountId:
    return await add_account(store, password_hash=await passwords.hash(PASSWORD))


async def test_a_token_works_many_times_for_12_hours(
    auth_tokens: AuthTokens, target: AccountId, clock: MovableClock
) -> None:
    """§8.3, `user_auth`, and A2, `org.createToken`."""
    account = an_account(account_id=target)
    tokens = [await auth_tokens.issue(CALLER, target, PASSWORD), await auth_tokens.issue_trusted(CALLER, account)]
    assert [len(token) for token in tokens] == [24, 24]
    for step in (timedelta(hours=6), timedelta(hours=6, microseconds=-1)):
        clock.move(step)
        for token in tokens:
            assert (found := await auth_tokens.find(token)) is not None
            assert found.account_id == target
    clock.move(timedelta(microseconds=1))
    assert [await auth_tokens.find(token) for token in tokens] == [None, None]


async def test_a_token_is_stored_as_a_hash(auth_tokens: AuthTokens, target: AccountId, store: Store) -> None:
    token = await auth_tokens.issue(CALLER, target, PASSWORD)
    async with store.read() as transaction:
        assert token not in str((await transaction.connection.execute(text("select * from auth_tokens"))).all())


async def test_a_revoked_token_is_dead_at_once(auth_tokens: AuthTokens, target: AccountId) -> None:
    first, second = [await auth_tokens.issue(CALLER, target, PASSWORD) for _ in range(2)]
    await auth_tokens.revoke(first)
    await auth_tokens.revoke("unknown")
    assert await auth_tokens.find(first) is None
    assert (found := await auth_tokens.find(second)) is not None
    assert found.account_id == target


async def test_deleting_the_account_revokes_its_tokens(
    auth_tokens: AuthTokens, target: AccountId, accounts: Accounts
) -> None:
    token = await auth_tokens.issue(CALLER, target, PASSWORD)
    await accounts.delete(BOSS, target)
    assert await auth_tokens.find(token) is None
    with pytest.raises(IncorrectPassword):
        await auth_tokens.issue(BOSS, target, "")


async def test_a_wrong_password_locks_caller_and_target_for_60_seconds(
    auth_tokens: AuthTokens, target: AccountId, clock: MovableClock
) -> None:
    with pytest.raises(IncorrectPassword):
        await auth_tokens.issue(CALLER, target, "wrong")
    clock.move(timedelta(seconds=59))
    with pytest.raises(PasswordLocked):
        await auth_tokens.issue(CALLER, target, PASSWORD)
    assert await auth_tokens.issue(OTHER, target, PASSWORD)
    clock.move(timedelta(seconds=1))
    assert await auth_tokens.issue(CALLER, target, PASSWORD)


async def test_being_locked_does_not_prolong_the_lock(
    auth_tokens: AuthTokens, target: AccountId, clock: MovableClock
) -> None:
    with pytest.raises(IncorrectPassword):
        await auth_tokens.issue(CALLER, target, "wrong")
    for _ in range(5):
        clock.move(timedelta(seconds=10))
        with pytest.raises(PasswordLocked):
            await auth_tokens.issue(CALLER, target, "wrong")
    clock.move(timedelta(seconds=10))
    assert await auth_tokens.issue(CALLER, target, PASSWORD)


async def test_many_guesses_at_the_same_moment_are_one_guess(auth_tokens: AuthTokens, target: AccountId) -> None:
    outcomes: list[type[BaseException] | None] = []

    async def guess(password: str) -> None:
        try:
            await auth_tokens.issue(CALLER, target, password)
        except (IncorrectPassword, PasswordLocked) as error:
            outcomes.append(type(error))
        else:
            outcomes.append(None)

    async with anyio.create_task_group() as tasks:
        for password in ["wrong"] * 5 + [PASSWORD] * 5:
            tasks.start_soon(guess, password)
    assert outcomes == [IncorrectPassword] + [PasswordLocked] * 9


async def test_right_passwords_at_the_same_moment_all_work(auth_tokens: AuthTokens, target: AccountId) -> None:
    tokens: set[str] = set()

    async def issue() -> None:
        tokens.add(await auth_tokens.issue(CALLER, target, PASSWORD))

    async with anyio.create_task_group() as tasks:
        for _ in range(10):
            tasks.start_soon(issue)
    assert len(tokens) == 10


async def test_only_an_admin_needs_no_password(auth_tokens: AuthTokens, target: AccountId) -> None:
    assert await auth_tokens.issue(BOSS, target, "")
    for caller, password in ((CALLER, ""), (BOSS, "wrong")):
        with pytest.raises(IncorrectPassword):
            await auth_tokens.issue(caller, target, password)


async def test_an_account_without_password_unknown_banned_or_deleted_gets_none(
    auth_tokens: AuthTokens, store: Store, passwords: Passwords
) -> None:
    hashed = await passwords.hash(PASSWORD)
    without = await add_account(store)
    banned = await add_account(store, password_hash=hashed, banned=True)
    deleted = await add_account(store, password_hash=hashed, deleted=True)
    for account_id in (without, banned, deleted, "unknown", "x" * 1000):
        with pytest.raises(IncorrectPassword):
            await auth_tokens.issue(CALLER, account_id, PASSWORD)
    for account_id in (banned, deleted, "unknown"):
        with pytest.raises(IncorrectPassword):
            await auth_tokens.issue(BOSS, account_id, "")
