"""What every repository promises, on SQLite and on PostgreSQL alike."""

import random
import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import anyio
import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError
from support.databases import PostgresDatabases
from support.rows import NOON, add_account, add_project, an_account

from carrel.domain.ids import new_project_id
from carrel.domain.projects import ProjectState, Quota, Role
from carrel.domain.queries import Selection
from carrel.store.collaborators import InviteToken
from carrel.store.store import Store
from carrel.store.tables import project_invite_tokens, project_log, projects

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
AWKWARD = "Zoë 🦊 'quoted\" \\ 100%_ \u202eabc\n\t"


class Interrupted(Exception):
    pass


# Units of work


async def test_a_transaction_that_raises_leaves_nothing(store: Store) -> None:
    account = an_account()

    async def begin_and_fail() -> None:
        async with store.begin() as transaction:
            await transaction.accounts.add(account, created_by_ip=None, usage_intent=None)
            raise Interrupted

    with pytest.raises(Interrupted):
        await begin_and_fail()
    async with store.read() as reading:
        assert await reading.accounts.find(account.account_id) is None


async def test_readers_see_what_is_committed_and_nothing_else(store: Store) -> None:
    account = an_account()
    async with store.read() as reading:
        async with store.begin() as transaction:
            await transaction.accounts.add(account, created_by_ip=None, usage_intent=None)
            assert await reading.accounts.find(account.account_id) is None
        assert await reading.accounts.find(account.account_id) == account


async def test_a_connection_that_the_database_has_closed_fails_once(postgres_databases: PostgresDatabases) -> None:
    url, everything = postgres_databases.migrated(), Selection("projects", ("project_id",))

    async def found() -> list[dict[str, Any]]:
        async with store.read() as reading:
            return await reading.queries.select(everything, now=None)

    async with Store.open(url, pool_size=1) as store:
        assert await found() == []
        async with store.begin() as transaction:
            others = "datname = current_database() AND pid <> pg_backend_pid()"
            await transaction.connection.execute(
                text(f"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE {others}")
            )
        with pytest.raises(DBAPIError):
            await found()
        assert await found() == []
    postgres_databases.give_back(url)


async def test_datetimes_come_back_as_utc_whatever_their_offset_was(store: Store) -> None:
    created = datetime(2026, 7, 1, 23, 59, 59, 123456, tzinfo=timezone(timedelta(hours=-7)))
    account_id = await add_account(store, created=created)
    async with store.read() as reading:
        account = await reading.accounts.find(account_id)
    assert account is not None
    assert account.created == created
    assert account.created.tzinfo is UTC


async def test_a_naive_datetime_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="naive datetime"):
        await add_account(store, created=datetime(2026, 7, 1))  # noqa: DTZ001  # that is the point


async def test_unicode_and_long_texts_come_back_unchanged(store: Store) -> None:
    owner = await add_account(store, AWKWARD, AWKWARD)
    title = AWKWARD * 10_000
    project_id = await add_project(store, title=title, owner=owner)
    async with store.begin() as transaction:
        await transaction.projects.set_settings(project_id, {AWKWARD: {"deep": [AWKWARD * 5_000]}})
    async with store.read() as reading:
        project = await reading.projects.find(project_id)
        account = await reading.accounts.find(owner)
        settings = await reading.connection.scalar(select(projects.c.settings))
    assert project is not None
    assert account is not None
    assert (project.title, account.first_name) == (title, AWKWARD)
    assert settings == {AWKWARD: {"deep": [AWKWARD * 5_000]}}


# Projects and their people


async def test_projects_are_numbered_upwards(store: Store) -> None:
    first, second = new_project_id(), new_project_id()
    async with store.begin() as transaction:
        numbers = [
            await transaction.projects.add(project_id, title="t", description="d", image="i", at=NOON)
            for project_id in (first, second)
        ]
        project = await transaction.projects.find(first)
        assert len(await transaction.projects.list_projects()) == 2
        assert await transaction.projects.find("nothing") is None
    assert numbers[0] < numbers[1]
    assert project is not None
    assert (project.number, project.title, project.description, project.created) == (numbers[0], "t", "d", NOON)
    assert (project.state, project.quota, project.environment) == (ProjectState.OPENED, Quota(), {})


