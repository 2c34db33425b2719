"""Patches make the one text of the other, and their numbers are those of JavaScript."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.domain.patches import patch


def applied(patch_text: str, before: str) -> str:
    """As diff-match-patch would, in units of UTF-16."""
    text = before.encode("utf-16-le")
    for changes, start, place, removes, adds in json.loads(patch_text):
        assert start == place
        removed = "".join(part for kind, part in changes if kind == -1).encode("utf-16-le")
        added = "".join(part for kind, part in changes if kind == 1).encode("utf-16-le")
        assert (len(removed), len(added)) == (2 * removes, 2 * adds)
        assert text[2 * start :].startswith(removed)
        text = text[: 2 * start] + added + text[2 * start + len(removed) :]
    return text.decode("utf-16-le")


TEXTS = st.text(st.sampled_from("ab\n😀é"), max_size=30)


@given(TEXTS, TEXTS)
def test_a_patch_leads_from_one_text_to_the_other(before: str, after: str) -> None:
    assert applied(patch(before, after), before) == after


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "a", [[[[1, "a"]], 0, 0, 0, 1]]),
        ("😀ab😀", "😀cb😀", [[[[-1, "a"], [1, "c"]], 2, 2, 1, 1]]),
        ("aa", "a", [[[[-1, "a"]], 1, 1, 1, 0]]),
        ("same", "same", []),
    ],
)
def test_a_patch_is_one_change(before: str, after: str, expected: object) -> None:
    assert json.loads(patch(before, after)) == expected
