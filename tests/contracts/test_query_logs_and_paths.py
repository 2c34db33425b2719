"""The `query` event's tables of what belongs to a project, on SQLite and PostgreSQL."""

from datetime import timedelta
from typing import Any

import pytest
from support.queries import NOBODY, World, account, admin, build_world
from support.rows import NOON

from carrel.domain.ids import new_account_id, path_id
from carrel.domain.principals import Principal
from carrel.store.store import Store

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(store: Store) -> World:
    return await build_world(store)


async def test_log_entries_are_written_by_their_author_only(world: World) -> None:
    entry: dict[str, Any] = {"project_id": world.project, "event": {"event": "open", "filename": "a.md"}}
    await world.as_ada({"project_log": entry | {"time": "2026-02-28T00:00:00Z"}})
    await world.bench.run(account(world.bob), {"project_log": entry})
    wanted = {"id": None, "project_id": None, "time": None, "account_id": None, "event": None}
    newest, oldest = (await world.as_ada({"project_log": [wanted]}))["project_log"]
    assert (newest["account_id"], newest["time"]) == (world.bob, "2026-03-01T12:00:00.000Z")
    assert (oldest["account_id"], oldest["time"], oldest["event"]) == (
        world.ada,
        "2026-02-28T00:00:00.000Z",
        entry["event"],
    )
    assert world.bench.actions.done == [("touched", world.project, world.ada), ("touched", world.project, world.bob)]
    own = {"id": oldest["id"], "project_id": world.project, "event": {"ttl": 5}}
    await world.as_ada({"project_log": own})
    row = await world.as_ada({"project_log": {"id": oldest["id"], "event": None}})
    assert row["project_log"]["event"] == entry["event"] | {"ttl": 5}
    for principal, project_id in ((world.bob, world.project), (world.eve, world.foreign)):
        forged = {"project_log": own | {"project_id": project_id}}
        assert await world.bench.refused(account(principal), forged) == "FATAL: user must be an admin"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"project_id": None, "event": {}}, "FATAL: must specify project_log.project_id"),
        ({"account_id": new_account_id()}, "FATAL: changing project_log.account_id not allowed"),
        ({"id": "x"}, "FATAL: invalid value for project_log.id -- it must be a uuid"),
        ({"time": "soon"}, "FATAL: invalid value for project_log.time -- it must be a timestamp in ISO 8601 form"),
    ],
)
async def test_unfit_log_entries_are_refused(world: World, values: dict[str, Any], text: str) -> None:
    entry = {key: value for key, value in ({"project_id": world.project} | values).items() if value is not None}
    assert await world.bench.refused(account(world.ada), {"project_log": entry}) == text


async def test_logs_are_of_my_projects_or_of_one_that_i_may_read(world: World) -> None:
    async with world.bench.store.begin() as transaction:
        for project_id, days in ((world.project, 1), (world.project, 90), (world.foreign, 1)):
            await transaction.project_log.add(project_id, None, {"n": days}, at=NOON - timedelta(days=days))

    async def events(principal: Principal, table: str, **conditions: object) -> list[int]:
        found = await world.bench.run(principal, {table: [{"event": None} | conditions]})
        return [row["event"]["n"] for row in found[table]]

    assert await events(account(world.vic), "project_log") == [1]
    assert await events(account(world.vic), "project_log_all") == [1, 90]
    assert await events(account(world.vic), "project_log_all", project_id=world.project) == [1, 90]
    assert await events(account(world.vic), "project_log_all", project_id={"==": world.foreign}) == []
    assert await events(admin(world.eve), "project_log", project_id=world.project) == [1]
    refusal = await world.bench.refused(
        account(world.vic), {"project_log": [{"id": None, "project_id": world.foreign}]}
    )
    assert refusal == (
        f"FATAL: you do not have read access to this project -- account_id={world.vic}, project_id_={world.foreign}"
    )


async def publish(world: World, path: str, **values: object) -> str:
    await world.as_ada({"public_paths": {"project_id": world.project, "path": path, **values}})
    return path_id(world.project, path)


async def paths_for(world: World, principal: Principal, **conditions: object) -> list[str]:
    query = {"public_paths": [{"project_id": world.project, "path": None} | conditions]}
    found = await world.bench.run(principal, query, {"order_by": "path"})
    return [row["path"] for row in found["public_paths"]]


async def test_a_path_is_published_and_unpublished(world: World) -> None:
    path_id = await publish(world, "a/b.md", description="x", id="0" * 40)
    await publish(world, "a/b.md", name="b", last_edited="2026-01-01")
    wanted = {"id": None, "path": None, "description": None, "name": None, "created": None, "last_edited": None}
    query = {"public_paths": [wanted | {"project_id": world.project, "compute_image": None}]}
    assert await world.bench.run(NOBODY, query) == {
        "public_paths": [
            {
                "id": path_id,
                "path": "a/b.md",
                "project_id": world.project,
                "description": "x",
                "name": "b",
                "created": "2026-03-01T12:00:00.000Z",
                "last_edited": "2026-01-01T00:00:00.000Z",
                "compute_image": "default",
            }
        ]
    }
    await publish(world, "a/b.md", disabled=True)
    assert await paths_for(world, NOBODY) == []
    assert await paths_for(world, account(world.vic)) == ["a/b.md"]


