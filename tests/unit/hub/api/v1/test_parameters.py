"""Parameters of API v1: each row of the coercion table, alike for JSON and for forms."""

import math
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.hub.api.v1 import all_events
from carrel.hub.api.v1.parameters import Parameters, ParametersInvalid, TextOrList, Truthy


class Everything(msgspec.Struct):
    flag: bool = False
    truthy: Truthy = False
    number: float | None = None
    text: str | None = None
    texts: list[str] | None = None
    object: dict[str, Any] | None = None
    objects: list[dict[str, Any]] | None = None
    either: TextOrList | None = None
    moment: datetime | None = None
    anything: Any = None


class Required(msgspec.Struct):
    name: str
    count: float


PARAMETERS = Parameters.of(Everything)
TRUE_WORDS = ["true", "1", "yes", "on", "t", "y", "TRUE", "True", " Yes "]
FALSE_WORDS = ["false", "0", "no", "off", "f", "n", "null", "none", "undefined", "", "False", "NONE"]


def parsed(field: str, value: Any) -> Any:
    return getattr(PARAMETERS.parse({field: value}), field)


@pytest.mark.parametrize("value", [True, 1, 1.0, *TRUE_WORDS])
def test_what_is_true(value: Any) -> None:
    assert parsed("flag", value) is True
    assert parsed("truthy", value) is True


@pytest.mark.parametrize("value", [False, 0, 0.0, *FALSE_WORDS])
def test_what_is_false(value: Any) -> None:
    assert parsed("flag", value) is False
    assert parsed("truthy", value) is False


@pytest.mark.parametrize("value", ["maybe", "2", 2, -1, 0.5, "1.0", [], ["true"], {}])
def test_anything_else_is_no_boolean(value: Any) -> None:
    with pytest.raises(ParametersInvalid) as refused:
        parsed("flag", value)
    assert str(refused.value) == "invalid parameters 'Error: 'flag' must be a boolean'"


def test_any_other_text_is_truthy() -> None:
    assert parsed("truthy", "the name of an app") is True


@pytest.mark.parametrize(
    ("value", "number"),
    [(2, 2.0), (0.5, 0.5), (-3, -3.0), ("2", 2.0), ("0.5", 0.5), (" -1.5e3 ", -1500.0), ("+.5", 0.5), ("7.", 7.0)],
)
def test_numbers(value: Any, number: float) -> None:
    assert parsed("number", value) == number


@pytest.mark.parametrize("value", ["", "None", "  "])
def test_an_empty_number_is_absent(value: str) -> None:
    assert parsed("number", value) is None


@pytest.mark.parametrize(
    "value",
    [
        "x",
        "nan",
        "inf",
        "-Infinity",
        "1_0",
        "0x1",
        "\N{ARABIC-INDIC DIGIT ONE}",
        "1e999",
        "9" * 5000,
        10**301,
        True,
        [],
        {},
        "null",
    ],
)
def test_anything_else_is_no_number(value: Any) -> None:
    with pytest.raises(ParametersInvalid, match="'number' must be a number"):
        parsed("number", value)


@pytest.mark.parametrize(
    ("value", "text"),
    [("x", "x"), ("", ""), ("None", "None"), (1, "1"), (1.5, "1.5"), (True, "true"), (False, "false")],
)
def test_texts_are_kept_and_scalars_become_their_json(value: Any, text: str) -> None:
    assert parsed("text", value) == text


@pytest.mark.parametrize("value", [[], {}, ["x"]])
def test_a_list_is_no_text(value: Any) -> None:
    with pytest.raises(ParametersInvalid, match="'text' must be a string"):
        parsed("text", value)


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        (["a", 1, True], ["a", "1", "true"]),
        ([], []),
        ('["a", "b"]', ["a", "b"]),
        (" [1]", ["1"]),
        ("a", ["a"]),
        ("", [""]),
        (7, ["7"]),
        (["[a"], ["[a"]),
    ],
)
def test_lists_of_texts(value: Any, texts: list[str]) -> None:
    assert parsed("texts", value) == texts


