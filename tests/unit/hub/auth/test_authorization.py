"""The Authorization header."""

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.hub.auth.authorization import AuthorizationMissing, AuthorizationUnknown, presented_key


def basic(text: bytes) -> str:
    return base64.b64encode(text).decode()


@pytest.mark.parametrize(
    ("header", "key"),
    [
        (f"Basic {basic(b'sk-1:')}", "sk-1"),
        (f"basic  {basic(b'sk-1:anything:more')} ", "sk-1"),
        (f"BASIC {basic(b'sk-1')}", "sk-1"),
        (f"Basic {basic(b':')}", ""),
        (f"Basic {basic(b':password')}", ""),
        ("Basic not/base64!", ""),
        (f"Basic {basic(bytes([255, 254]))}", ""),
        ("Basic", ""),
        ("Bearer sk-1", "sk-1"),
        ("bearer  sk-1 ", "sk-1"),
        ("Bearer", ""),
    ],
)
def test_the_key_is_the_basic_user_or_the_bearer_token(header: str, key: str) -> None:
    assert presented_key(header) == key


@pytest.mark.parametrize("header", [None, "", "   "])
def test_no_header_is_told(header: str | None) -> None:
    with pytest.raises(AuthorizationMissing, match=r"^You must provide authentication via an API key\.$"):
        presented_key(header)


@pytest.mark.parametrize(("header", "scheme"), [("Digest x", "Digest"), ("sk-1", "sk-1"), ("x" * 5000, "x" * 100)])
def test_another_scheme_is_named(header: str, scheme: str) -> None:
    with pytest.raises(AuthorizationUnknown) as refused:
        presented_key(header)
    assert str(refused.value) == f"Unknown authorization type '{scheme}'"


@given(st.text())
def test_no_header_crashes(header: str) -> None:
    for text in (header, f"Basic {header}", f"Bearer {header}"):
        with suppress(AuthorizationMissing, AuthorizationUnknown):
            assert isinstance(presented_key(text), str)