async def test_strangers_see_what_is_public_to_them(world: World) -> None:
    for path, values in (
        ("on", {}),
        ("off", {"disabled": True}),
        ("hid", {"unlisted": True}),
        ("in", {"authenticated": True}),
    ):
        await publish(world, path, **values)
    assert await paths_for(world, NOBODY) == ["on"]
    assert await paths_for(world, account(world.eve)) == ["in", "on"]
    assert await paths_for(world, account(world.vic)) == ["hid", "in", "off", "on"]
    assert await paths_for(world, NOBODY, path="hid") == ["hid"]
    assert await paths_for(world, NOBODY, path="off") == []
    assert await world.bench.refused(NOBODY, {"public_paths": [{"path": None}]}) == "FATAL: must specify project_id"


async def test_a_public_path_is_found_by_its_id(world: World) -> None:
    hidden, disabled = await publish(world, "hid", unlisted=True), await publish(world, "off", disabled=True)

    async def found(principal: Principal, path_id: str) -> object:
        return await world.bench.run(principal, {"public_paths_by_id": {"id": path_id, "path": None}})

    assert await found(NOBODY, hidden) == {"public_paths_by_id": {"id": hidden, "path": "hid"}}
    assert await found(NOBODY, disabled) == {}
    assert await found(account(world.eve), disabled) == {}
    assert await found(account(world.ada), disabled) == {"public_paths_by_id": {"id": disabled, "path": "off"}}
    for wrong in ("x", None):
        assert await world.bench.refused(NOBODY, {"public_paths_by_id": {"id": wrong, "path": None}}) == (
            "id must be a sha1 hash"
        )


async def test_all_public_paths_are_those_of_my_projects(world: World) -> None:
    await publish(world, "off", disabled=True)
    query = {"all_public_paths": [{"path": None, "disabled": None}]}
    assert await world.as_ada(query) == {"all_public_paths": [{"path": "off", "disabled": True}]}
    assert await world.bench.run(account(world.eve), query) == {"all_public_paths": []}
    assert await world.bench.refused(NOBODY, query) == (
        "FATAL: anonymous get queries not allowed for table 'all_public_paths'"
    )


async def test_a_project_is_shown_to_the_world_while_it_has_a_public_path(world: World) -> None:
    query = {"public_projects": {"project_id": world.project, "title": None}}
    assert await world.bench.run(NOBODY, query) == {}
    await publish(world, "a", authenticated=True)
    assert await world.bench.run(NOBODY, query) == {}
    assert await world.bench.run(account(world.eve), query) != {}
    await publish(world, "a", authenticated=False)
    assert await world.bench.run(NOBODY, query) == {"public_projects": {"project_id": world.project, "title": "Ours"}}
    await publish(world, "a", disabled=True)
    assert await world.bench.run(NOBODY, query) == {}


async def test_names_of_public_paths_clash_in_any_case(world: World) -> None:
    await publish(world, "a", name="Sheet")
    await publish(world, "a", name="sheet")
    await publish(world, "c", name="")
    await publish(world, "d", name="")
    query = {"public_paths": {"project_id": world.project, "path": "b", "name": "SHEET"}}
    assert await world.bench.refused(account(world.ada), query) == (
        'There is already a public path "a" in this project with the name "SHEET".  Names are not case sensitive.'
    )


@pytest.mark.parametrize("path", ["../x", "a/../b", "/etc", "a//b", "./a", "/", ".."])
async def test_paths_that_leave_the_home_are_not_published(world: World, path: str) -> None:
    query = {"public_paths": {"project_id": world.project, "path": path}}
    assert (await world.bench.refused(account(world.ada), query)).startswith("FATAL: error setting 'path' -- Error: ")


async def test_publishing_needs_write_access_a_project_and_a_path(world: World) -> None:
    row: dict[str, object] = {"project_id": world.project, "path": "a"}
    for principal in (account(world.vic), account(world.eve)):
        assert await world.bench.refused(principal, {"public_paths": row}) == "FATAL: user must be an admin"
    assert await world.bench.refused(account(world.ada), {"public_paths": {"path": "a"}}) == (
        "FATAL: must specify public_paths.project_id"
    )
    assert await world.bench.refused(account(world.ada), {"public_paths": {"project_id": world.project}}) == (
        "FATAL: must specify public_paths.path"
    )
    assert await world.bench.refused(account(world.ada), {"public_paths": row | {"counter": 9}}) == (
        "FATAL: changing public_paths.counter not allowed"
    )
