"""Texts with NUL characters, which PostgreSQL cannot store: a named error, or stored as they are."""

from collections.abc import Awaitable, Callable

import pytest
from support.rows import add_account, add_project

from carrel.domain.errors import TextUnstorable
from carrel.store.store import Store

pytestmark = pytest.mark.anyio


async def taken_or_named(store: Store, work: Callable[[], Awaitable[object]]) -> None:
    if store.is_sqlite:
        await work()
    else:
        with pytest.raises(TextUnstorable, match=r"^texts must not contain NUL characters$"):
            await work()


async def test_a_nul_in_a_text_is_stored_or_named(store: Store) -> None:
    await taken_or_named(store, lambda: add_account(store, "a\x00b"))
    await taken_or_named(store, lambda: add_project(store, title="\x00"))


async def test_a_nul_in_json_is_stored_or_named(store: Store) -> None:
    project_id = await add_project(store)

    async def write() -> None:
        async with store.begin() as transaction:
            await transaction.projects.set_action_request(project_id, {"action": "a\x00b"})

    try:
        await write()
    except TextUnstorable:
        assert not store.is_sqlite


async def test_a_nul_in_what_is_looked_for_finds_nothing_or_is_named(store: Store) -> None:
    async def look() -> None:
        async with store.read() as transaction:
            assert await transaction.accounts.find_by_email("a\x00@example.com") is None

    await taken_or_named(store, look)


async def test_the_store_works_on_after_that(store: Store) -> None:
    await taken_or_named(store, lambda: add_account(store, "\x00"))
    account_id = await add_account(store, "fine")
    async with store.read() as transaction:
        assert await transaction.accounts.find(account_id)
