"""Mailed links in the database, on SQLite and PostgreSQL."""

import anyio
import pytest
from support.rows import NOON, add_account

from carrel.domain.credentials import LinkKind, MailedLink
from carrel.store.store import Store

pytestmark = pytest.mark.anyio


async def test_of_those_who_use_an_accounts_links_at_once_one_does(store: Store) -> None:
    ada = await add_account(store)
    async with store.begin() as transaction:
        for secret_hash in ("a", "b"):
            link = MailedLink(LinkKind.RESET, ada, "ada@example.com", NOON)
            await transaction.mailed_links.add(link, secret_hash=secret_hash)
    got: list[set[str]] = []

    async def use() -> None:
        async with store.begin() as transaction:
            await transaction.mailed_links.find(LinkKind.RESET, "a", at=NOON)
            got.append(await transaction.mailed_links.delete_of_account(LinkKind.RESET, ada))

    async with anyio.create_task_group() as group:
        for _ in range(6):
            group.start_soon(use)
    assert sorted(got, key=len) == [*[set()] * 5, {"a", "b"}]
