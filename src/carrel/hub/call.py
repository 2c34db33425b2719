"""What a procedure gets beside its parameters: who calls, from where, and the services."""

from dataclasses import dataclass

from carrel.domain.principals import AccountPrincipal, Principal
from carrel.domain.projects import Permission, ProjectAccess
from carrel.hub.platform import Platform
from carrel.services.access import account_of


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a procedure."""

    principal: Principal
    platform: Platform
    client_ip: str | None = None

    @property
    def account(self) -> AccountPrincipal:
        """The calling account; raises for a project's key."""
        return account_of(self.principal)

    async def access(self, project_id: str, permission: Permission = Permission.WRITE) -> ProjectAccess:
        """The caller's right to work on a project; raises `PermissionMissing`."""
        return await self.platform.access.to(self.principal, project_id, permission)
