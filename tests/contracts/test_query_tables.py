"""The tables that only `query` has, on both databases."""

from datetime import timedelta
from typing import Any

import anyio
import pytest
from sqlalchemy import select
from support.queries import World, account, admin, build_world

from carrel.domain.messages import RecipientInvalid
from carrel.domain.queries import QueryRefused
from carrel.kit.timestamps import to_text
from carrel.services.queries.table import Rows
from carrel.services.queries.tables import TABLES
from carrel.store.store import Store
from carrel.store.tables import messages

pytestmark = pytest.mark.anyio
GIVEN = {Rows.ANY_ACCOUNT: "account_id", Rows.PUBLIC_BY_ID: "id"}
GIVEN |= dict.fromkeys((Rows.ACCOUNTS_ON_ONE_PROJECT, Rows.PUBLIC_PROJECT, Rows.PUBLIC_OF_ONE_PROJECT), "project_id")


@pytest.fixture
async def world(store: Store) -> World:
    return await build_world(store)


async def test_every_field_of_every_table_can_be_read(world: World) -> None:
    values = {"account_id": world.ada, "id": "0" * 40, "project_id": world.project}
    for table in TABLES.values():
        if table.rows is None:
            continue
        asked: dict[str, Any] = dict.fromkeys(sorted(table.readable))
        if table.rows in GIVEN:
            asked[GIVEN[table.rows]] = values[GIVEN[table.rows]]
        found = await world.bench.run(admin(world.ada), {table.name: [asked]})
        assert isinstance(found[table.name], list), table.name


async def test_a_file_that_was_opened_is_in_the_log_of_accesses_and_in_use(world: World) -> None:
    opened = {"project_id": world.project, "event": {"event": "open", "filename": "a.txt"}}
    await world.as_ada({"project_log": opened})
    await world.as_ada({"project_log": opened | {"event": {"event": "close", "filename": "b.txt"}}})
    found = await world.bench.run(
        admin(world.ada), {"file_access_log": [{"filename": {"LIKE": "%.txt"}, "account_id": None}]}
    )
    assert found == {"file_access_log": [{"filename": "a.txt", "account_id": world.ada}]}
    use = {"project_id": world.project, "path": "a.txt"}
    for person, what in ((world.ada, "edit"), (world.bob, "open"), (world.ada, "chat")):
        entry = {"{account_id}": {what: "{now}"}}
        await world.bench.run(account(person), {"file_use": use | {"users": entry, "last_edited": "{now}"}})
    (row,) = (await world.as_ada({"file_use": [use | {"users": None}]}))["file_use"]
    assert {person: set(entry) for person, entry in row["users"].items()} == {
        world.ada: {"edit", "chat"},
        world.bob: {"open"},
    }
    assert [done for done in world.bench.actions.done if done[0] == "touched"] == [
        ("touched", world.project, person) for person in (world.ada, world.ada, world.ada, world.bob, world.ada)
    ]


async def test_messages_are_read_by_those_to_whom_they_were_sent(world: World) -> None:
    letter = {"to_ids": [world.bob, world.vic], "subject": "One", "body": "to both", "sent": "{now}"}
    await world.as_ada({"sent_messages": letter})
    wanted = {"id": None, "subject": None, "to_ids": None, "read": None}
    (sent,) = (await world.as_ada({"sent_messages": [wanted]}))["sent_messages"]
    everybody = sorted([world.bob, world.vic])
    assert sent == {"id": sent["id"], "subject": "One", "to_ids": everybody, "read": False}
    await world.bench.run(account(world.bob), {"messages": {"id": sent["id"], "read": True}})
    for person, read in ((world.bob, True), (world.vic, False)):
        found = await world.bench.run(account(person), {"messages": [wanted]})
        assert found == {"messages": [sent | {"read": read}]}
    assert await world.bench.run(account(world.eve), {"messages": [wanted]}) == {"messages": []}
    assert await world.as_ada({"messages": [wanted]}) == {"messages": []}


async def test_senders_mark_their_messages_for_themselves(world: World) -> None:
    mail = {"to_ids": [world.ada, world.bob], "subject": "Marked", "body": "", "saved": True, "sent": "{now}"}
    await world.as_ada({"sent_messages": mail})
    flags = {"read": False, "saved": False, "starred": False, "liked": False, "deleted": False}
    pattern = {"id": None} | dict.fromkeys(flags)
    (sent,) = (await world.as_ada({"sent_messages": [pattern | {"saved": True}]}))["sent_messages"]
    assert sent == {"id": sent["id"]} | flags | {"saved": True}
    for marks in ({"deleted": True, "liked": True}, {"saved": False}, {}):
        await world.as_ada({"sent_messages": {"id": sent["id"]} | marks})
        sent |= marks
        assert await world.as_ada({"sent_messages": [pattern]}) == {"sent_messages": [sent]}
    for person in (world.ada, world.bob):
        got = await world.bench.run(account(person), {"messages": [pattern]})
        assert got == {"messages": [{"id": sent["id"]} | flags]}
    for marks in ({"read": True}, {}):
        refused = await world.bench.refused(account(world.bob), {"sent_messages": {"id": sent["id"]} | marks})
        assert refused == f"FATAL: there is no message {sent['id']} from you"


