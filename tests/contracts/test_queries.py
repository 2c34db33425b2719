"""The `query` event on SQLite and PostgreSQL: every table, who sees what, and what may be written."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from support.queries import NOBODY, Bench, account, admin, project_key
from support.rows import NOON, add_account, add_project

from carrel.domain.ids import AccountId, ProjectId, new_account_id, new_project_id
from carrel.domain.principals import Principal
from carrel.services.queries.writing import public_path_id
from carrel.store.store import Store
from carrel.store.tables import projects

pytestmark = pytest.mark.anyio


@pytest.fixture
def bench(store: Store) -> Bench:
    return Bench.on(store)


class World:
    """Ada owns a project on which Bob collaborates and Vic looks; Eve is on another one of her own."""

    bench: Bench
    ada: AccountId
    bob: AccountId
    vic: AccountId
    eve: AccountId
    project: ProjectId
    foreign: ProjectId

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    async def build(self) -> "World":
        store = self.bench.store
        self.ada, self.bob, self.vic, self.eve = [
            await add_account(store, first, last, email_address=f"{first.lower()}@example.com")
            for first, last in (("Ada", "Lovelace"), ("Bob", "Builder"), ("Vic", "Viewer"), ("Eve", "Evil"))
        ]
        self.project = await add_project(store, title="Ours", owner=self.ada, collaborator=self.bob, viewer=self.vic)
        self.foreign = await add_project(store, title="Hers", owner=self.eve)
        return self

    async def as_ada(self, query: object, *options: object) -> Any:
        return await self.bench.run(account(self.ada), query, *options)


@pytest.fixture
async def world(bench: Bench) -> World:
    return await World(bench).build()


async def ids_of(bench: Bench, principal: Principal, table: str, **conditions: object) -> set[str]:
    found = await bench.run(principal, {table: [{"project_id": None} | conditions]})
    return {row["project_id"] for row in found[table]}


# accounts


async def test_accounts_show_the_callers_own_row_with_defaults(world: World) -> None:
    wanted = ("account_id", "email_address", "profile", "terminal", "font_size", "evaluate_key", "groups", "balance")
    row = await world.as_ada({"accounts": dict.fromkeys(wanted)})
    assert row == {
        "accounts": {
            "account_id": world.ada,
            "email_address": "ada@example.com",
            "profile": {"color": "rgb(170,170,170)"},
            "terminal": {"font_size": 14, "color_scheme": "default", "font": "monospace"},
            "font_size": 14,
            "evaluate_key": "Shift-Enter",
            "groups": [],
        }
    }
    assert await world.as_ada({"accounts": [{"account_id": None}]}) == {"accounts": [{"account_id": world.ada}]}
    assert await world.as_ada({"accounts": {"account_id": world.eve, "email_address": None}}) == {}


async def test_accounts_are_written_merging_maps_and_cutting_names(world: World) -> None:
    await world.as_ada({"accounts": {"first_name": "A" * 300, "profile": {"image": "x"}, "tags": ["a", "b"]}})
    await world.as_ada({"accounts": {"account_id": world.ada, "profile": {"color": "red"}, "tags": ["c"]}})
    row = await world.as_ada({"accounts": {"first_name": None, "profile": None, "tags": None, "created": None}})
    assert row["accounts"] == {
        "first_name": "A" * 254,
        "profile": {"image": "x", "color": "red"},
        "tags": ["c"],
        "created": "2026-03-01T12:00:00.000Z",
    }
    other = await world.bench.run(account(world.eve), {"accounts": {"first_name": None}})
    assert other == {"accounts": {"first_name": "Eve"}}


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"first_name": ""}, "first_name must be nonempty"),
        ({"last_name": " "}, "last_name must be nonempty"),
        ({"email_address": "x@y.z"}, "FATAL: changing accounts.email_address not allowed"),
        ({"groups": ["admin"]}, "FATAL: changing accounts.groups not allowed"),
        ({"balance": 5}, "FATAL: changing accounts.balance not allowed"),
        ({"nonsense": 5}, "FATAL: changing accounts.nonsense not allowed"),
        ({"account_id": new_account_id()}, "FATAL: changing accounts.account_id not allowed"),
        ({"font_size": "big"}, "FATAL: invalid value for accounts.font_size -- it must be an integer"),
        ({"unlisted": "yes"}, "FATAL: invalid value for accounts.unlisted -- it must be true or false"),
        ({"profile": "red"}, "FATAL: invalid value for accounts.profile -- it must be an object"),
        ({"tags": {}}, "FATAL: invalid value for accounts.tags -- it must be a list"),
        (
            {"editor_settings": {"x": "y" * 10**6}},
            "FATAL: invalid value for accounts.editor_settings -- it must take at most 1000000 bytes",
        ),
        (
            {"evaluate_key": "x" * 65},
            "FATAL: invalid value for accounts.evaluate_key -- it must be at most 64 characters long",
        ),
        (
            {"name": "-ada"},
            "FATAL: error setting 'name' -- Error: "
            "a name has 1 to 39 letters and digits, with single dashes between them",
        ),
    ],
)
async def test_unfit_account_values_are_refused(world: World, values: dict[str, Any], text: str) -> None:
    assert await world.bench.refused(account(world.ada), {"accounts": values}) == text


async def test_user_names_are_unique_in_any_case(world: World) -> None:
    await world.as_ada({"accounts": {"name": "Countess"}})
    refusal = await world.bench.refused(account(world.bob), {"accounts": {"name": "countess"}})
    assert refusal == "FATAL: error setting 'name' -- Error: the name 'countess' is already taken"
    await world.as_ada({"accounts": {"name": "countess"}})


async def test_a_profile_is_shown_to_everyone_who_gives_the_account(world: World) -> None:
    await world.bench.run(account(world.eve), {"accounts": {"profile": {"color": "black"}}})
    query = {"account_profiles": {"account_id": world.eve, "profile": None}}
    assert await world.as_ada(query) == {"account_profiles": {"account_id": world.eve, "profile": {"color": "black"}}}
    refusal = await world.bench.refused(account(world.ada), {"account_profiles": [{"profile": None}]})
    assert refusal == "FATAL: must specify account_id"


async def test_collaborators_are_those_who_share_a_project(world: World) -> None:
    found = await world.as_ada(
        {"collaborators": [{"account_id": None, "first_name": None}]}, {"order_by": "first_name"}
    )
    assert [row["first_name"] for row in found["collaborators"]] == ["Ada", "Bob", "Vic"]
    assert await world.as_ada({"collaborators": [{"account_id": world.eve}]}) == {"collaborators": []}
    refusal = await world.bench.refused(account(world.ada), {"collaborators": [{"email_address": None}]})
    assert refusal == "FATAL: user get query not allowed for collaborators.email_address"
    refusal = await world.bench.refused(account(world.ada), {"collaborators": {"account_id": world.ada}})
    assert refusal == "FATAL: user set queries not allowed for table 'collaborators'"


async def test_collaborators_of_one_project_need_that_project_and_access_to_it(world: World) -> None:
    table = "collaborators_one_project"
    found = await world.as_ada(
        {table: [{"project_id": world.project, "first_name": None}]}, {"order_by": "-first_name"}
    )
    assert found[table] == [{"project_id": world.project, "first_name": name} for name in ("Vic", "Bob", "Ada")]
    refusal = await world.bench.refused(account(world.ada), {table: [{"first_name": None}]})
    assert refusal == "FATAL: must specify project_id"
    for project_id in (world.foreign, new_project_id(), "nonsense"):
        refusal = await world.bench.refused(account(world.ada), {table: [{"project_id": project_id}]})
        assert refusal == (
            f"FATAL: you do not have read access to this project -- account_id={world.ada}, project_id_={project_id}"
        )


# projects


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


async def test_names_and_deletion_are_for_owners(world: World) -> None:
    for field, value in (("name", "ours"), ("deleted", True), ("manage_users_owner_only", True)):
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


# project_log


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


# public paths


async def publish(world: World, path: str, **values: object) -> str:
    await world.as_ada({"public_paths": {"project_id": world.project, "path": path, **values}})
    return public_path_id(world.project, path)


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


# tokens


async def test_invite_tokens_are_for_those_who_may_add_people(world: World) -> None:
    token = {"project_id": world.project, "token": "0123456789", "usage_limit": 3}
    await world.bench.run(account(world.bob), {"project_invite_tokens": token})
    wanted = {"project_invite_tokens": [{"token": None, "usage_limit": None, "counter": None, "created": None}]}
    rows = [{"token": "0123456789", "usage_limit": 3, "counter": 0, "created": "2026-03-01T12:00:00.000Z"}]
    assert await world.as_ada(wanted) == {"project_invite_tokens": rows}
    for principal in (account(world.vic), account(world.eve)):
        assert await world.bench.run(principal, wanted) == {"project_invite_tokens": []}
    assert await world.bench.refused(account(world.vic), {"project_invite_tokens": token}) == (
        "FATAL: user must be an admin"
    )
    moved = {"project_invite_tokens": token | {"project_id": world.foreign}}
    assert await world.bench.refused(account(world.eve), moved) == "FATAL: user must be an admin"
    short = {"project_invite_tokens": token | {"token": "1"}}
    assert await world.bench.refused(account(world.bob), short) == (
        "FATAL: invalid value for project_invite_tokens.token -- it must be at least 8 characters long"
    )
    await world.as_ada({"projects": {"project_id": world.project, "manage_users_owner_only": True}})
    assert await world.bench.run(account(world.bob), wanted) == {"project_invite_tokens": []}
    assert await world.bench.refused(account(world.bob), {"project_invite_tokens": token}) == (
        "FATAL: Only owners can manage collaborators when this setting is enabled"
    )


async def test_registration_tokens_are_for_admins_who_may_delete_them(world: World) -> None:
    boss = admin(world.eve)
    await world.bench.run(boss, {"registration_tokens": {"token": "t", "descr": "d", "limit": 5}})
    await world.bench.run(boss, {"registration_tokens": {"token": "t", "disabled": True}})
    wanted = {"registration_tokens": [{"token": None, "descr": None, "limit": None, "disabled": None, "counter": None}]}
    rows = [{"token": "t", "descr": "d", "limit": 5, "disabled": True, "counter": 0}]
    assert await world.bench.run(boss, wanted) == {"registration_tokens": rows}
    by_key = {"registration_tokens": {"token": "t"}}
    for query, options in ((wanted, ()), (by_key, ()), (by_key, ({"delete": True},))):
        assert await world.bench.refused(account(world.ada), query, *options) == "FATAL: user must be an admin"
    assert await world.bench.refused(boss, {"registration_tokens": {"descr": "d"}}, {"delete": True}) == (
        "FATAL: delete query must set primary key"
    )
    assert await world.bench.refused(boss, {"registration_tokens": {"descr": "d"}}) == (
        "FATAL: must specify registration_tokens.token"
    )
    assert await world.bench.refused(boss, {"projects": {"project_id": world.project}}, {"delete": True}) == (
        "FATAL: delete from projects not allowed"
    )
    assert await world.bench.run(boss, by_key, {"delete": True}) == {}
    assert await world.bench.run(boss, wanted) == {"registration_tokens": []}


# what holds for every table


@pytest.mark.parametrize("table", ["api_keys", "copy_paths", "auth_tokens", "remember_me", "blobs", "nonsense"])
async def test_tables_that_cannot_be_queried_say_so(world: World, table: str) -> None:
    for principal in (account(world.ada), admin(world.ada), NOBODY, project_key(world.project, world.ada)):
        assert await world.bench.refused(principal, {table: [{"id": None}]}) == (
            f"FATAL: get queries not allowed for table '{table}'"
        )
    expected = "FATAL: table 'nonsense' does not exist"
    if table != "nonsense":
        expected = f"FATAL: user set queries not allowed for table '{table}'"
    assert await world.bench.refused(admin(world.ada), {table: {"id": 1}}) == expected


async def test_anonymous_callers_read_public_tables_only(world: World) -> None:
    for table in ("accounts", "projects", "collaborators", "project_log", "projects_admin"):
        assert await world.bench.refused(NOBODY, {table: [{"account_id": None}]}) == (
            f"FATAL: anonymous get queries not allowed for table '{table}'"
        )
    for query in ({"projects": {"title": "x"}}, {"nonsense": {"x": 1}}):
        assert await world.bench.refused(NOBODY, query) == "FATAL: no anonymous set queries"


async def test_only_admins_run_queries_as_someone_else(world: World) -> None:
    query = {"accounts": {"account_id": None, "first_name": "{account_id}"}}
    mine = {"accounts": {"account_id": None}}
    for principal in (account(world.ada), NOBODY, project_key(world.project, world.ada)):
        assert await world.bench.refused(principal, mine, {"account_id": world.bob}) == "user must be admin to sudo"
    boss = admin(world.eve)
    assert await world.bench.run(boss, mine, {"account_id": world.bob}) == {"accounts": {"account_id": world.bob}}
    assert await world.bench.run(boss, query, {"account_id": world.bob}) == {}
    await world.bench.run(boss, {"accounts": {"first_name": "{account_id}"}}, {"account_id": world.bob})
    row = await world.bench.run(account(world.bob), {"accounts": {"first_name": None}})
    assert row == {"accounts": {"first_name": world.bob}}
    for table in ("projects_admin", "registration_tokens"):
        refusal = await world.bench.refused(boss, {table: [{"title": None}]}, {"account_id": world.bob})
        assert refusal == "FATAL: user must be an admin"
    for wrong in (new_account_id(), "x", 5):
        refusal = await world.bench.refused(boss, mine, {"account_id": wrong})
        assert refusal == f"FATAL: there is no account '{wrong}'"


async def test_a_projects_key_reaches_its_own_project_only(world: World) -> None:
    key = project_key(world.project, world.ada)
    assert await ids_of(world.bench, key, "projects") == {world.project}
    await add_project(world.bench.store, owner=world.ada)
    assert await ids_of(world.bench, key, "projects_all") == {world.project}
    await world.bench.run(key, {"projects": {"project_id": "{project_id}", "title": "By the project"}})
    await world.bench.run(key, {"project_log": {"project_id": "{project_id}", "event": {"event": "x"}}})
    assert await ids_of(world.bench, key, "project_log") == {world.project}
    assert await world.as_ada({"projects": {"project_id": world.project, "title": None}}) != {}
    assert world.bench.actions.done == []
    for table in ("accounts", "collaborators", "account_profiles", "project_invite_tokens", "projects_admin"):
        assert await world.bench.refused(key, {table: [{"account_id": None}]}) == (
            f"FATAL: get queries not allowed for table '{table}'"
        )
    for field in ("users", "env", "deleted", "action_request", "name"):
        value: object = {"x": {}} if field in ("users", "env", "action_request") else "x"
        assert await world.bench.refused(key, {"projects": {"project_id": world.project, field: value}}) == (
            f"FATAL: changing projects.{field} not allowed"
        )
    for query in ({"accounts": {"first_name": "x"}}, {"public_paths": {"project_id": world.project, "path": "x"}}):
        assert (await world.bench.refused(key, query)).startswith("FATAL: user set queries not allowed for table")
    for table in ("projects", "project_log"):
        assert await world.bench.refused(key, {table: {"project_id": world.foreign}}) == "FATAL: user must be an admin"
    refusal = await world.bench.refused(key, {"project_log": [{"project_id": world.foreign}]})
    assert refusal.startswith("FATAL: you do not have read access to this project")


async def test_lists_of_queries_run_in_order_until_one_fails(world: World) -> None:
    change = {"projects": {"project_id": world.project, "title": "first"}}
    look = {"projects": {"title": None}}
    assert await world.as_ada([change, look, {"accounts": [{"first_name": None}]}]) == [
        {},
        {"projects": {"title": "first"}},
        {"accounts": [{"first_name": "Ada"}]},
    ]
    assert await world.as_ada([]) == []
    refusal = await world.bench.refused(account(world.ada), [look, {"projects": {"title": "x"}}])
    assert refusal == "FATAL: must specify projects.project_id"


async def test_null_is_never_written(world: World) -> None:
    for values in ({"title": None}, {"env": {"A": None}}):
        query = {"projects": {"project_id": world.project} | values}
        assert await world.bench.refused(account(world.ada), query, {"set": True}) == (
            f"FATAL: null cannot be written to projects.{next(iter(values))}"
        )


async def test_orders_are_about_readable_plain_fields(world: World) -> None:
    for order, text in (
        ("password_hash", "FATAL: user get query not allowed for accounts.password_hash"),
        ("-email_address", None),
        ("profile", "FATAL: rows cannot be ordered by accounts.profile"),
        ("balance", "FATAL: rows cannot be ordered by accounts.balance"),
    ):
        query, option = {"accounts": [{"account_id": None}]}, {"order_by": order}
        if text is None:
            assert await world.as_ada(query, option) == {"accounts": [{"account_id": world.ada}]}
        else:
            assert await world.bench.refused(account(world.ada), query, option) == text


async def test_long_unicode_texts_and_empty_patterns_come_back_unchanged(world: World) -> None:
    text = "Zoë 🦊 % \\ ' \"" * 10_000
    await world.as_ada({"projects": {"project_id": world.project, "description": text}})
    assert await world.as_ada({"projects": {"description": None}}) == {"projects": {"description": text}}
    assert await world.as_ada({"projects": {"description": text, "project_id": None}}) != {}
    assert await world.as_ada({"projects": [{}]}) == {"projects": [{}]}


async def test_a_set_keeps_what_it_does_not_mention(world: World) -> None:
    async with world.bench.store.begin() as transaction:
        await transaction.connection.execute(
            update(projects).where(projects.c.project_id == world.project).values(notes="secret", host={"h": 1})
        )
    await world.as_ada({"projects": {"project_id": world.project, "title": "x"}})
    row = await world.as_ada({"projects": {"host": None, "title": None}})
    assert row == {"projects": {"host": {"h": 1}, "title": "x"}}
