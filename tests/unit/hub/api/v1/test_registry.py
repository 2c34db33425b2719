"""An event says who may call it and what it does, or it cannot be registered."""

from typing import Any

import msgspec
import pytest

from carrel.hub.api.v1 import all_events
from carrel.hub.api.v1.registry import Caller, Events, Success
from carrel.hub.call import Call


class Params(msgspec.Struct):
    """Parameters."""


async def handler(params: Params, call: Call) -> Success:
    """Do nothing."""
    return Success()


@pytest.mark.parametrize("marker", [None, "anyone", True, object()])
def test_an_event_without_a_marker_cannot_be_registered(marker: Any) -> None:
    with pytest.raises(TypeError, match="who may call"):
        Events().procedure("mine", may_call=marker)
    with pytest.raises(TypeError):
        Events().procedure("mine")  # type: ignore[call-arg]  # that is what is wrong


def test_an_event_without_a_docstring_cannot_be_registered() -> None:
    async def silent(params: Params, call: Call) -> Success:
        return Success()

    with pytest.raises(TypeError, match="docstring"):
        Events().procedure("mine", may_call=Caller.ANYONE)(silent)


def test_an_event_is_registered_once() -> None:
    first, second = Events(), Events()
    first.procedure("mine", may_call=Caller.ACCOUNT)(handler)
    second.procedure("mine", may_call=Caller.ACCOUNT)(handler)
    with pytest.raises(ValueError, match="twice"):
        first.procedure("mine", may_call=Caller.ACCOUNT)(handler)
    with pytest.raises(ValueError, match="twice"):
        first.include(second)


def test_only_ping_is_always_open_to_a_blank_key() -> None:
    assert [event.name for event in all_events() if event.may_call is Caller.ANYONE] == ["ping"]


def test_every_event_tells_what_it_does_and_what_each_parameter_means() -> None:
    for event in all_events():
        assert event.summary
        described = event.parameters.struct.__doc__ or ""
        assert [field for field in event.parameters.fields if f"{field}:" not in described] == [], event.name
