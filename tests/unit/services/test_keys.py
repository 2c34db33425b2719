"""API keys: who presents one, and how soon a revoked one is dead."""

import re
from datetime import timedelta

import anyio
import pytest
from sqlalchemy import text, update
from support.rows import MovableClock, add_account, add_project

from carrel.domain.accounts import ADMIN
from carrel.domain.ids import AccountId, ProjectId
from carrel.domain.keys import AccountBanned, KeyNotFound, KeyUnknown, TooManyKeys
from carrel.domain.principals import AccountPrincipal, ProjectPrincipal
from carrel.services import keys as keys_module
from carrel.services.accounts import Accounts
from carrel.services.keys import Keys
from carrel.store.store import Store
from carrel.store.tables import accounts as account_table

pytestmark = pytest.mark.anyio


async def ban(store: Store, account_id: AccountId, banned: bool = True) -> None:
    async with store.begin() as transaction:
        values = update(account_table).where(account_table.c.account_id == account_id).values(banned=banned)
        await transaction.connection.execute(values)


async def test_a_key_has_the_known_form_and_tells_its_account(store: Store, keys: Keys) -> None:
    account_id = await add_account(store, groups=("gold",))
    key, secret = await keys.issue(account_id, "mine")
    assert re.fullmatch(r"sk-[0-9A-Za-z]{16}[0-9A-Za-z]{6}", secret)
    assert int(secret[-6:]) == key.id < 10
    assert key.trunc == f"sk-...{secret[-6:]}"
    assert await keys.verify(secret) == AccountPrincipal(account_id, False, ("gold",))


async def test_the_secret_is_not_in_the_database(store: Store, keys: Keys) -> None:
    _, secret = await keys.issue(await add_account(store), "mine")
    async with store.read() as transaction:
        rows = (await transaction.connection.execute(text("select * from api_keys"))).all()
    assert secret not in str(rows)
    assert secret[:10] not in str(rows)


@pytest.mark.parametrize("wrong", ["", "sk-", "x" * 100_000, "sk-é", "\x00", "\ud800"])
async def test_a_wrong_key_is_unknown(keys: Keys, wrong: str) -> None:
    with pytest.raises(KeyUnknown):
        await keys.verify(wrong)


async def test_a_key_that_another_hub_revoked_dies_within_60_seconds(
    store: Store, keys: Keys, clock: MovableClock
) -> None:
    key, secret = await keys.issue(await add_account(store), "mine")
    await keys.verify(secret)
    async with store.begin() as transaction:
        await transaction.keys.delete(key.id)
    clock.move(timedelta(seconds=59))
    await keys.verify(secret)
    clock.move(timedelta(seconds=1))
    with pytest.raises(KeyUnknown):
        await keys.verify(secret)


async def test_using_a_key_does_not_prolong_what_is_remembered(store: Store, keys: Keys, clock: MovableClock) -> None:
    key, secret = await keys.issue(await add_account(store), "mine")
    await keys.verify(secret)
    async with store.begin() as transaction:
        await transaction.keys.delete(key.id)
    for _ in range(2):
        clock.move(timedelta(seconds=29))
        await keys.verify(secret)
    clock.move(timedelta(seconds=2))
    with pytest.raises(KeyUnknown):
        await keys.verify(secret)


async def test_a_key_revoked_here_dies_at_once(store: Store, keys: Keys) -> None:
    key, secret = await keys.issue(await add_account(store), "mine")
    await keys.verify(secret)
    await keys.revoke(key.id)
    with pytest.raises(KeyUnknown):
        await keys.verify(secret)
    with pytest.raises(KeyNotFound):
        await keys.revoke(key.id)


async def test_a_key_revoked_while_it_is_looked_up_is_not_remembered(store: Store, keys: Keys) -> None:
    account_id = await add_account(store)
    for _ in range(20):
        key, secret = await keys.issue(account_id, "mine")

        async def verify(presented: str = secret) -> None:
            try:
                await keys.verify(presented)
            except KeyUnknown:
                return

        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(verify)
            tasks.start_soon(keys.revoke, key.id)
        with pytest.raises(KeyUnknown):
            await keys.verify(secret)


