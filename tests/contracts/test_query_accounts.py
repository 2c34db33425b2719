"""The `query` event's tables of accounts and tokens, on SQLite and PostgreSQL."""

from typing import Any

import pytest
from support.queries import World, account, admin, build_world

from carrel.domain.ids import new_account_id, new_project_id
from carrel.store.store import Store

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(store: Store) -> World:
    return await build_world(store)


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
