"""Who runs a query, and what the tables say about that."""

from dataclasses import dataclass

from carrel.domain.accounts import AccountNotFound
from carrel.domain.ids import AccountId, ProjectId, is_uuid
from carrel.domain.principals import AccountPrincipal, Principal, ProjectPrincipal
from carrel.domain.projects import Permission, ProjectAccess
from carrel.domain.queries import QueryRefused
from carrel.services.access import grants_for
from carrel.store.store import Transaction

ADMIN_NEEDED = "FATAL: user must be an admin"


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal as queries see it; anonymous callers have no id, a project's own key has both."""

    principal: Principal

    @property
    def account_id(self) -> AccountId | None:
        return self.principal.account_id if isinstance(self.principal, AccountPrincipal | ProjectPrincipal) else None

    @property
    def project_id(self) -> ProjectId | None:
        return self.principal.project_id if isinstance(self.principal, ProjectPrincipal) else None

    @property
    def is_admin(self) -> bool:
        return isinstance(self.principal, AccountPrincipal) and self.principal.is_admin

    async def access(self, transaction: Transaction, project_id: object) -> ProjectAccess | None:
        """The right to work on a project; `None` alike for unknown and foreign projects."""
        if not isinstance(self.principal, AccountPrincipal | ProjectPrincipal) or not is_uuid(project_id):
            return None
        found = await transaction.projects.find_with_role(str(project_id), self.principal.account_id)
        if found is None:
            return None
        project, role = found
        grants = grants_for(self.principal, project.project_id, role)
        return ProjectAccess(project, self.principal.account_id, grants, role) if grants else None

    async def readable(self, transaction: Transaction, project_id: str) -> ProjectAccess:
        access = await self.access(transaction, project_id)
        if access is None or Permission.READ not in access.grants:
            raise QueryRefused(
                "FATAL: you do not have read access to this project -- "
                f"account_id={self.account_id}, project_id_={project_id}"
            )
        return access

    async def writable(self, transaction: Transaction, project_id: str) -> ProjectAccess:
        """Only admins learn that a project does not exist."""
        access = await self.access(transaction, project_id)
        if access is None and self.is_admin:
            raise QueryRefused(f"FATAL: unknown project_id '{project_id}'")
        if access is None or Permission.WRITE not in access.grants:
            raise QueryRefused(ADMIN_NEEDED)
        return access

    async def acting_as(self, transaction: Transaction, account_id: object) -> "Caller":
        """The same caller in the name of another account, which only admins may be."""
        if not self.is_admin:
            raise QueryRefused("user must be admin to sudo")
        account = await transaction.accounts.find(account_id) if isinstance(account_id, str) else None
        if account is None or account.deleted:
            raise QueryRefused(f"FATAL: {AccountNotFound(str(account_id))}")
        return Caller(AccountPrincipal(account.account_id, account.is_admin, account.groups))