async def test_a_draft_is_delivered_once_and_when_the_clock_says(world: World) -> None:
    store, unread = world.bench.store, {"accounts": {"unread_message_count": None}}
    await world.as_ada({"sent_messages": {"to_ids": [world.bob], "subject": "Draft"}})
    (draft,) = (await world.as_ada({"sent_messages": [{"id": None, "to_ids": None, "sent": None}]}))["sent_messages"]
    assert draft == {"id": draft["id"], "to_ids": [world.bob]}
    assert await world.bench.run(account(world.bob), unread) == {"accounts": {"unread_message_count": 0}}
    world.bench.clock.move(timedelta(days=1))
    outcomes = []

    async def send() -> None:
        try:
            outcomes.append(await world.as_ada({"sent_messages": {"id": draft["id"], "sent": "2001-01-01"}}))
        except QueryRefused as error:
            outcomes.append(str(error))

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(send)
    assert sorted(outcomes, key=str) == [*["FATAL: changing sent_messages.sent not allowed"] * 2, {}]
    at = to_text(world.bench.clock.now())
    for person, table in ((world.ada, "sent_messages"), (world.bob, "messages")):
        found = await world.bench.run(account(person), {table: [{"id": None, "sent": None, "to_ids": None}]})
        assert found == {table: [draft | {"sent": at}]}
    assert await world.bench.run(account(world.bob), unread) == {"accounts": {"unread_message_count": 1}}
    await world.as_ada({"sent_messages": {"to_ids": [world.bob], "subject": "For one who leaves"}})
    async with store.begin() as transaction:
        await transaction.accounts.mark_deleted(world.bob)
    await world.as_ada({"sent_messages": {"id": draft["id"] + 1, "body": "too late"}})
    with pytest.raises(RecipientInvalid):
        await world.as_ada({"sent_messages": {"id": draft["id"] + 1, "sent": "{now}"}})


async def test_messages_that_have_expired_for_all_are_removed(world: World) -> None:
    clock, store = world.bench.clock, world.bench.store
    times = [to_text(clock.now() + timedelta(days=days)) for days in (1, 2)]
    unread = {"accounts": {"unread_message_count": None}}
    for subject in ("Sent", "Draft"):
        letter = {"to_ids": [world.bob, world.vic], "subject": subject, "expire": times[0]}
        await world.as_ada({"sent_messages": letter | ({"sent": "{now}"} if subject == "Sent" else {})})
    (sent,) = (await world.as_ada({"sent_messages": [{"id": None, "subject": "Sent"}]}))["sent_messages"]
    await world.bench.run(account(world.bob), {"messages": {"id": sent["id"], "expire": times[0]}})

    async def left_at(step: timedelta) -> tuple[dict[str, list[str]], list[int]]:
        clock.move(step)
        async with store.begin() as transaction:
            await transaction.messages.delete_expired(at=clock.now())
        tables = {"ada": (world.ada, "sent_messages"), "bob": (world.bob, "messages"), "vic": (world.vic, "messages")}
        found = {
            name: [row["subject"] for row in (await world.bench.run(account(who), {of: [{"subject": None}]}))[of]]
            for name, (who, of) in tables.items()
        }
        counts = [await world.bench.run(account(who), unread) for who in (world.bob, world.vic)]
        return found, [count["accounts"]["unread_message_count"] for count in counts]

    assert await left_at(timedelta(0)) == ({"ada": ["Sent", "Draft"], "bob": ["Sent"], "vic": ["Sent"]}, [1, 1])
    assert await left_at(timedelta(days=1)) == ({"ada": [], "bob": [], "vic": ["Sent"]}, [0, 1])
    for table, who in (("messages", world.bob), ("messages", world.vic)):
        await world.bench.run(account(who), {table: {"id": sent["id"], "expire": times[1]}})
    assert await left_at(timedelta(0)) == ({"ada": [], "bob": ["Sent"], "vic": ["Sent"]}, [1, 1])
    assert await left_at(timedelta(days=1)) == ({"ada": [], "bob": [], "vic": []}, [0, 0])
    async with store.read() as transaction:
        assert (await transaction.connection.execute(select(messages.c.id))).all() == []


async def test_who_is_banned_by_query_is_banned_as_on_the_pages(world: World) -> None:
    banned = {"account_id": world.eve, "banned": True, "notes": "spam"}
    for _ in range(2):
        await world.bench.run(admin(world.ada), {"crm_accounts": banned})
    assert world.bench.actions.done[0] == ("ban", world.ada, world.eve)
    assert await world.bench.refused(account(world.bob), {"crm_accounts": banned}) == "FATAL: user must be an admin"
