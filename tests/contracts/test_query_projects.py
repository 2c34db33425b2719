"""The `query` event's tables of projects, on SQLite and PostgreSQL."""

from datetime import timedelta
from typing import Any

import pytest
from support.queries import Bench, World, account, admin, build_world
from support.rows import NOON, add_account, add_project

from carrel.domain.ids import new_project_id
from carrel.domain.principals import Principal
from carrel.store.store import Store

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(store: Store) -> World:
    return await build_world(store)


@pytest.fixture
def bench(store: Store) -> Bench:
    return Bench.on(store)


async def ids_of(bench: Bench, principal: Principal, table: str, **conditions: object) -> set[str]:
    found = await bench.run(principal, {table: [{"project_id": None} | conditions]})
    return {row["project_id"] for row in found[table]}


async def test_projects_show_mine_with_people_and_defaults(world: World) -> None:
    wanted = ("project_id", "title", "users", "settings", "compute_image", "secret_token", "deleted", "env", "created")
    found = await world.as_ada({"projects": [dict.fromkeys(wanted)]})
    assert found == {
        "projects": [
            {
                "project_id": world.project,
                "title": "Ours",
                "users": {
                    world.ada: {"group": "owner"},
                    world.bob: {"group": "collaborator"},
                    world.vic: {"group": "viewer"},
                },
                "settings": {
                    "disk_quota": 3000,
                    "cores": 1.0,
                    "cpu_shares": 0,
                    "memory": 1000,
                    "memory_request": 0,
                    "mintime": 1800,
                    "network": 0,
                    "member_host": 0,
                    "ephemeral_state": 0,
                    "ephemeral_disk": 0,
                    "always_running": 0,
                },
                "compute_image": "default",
                "deleted": False,
                "created": "2026-03-01T12:00:00.000Z",
            }
        ]
    }
    for principal in (account(world.ada), account(world.bob), account(world.vic)):
        assert await ids_of(world.bench, principal, "projects") == {world.project}
        assert await ids_of(world.bench, principal, "projects", project_id=world.foreign) == set()
    assert await world.as_ada({"projects": {"project_id": world.foreign, "title": None}}) == {}


async def test_an_admin_sees_only_own_projects_outside_the_admin_tables(world: World) -> None:
    assert await ids_of(world.bench, admin(world.eve), "projects_all") == {world.foreign}
    assert await ids_of(world.bench, admin(world.eve), "projects_admin") == {world.project, world.foreign}
    assert await world.bench.refused(account(world.eve), {"projects_admin": [{"project_id": None}]}) == (
        "FATAL: user must be an admin"
    )


async def test_projects_are_recent_newest_first_and_limited_unless_all_are_asked_for(bench: Bench) -> None:
    ada = await add_account(bench.store)
    for weeks in (7, 5, 1):
        await add_project(bench.store, title=f"{weeks}", at=NOON - timedelta(weeks=weeks), owner=ada)

    async def titles(table: str, *options: object) -> list[str]:
        rows = await bench.run(account(ada), {table: [{"title": None}]}, *options)
        return [row["title"] for row in rows[table]]

    assert await titles("projects") == ["1", "5"]
    assert await titles("projects_all") == ["1", "5", "7"]
    assert await titles("projects_all", {"order_by": "last_edited"}, {"limit": 2}) == ["7", "5"]
    assert await titles("projects_all", {"limit": 0}) == []


async def test_deleted_projects_stay_in_the_results(world: World) -> None:
    await world.as_ada({"projects": {"project_id": world.project, "deleted": True}})
    assert world.bench.actions.done == [("set_deleted", world.project, True)]
    assert await ids_of(world.bench, account(world.bob), "projects", deleted=True) == {world.project}
    await world.as_ada({"projects": {"project_id": world.project, "deleted": True}})
    assert len(world.bench.actions.done) == 1
    await world.as_ada({"projects": {"project_id": world.project, "deleted": False}})
    assert world.bench.actions.done[1:] == [("set_deleted", world.project, False)]


async def test_projects_are_written_by_collaborators_merging_maps(world: World) -> None:
    bob = account(world.bob)
    await world.bench.run(bob, {"projects": {"project_id": world.project, "title": "Näw", "env": {"A": "1", "B": "2"}}})
    await world.bench.run(bob, {"projects": {"project_id": world.project, "env": {"B": "3"}, "color": "red"}})
    row = await world.as_ada({"projects": {"project_id": None, "title": None, "env": None, "color": None}})
    assert row["projects"] == {
        "project_id": world.project,
        "title": "Näw",
        "env": {"A": "1", "B": "3"},
        "color": "red",
    }
    await world.as_ada({"projects": {"project_id": world.project, "title": ""}})
    assert await world.as_ada({"projects": {"project_id": None, "title": None}}) == {
        "projects": {"project_id": world.project, "title": ""}
    }


