"""Output in the hub's memory is bounded for each project and for all together."""

import pytest

from carrel.domain.errors import Overloaded
from carrel.remote.held import Held


def test_a_project_cannot_keep_more_than_its_part() -> None:
    whole = Held(100)
    part = whole.part(10)
    with part.share() as share:
        share.take(10)
        with pytest.raises(Overloaded):
            share.take(1)
        assert (part.bytes, whole.bytes) == (10, 10)
    assert (part.bytes, whole.bytes) == (0, 0)


def test_projects_together_cannot_keep_more_than_the_whole() -> None:
    whole = Held(15)
    one, other = whole.part(10), whole.part(10)
    with one.share() as first, other.share() as second:
        first.take(10)
        with pytest.raises(Overloaded):
            second.take(6)
        assert (one.bytes, other.bytes, whole.bytes) == (10, 0, 10)
        second.take(5)
    assert (one.bytes, other.bytes, whole.bytes) == (0, 0, 0)


def test_what_is_passed_on_makes_room() -> None:
    part = Held(100).part(10)
    with part.share() as share:
        share.take(8)
        share.keep(3)
        assert part.bytes == 3
        share.take(7)
        with pytest.raises(Overloaded):
            share.keep(11)
    assert part.bytes == 0
