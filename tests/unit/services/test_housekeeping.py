"""What has expired is forgotten while a hub runs, and nothing else."""

from datetime import timedelta
from pathlib import Path

import anyio
import pytest
from sqlalchemy import select
from support.rows import NOON, MovableClock, add_account, add_project

from carrel.domain.evaluations import KEPT_FOR, Evaluation
from carrel.kit.unix_users import acting_as
from carrel.services.housekeeping import Housekeeping
from carrel.storage import trash
from carrel.storage.files import ProjectFiles
from carrel.storage.homes import Homes
from carrel.storage.settings import DataSettings
from carrel.store.store import Store
from carrel.store.tables import evaluations, messages

pytestmark = pytest.mark.anyio


async def test_a_hub_forgets_messages_and_results_of_evaluations_when_they_expire(store: Store, tmp_path: Path) -> None:
    project_id = await add_project(store, owner=(owner := await add_account(store)))
    clock = MovableClock(NOON + KEPT_FOR)
    async with store.begin() as transaction:
        await transaction.evaluations.keep("old", Evaluation(project_id, b"[]", NOON, 0.1))
        await transaction.evaluations.keep("new", Evaluation(project_id, b"[]", clock.now(), 0.1))
        for expire in (clock.now(), clock.now() + timedelta(seconds=1)):
            draft = await transaction.messages.add_draft(owner, thread_id=None, at=NOON)
            await transaction.messages.set_marks(draft, owner, {"expire": expire}, as_sender=True)
    with anyio.fail_after(30):
        async with housekeeping(store, tmp_path, clock):
            while (left := await hashes(store)) != ["new"]:
                assert left == ["new", "old"]
                await anyio.sleep(0.01)
    async with store.read() as transaction:
        assert (await transaction.connection.execute(select(messages.c.id))).scalars().all() == [draft]


async def test_what_was_deleted_long_ago_leaves_the_trash(store: Store, open_dir: Path) -> None:
    project_id = await add_project(store, owner=await add_account(store))
    async with store.read() as transaction:
        project = await transaction.projects.find(project_id)
    assert project is not None
    home = Homes(DataSettings(dir=open_dir)).ensure(project.project_id, project.number)
    with acting_as(home.user):
        for name in ("old", "new"):
            (home.path / name).mkdir()
            (home.path / name / "inner").write_text(name)
    (old, new) = trash.throw_away(home, ["old", "new"])
    with acting_as(home.user):
        thrown = home.path / ".carrel" / "trash"
        (thrown / old).rename(thrown / f"{int(NOON.timestamp() * 1000):013d}{old[13:]}")
        (thrown / new).rename(thrown / f"{int(NOON.timestamp() * 1000) + 1:013d}{new[13:]}")
    with anyio.fail_after(30):
        async with housekeeping(store, open_dir, MovableClock(NOON + timedelta(days=30, milliseconds=1))):
            while len(left := trash.list_trash(home)) > 1:  # noqa: ASYNC110 -- nothing tells of it
                await anyio.sleep(0.01)
    assert [item.path for item in left] == ["new"]


def housekeeping(store: Store, data_dir: Path, clock: MovableClock) -> Housekeeping:
    settings = DataSettings(dir=data_dir)
    return Housekeeping(store, Homes(settings), ProjectFiles(settings), clock)


async def hashes(store: Store) -> list[str]:
    async with store.read() as transaction:
        rows = await transaction.connection.execute(select(evaluations.c.hash).order_by(evaluations.c.hash))
        return list(rows.scalars())
