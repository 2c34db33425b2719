"""Bodies of API v1: JSON objects, and forms with brackets."""

import json
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from carrel.hub.api.v1.body import BodyInvalid, decode_json, parse_body

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("kind", [JSON, FORM, "", "text/xml"])
@pytest.mark.parametrize("body", [b"", b"  \r\n\t"])
def test_an_empty_body_has_no_parameters(body: bytes, kind: str) -> None:
    assert parse_body(body, kind) == {}


@pytest.mark.parametrize("kind", [JSON, "APPLICATION/JSON", "application/json; charset=utf-8", " application/json ;x"])
def test_json_is_known_by_its_content_type(kind: str) -> None:
    assert parse_body(b'{"a": [1, null]}', kind) == {"a": [1, None]}


@pytest.mark.parametrize(
    ("form", "parameters"),
    [
        ("a=1&b=x+y%2Bz&c=", {"a": "1", "b": "x y+z", "c": ""}),
        ("args=a&args=b&args=c", {"args": ["a", "b", "c"]}),
        ("args[]=a", {"args": ["a"]}),
        ("args[]=a&args[]=b", {"args": ["a", "b"]}),
        ("args[1]=b&args[0]=a", {"args": ["a", "b"]}),
        ("query[projects][title]=x", {"query": {"projects": {"title": "x"}}}),
        ("q[a][0][b]=1&q[a][0][c]=2&q[a][1][b]=3", {"q": {"a": [{"b": "1", "c": "2"}, {"b": "3"}]}}),
        ("a[b=1&[c]=2&d]=3", {"a[b": "1", "[c]": "2", "d]": "3"}),
        ("a=1&a[b]=2", {"a": {"0": "1", "b": "2"}}),
        ("a[b]=1&a=2", {"a": {"b": "1", "1": "2"}}),
        ("%C3%A9=%E2%98%83", {"é": "\N{SNOWMAN}"}),
    ],
)
def test_forms_become_values(form: str, parameters: dict[str, Any]) -> None:
    assert parse_body(form.encode(), FORM) == parameters


@pytest.mark.parametrize("form", [b"a=%FF", b"\xff=1", b"a=%ED%A0%80", b"&".join([b"a=1"] * 10_001)])
def test_a_form_that_is_no_text_or_too_long_is_refused(form: bytes) -> None:
    with pytest.raises(BodyInvalid, match="invalid parameters"):
        parse_body(form, FORM)


def test_nesting_is_bounded() -> None:
    assert decode_json("[" * 99 + "1" + "]" * 99)
    for text in ("[" * 101 + "]" * 101, '{"a":' * 101 + "1" + "}" * 101, "[" * 100_000):
        with pytest.raises(ValueError, match=r"nested|JSON"):
            decode_json(text)
    assert parse_body(b"a" + b"[b]" * 11 + b"=1", FORM) == {"a" + "[b]" * 11: "1"}


def takes(body: bytes, kind: str) -> None:
    """The body is an object or refused; there is no third way."""
    with suppress(BodyInvalid):
        assert isinstance(parse_body(body, kind), dict)


@given(st.binary(), st.sampled_from([JSON, FORM, "", "text/plain"]))
@example(b'{"a": 1e999}', JSON)
@example(b'"\\ud800"', JSON)
def test_no_bytes_crash_the_parser(body: bytes, kind: str) -> None:
    takes(body, kind)


_name = st.text(alphabet="ab[]019%&=+ \x00é", max_size=12)


@given(st.lists(st.tuples(_name, st.text(max_size=3)), max_size=8))
def test_no_form_crashes_the_parser(pairs: list[tuple[str, str]]) -> None:
    takes(urlencode(pairs).encode(), FORM)
    takes("&".join(f"{name}={value}" for name, value in pairs).encode("utf-8", "surrogatepass"), FORM)


_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), _values))
def test_a_json_object_arrives_as_it_was_sent(value: dict[str, Any]) -> None:
    assert parse_body(json.dumps(value).encode(), JSON) == value
