"""The tables that only `query` has, on both databases."""

from typing import Any

import pytest
from support.queries import World, account, admin, build_world

from carrel.services.queries.table import Rows
from carrel.services.queries.tables import TABLES
from carrel.store.store import Store

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
    await world.as_ada({"sent_messages": {"to_ids": [world.bob, world.vic], "subject": "One", "body": "to both"}})
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
    mail = {"to_ids": [world.ada, world.bob], "subject": "Marked", "body": "", "saved": True}
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


async def test_who_is_banned_by_query_is_banned_as_on_the_pages(world: World) -> None:
    banned = {"account_id": world.eve, "banned": True, "notes": "spam"}
    for _ in range(2):
        await world.bench.run(admin(world.ada), {"crm_accounts": banned})
    assert world.bench.actions.done[0] == ("ban", world.ada, world.eve)
    assert await world.bench.refused(account(world.bob), {"crm_accounts": banned}) == "FATAL: user must be an admin"
