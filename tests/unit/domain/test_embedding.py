"""Allowed parents: every row of the vectors that the browser's tests use too."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.domain.embedding import AllowedParents, ParentInvalid

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors/parents.json").read_text())


@pytest.mark.parametrize("row", VECTORS["origins"], ids=str)
def test_an_origin_is_judged_by_the_list(row: dict[str, Any]) -> None:
    assert AllowedParents.parse(row["list"], dev=row["dev"]).allow(row["origin"]) is row["allowed"]


@pytest.mark.parametrize("row", VECTORS["lists"], ids=str)
def test_a_list_gives_hosts_and_the_sources_of_the_header(row: dict[str, Any]) -> None:
    parents = AllowedParents.parse(row["list"], dev=row["dev"])
    assert [asdict(host) for host in parents.hosts] == row["parents"]
    assert list(parents.frame_ancestors) == row["frame_ancestors"]


@pytest.mark.parametrize("text", VECTORS["refused"])
def test_a_bad_entry_is_refused_by_name(text: str) -> None:
    with pytest.raises(ParentInvalid, match="is no host that may embed: ") as caught:
        AllowedParents.parse(text)
    assert any(str(caught.value).startswith(repr(entry)) for entry in text.split())


@given(st.text(alphabet=".-:*@/[]'; aZ0ü\n", max_size=40))
def test_what_is_accepted_is_safe_in_a_header(text: str) -> None:
    try:
        sources = AllowedParents.parse(text).frame_ancestors[1:]
    except ParentInvalid:
        return
    for source in sources:
        assert source.isascii()
        assert not set(source) & set(" ,;'\"\n")
        assert source.startswith("https://")