async def test_a_project_is_found_with_the_role_of_an_account(store: Store) -> None:
    ada, bob = await add_account(store), await add_account(store)
    project_id = await add_project(store, owner=ada)
    async with store.read() as reading:
        for account_id, role in ((ada, Role.OWNER), (bob, None)):
            found = await reading.projects.find_with_role(project_id, account_id)
            assert found is not None
            assert (found[0].project_id, found[1]) == (project_id, role)
        assert await reading.projects.find_with_role(new_project_id(), ada) is None


async def test_projects_are_listed_newest_first_by_account_without_the_deleted(store: Store) -> None:
    ada = await add_account(store)
    mine, deleted, newest = [await add_project(store, owner=ada) for _ in range(3)]
    foreign = await add_project(store)
    async with store.begin() as transaction:
        await transaction.projects.set_deleted(deleted, True)
    async with store.read() as reading:
        assert [one.project_id for one in await reading.projects.list_projects(owner=ada)] == [newest, mine]
        assert [one.project_id for one in await reading.projects.list_projects(limit=2)] == [foreign, newest]


async def test_states_settings_and_requests_are_kept(store: Store) -> None:
    project_id, other = await add_project(store), await add_project(store)
    async with store.begin() as transaction:
        rows = transaction.projects
        await rows.set_state(project_id, ProjectState.RUNNING, at=NOON, error="once failed")
        await rows.set_settings(project_id, {"memory": 2000, "network_policy": "proxy"})
        await rows.set_settings(project_id, {"cores": 0.5, "always_running": 1, "mintime": 60.5})
        await rows.set_settings(other, {"always_running": 0})
        assert [one.project_id for one in await rows.list_always_running()] == [project_id]
        assert await rows.find_action_request(project_id) is None
        await rows.set_action_request(project_id, {"action": "start"})
        assert await rows.find_action_request(project_id) == {"action": "start"}
        assert [one.project_id for one in await rows.list_not_opened()] == [project_id]
        project = await rows.find(project_id)
        state = await transaction.connection.scalar(select(projects.c.state).where(projects.c.project_id == project_id))
    assert project is not None
    assert project.state is ProjectState.RUNNING
    assert project.quota == Quota(memory_mb=2000, cores=0.5, network="proxy", idle_timeout_s=60.5, always_running=True)
    assert state == {"state": "running", "time": "2026-03-01T12:00:00.000Z", "error": "once failed"}
    assert other != project_id


async def test_touching_remembers_who_and_when(store: Store) -> None:
    ada, bob = await add_account(store), await add_account(store)
    project_id = await add_project(store, owner=ada)
    async with store.begin() as transaction:
        await transaction.projects.touch(project_id, ada, at=NOON)
        await transaction.projects.touch(project_id, bob, at=NOON + HOUR)
    async with store.read() as reading:
        row = (await reading.connection.execute(select(projects.c.last_active, projects.c.last_edited))).one()
    assert set(row.last_active) == {ada, bob}
    assert row.last_edited == NOON + HOUR


async def test_collaborators_join_keep_their_role_and_leave(store: Store) -> None:
    ada = await add_account(store)
    project_id = await add_project(store)
    async with store.begin() as transaction:
        people = transaction.collaborators
        assert await people.find_role(project_id, ada) is None
        assert await people.add(project_id, ada, Role.OWNER)
        assert not await people.add(project_id, ada, Role.COLLABORATOR)
        assert await people.find_role(project_id, ada) is Role.OWNER
        assert [one.project_id for one in await transaction.projects.list_projects(owner=ada)] == [project_id]
        await people.remove(project_id, ada)
        assert await transaction.projects.list_projects(owner=ada) == []


async def test_people_can_be_added_by_several_hubs_at_once(store: Store) -> None:
    ada = await add_account(store)
    project_id = await add_project(store)
    joined = []

    async def add() -> None:
        async with store.begin() as transaction:
            joined.append(await transaction.collaborators.add(project_id, ada, Role.COLLABORATOR))
            await transaction.collaborators.note_invitation_mail(project_id, "a@b.c", at=NOON)
            await transaction.auth_tokens.lock(ada, ada, until=NOON)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            for _ in range(6):
                group.start_soon(add)
    assert sorted(joined) == [False] * 5 + [True]


