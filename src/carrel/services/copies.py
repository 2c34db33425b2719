"""Copies of paths between projects. A copy is a row before it is anything else, and outlives the request that asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from carrel.domain.copies import (
    RETENTION,
    Copy,
    CopyEndInvalid,
    CopyNotCancellable,
    CopyNotFound,
    CopyPlan,
    SourceBlocked,
    TargetBlocked,
    WaitedCopyFailed,
)
from carrel.domain.ids import is_uuid, new_copy_id
from carrel.domain.keys import KeyUnknown
from carrel.domain.principals import Anonymous, Principal
from carrel.domain.projects import Permission, PermissionMissing, ProjectAccess
from carrel.kit.clock import Clock
from carrel.services.access import Access, grants_for
from carrel.services.copy_workers import CopyWorkers
from carrel.store.copies import CopyFilter, CopyWithRoles
from carrel.store.store import Store

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Copies:
    store: Store
    access: Access
    workers: CopyWorkers
    clock: Clock

    async def source(self, caller: Principal, project_id: str) -> ProjectAccess:
        """The right to copy out of a project."""
        if not is_uuid(project_id):
            raise CopyEndInvalid("src_project_id", project_id)
        try:
            return await self.access.to(caller, project_id, Permission.READ)
        except PermissionMissing as error:
            raise SourceBlocked(project_id) from error

    async def target(self, caller: Principal, project_id: str) -> ProjectAccess:
        """The right to copy into a project."""
        if not is_uuid(project_id):
            raise CopyEndInvalid("target_project_id", project_id)
        try:
            return await self.access.to(caller, project_id, Permission.WRITE)
        except PermissionMissing as error:
            raise TargetBlocked(project_id) from error

    async def request(
        self, source: ProjectAccess, target: ProjectAccess, plan: CopyPlan, *, scheduled: datetime | None = None
    ) -> Copy:
        """Record a copy and see that it is carried out, now or when it is scheduled; returns once it is durable."""
        source.demand(Permission.READ)
        target.demand(Permission.WRITE)
        now = self.clock.now()
        copy = Copy(
            copy_id=new_copy_id(),
            source_project_id=source.project_id,
            target_project_id=target.project_id,
            plan=plan,
            time=now,
            requested_by=target.caller,
            expire=max(now, scheduled or now) + RETENTION,
            scheduled=scheduled,
        )
        await self.workers.accept(copy)
        log.info(
            "copy_requested",
            copy_id=copy.copy_id,
            source_project_id=source.project_id,
            target_project_id=target.project_id,
        )
        return copy

    async def wait(self, copy: Copy) -> None:
        """Return when the copy is done; raises `WaitedCopyFailed`, or `CopyWaitTimeout` while it goes on.

        A copy with a timeout is killed after that many seconds in total.
        """
        finished = await self.workers.wait(copy.copy_id, kill_after_seconds=copy.plan.timeout_seconds)
        if finished.error is not None:
            raise WaitedCopyFailed(finished.error, copy.copy_id)

    async def status(self, caller: Principal, copy_id: str) -> Copy:
        """One copy, for whoever may write its target, and has asked for it or may read its source; a single query."""
        return (await self._allowed(caller, copy_id)).copy

    async def _allowed(self, caller: Principal, copy_id: str) -> CopyWithRoles:
        if isinstance(caller, Anonymous):
            raise KeyUnknown
        async with self.store.read() as transaction:
            found = await transaction.copies.find_with_roles(copy_id, caller.account_id)
        if found is None:
            raise CopyNotFound(copy_id)
        copy = found.copy
        is_own = copy.requested_by == caller.account_id  # perhaps out of a public path, without a right to the project
        if not is_own and Permission.READ not in grants_for(caller, copy.source_project_id, found.source_role):
            raise SourceBlocked(copy.source_project_id)
        if Permission.WRITE not in grants_for(caller, copy.target_project_id, found.target_role):
            raise TargetBlocked(copy.target_project_id)
        return found

    async def list_copies(
        self,
        source: ProjectAccess | None,
        target: ProjectAccess | None,
        *,
        source_path: str | None = None,
        pending: bool = True,
        failed: bool = False,
        limit: int = 1000,
        offset: int = 0,
    ) -> Sequence[Copy]:
        """Copies out of `source` and/or into `target`, newest first."""
        wanted = CopyFilter(
            source_project_id=source.project_id if source else None,
            target_project_id=target.project_id if target else None,
            source_path=source_path,
            pending=pending,
            failed=failed,
        )
        async with self.store.read() as transaction:
            return await transaction.copies.list_copies(wanted, limit=limit, offset=offset)

    async def unfinished(self, *, limit: int) -> Sequence[Copy]:
        """For admins: the newest that go on, without those of distributions."""
        async with self.store.read() as transaction:
            return await transaction.copies.list_copies(CopyFilter(single=True), limit=limit, offset=0)

    async def cancel(self, caller: Principal, copy_id: str) -> None:
        """Delete a scheduled copy that has not begun."""
        gone = f"Copy operation '{copy_id}' either does not exist or already finished"
        try:
            copy = (await self._allowed(caller, copy_id)).copy
        except CopyNotFound as error:
            raise CopyNotCancellable(gone) from error
        if copy.scheduled is None or copy.finished is not None:
            raise CopyNotCancellable(gone)
        async with self.store.begin() as transaction:
            if not await transaction.copies.cancel_scheduled(copy.copy_id):
                raise CopyNotCancellable(f"copy op '{copy_id}' cannot be deleted.")
        log.info("copy_cancelled", copy_id=copy_id)
