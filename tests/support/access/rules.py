"""What a marker of a registry means: which callers come through the door, and who of them has a right to a project."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from carrel.hub.api.rpc.registry import Caller as RpcCaller
from carrel.hub.api.v1.registry import Caller as V1Caller
from carrel.hub.routes import RouteAccess
from support.access.world import ACCOUNTS, BROWSERS, CALLERS, PAGES, PROJECTS, World

_KEYS = frozenset((*ACCOUNTS, *PROJECTS))
_READERS = frozenset(PAGES) | BROWSERS.keys()
DOORS: dict[Enum, frozenset[str]] = {
    RouteAccess.PUBLIC: frozenset(CALLERS),
    RouteAccess.LOCAL: frozenset(CALLERS),
    RouteAccess.AUTH_TOKEN: frozenset(CALLERS) - {"foreign page"},
    RouteAccess.RESUME: frozenset(),
    RouteAccess.KEY: frozenset(ACCOUNTS),
    RouteAccess.ACCOUNT: frozenset(ACCOUNTS) | BROWSERS.keys(),
    RouteAccess.OPEN: frozenset(CALLERS) - frozenset((*PROJECTS, *PAGES)),
    RouteAccess.CALLER: _KEYS | _READERS,
    RouteAccess.ANYBODY: _KEYS | BROWSERS.keys(),
    RouteAccess.ADMIN: frozenset({"admin", "admin's browser"}),
    RouteAccess.PERSON: frozenset(ACCOUNTS) | _READERS,
    RouteAccess.BROWSER: frozenset(BROWSERS),
    RouteAccess.BEARER: frozenset(PAGES),
    RouteAccess.SIGNED: _READERS,
    V1Caller.ANYONE: _KEYS | {"blank"},
    V1Caller.SHARED: _KEYS,
    V1Caller.ACCOUNT: frozenset(ACCOUNTS),
    V1Caller.ACCOUNT_OR_PROJECT_KEY: _KEYS,
    RpcCaller.ACCOUNT: frozenset(ACCOUNTS),
    RpcCaller.RANKED: frozenset(ACCOUNTS),
    RpcCaller.ADMIN: frozenset({"admin"}),
    RpcCaller.ON_PROJECT: frozenset({"collaborator", "owner", "own key"}),
}
"""Whom a marker lets in. (`AUTH_TOKEN`: they are given a token; `RESUME`: nobody here has the secret.)"""


class Right(Enum):
    """Who has it on the project of the world."""

    OWN = frozenset({"owner", "admin", *BROWSERS})
    WRITE = OWN | {"collaborator", "own key", "page"}
    READ = WRITE | {"viewer", "reader"}


def nothing(_world: World) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Row:
    """How a procedure is called, and what it needs beside what its marker says.

    `past`: what is in an error that only those hear who may call it. `says`: what accounts are told, exactly, that may
    not. `only`: who may, for other reasons than rights to a project. `spends`: the call takes from its caller what it
    calls with. `elsewhere`: it is about the project that is deleted, which the key of the other and the page that is
    for the other cannot reach. `costs`: it takes so long that not all of those who may call do.
    """

    params: Callable[[World], Any] = nothing
    right: Right | None = None
    past: str = ""
    says: str = ""
    only: Iterable[str] = CALLERS
    spends: bool = False
    costs: bool = False
    elsewhere: bool = False
    method: str = "POST"
    address: Callable[[World], str] = str
    """Where a route is that has more in its address than its path."""
    body: bytes | None = None

    def served(self, marker: Enum) -> set[str]:
        """Who may call it."""
        having = frozenset(CALLERS) if self.right is None else self.right.value
        if self.elsewhere:
            having -= {"own key", "reader"}
        if marker is RpcCaller.ACCOUNT and self.right is not None:
            having -= {"admin"}
        return set(DOORS[marker] & having & frozenset(self.only))

    def text_for(self, world: World) -> str | None:
        """What the caller must be told if the call is refused; `None`: it does not matter."""
        if not self.says or world.caller not in ACCOUNTS:
            return None
        return self.says.format(caller=world.caller_id, project=world.project)

    def is_past(self, text: str) -> bool:
        return bool(self.past) and re.search(self.past, text) is not None


Rows = dict[str, Row]


def always(address: str) -> Callable[[World], str]:
    return lambda _world: address


def fixed(**params: Any) -> Callable[[World], dict[str, Any]]:
    return lambda _world: params


def on(**params: Any) -> Callable[[World], dict[str, Any]]:
    """About the project."""
    return lambda world: {"project_id": world.project, **params}


def on_deleted(**params: Any) -> Callable[[World], dict[str, Any]]:
    """About the project that is deleted."""
    return lambda world: {"project_id": world.deleted, **params}
