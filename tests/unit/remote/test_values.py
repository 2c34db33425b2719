"""How bytes become text, and where text is cut."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carrel.domain.execution import OUTPUT_BYTES
from carrel.remote.values import bytes_for, limit_of, to_text


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(0, 60))
def test_a_cut_text_is_what_cutting_the_whole_text_would_give(data: bytes, limit: int) -> None:
    whole = data.decode("utf-8", "replace")
    kept = data[: bytes_for(limit)]
    expected = whole if len(whole) < limit else f"{whole[:limit]} (truncated at {limit} characters)"
    assert to_text(kept, len(data), limit) == expected


@pytest.mark.parametrize(("asked", "limit"), [(None, OUTPUT_BYTES), (5, 5), (-3, 0), (10**12, OUTPUT_BYTES)])
def test_limits_are_brought_into_range(asked: int | None, limit: int) -> None:
    assert limit_of(asked) == limit


def test_text_of_many_bytes_a_character_tells_how_much_was_kept() -> None:
    data = "ä".encode() * (OUTPUT_BYTES // 2)
    assert to_text(data, len(data) + 2, OUTPUT_BYTES).endswith(f"ä (truncated at {OUTPUT_BYTES // 2} characters)")
