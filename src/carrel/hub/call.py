"""What a procedure gets beside its parameters: who calls, from where, and the services."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import anyio

from carrel.domain.errors import DomainError
from carrel.domain.principals import AccountPrincipal, Principal
from carrel.domain.projects import Permission, ProjectAccess
from carrel.hub.auditing import Trail
from carrel.hub.platform import Platform
from carrel.services.access import account_of

T = TypeVar("T")

CLIENT_CLOSED_REQUEST = 499  # as nginx calls it; only the log and the metrics see it


class CallerGone(Exception):
    """Nobody waits for the answer any more."""

    code = "caller-gone"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a procedure; `gone` returns when the caller has hung up."""

    principal: Principal
    platform: Platform
    client_ip: str | None = None
    gone: Callable[[], Awaitable[object]] = anyio.sleep_forever
    trail: Trail = field(default_factory=Trail)

    @property
    def account(self) -> AccountPrincipal:
        """The calling account; raises for a project's key."""
        return account_of(self.principal)

    async def access(self, project_id: str, permission: Permission = Permission.WRITE) -> ProjectAccess:
        """The caller's right to work on a project; raises `PermissionMissing`."""
        return await self.platform.access.to(self.principal, project_id, permission)

    async def attended(self, work: Awaitable[T]) -> T:
        """The result of work that is cancelled when the caller hangs up, which raises `CallerGone`."""
        outcome: Exception = CallerGone()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._cancel_when_gone, tasks.cancel_scope)
            try:
                return await work
            except DomainError as error:
                outcome = error  # raised below, where no task group wraps it
            finally:
                tasks.cancel_scope.cancel()
        raise outcome

    async def _cancel_when_gone(self, scope: anyio.CancelScope) -> None:
        await self.gone()
        scope.cancel()