async def test_invitations_are_counted_and_their_mails_remembered(store: Store) -> None:
    project_id = await add_project(store)
    async with store.begin() as transaction:
        await transaction.connection.execute(
            insert(project_invite_tokens).values(token="t", project_id=project_id, expires=NOON, usage_limit=3)
        )
        people = transaction.collaborators
        await people.count_invite_token("t")
        assert await people.find_invite_token("t") == InviteToken("t", project_id, NOON, 3, 1)
        assert await people.find_invite_token("u") is None
        assert await people.last_invitation_mail(project_id, "a@b.c") is None
        await people.note_invitation_mail(project_id, "a@b.c", at=NOON)
        await people.note_invitation_mail(project_id, "a@b.c", at=NOON + HOUR)
        assert await people.last_invitation_mail(project_id, "a@b.c") == NOON + HOUR


async def test_the_log_keeps_who_what_and_when(store: Store) -> None:
    ada = await add_account(store)
    project_id = await add_project(store, owner=ada)
    async with store.begin() as transaction:
        await transaction.project_log.add(project_id, ada, {"event": "open", "n": [1, None]}, at=NOON)
    async with store.read() as reading:
        row = (await reading.connection.execute(select(project_log))).one()
    assert uuid.UUID(row.id).version == 4
    assert row[1:] == (project_id, NOON, ada, {"event": "open", "n": [1, None]})


# Mails


async def test_mails_wait_until_they_are_sent_or_given_up(store: Store) -> None:
    async with store.begin() as transaction:
        for to in ("a@b.c", "d@e.f"):
            await transaction.mails.add(to=to, subject="S", body=AWKWARD, at=NOON)
        first, second = await transaction.mails.list_unsent(limit=10, max_attempts=2)
        assert (first.to, first.subject, first.body, first.attempts) == ("a@b.c", "S", AWKWARD, 0)
        assert await transaction.mails.list_unsent(limit=1, max_attempts=2) == [first]
        assert await transaction.mails.claim(first)
        await transaction.mails.mark_sent(first.id, at=NOON)
        assert await transaction.mails.claim(second)
        await transaction.mails.mark_failed(second.id, "refused")
        (again,) = await transaction.mails.list_unsent(limit=10, max_attempts=2)
        assert (again.id, again.attempts) == (second.id, 1)
        assert await transaction.mails.claim(again)
        await transaction.mails.mark_failed(second.id, "refused")
        assert await transaction.mails.list_unsent(limit=10, max_attempts=2) == []


async def test_a_mail_is_claimed_by_one_of_two_hubs_that_have_seen_it(store: Store) -> None:
    async with store.begin() as transaction:
        await transaction.mails.add(to="a@b.c", subject="S", body="B", at=NOON)
    async with store.read() as one, store.read() as other:
        (seen,) = await one.mails.list_unsent(limit=10, max_attempts=2)
        assert await other.mails.list_unsent(limit=10, max_attempts=2) == [seen]
    claims = []
    for _ in range(2):
        async with store.begin() as transaction:
            claims.append(await transaction.mails.claim(seen))
    assert claims == [True, False]


async def test_a_cancelled_call_leaves_nothing_behind_and_the_store_usable(store: Store) -> None:
    async def write() -> None:
        async with store.begin() as transaction:
            await transaction.mails.add(to="a@b.c", subject="S", body="B", at=NOON)

    async def read() -> None:
        async with store.read() as transaction:
            await transaction.mails.list_unsent(limit=1, max_attempts=1)

    await write()
    tasks_before = len(anyio.get_running_tasks())
    chance = random.Random(1)
    for turn in range(200):
        with anyio.move_on_after(chance.uniform(0, 0.003)):
            await (write if turn % 2 else read)()
    with anyio.fail_after(10):
        await write()
    assert len(anyio.get_running_tasks()) == tasks_before
