"""The syntax of queries: kinds, options, placeholders, bounds, and that no JSON at all gets anything but a refusal."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from support.json_values import anything, near_queries, options, scalars

from carrel.domain.queries import Order, QueryRefused
from carrel.services.queries.parse import (
    MAX_DEPTH,
    MAX_LIMIT,
    MAX_QUERIES,
    Options,
    Verb,
    read_options,
    read_queries,
    read_query,
    substituted,
)


def verb_of(values: Any, **chosen: Any) -> Verb:
    return read_query({"t": values}, Options(**chosen)).verb


def test_a_null_at_any_depth_makes_a_get() -> None:
    assert verb_of({"a": None}) is Verb.GET_ONE
    assert verb_of({"a": {"b": [{"c": None}]}}) is Verb.GET_ONE
    assert verb_of({"a": 0, "b": ""}) is Verb.SET
    assert verb_of([{"a": 0}]) is Verb.GET_MANY
    assert verb_of([{}]) is Verb.GET_MANY


def test_options_force_the_kind() -> None:
    assert verb_of({"a": None}, set=True) is Verb.SET
    assert verb_of({"a": 1}, set=False) is Verb.GET_ONE
    assert verb_of([{"a": 1}], set=True) is Verb.SET
    assert verb_of({"a": 1}, delete=True) is Verb.DELETE


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("projects", "malformed query"),
        (5, "malformed query"),
        (None, "malformed query"),
        ([{"t": {}}, "x"], "malformed query"),
        ({}, "FATAL: must specify exactly one key in the query"),
        ({"a": {}, "b": {}}, "FATAL: must specify exactly one key in the query"),
        ({"t": [{}, {}]}, "FATAL: array of length > 1 not yet implemented"),
        ({"t": []}, "FATAL: invalid user_query of 't' -- query must be an object"),
        ({"t": 5}, "FATAL: invalid user_query of 't' -- query must be an object"),
        ({"t": [[{}]]}, "FATAL: invalid user_query of 't' -- query must be an object"),
        ([{}] * (MAX_QUERIES + 1), f"FATAL: at most {MAX_QUERIES} queries are allowed at a time"),
        ({"t": {"a": "x\x00"}}, "FATAL: the query contains a character or number that cannot be stored"),
        ({"t": {"a\ud800": "x"}}, "FATAL: the query contains a character or number that cannot be stored"),
        ({"t": {"a": 2**63}}, "FATAL: the query contains a character or number that cannot be stored"),
        ({"t": {"a": float("nan")}}, "FATAL: the query contains a character or number that cannot be stored"),
    ],
)
def test_malformed_queries_are_refused_with_their_text(query: Any, text: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        [read_query(one, Options()) for one in read_queries(query)]
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("given_options", "text"),
    [
        ({"limit": 5}, 'FATAL: options (={"limit":5}) must be an array'),
        ("x", 'FATAL: options (="x") must be an array'),
        ([5], "FATAL: each option must be an object"),
        ([{"colour": 1}], "unknown option 'colour'"),
        ([{"slice": 1}], "slice not implemented"),
        ([{"limit": -1}], "FATAL: option 'limit' must be an integer from 0"),
        ([{"limit": True}], "FATAL: option 'limit' must be an integer from 0"),
        ([{"limit": "5"}], "FATAL: option 'limit' must be an integer from 0"),
        ([{"order_by": ["a"]}], "FATAL: option 'order_by' must be the name of a field"),
        ([{"set": "true"}], "FATAL: option 'set' must be true or false"),
        ([{}] * 101, "FATAL: at most 100 options are allowed"),
    ],
)
def test_wrong_options_are_refused_with_their_text(given_options: Any, text: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        read_options(given_options)
    assert str(caught.value) == text


def test_options_are_read_in_order_and_capped() -> None:
    found = read_options(
        [{"limit": 10**9}, {"order_by": "-time"}, {"order_by": "id"}, {"heartbeat": 1}, {"only_changes": True}]
    )
    assert found == Options(limit=MAX_LIMIT, order=(Order("time", descending=True), Order("id")))
    assert read_options(None) == read_options([]) == Options()


def test_deep_nesting_is_refused_before_it_is_walked() -> None:
    value: Any = "x"
    for _ in range(MAX_DEPTH * 100):
        value = [value]
    with pytest.raises(QueryRefused, match="nested"):
        read_queries({"t": {"a": value}})


def test_placeholders_are_replaced_as_values_and_as_keys() -> None:
    replacements = {"{account_id}": "A", "{now}": "N"}
    raw = {"{account_id}": ["{account_id}", "{now}", "{project_id}", "x{now}"], "{now}": 1}
    assert substituted(raw, replacements.get) == {"A": ["A", "N", "{project_id}", "x{now}"], "{now}": 1}


@given(anything | near_queries(scalars), anything | options)
def test_any_json_is_read_or_refused(query: Any, raw_options: Any) -> None:
    with suppress(QueryRefused):
        chosen = read_options(raw_options)
        for one in read_queries(query):
            assert isinstance(read_query(one, chosen).values, dict)