async def test_who_may_not_write_cannot_tell_why(world: World) -> None:
    for project_id in (world.foreign, new_project_id(), "nonsense"):
        refusal = await world.bench.refused(account(world.ada), {"projects": {"project_id": project_id, "title": "x"}})
        assert refusal == "FATAL: user must be an admin"
    refusal = await world.bench.refused(account(world.vic), {"projects": {"project_id": world.project, "title": "x"}})
    assert refusal == "FATAL: user must be an admin"
    unknown = new_project_id()
    refusal = await world.bench.refused(admin(world.eve), {"projects": {"project_id": unknown, "title": "x"}})
    assert refusal == f"FATAL: unknown project_id '{unknown}'"
    await world.bench.run(admin(world.eve), {"projects": {"project_id": world.project, "title": "By an admin"}})
    assert await world.as_ada({"projects": {"title": None}}) == {"projects": {"title": "By an admin"}}


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"state": {"state": "running"}}, "FATAL: changing projects.state not allowed"),
        ({"settings": {"memory": 10**6}}, "FATAL: changing projects.settings not allowed"),
        ({"secret_token": "x"}, "FATAL: changing projects.secret_token not allowed"),
        (
            {"env": {"A": 1}},
            "FATAL: error setting 'env' -- Error: "
            "environment variables must be strings, and their names letters, digits and _",
        ),
        (
            {"name": "a b"},
            "FATAL: error setting 'name' -- Error: a name has 1 to 100 of the characters a-z A-Z 0-9 . -",
        ),
        (
            {"action_request": {"time": "2026-01-01"}},
            "FATAL: error setting 'action_request' -- Error: action must be start, stop or restart",
        ),
        (
            {"action_request": {"action": "start"}},
            "FATAL: error setting 'action_request' -- Error: time must be a timestamp in ISO 8601 form",
        ),
        ({"users": {"x": 5}}, "FATAL: error setting 'users' -- Error: invalid type for user 'x'"),
        ({"users": {"x": {"hide": True}}}, "FATAL: error setting 'users' -- Error: x is not on the project"),
        (
            {"users": {"{account_id}": {"group": "owner"}}},
            "FATAL: error setting 'users' -- Error: changing collaborator group via user_set_query is not allowed",
        ),
        ({"users": {"{account_id}": {"x": 1}}}, "FATAL: error setting 'users' -- Error: unknown field 'x'"),
        (
            {"users": {"{account_id}": {"hide": 1}}},
            "FATAL: error setting 'users' -- Error: invalid type for field 'hide'",
        ),
        (
            {"users": {"x": {"upgrades": {}}}},
            "FATAL: error setting 'users' -- Error: "
            "users set queries may only change upgrades for the requesting account",
        ),
    ],
)
async def test_unfit_project_values_are_refused_and_nothing_is_written(
    world: World, values: dict[str, Any], text: str
) -> None:
    query = {"projects": {"project_id": world.project, "title": "changed"} | values}
    assert await world.bench.refused(account(world.ada), query) == text
    assert await world.as_ada({"projects": {"title": None}}) == {"projects": {"title": "Ours"}}


async def test_a_set_without_a_project_is_refused(world: World) -> None:
    assert await world.bench.refused(account(world.ada), {"projects": {"title": "x"}}) == (
        "FATAL: must specify projects.project_id"
    )


async def test_names_and_who_manages_are_for_owners(world: World) -> None:
    for field, value in (("name", "ours"), ("manage_users_owner_only", True)):
        query = {"projects": {"project_id": world.project, field: value}}
        refusal = await world.bench.refused(account(world.bob), query)
        assert refusal == f"FATAL: error setting '{field}' -- Error: only an owner of the project may change it"
        await world.as_ada(query)
    await world.bench.run(account(world.bob), {"projects": {"project_id": world.project, "name": "ours"}})
    second = await add_project(world.bench.store, owner=world.ada)
    assert await world.bench.refused(account(world.ada), {"projects": {"project_id": second, "name": "OURS"}}) == (
        "FATAL: error setting 'name' -- Error: there is already a project with the name 'OURS'"
    )
    await world.bench.run(account(world.eve), {"projects": {"project_id": world.foreign, "name": "ours"}})


