"""Whom each of the two RPC endpoints lets in, and what has to be so before a function is called."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import msgspec

from carrel.domain.ids import is_uuid
from carrel.domain.principals import AccountPrincipal, Principal, ProjectPrincipal
from carrel.domain.projects import PermissionMissing, ProjectAccess
from carrel.hub.platform import Platform

_DEFAULT_MS = 15_000
_LONGEST_MS = 86_400_000


class Envelope(msgspec.Struct):
    """A request's body."""

    name: str = ""
    args: list[Any] = []
    timeout: float | None = None
    project_id: str | None = None

    @property
    def patience_ms(self) -> int:
        """How long the server waits for the result."""
        return min(int(self.timeout or 0), _LONGEST_MS) if (self.timeout or 0) > 0 else _DEFAULT_MS


class Refused(Exception):
    """A call that does not get through; the message is the whole error text of the reply."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A caller who may call functions; `given` is what the server puts into the parameters of each."""

    given: Mapping[str, Any]
    project: ProjectAccess | None = None

    async def ready(self, platform: Platform) -> None:
        """Return when what the functions are about runs."""
        if self.project is not None:
            platform.projects.touch_soon(self.project)
            await platform.projects.start(self.project)


class Door(Protocol):
    """Who may call the endpoint of that name; `stranger` is told to those without a key that is good for it."""

    @property
    def name(self) -> str: ...
    @property
    def stranger(self) -> str: ...
    async def admit(self, principal: Principal, envelope: Envelope, platform: Platform) -> Admitted:
        """Raises `Refused`."""
        ...


@dataclass(frozen=True, slots=True)
class HubDoor:
    """Accounts, by their keys."""

    name: str = "hub"
    stranger: str = "must be signed in and MUST provide an api key (cookies are not allowed)"

    async def admit(self, principal: Principal, envelope: Envelope, platform: Platform) -> Admitted:
        if not isinstance(principal, AccountPrincipal):
            raise Refused(self.stranger)
        return Admitted({})


@dataclass(frozen=True, slots=True)
class ProjectDoor:
    """Accounts that are on the project, and the project itself; functions run in it, so it is started."""

    name: str = "project"
    stranger: str = "must sign in as project or account"

    async def admit(self, principal: Principal, envelope: Envelope, platform: Platform) -> Admitted:
        project_id = envelope.project_id or _own_project(principal)
        if project_id is None:
            raise Refused("must specify project_id or use project-specific api key")
        if not is_uuid(project_id):
            raise Refused("invalid account_id or project_id -- all must be valid uuid's")
        if _own_project(principal) not in (None, project_id):
            raise Refused("project specific api key must match requested project")
        try:
            access = await platform.access.to(as_anybody(principal), project_id)
        except PermissionMissing as error:
            raise Refused("user must be a collaborator on the project") from error
        return Admitted({"project_id": project_id}, access)


def _own_project(principal: Principal) -> str | None:
    return principal.project_id if isinstance(principal, ProjectPrincipal) else None


def as_anybody(principal: Principal) -> Principal:
    """The caller without the rights that only admins have."""
    return replace(principal, is_admin=False) if isinstance(principal, AccountPrincipal) else principal