@pytest.mark.parametrize("value", ["[a", '[{"a": 1}]', [None], [[]], {}])
def test_what_is_no_list_of_texts(value: Any) -> None:
    with pytest.raises(ParametersInvalid, match="'texts' must be"):
        parsed("texts", value)


def test_objects_come_as_json_in_forms() -> None:
    assert parsed("object", {"a": 1}) == parsed("object", '{"a": 1}') == {"a": 1}
    assert parsed("objects", [{"a": 1}]) == parsed("objects", '[{"a": 1}]') == [{"a": 1}]
    assert parsed("anything", '{"a": 1}') == {"a": 1}
    assert parsed("anything", "text") == "text"
    for field, value in (("object", "[]"), ("object", "x"), ("object", 1), ("objects", "{}"), ("objects", [1])):
        with pytest.raises(ParametersInvalid, match=f"'{field}' must be"):
            parsed(field, value)
    for field in ("object", "objects", "anything"):
        with pytest.raises(ParametersInvalid):
            parsed(field, "{" * 1000)


def test_a_text_stays_a_text_where_a_list_is_possible_too() -> None:
    assert parsed("either", "[a]") == "[a]"
    assert parsed("either", ["a", 1]) == ["a", "1"]
    assert parsed("either", 1) == "1"


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2020-11-03T16:20:54.222Z", datetime(2020, 11, 3, 16, 20, 54, 222000, UTC)),
        ("2020-11-03T16:20:54", datetime(2020, 11, 3, 16, 20, 54, 0, UTC)),
        ("2020-11-03T18:20:54+02:00", datetime(2020, 11, 3, 16, 20, 54, 0, UTC)),
        ("2020-11-03", datetime(2020, 11, 3, tzinfo=UTC)),
    ],
)
def test_timestamps_without_an_offset_are_utc(value: str, moment: datetime) -> None:
    assert parsed("moment", value) == moment


@pytest.mark.parametrize("value", ["tomorrow", "", "0001-01-01T00:00:00+05:00", 1e300, "2020-13-01"])
def test_what_is_no_timestamp(value: Any) -> None:
    with pytest.raises(ParametersInvalid, match="'moment' must be"):
        parsed("moment", value)


def test_null_and_absent_are_the_same() -> None:
    assert PARAMETERS.parse(dict.fromkeys(field for field in PARAMETERS.fields)) == PARAMETERS.parse({}) == Everything()


@pytest.mark.parametrize(
    ("given_", "text"),
    [
        ({}, "misc.defaults -- TypeError: property 'name' must be specified: "),
        ({"name": None, "count": 1}, "misc.defaults -- TypeError: property 'name' must be specified: "),
        ({"name": "x", "count": ""}, "misc.defaults -- TypeError: property 'count' must be specified: "),
        ({"name": "x", "count": 1, "other": None}, "misc.defaults -- TypeError: got an unexpected argument 'other' "),
    ],
)
def test_missing_and_unknown_fields_are_refused_in_known_words(given_: dict[str, Any], text: str) -> None:
    with pytest.raises(ParametersInvalid) as refused:
        Parameters.of(Required).parse(given_)
    assert str(refused.value) == f"invalid parameters 'Error: {text}'"


def test_an_annotation_without_conversion_cannot_be_declared() -> None:
    class Wrong(msgspec.Struct):
        items: set[str]

    with pytest.raises(TypeError, match="items"):
        Parameters.of(Wrong)


_scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
_values = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)


@given(st.sampled_from([event.name for event in all_events()]), st.data())
def test_no_value_crashes_the_parameters_of_any_event(name: str, data: st.DataObject) -> None:
    event = all_events().find(name)
    assert event is not None
    names = [*event.parameters.fields, "unknown"]
    values = data.draw(st.dictionaries(st.sampled_from(names), _values))
    with suppress(ParametersInvalid):
        assert isinstance(event.parameters.parse(values), event.parameters.struct)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e299, max_value=1e299))
def test_a_number_and_its_text_are_alike(number: float) -> None:
    assert math.isclose(parsed("number", number), parsed("number", repr(number)))


@given(st.booleans() | st.integers(0, 1))
def test_a_python_client_may_send_what_it_has_as_json_or_as_a_form(value: Any) -> None:
    assert parsed("flag", value) == parsed("flag", str(value))
