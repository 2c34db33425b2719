"""Rows of snapshots, on SQLite and PostgreSQL alike."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.rows import NOON, add_account, add_project

from carrel.domain.snapshots import Snapshot
from carrel.store.store import Store

pytestmark = pytest.mark.anyio


async def test_snapshots_are_found_listed_and_counted(store: Store) -> None:
    owner = await add_account(store)
    project, other = await add_project(store, owner=owner), await add_project(store, owner=owner)
    first = Snapshot("a" * 36, project, "dir/ü.ipynb", owner, "0" * 64, 3, submitted=False, created=NOON)
    second = replace(first, snapshot_id="b" * 36, submitted=True, created=NOON + timedelta(minutes=1))
    async with store.begin() as transaction:
        rows = transaction.snapshots
        assert await rows.taken(project) == (0, 0)
        for one in (first, second, replace(first, snapshot_id="c" * 36, project_id=other)):
            await rows.add(one, b"\0\xff" + one.snapshot_id[:1].encode())
        assert await rows.taken(project) == (2, 6)
    async with store.read() as reading:
        rows = reading.snapshots
        assert await rows.list_of(project) == [second, first]
        assert await rows.find(first.snapshot_id) == first
        assert await rows.find("d" * 36) is None
        assert await rows.content(second.snapshot_id) == b"\0\xffb"