async def test_people_hide_projects_and_keep_their_own_keys(world: World) -> None:
    bob = account(world.bob)
    people = {world.ada: {"hide": True}, world.bob: {"upgrades": {"cores": 1}, "ssh_keys": {"k": {"v": 1}}}}
    await world.bench.run(bob, {"projects": {"project_id": world.project, "users": people}})
    own = {world.bob: {"upgrades": {"memory": 5}, "hide": False}}
    await world.bench.run(bob, {"projects": {"project_id": world.project, "users": own}})
    row = await world.as_ada({"projects": {"users": None}})
    assert row["projects"]["users"] == {
        world.ada: {"group": "owner", "hide": True},
        world.bob: {
            "group": "collaborator",
            "hide": False,
            "upgrades": {"cores": 1, "memory": 5},
            "ssh_keys": {"k": {"v": 1}},
        },
        world.vic: {"group": "viewer"},
    }
    for field in ("upgrades", "ssh_keys"):
        query = {"projects": {"project_id": world.project, "users": {world.ada: {field: {}}}}}
        assert await world.bench.refused(bob, query) == (
            "FATAL: error setting 'users' -- Error: "
            f"users set queries may only change {field} for the requesting account"
        )


async def test_an_action_is_requested_once_for_each_time(world: World) -> None:
    def query(time: str) -> object:
        request = {"action": "start", "time": time, "finished": "forged"}
        return {"projects": {"project_id": world.project, "action_request": request}}

    await world.as_ada(query("{now}"))
    await world.as_ada(query("2026-03-01T12:00:00Z"))
    await world.as_ada(query("2026-03-01T13:00:00+01:00"))
    expected = ("request_action", world.project, {"action": "start", "time": "2026-03-01T12:00:00.000Z"})
    assert world.bench.actions.done == [expected]
    await world.as_ada(query("2026-03-01T12:00:01Z"))
    assert [name for name, *_ in world.bench.actions.done] == ["request_action", "request_action"]
    row = await world.as_ada({"projects": {"action_request": None}})
    assert row["projects"]["action_request"]["finished"] == "2026-03-01T12:00:00.000Z"


async def test_nothing_is_done_by_who_may_not_write(world: World) -> None:
    request = {"action": "start", "time": "{now}"}
    query = {"projects": {"project_id": world.project, "action_request": request, "deleted": True}}
    for principal in (account(world.vic), account(world.eve)):
        await world.bench.refused(principal, query)
    assert world.bench.actions.done == []


async def test_avatars_courses_and_notes_have_their_tables(world: World) -> None:
    await world.as_ada({"projects": {"project_id": world.project, "avatar_image_full": "data:"}})
    assert await world.as_ada({"project_avatar_images": [{"project_id": None, "avatar_image_full": None}]}) == {
        "project_avatar_images": [{"project_id": world.project, "avatar_image_full": "data:"}]
    }
    refusal = await world.bench.refused(account(world.ada), {"projects": {"avatar_image_full": None}})
    assert refusal == "FATAL: user get query not allowed for projects.avatar_image_full"
    course = {"projects_owner": {"project_id": world.project, "course": {"pay": ""}}}
    assert await world.bench.refused(account(world.bob), course) == (
        "FATAL: error setting 'course' -- Error: only an owner of the project may change it"
    )
    await world.as_ada(course)
    assert await world.as_ada({"projects": {"course": None}}) == {"projects": {"course": {"pay": ""}}}
    assert await world.bench.refused(account(world.ada), {"projects_owner": {"course": None}}) == (
        "FATAL: get queries not allowed for table 'projects_owner'"
    )
    await world.bench.run(admin(world.eve), {"crm_projects": {"project_id": world.project, "notes": "good"}})
    notes = {"crm_projects": {"project_id": world.project, "notes": None}}
    assert await world.bench.run(admin(world.eve), notes) == {
        "crm_projects": {"project_id": world.project, "notes": "good"}
    }
    assert await world.bench.refused(account(world.ada), notes) == "FATAL: user must be an admin"


async def test_whoever_may_write_may_delete_and_undelete(world: World) -> None:
    for deleted in (True, False):
        await world.bench.run(account(world.bob), {"projects": {"project_id": world.project, "deleted": deleted}})
        found = await world.as_ada({"projects_all": {"project_id": world.project, "deleted": None}})
        assert found == {"projects_all": {"project_id": world.project, "deleted": deleted}}
