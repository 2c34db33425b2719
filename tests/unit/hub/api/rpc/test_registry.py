"""A function says who may call it and what it does, or it cannot be registered."""

from typing import Any

import msgspec
import pytest

from carrel.hub.api.rpc import hub_functions, project_functions
from carrel.hub.api.rpc.doors import Envelope
from carrel.hub.api.rpc.registry import IN_OPTS, WHOLE, Argument, Caller, Functions, Named
from carrel.hub.api.v1.parameters import ParametersInvalid
from carrel.hub.call import Call


class Params(msgspec.Struct):
    who: str


async def handler(params: Params, call: Call) -> None:
    """Do nothing."""


@pytest.mark.parametrize("marker", [None, "anyone", True, object()])
def test_a_function_without_a_marker_cannot_be_registered(marker: Any) -> None:
    with pytest.raises(TypeError, match="who may call"):
        Functions().procedure("mine", may_call=marker)
    with pytest.raises(TypeError):
        Functions().procedure("mine")  # type: ignore[call-arg]  # that is what is wrong


def test_a_function_is_registered_once_and_has_a_docstring() -> None:
    async def silent(params: Params, call: Call) -> None:
        pass

    first, second = Functions(), Functions()
    with pytest.raises(TypeError, match="docstring"):
        first.procedure("mine", may_call=Caller.ACCOUNT)(silent)
    for functions in (first, second):
        functions.procedure("mine", may_call=Caller.ACCOUNT)(handler)
    with pytest.raises(ValueError, match="twice"):
        first.include(second)


def parsed(argument: Argument, *arguments: Any, **given: Any) -> Any:
    functions = Functions()
    functions.procedure("mine", may_call=Caller.ACCOUNT, argument=argument)(handler)
    (function,) = functions
    return function.parse(arguments, given).who


def test_parameters_are_the_argument_or_in_it() -> None:
    assert parsed(WHOLE, {"who": "me", "unknown": 1}) == "me"
    assert parsed(IN_OPTS, {"opts": {"who": "me"}, "who": "not me"}) == "me"
    assert parsed(Named("who"), "me") == "me"


def test_what_the_server_says_overwrites_what_the_caller_says() -> None:
    assert parsed(WHOLE, {"who": "me"}, who="you") == "you"
    assert parsed(WHOLE, who="you") == "you"


@pytest.mark.parametrize("argument", [None, "x", 7, [], {}, {"opts": {"who": "me"}}])
def test_anything_else_is_refused(argument: Any) -> None:
    with pytest.raises(ParametersInvalid):
        parsed(WHOLE, argument)


@pytest.mark.parametrize("argument", [None, "x", {"who": "me"}, {"opts": None}, {"opts": ["who"]}])
def test_anything_else_than_options_is_refused(argument: Any) -> None:
    with pytest.raises(ParametersInvalid):
        parsed(IN_OPTS, argument)


def test_every_function_tells_what_it_does() -> None:
    for function in (*hub_functions(), *project_functions()):
        assert function.summary, function.name


@pytest.mark.parametrize(
    ("timeout", "waited_ms"),
    [(None, 15_000), (0, 15_000), (-1, 15_000), (1.5, 1), (2000, 2000), (1e18, 86_400_000), (90000.0, 90_000)],
)
def test_every_wait_has_an_end(timeout: float | None, waited_ms: int) -> None:
    assert Envelope(timeout=timeout).patience_ms == waited_ms
