"""The RPC endpoints, which the Python client of the compatible product calls: a module a noun, joined here."""

from carrel.hub.api.rpc import (
    collaborators,
    credentials,
    documents,
    inside,
    inside_files,
    jupyter,
    messages,
    organizations,
    projects,
    queries,
    reports,
    system,
)
from carrel.hub.api.rpc.doors import HubDoor, ProjectDoor
from carrel.hub.api.rpc.endpoint import Endpoint
from carrel.hub.api.rpc.registry import Functions
from carrel.hub.key_limits import KeyLimits
from carrel.hub.observing import Observer
from carrel.hub.routes import CarrelRoute


def hub_functions() -> Functions:
    """Every function of the hub's endpoint."""
    functions = Functions()
    for module in (
        system,
        credentials,
        reports,
        projects,
        collaborators,
        jupyter,
        documents,
        messages,
        organizations,
        queries,
    ):
        functions.include(module.functions)
    return functions


def project_functions() -> Functions:
    """Every function of the projects' endpoint."""
    functions = Functions()
    for module in (inside, inside_files):
        functions.include(module.functions)
    return functions


def rpc_routes(observer: Observer, limits: KeyLimits) -> list[CarrelRoute]:
    """One route for each endpoint."""
    return [
        Endpoint(hub_functions(), HubDoor(), observer, limits).route("/api/conat/hub"),
        Endpoint(project_functions(), ProjectDoor(), observer, limits).route("/api/conat/project"),
    ]
