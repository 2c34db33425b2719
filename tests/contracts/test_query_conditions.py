"""Conditions and orders mean the same on SQLite and PostgreSQL; no JSON whatever brings the engine down."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import anyio
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.json_values import anything, near_queries, options
from support.queries import NOBODY, Bench, account, admin, project_key
from support.rows import NOON, add_account, add_project

from carrel.domain.queries import QueryRefused
from carrel.services.queries.parse import substituted
from carrel.store.store import Store

pytestmark = pytest.mark.anyio

TITLES = ("alpha", "Beta", "ÉTÉ", "été", "100%", "a_b", "axb", "back\\slash", "[x]*?", "", "a\nb", "ß")


@pytest.fixture
def bench(store: Store) -> Bench:
    return Bench.on(store)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("alpha", {"alpha"}),
        ({"!=": "alpha"}, set(TITLES) - {"alpha"}),
        ({"<": "B"}, {"", "100%"}),
        ({">=": "a", "<": "b"}, {"alpha", "a_b", "axb", "a\nb"}),
        ({">": "z"}, {"ÉTÉ", "été", "ß"}),
        ({"LIKE": "a%"}, {"alpha", "a_b", "axb", "a\nb"}),
        ({"LIKE": "A%"}, set()),
        ({"ILIKE": "A%"}, {"alpha", "a_b", "axb", "a\nb"}),
        ({"LIKE": "a_b"}, {"a_b", "axb", "a\nb"}),
        ({"LIKE": r"a\_b"}, {"a_b"}),
        ({"LIKE": r"%\%"}, {"100%"}),
        ({"LIKE": r"back\\%"}, {"back\\slash"}),
        ({"LIKE": "[x]*?"}, {"[x]*?"}),
        ({"LIKE": "[x]__"}, {"[x]*?"}),
        ({"LIKE": ""}, {""}),
        ({"LIKE": "ét_"}, {"été"}),
        ({"ILIKE": "ÉT%"}, {"ÉTÉ", "été"}),
        ({"NOT LIKE": "%a%"}, {"ÉTÉ", "été", "100%", "[x]*?", "", "ß"}),
        ({"NOT ILIKE": "%T%"}, set(TITLES) - {"Beta", "ÉTÉ", "été"}),
        ({"MINLEN": 6}, {"back\\slash"}),
        ({"MAXLEN": 1}, {"", "ß"}),
        ({"IS": None}, set()),
        ({"IS NOT": "null"}, set(TITLES)),
    ],
)
async def test_texts_are_compared_alike(bench: Bench, condition: object, expected: set[str]) -> None:
    ada = await add_account(bench.store)
    for title in TITLES:
        await add_project(bench.store, title=title, owner=ada)
    query = {"projects": [{"project_id": None, "title": {"IS NOT": None}}]}
    assert len((await bench.run(account(ada), query))["projects"]) == len(TITLES)
    found = await bench.run(account(ada), {"projects": [{"title": condition}]})
    assert {row["title"] for row in found["projects"]} == expected


async def test_texts_are_ordered_by_code_points_and_missing_values_come_last(bench: Bench) -> None:
    ada = await add_account(bench.store)
    for title in TITLES:
        project_id = await add_project(bench.store, title=title, owner=ada)
        if title.isalpha():
            await bench.run(account(ada), {"projects": {"project_id": project_id, "color": title}})

    async def ordered(field: str, order: str) -> list[str | None]:
        found = await bench.run(account(ada), {"projects": [{field: None}]}, {"order_by": order})
        return [row.get(field) for row in found["projects"]]

    colours = sorted(title for title in TITLES if title.isalpha())
    missing = [None] * (len(TITLES) - len(colours))
    assert await ordered("title", "title") == sorted(TITLES)
    assert await ordered("title", "-title") == sorted(TITLES, reverse=True)
    assert await ordered("color", "color") == [*colours, *missing]
    assert await ordered("color", "-color") == [*reversed(colours), *missing]


EVENTS: dict[str, Any] = {
    "one": {"a": 1, "b": [1, {"c": True}]},
    "same": {"b": [1.0, {"c": True}], "a": 1.0},
    "true": {"a": True, "b": [1, {"c": True}]},
    "empty": {},
    "text": {"a": "1"},
    "unicode": {"ключ": "🦊\u2028"},
}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (EVENTS["one"], {"one", "same"}),
        ({"==": EVENTS["true"]}, {"true"}),
        ({"!=": EVENTS["one"]}, {"true", "empty", "text", "unicode"}),
        ({"==": {}}, {"empty"}),
        (EVENTS["unicode"], {"unicode"}),
        ({"IS NOT": None}, set(EVENTS)),
        ({"IS": None}, {"none"}),
    ],
)
async def test_json_values_are_equal_when_they_mean_the_same(
    bench: Bench, condition: object, expected: set[str]
) -> None:
    ada = await add_account(bench.store)
    name_of = {}
    for name, event in [*EVENTS.items(), ("none", None)]:
        project_id = name_of[name] = await add_project(bench.store, title=name, owner=ada)
        if event is not None:
            await bench.run(account(ada), {"projects": {"project_id": project_id, "site_license": event}})
    found = await bench.run(account(ada), {"projects": [{"title": None, "site_license": condition}]})
    assert {row["title"] for row in found["projects"]} == expected


@pytest.mark.parametrize(
    ("condition", "matches"),
    [
        ({"ANY": "a"}, True),
        ({"ANY": 1}, True),
        ({"ANY": 1.0}, True),
        ({"ANY": True}, False),
        ({"ANY": "1"}, False),
        ({"MINLEN": 3}, True),
        ({"MINLEN": 4}, False),
        ({"MAXLEN": 2}, False),
        (["a", 1, {"x": 1}], True),
        (["a", {"x": 1}, 1], False),
    ],
)
async def test_lists_are_searched_and_measured(bench: Bench, condition: object, matches: bool) -> None:
    ada = await add_account(bench.store)
    bob = await add_account(bench.store)
    await bench.run(account(ada), {"accounts": {"tags": ["a", 1, {"x": 1}]}})
    query = {"accounts": [{"tags": condition}]}
    assert bool((await bench.run(account(ada), query))["accounts"]) is matches
    assert (await bench.run(account(bob), query))["accounts"] == []


@pytest.mark.parametrize(
    ("condition", "matches"),
    [
        ("2026-03-01T12:00:00.123Z", True),
        ("2026-03-01T13:00:00.123+01:00", True),
        ({"==": "2026-03-01T12:00:00.124Z"}, False),
        ({"!=": "2026-03-01T12:00:00.123Z"}, False),
        ({"<=": "2026-03-01T12:00:00.123Z"}, True),
        ({">": "2026-03-01T12:00:00.123Z"}, False),
        ({">=": "2026-03-01T12:00:00.123Z"}, True),
        ({"<": "2026-03-01T12:00:00.124Z"}, True),
        ({">": "2026-03-01"}, True),
        ({">": {"relative_time": -1, "unit": "seconds"}}, True),
        ({">": {"relative_time": 1, "unit": "seconds"}}, False),
        ({"<": "9000-01-01"}, True),
        ({">": "1000-01-01"}, True),
    ],
)
async def test_moments_are_compared_as_they_are_shown(bench: Bench, condition: object, matches: bool) -> None:
    created = NOON + timedelta(microseconds=123456)
    ada = await add_account(bench.store, created=created)
    found = await bench.run(account(ada), {"accounts": [{"created": condition}]})
    assert found["accounts"] == ([{"created": "2026-03-01T12:00:00.123Z"}] if matches else [])


async def test_flags_and_numbers_are_compared_alike(bench: Bench) -> None:
    ada = await add_account(bench.store)
    await bench.run(account(ada), {"accounts": {"unlisted": True, "font_size": 20}})
    for values, matches in (
        ({"unlisted": True, "font_size": 20}, True),
        ({"unlisted": {"IS": True}, "font_size": {">": 19, "<": 21}}, True),
        ({"unlisted": {"IS NOT": "true"}}, False),
        ({"unlisted": {"!=": False}}, True),
        ({"font_size": {"<>": 20}}, False),
        ({"font_size": {"IS": None}}, False),
        ({"autosave": {"IS": None}}, True),
    ):
        found = await bench.run(account(ada), {"accounts": [values]})
        assert bool(found["accounts"]) is matches, values


async def test_merges_at_the_same_time_lose_nothing(bench: Bench) -> None:
    ada = await add_account(bench.store)
    project_id = await add_project(bench.store, owner=ada)

    async def write(number: int) -> None:
        await bench.run(account(ada), {"projects": {"project_id": project_id, "env": {f"V{number}": "x"}}})
        await bench.run(account(ada), {"public_paths": {"project_id": project_id, "path": "same", "name": "same"}})
        await bench.run(account(ada), {"accounts": {"other_settings": {f"s{number}": {"a": 1}}}})

    with anyio.fail_after(60):
        async with anyio.create_task_group() as group:
            for number in range(8):
                group.start_soon(write, number)
    row = await bench.run(account(ada), {"projects": {"env": None}})
    assert row["projects"]["env"] == {f"V{number}": "x" for number in range(8)}
    row = await bench.run(account(ada), {"accounts": {"other_settings": None}})
    assert row["accounts"]["other_settings"] == {f"s{number}": {"a": 1} for number in range(8)}


KNOWN = st.sampled_from(["<ada>", "<bob>", "<project>", "a/b", "x" * 40, {"<ada>": {"hide": True}}])
QUERIES = near_queries(KNOWN) | st.lists(near_queries(KNOWN), max_size=2) | anything


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(query=QUERIES, chosen=st.none() | options | anything, who=st.integers(0, 4))
async def test_any_json_is_answered_or_refused(bench: Bench, query: Any, chosen: Any, who: int) -> None:
    ada, bob = await add_account(bench.store), await add_account(bench.store)
    project_id = await add_project(bench.store, owner=ada, collaborator=bob)
    principal = [account(ada), account(bob), admin(bob), project_key(project_id, ada), NOBODY][who]
    query = substituted(query, {"<ada>": ada, "<bob>": bob, "<project>": project_id}.get)
    with suppress(QueryRefused):
        result = await bench.queries.run(principal, query, chosen)
        assert isinstance(result, dict | list)
        assert msgspec.json.encode(result)
