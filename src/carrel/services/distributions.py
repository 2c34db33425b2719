"""Hand-outs and collections: one order, and of it a copy for each project. The copies do the work, and survive the hub.

Ordering the same again is harmless: what is at a target already stays, or is found to be the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from carrel.domain.copies import RETENTION, Copy
from carrel.domain.distributions import (
    PROJECTS_AT_MOST,
    Distribution,
    DistributionNotFound,
    Kind,
    Order,
    Part,
    PartState,
    TooManyProjects,
)
from carrel.domain.errors import DomainError
from carrel.domain.ids import ProjectId, new_copy_id, new_distribution_id
from carrel.domain.principals import AccountPrincipal
from carrel.domain.projects import Permission, ProjectAccess
from carrel.kit.clock import Clock
from carrel.services.access import Access
from carrel.services.copy_workers import CopyWorkers
from carrel.store.store import Store

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Distributions:
    store: Store
    access: Access
    workers: CopyWorkers
    clock: Clock

    async def request(
        self, caller: AccountPrincipal, project_id: str, others: Iterable[str], order: Order
    ) -> Distribution:
        """Record a distribution between a project and many others; returns once it is durable.

        Others that the caller may not read (or write, for a hand-out) are refused, each by itself. Raises
        `PermissionMissing` for the one project, `NamesInvalid`, `TooManyProjects`.
        """
        order.check()
        needs, each_needs = Permission.READ, Permission.WRITE
        if order.kind is Kind.COLLECTION:
            needs, each_needs = each_needs, needs
        one = await self.access.to(caller, project_id, needs)
        wanted = dict.fromkeys(others)
        if not 0 < len(wanted) <= PROJECTS_AT_MOST:
            raise TooManyProjects
        each = await self.access.to_each(caller, wanted, each_needs)
        distribution = self._distribution(one, each, order)
        ends = [access for access in each.values() if isinstance(access, ProjectAccess)]
        await self.workers.accept_all(distribution, [_copy(distribution, order, access.project_id) for access in ends])
        log.info(
            "distribution_requested",
            distribution_id=distribution.distribution_id,
            kind=order.kind.value,
            project_id=one.project_id,
            projects=len(ends),
        )
        return distribution

    def _distribution(
        self, one: ProjectAccess, each: Mapping[str, ProjectAccess | DomainError], order: Order
    ) -> Distribution:
        now = self.clock.now()
        return Distribution(
            new_distribution_id(),
            order.kind,
            one.project_id,
            order.path,
            order.target_path,
            len(each),
            {project_id: str(why) for project_id, why in each.items() if isinstance(why, DomainError)},
            now,
            one.caller,
            now + RETENTION,
        )

    async def find(self, caller: AccountPrincipal, distribution_id: str) -> Distribution:
        """One that the caller has requested, or for admins any; raises `DistributionNotFound`."""
        async with self.store.read() as transaction:
            found = await transaction.distributions.find(distribution_id)
        if found is None or not (caller.is_admin or found.requested_by == caller.account_id):
            raise DistributionNotFound(distribution_id)
        return found

    async def parts(self, distribution: Distribution) -> list[Part]:
        """What has become of each project's part: those that are refused first, then in the order of their ends."""
        async with self.store.read() as transaction:
            return [*refusals(distribution), *await transaction.distributions.parts(distribution)]

    async def finished(self, distribution: Distribution, since: datetime) -> list[Part]:
        """Parts that have come to their end since that moment."""
        async with self.store.read() as transaction:
            return await transaction.distributions.parts(distribution, finished_since=since)

    async def unfinished(self, *, limit: int) -> list[tuple[Distribution, int]]:
        """For admins: the newest that go on, and how many copies of each are left."""
        async with self.store.read() as transaction:
            return list(await transaction.distributions.unfinished(limit=limit))

    async def cancel(self, distribution: Distribution) -> None:
        """Carry out no more of it; what has arrived stays."""
        async with self.store.begin() as transaction:
            await transaction.distributions.cancel(distribution.distribution_id, at=self.clock.now())
        self.workers.stop(distribution.distribution_id)
        log.info("distribution_cancelled", distribution_id=distribution.distribution_id)


def refusals(distribution: Distribution) -> list[Part]:
    """The parts that have no copies."""
    return [Part(project_id, PartState.REFUSED, why) for project_id, why in distribution.refused.items()]


def _copy(distribution: Distribution, order: Order, other: ProjectId) -> Copy:
    source, target = distribution.project_id, other
    if order.kind is Kind.COLLECTION:
        source, target = target, source
    return Copy(
        copy_id=new_copy_id(),
        source_project_id=source,
        target_project_id=target,
        plan=order.plan(other),
        time=distribution.time,
        requested_by=distribution.requested_by,
        expire=distribution.expire,
        distribution_id=distribution.distribution_id,
    )
