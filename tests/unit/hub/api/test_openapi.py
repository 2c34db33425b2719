"""The description of the API: it is valid, and has all that can be called."""

from typing import Any

import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from carrel.hub.api.openapi.document import document
from carrel.hub.api.rpc.registry import Caller, Functions
from carrel.hub.api.v2.commercial import AREAS
from carrel.hub.api.v2.compatible import CompatibleProcedures
from carrel.hub.api.v2.procedure import Procedures
from carrel.hub.app import create_app
from carrel.hub.operations import Operation
from carrel.hub.routes import CarrelRoute, RouteAccess
from carrel.hub.settings import load_settings

ROUTES = [route for route in create_app(load_settings()).routes if isinstance(route, CarrelRoute)]
OPERATIONS = [operation for route in ROUTES for operation in route.operations()]


@pytest.fixture(scope="module")
def described() -> Any:
    """The document as clients read it."""
    return msgspec.json.decode(msgspec.json.encode(document(OPERATIONS, "/base")))


def test_the_document_is_valid(described: Any) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(described).iter_errors()] == []
    assert described["servers"] == [{"url": "/base"}]


def test_every_route_of_the_api_is_described() -> None:
    """But for the page that shows the description, and those that only say that something is not there."""
    absent = ("/api/docs", *(f"/api/v2/{area}" for area in AREAS))
    found = [route for route in ROUTES if route.path.startswith("/api/") and not route.path.startswith(absent)]
    assert [route.path for route in found if not list(route.operations())] == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_a_call_is_described(operation: Operation) -> None:
    assert operation.about, "its handler has no docstring"
    assert operation.method != "post" or operation.body
    assert any(status < 300 for status in operation.statuses)


def test_calls_that_change_something_take_an_idempotency_key(described: Any) -> None:
    """Callers with credentials, that is."""
    paths, key = described["paths"], [{"$ref": "#/components/parameters/IdempotencyKey"}]
    for changing, reading in [
        ("v1/create_project", "v1/ping"),
        ("conat/hub#projects.createProject", "conat/hub#projects.state"),
        ("conat/project#system.exec", "conat/project#system.ping"),
        ("v2/projects/create", "v2/projects/get"),
        ("v2/projects/describe", "v2/projects/list"),
        ("v2/auth/sign-up", "v2/auth/sign-in"),
    ]:
        assert paths[f"/api/{changing}"]["post"]["parameters"] == key, changing
        assert "parameters" not in paths[f"/api/{reading}"]["post"], reading
    (shared,) = described["components"]["parameters"].values()
    assert (shared["name"], shared["in"], shared["required"]) == ("Idempotency-Key", "header", False)
    assert shared["schema"] == {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"}


def test_no_two_calls_have_the_same_name() -> None:
    ids = [operation.id for operation in OPERATIONS]
    assert len(ids) == len(set(ids)) > 150


class Params(msgspec.Struct):
    """No parameters."""


@pytest.mark.parametrize("returned", [Any, dict, dict[str, Any], list[Any]])
def test_a_handler_that_does_not_say_what_it_returns_cannot_be_registered(returned: Any) -> None:
    async def silent(params: Params, call: Any):  # type: ignore[no-untyped-def]  # that is what is wrong
        """Do nothing."""

    async def vague(params: Params, call: Any) -> returned:
        """Do nothing."""

    access = RouteAccess.PUBLIC
    registries = Procedures().post("/x", access=access), CompatibleProcedures().post("/x", access=access)
    for register in (*registries, Functions().procedure("x", may_call=Caller.ACCOUNT)):
        for handler in (silent, vague):
            with pytest.raises(TypeError, match=f"{handler.__name__} does not say what it returns"):
                register(handler)
