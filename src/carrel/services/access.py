"""Who may work on which project: the one place that makes `ProjectAccess` values."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from carrel.domain.documents import DocumentUnknown, FileAccess, StringIdInvalid, file_path, item_path
from carrel.domain.embed_sessions import Ability, EmbedScope, NotAvailableInEmbed
from carrel.domain.errors import DomainError, NotAvailableWithProjectKey
from carrel.domain.ids import AccountId, ProjectId, is_uuid
from carrel.domain.keys import KeyUnknown
from carrel.domain.principals import AccountPrincipal, Anonymous, EmbedPrincipal, Principal, ProjectPrincipal
from carrel.domain.projects import (
    EVERYTHING,
    Permission,
    PermissionMissing,
    Project,
    ProjectAccess,
    ProjectIdInvalid,
    Role,
    grants_of,
)
from carrel.store.store import Store

_STRING_ID = re.compile("[0-9a-f]{40}")
_PROJECT_KEY_GRANTS = frozenset({Permission.READ, Permission.WRITE})
_PAGE_GRANTS = frozenset({Permission.READ, Permission.WRITE})


def account_of(principal: Principal) -> AccountPrincipal:
    """The account that calls; a project's key is not one."""
    if isinstance(principal, AccountPrincipal):
        return principal
    if isinstance(principal, ProjectPrincipal):
        raise NotAvailableWithProjectKey
    if isinstance(principal, EmbedPrincipal):
        raise NotAvailableInEmbed
    raise KeyUnknown


def public_access(project: Project, caller: AccountId) -> ProjectAccess:
    """The right to read what `services/public_paths.py` has found to be public."""
    return ProjectAccess(project, caller, frozenset({Permission.READ}))


def evaluation_access(project: Project, caller: AccountId) -> ProjectAccess:
    """The right to evaluate in what `services/evaluation_pool.py` has found to be the caller's hidden project."""
    return ProjectAccess(project, caller, frozenset({Permission.READ, Permission.WRITE}))


@dataclass(frozen=True, slots=True)
class Access:
    """Checks of rights; each is a single indexed query."""

    store: Store

    async def to(
        self, principal: Principal, project_id: str, permission: Permission = Permission.WRITE
    ) -> ProjectAccess:
        """The right to work on a project; raises `PermissionMissing` alike for unknown and for forbidden projects."""
        if isinstance(principal, Anonymous):
            raise KeyUnknown
        if not is_uuid(project_id):
            raise ProjectIdInvalid(project_id, permission)
        caller = principal.account_id
        async with self.store.read() as transaction:
            found = await transaction.projects.find_with_role(project_id, caller)
        return _granted(principal, project_id, found, permission)

    async def to_each(
        self, principal: AccountPrincipal, project_ids: Collection[str], permission: Permission
    ) -> dict[str, ProjectAccess | DomainError]:
        """The right to each of many projects, or why there is none; one query."""
        async with self.store.read() as transaction:
            found = await transaction.projects.find_each_with_role(project_ids, principal.account_id)
        each: dict[str, ProjectAccess | DomainError] = {}
        for project_id in project_ids:
            try:
                each[project_id] = _granted(principal, project_id, found.get(project_id), permission)
            except PermissionMissing as error:
                each[project_id] = error if is_uuid(project_id) else ProjectIdInvalid(project_id, permission)
        return each

    async def find_as_admin(self, principal: AccountPrincipal, project_id: str) -> ProjectId | None:
        """The project, if whoever has signed in is not on it but may work on it as an admin.

        Nobody is an admin here by an auth token, their own neither.
        """
        if not principal.is_admin or principal.impersonator_id is not None or not is_uuid(project_id):
            return None
        async with self.store.read() as transaction:
            found = await transaction.projects.find_with_role(project_id, principal.account_id)
        return found[0].project_id if found is not None and found[1] is None else None

    async def to_file(self, principal: Principal, project_id: str, path: str) -> FileAccess:
        """The right to open a file. Raises also what `file_path` raises, and `PermissionMissing` out of the scope."""
        access = await self.to(principal, project_id, Permission.READ)
        return _within(principal, access, file_path(path))

    async def to_document(self, principal: Principal, string_id: str) -> FileAccess:
        """The right to edit a file that was opened here, by its id.

        Raises `StringIdInvalid`, `DocumentUnknown`, `PermissionMissing`.
        """
        if not _STRING_ID.fullmatch(string_id):
            raise StringIdInvalid
        async with self.store.read() as transaction:
            found = await transaction.file_use.find(string_id)
        if found is None:
            raise DocumentUnknown
        project_id, path = found
        return FileAccess(await self.to(principal, project_id), file_path(path))

    async def to_items(self, principal: Principal, project_id: str, paths: Sequence[str]) -> list[FileAccess]:
        """The right to some files and directories; the home itself is none. Raises like `to_file`."""
        access = await self.to(principal, project_id, Permission.READ)
        return [_within(principal, access, file_path(path.rstrip("/"))) for path in paths]

    async def to_directory(self, principal: Principal, project_id: str, path: str) -> FileAccess:
        """The right to see a directory, or so much of it as leads into the scope. Raises like `to_file`."""
        access = await self.to(principal, project_id, Permission.READ)
        normal, scope = item_path(path), _scope_of(principal)
        leading = scope.leading_from(normal)
        if leading:
            return FileAccess(access, normal, scope.abilities & {Ability.EXPORT}, leading)
        return _within(principal, access, normal)


def _granted(
    principal: AccountPrincipal | ProjectPrincipal | EmbedPrincipal,
    project_id: str,
    found: tuple[Project, Role | None] | None,
    permission: Permission,
) -> ProjectAccess:
    if found is None:
        raise PermissionMissing(principal.account_id, project_id, permission)
    project, role = found
    access = ProjectAccess(project, principal.account_id, grants_for(principal, project_id, role), role)
    access.demand(permission)
    return access


def _scope_of(principal: Principal) -> EmbedScope:
    return principal.scope if isinstance(principal, EmbedPrincipal) else EmbedScope()


def _within(principal: Principal, access: ProjectAccess, path: str) -> FileAccess:
    scope = _scope_of(principal)
    if not scope.covers_path(path):
        raise PermissionMissing(access.caller, access.project_id, Permission.READ)
    return FileAccess(access, path, scope.abilities)


def grants_for(
    principal: AccountPrincipal | ProjectPrincipal | EmbedPrincipal, project_id: str, role: Role | None
) -> frozenset[Permission]:
    """What the caller may do on a project on which the calling account has `role`."""
    if isinstance(principal, EmbedPrincipal):
        if principal.admin_of == project_id:
            return _PAGE_GRANTS
        return _embed_grants(principal.scope, project_id, role)
    if isinstance(principal, ProjectPrincipal):
        return _PROJECT_KEY_GRANTS if principal.project_id == project_id else frozenset()
    if principal.is_admin and not principal.is_impersonated:
        return EVERYTHING
    return grants_of(role) if role else frozenset()


def _embed_grants(scope: EmbedScope, project_id: str, role: Role | None) -> frozenset[Permission]:
    if role is None or not scope.covers_project(project_id):
        return frozenset()
    return grants_of(role) & ({Permission.READ} if scope.readonly else _PAGE_GRANTS)
