"""Conditions: what a caller's comparison becomes, and what is refused."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from support.json_values import anything
from support.rows import NOON

from carrel.domain.queries import Condition, Operator, QueryRefused
from carrel.services.queries.conditions import conditions_of
from carrel.services.queries.fields import Field, Kind
from carrel.services.queries.parse import read_queries


def read(kind: Kind, value: Any) -> list[Condition]:
    return list(conditions_of("t.f", "f", Field(kind), value, NOON))


@pytest.mark.parametrize(
    ("kind", "value", "operator", "operand"),
    [
        (Kind.TEXT, "x", Operator.EQUAL, "x"),
        (Kind.TEXT, {"=": "x"}, Operator.EQUAL, "x"),
        (Kind.TEXT, {"<>": "x"}, Operator.NOT_EQUAL, "x"),
        (Kind.TEXT, {"==": None}, Operator.IS, None),
        (Kind.TEXT, {"!=": None}, Operator.IS_NOT, None),
        (Kind.TEXT, {"IS": "unknown"}, Operator.IS, None),
        (Kind.TEXT, {"is not": None}, Operator.IS_NOT, None),
        (Kind.FLAG, {"IS NOT": "TRUE"}, Operator.IS_NOT, True),
        (Kind.FLAG, {"IS": False}, Operator.IS, False),
        (Kind.WHOLE, {">=": 5.0}, Operator.AT_LEAST, 5),
        (Kind.TEXT, {"ILIKE": "%a\\\\"}, Operator.ILIKE, "%a\\\\"),
        (Kind.LIST, {"ANY": 1.5}, Operator.ANY, 1.5),
        (Kind.LIST, {"MINLEN": 2}, Operator.MINLEN, 2),
        (Kind.MAP, {"a": {"<": 1}}, Operator.EQUAL, {"a": {"<": 1}}),
        (Kind.MAP, {"==": {"<": 1}}, Operator.EQUAL, {"<": 1}),
        (Kind.TIME, "2026-01-02", Operator.EQUAL, datetime(2026, 1, 2, tzinfo=UTC)),
        (Kind.TIME, {"<": "2026-01-02T03:00:00+02:00"}, Operator.LESS, datetime(2026, 1, 2, 1, tzinfo=UTC)),
    ],
)
def test_a_comparison_is_read(kind: Kind, value: Any, operator: Operator, operand: Any) -> None:
    assert read(kind, value) == [Condition("f", operator, operand)]


@pytest.mark.parametrize(
    ("number", "unit", "moment"),
    [
        (-90, "seconds", NOON - timedelta(seconds=90)),
        (1.5, "minutes", NOON + timedelta(seconds=90)),
        (-2, "hour", NOON - timedelta(hours=2)),
        (-1, "days", NOON - timedelta(days=1)),
        (-1, "months", datetime(2026, 2, 1, 12, tzinfo=UTC)),
        (14, "months", datetime(2027, 5, 1, 12, tzinfo=UTC)),
        (-6, "years", datetime(2020, 3, 1, 12, tzinfo=UTC)),
    ],
)
def test_relative_times_count_from_now(number: float, unit: str, moment: datetime) -> None:
    assert read(Kind.TIME, {">": {"relative_time": number, "unit": unit}}) == [Condition("f", Operator.MORE, moment)]


def test_a_month_after_the_31st_is_the_last_day() -> None:
    new_year = datetime(2026, 1, 31, tzinfo=UTC)
    value = {"relative_time": 1, "unit": "months"}
    (found,) = conditions_of("t.f", "f", Field(Kind.TIME), value, new_year)
    assert found.value == datetime(2026, 2, 28, tzinfo=UTC)


def test_several_comparisons_all_count() -> None:
    assert read(Kind.WHOLE, {">": 1, "<": 5}) == [
        Condition("f", Operator.MORE, 1),
        Condition("f", Operator.LESS, 5),
    ]


def test_a_null_is_no_condition() -> None:
    assert read(Kind.TEXT, None) == []


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (Kind.TEXT, 5, "it must be a string"),
        (Kind.TEXT, {"~": "x"}, "it must be a string"),
        (Kind.TEXT, {"<": None}, "it must be a string"),
        (Kind.WHOLE, {">": 10**10}, "it is out of range"),
        (Kind.WHOLE, True, "it must be an integer"),
        (Kind.WHOLE, {"LIKE": "x"}, "it cannot be compared by 'LIKE'"),
        (Kind.FLAG, {"<": True}, "it cannot be compared by '<'"),
        (Kind.MAP, {">": {}}, "it cannot be compared by '>'"),
        (Kind.UNSET, "x", "it cannot be compared by '=='"),
        (Kind.PEOPLE, {"x": {}}, "it cannot be compared by '=='"),
        (Kind.TEXT, {"IS": True}, "it can only be null, unknown, or for flags true or false"),
        (Kind.TEXT, {"LIKE": "a\\"}, "it must not be compared with a pattern that ends in a single backslash"),
        (Kind.TEXT, {"LIKE": "a" * 1001}, "it must be at most 1000 characters long"),
        (Kind.LIST, {"ANY": ["x"]}, "it can only be searched for a string, number or boolean"),
        (Kind.TIME, "yesterday", "it must be a timestamp in ISO 8601 form"),
        (Kind.TIME, 12, "it must be a timestamp in ISO 8601 form"),
        (Kind.TIME, "0001-01-01T00:00:00+14:00", "it must be a timestamp in ISO 8601 form"),
        (Kind.TIME, "0999-01-01", "it is out of range"),
        (Kind.TIME, {">": {"relative_time": 10**12, "unit": "years"}}, "it is out of range"),
        (
            Kind.TIME,
            {">": {"relative_time": 1, "unit": "eons"}},
            "it must have one of the units seconds, minutes, hours, days, weeks, months, years",
        ),
    ],
)
def test_unfit_conditions_are_refused_with_their_reason(kind: Kind, value: Any, text: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        read(kind, value)
    assert str(caught.value) == f"FATAL: invalid condition on t.f -- {text}"


@given(anything)
def test_any_json_is_a_condition_or_refused(value: Any) -> None:
    for kind in Kind:
        with suppress(QueryRefused):
            read_queries({"t": value})
            read(kind, value)