async def test_refusals_are_not_remembered(store: Store, keys: Keys) -> None:
    account_id = await add_account(store)
    _, secret = await keys.issue(account_id, "mine")
    await ban(store, account_id)
    with pytest.raises(
        AccountBanned, match=r"^User is BANNED\.  If this is a mistake, please contact help@example\.com$"
    ):
        await keys.verify(secret)
    await ban(store, account_id, banned=False)
    await keys.verify(secret)


async def test_an_expired_key_is_deleted_when_it_is_presented(store: Store, keys: Keys, clock: MovableClock) -> None:
    expire = clock.now() + timedelta(seconds=10)
    _, secret = await keys.issue(await add_account(store), "mine", expire=expire)
    await keys.verify(secret)
    clock.move(timedelta(seconds=10))
    with pytest.raises(KeyUnknown):
        await keys.verify(secret)
    async with store.read() as transaction:
        assert await transaction.keys.list_keys() == []


async def test_each_use_is_noted(store: Store, keys: Keys, clock: MovableClock) -> None:
    key, secret = await keys.issue(await add_account(store), "mine")
    assert key.last_active is None
    await keys.verify(secret)
    async with store.read() as transaction:
        assert [found.last_active for found in await transaction.keys.list_keys()] == [clock.now()]


async def project_of(store: Store, *, creator: AccountId) -> ProjectId:
    return await add_project(store, owner=await add_account(store), collaborator=creator)


async def leave(store: Store, project_id: ProjectId, account_id: AccountId) -> None:
    async with store.begin() as transaction:
        await transaction.collaborators.remove(project_id, account_id)


async def test_a_project_key_stands_for_its_project(store: Store, keys: Keys) -> None:
    creator = await add_account(store)
    project_id = await project_of(store, creator=creator)
    _, secret = await keys.issue(creator, "mine", project_id=project_id)
    assert await keys.verify(secret) == ProjectPrincipal(project_id, creator)


async def test_a_project_key_whose_creator_left_is_deleted(store: Store, keys: Keys, clock: MovableClock) -> None:
    creator = await add_account(store)
    project_id = await project_of(store, creator=creator)
    _, secret = await keys.issue(creator, "mine", project_id=project_id)
    await leave(store, project_id, creator)
    with pytest.raises(KeyUnknown):
        await keys.verify(secret)
    async with store.read() as transaction:
        assert await transaction.keys.list_keys(project_id=project_id) == []


async def test_an_admins_project_key_needs_no_membership(store: Store, keys: Keys) -> None:
    admin = await add_account(store, groups=(ADMIN,))
    project_id = await add_project(store, owner=await add_account(store))
    _, secret = await keys.issue(admin, "mine", project_id=project_id)
    assert await keys.verify(secret) == ProjectPrincipal(project_id, admin)


async def test_a_changed_standing_counts_at_once(store: Store, keys: Keys, accounts: Accounts) -> None:
    account_id = await add_account(store)
    _, secret = await keys.issue(account_id, "mine")
    account = await accounts.find(account_id)
    for admin in (False, True, False):
        await accounts.set_admin(await accounts.find(account_id), admin)
        assert await keys.verify(secret) == AccountPrincipal(account_id, admin, (ADMIN,) if admin else ())
    await accounts.delete(AccountPrincipal(account.account_id), account_id)
    with pytest.raises(KeyUnknown):
        await keys.verify(secret)


async def test_an_account_has_a_limit_of_keys(store: Store, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys_module, "KEYS_PER_ACCOUNT", 2)
    account_id = await add_account(store)
    for _ in range(2):
        await keys.issue(account_id, "mine")
    with pytest.raises(TooManyKeys, match=r"^There is a limit of 100000 per account; please delete some api keys\.$"):
        await keys.issue(account_id, "mine")
    await keys.issue(await add_account(store), "another one's")
