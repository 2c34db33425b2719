"""What the repositories of accounts, keys and auth tokens promise, on SQLite and on PostgreSQL alike."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from support.rows import NOON, add_account, add_project, an_account

from carrel.domain.accounts import EmailTaken
from carrel.domain.embed_sessions import AuthToken
from carrel.domain.ids import AccountId, new_account_id
from carrel.domain.keys import ApiKey
from carrel.store.store import Store
from carrel.store.tables import accounts

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)


# Accounts


async def test_an_account_is_found_by_id_and_by_address(store: Store) -> None:
    account = an_account(
        email_address="ada@example.com",
        email_address_verified={"ada@example.com": "2026-01-01"},
        password_hash="$argon2id$x",
        name="ada",
        groups=("admin", "gold"),
        last_active=NOON + HOUR,
        unlisted=True,
        owner_id=new_account_id(),
    )
    async with store.begin() as transaction:
        await transaction.accounts.add(account, created_by_ip="10.0.0.1", usage_intent="teaching")
    async with store.read() as reading:
        assert await reading.accounts.find(account.account_id) == account
        assert await reading.accounts.find_by_email("ADA@example.com") == account
        assert await reading.accounts.find_by_email("bob@example.com") is None
        assert await reading.accounts.find("no uuid") is None
        assert await reading.accounts.list_accounts(limit=10) == [account]
        assert await reading.accounts.count_created("10.0.0.1", since=NOON - HOUR) == 1
        assert await reading.accounts.count_created("10.0.0.1", since=NOON) == 0
        assert await reading.accounts.count_created("10.0.0.2", since=NOON - HOUR) == 0


async def test_an_address_belongs_to_one_account(store: Store) -> None:
    await add_account(store, email_address="ada@example.com")
    with pytest.raises(EmailTaken):
        await add_account(store, email_address="ada@example.com")


async def test_accounts_are_listed_oldest_first_without_the_deleted(store: Store) -> None:
    ids = [await add_account(store, created=NOON + HOUR * number) for number in (2, 0, 1)]
    async with store.begin() as transaction:
        await transaction.accounts.mark_deleted(ids[2])
    async with store.read() as reading:
        assert [found.account_id for found in await reading.accounts.list_accounts(limit=9)] == [ids[1], ids[0]]
        assert [found.account_id for found in await reading.accounts.list_accounts(limit=9, offset=1)] == [ids[0]]


async def test_names_are_given_for_the_accounts_that_exist(store: Store) -> None:
    ada = await add_account(store)
    async with store.read() as reading:
        assert await reading.accounts.names([ada, new_account_id()]) == {ada: ("Ada", "Lovelace")}
        assert await reading.accounts.names([]) == {}


async def test_name_search_matches_every_word_and_respects_unlisted(store: Store) -> None:
    ada = await add_account(store, "Ada", "Lovelace", last_active=NOON)
    hidden = await add_account(store, "Adam", "Lovely", unlisted=True, last_active=NOON + HOUR)
    wild = await add_account(store, "100%", "sure", last_active=NOON + HOUR, email_address="adams@example.com")

    async def search(*words: str, limit: int = 10, also_email: bool = False) -> list[AccountId]:
        async with store.read() as reading:
            found = await reading.accounts.search_names([words], limit=limit, also_email=also_email)
        return [account.account_id for account in found]

    assert await search("ada", "LOVE") == [ada]
    assert await search("ada", "nobody") == []
    assert await search("0%") == [wild]
    assert await search("%") == [wild]
    assert set(await search("ada", also_email=True)) == {ada, hidden, wild}
    assert await search("lov", also_email=True, limit=1) == [hidden]


async def test_address_search_is_exact(store: Store) -> None:
    ada = await add_account(store, email_address="ada@example.com")
    async with store.read() as reading:
        found = await reading.accounts.search_emails(["ada@example.com", "da@example.com"], limit=10)
    assert [account.account_id for account in found] == [ada]


async def test_a_deleted_account_releases_its_address_once(store: Store) -> None:
    ada = await add_account(store, email_address="ada@example.com", name="ada", password_hash="x")
    async with store.begin() as transaction:
        await transaction.accounts.mark_deleted(ada)
        await transaction.accounts.mark_deleted(ada)
    async with store.read() as reading:
        account = await reading.accounts.find(ada)
        before = await reading.connection.scalar(select(accounts.c.email_address_before_delete))
    assert account is not None
    assert (account.deleted, account.email_address, account.name, account.password_hash) == (True, None, None, None)
    assert before == "ada@example.com"
    await add_account(store, email_address="ada@example.com")


async def test_groups_and_activity_can_be_set(store: Store) -> None:
    ada = await add_account(store)
    async with store.begin() as transaction:
        await transaction.accounts.set_groups(ada, ["admin"])
        await transaction.accounts.touch(ada, NOON + HOUR)
    async with store.read() as reading:
        account = await reading.accounts.find(ada)
    assert account is not None
    assert (account.is_admin, account.last_active) == (True, NOON + HOUR)


# API keys


async def add_key(store: Store, account_id: AccountId, secret_hash: str, **others: object) -> int:
    key = ApiKey(id=0, account_id=account_id, name="k", trunc="", created=NOON, **others)  # type: ignore[arg-type]
    async with store.begin() as transaction:
        key_id = await transaction.keys.reserve(key)
        await transaction.keys.complete(key_id, secret_hash=secret_hash, trunc="sk-...abcdef")
    return key_id


async def test_a_presented_key_comes_with_its_owners_standing(store: Store) -> None:
    ada = await add_account(store, groups=("admin",), banned=True)
    project_id = await add_project(store, collaborator=ada)
    own = await add_key(store, ada, "h1", expire=NOON + HOUR)
    of_project = await add_key(store, ada, "h2", project_id=project_id)
    of_foreign = await add_key(store, ada, "h3", project_id=await add_project(store))
    async with store.read() as reading:
        first, second, third = [await reading.keys.find_presented(text) for text in ("h1", "h2", "h3")]
        assert await reading.keys.find_presented("h4") is None
        assert await reading.keys.count(ada) == 3
    assert first is not None
    assert second is not None
    assert third is not None
    assert first.key == ApiKey(own, ada, "k", "sk-...abcdef", NOON, expire=NOON + HOUR)
    assert (first.banned, first.deleted, first.groups, first.creator_role) == (True, False, ("admin",), None)
    assert (second.key.id, second.key.project_id, second.creator_role) == (of_project, project_id, "collaborator")
    assert (third.key.id, third.creator_role) == (of_foreign, None)


async def test_keys_are_listed_newest_first_by_owner(store: Store) -> None:
    ada, bob = await add_account(store), await add_account(store)
    project_id = await add_project(store, owner=ada)
    first, second = await add_key(store, ada, "h1"), await add_key(store, ada, "h2")
    of_project, of_bob = await add_key(store, ada, "h3", project_id=project_id), await add_key(store, bob, "h4")
    async with store.read() as reading:
        assert [key.id for key in await reading.keys.list_keys(account_id=ada)] == [second, first]
        assert [key.id for key in await reading.keys.list_keys(project_id=project_id)] == [of_project]
        assert [key.id for key in await reading.keys.list_keys()] == [of_bob, of_project, second, first]


async def test_deleted_keys_are_gone_and_their_ids_are_not_reused(store: Store) -> None:
    ada = await add_account(store)
    first, second = await add_key(store, ada, "h1"), await add_key(store, ada, "h2")
    async with store.begin() as transaction:
        await transaction.keys.touch(first, NOON + HOUR)
        assert await transaction.keys.delete(second)
        assert not await transaction.keys.delete(second)
        assert [key.last_active for key in await transaction.keys.list_keys(account_id=ada)] == [NOON + HOUR]
        await transaction.keys.delete_of_account(ada)
        assert await transaction.keys.list_keys(account_id=ada) == []
    assert await add_key(store, ada, "h5") > second


# Auth tokens


async def test_auth_tokens_live_until_they_expire_or_are_deleted(store: Store) -> None:
    ada, bob = await add_account(store), await add_account(store)
    async with store.begin() as transaction:
        tokens = transaction.auth_tokens
        for name, account_id in (("t1", ada), ("t2", ada), ("t3", bob)):
            await tokens.add(name, AuthToken(account_id, NOON + HOUR), created_by=bob, created=NOON)
        assert await tokens.find("t1", at=NOON) == AuthToken(ada, NOON + HOUR, created_by=bob)
        assert await tokens.find("t1", at=NOON + HOUR) is None
        assert await tokens.find("none", at=NOON) is None
        await tokens.delete("t1")
        assert await tokens.find("t1", at=NOON) is None
        await tokens.delete_of_account(ada)
        assert await tokens.find("t2", at=NOON) is None
        assert await tokens.find("t3", at=NOON) == AuthToken(bob, NOON + HOUR, created_by=bob)
        await tokens.delete_expired(at=NOON + HOUR)
        assert await tokens.find("t3", at=NOON) is None


async def test_a_lock_holds_for_one_pair_until_its_time(store: Store) -> None:
    ada, bob = await add_account(store), await add_account(store)
    async with store.begin() as transaction:
        tokens = transaction.auth_tokens
        await tokens.lock(ada, bob, until=NOON + HOUR)
        await tokens.lock(ada, bob, until=NOON + 2 * HOUR)
        assert await tokens.is_locked(ada, bob, at=NOON + HOUR)
        assert not await tokens.is_locked(ada, bob, at=NOON + 2 * HOUR)
        assert not await tokens.is_locked(bob, ada, at=NOON)
        await tokens.delete_expired(at=NOON + 2 * HOUR)
        assert not await tokens.is_locked(ada, bob, at=NOON)
        await tokens.lock(ada, bob, until=NOON)
        await tokens.delete_expired(at=NOON)
