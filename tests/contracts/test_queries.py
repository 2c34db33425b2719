"""What holds for every table of the `query` event, on SQLite and PostgreSQL."""

import pytest
from sqlalchemy import update
from support.queries import NOBODY, Bench, World, account, admin, build_world, project_key
from support.rows import add_project

from carrel.domain.ids import new_account_id
from carrel.domain.principals import Principal
from carrel.store.store import Store
from carrel.store.tables import projects

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(store: Store) -> World:
    return await build_world(store)


async def ids_of(bench: Bench, principal: Principal, table: str, **conditions: object) -> set[str]:
    found = await bench.run(principal, {table: [{"project_id": None} | conditions]})
    return {row["project_id"] for row in found[table]}


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
