"""Stateless evaluations: run code in a project and keep the result, look results up, tell which kernels there are."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from anyio import to_thread

from carrel.domain.evaluations import (
    Evaluation,
    EvaluationLimits,
    EvaluationSpec,
    JupyterNotEnabled,
    KernelSpec,
    NotSignedIn,
    RunningKernel,
)
from carrel.domain.execution import AgentLost
from carrel.domain.principals import AccountPrincipal, Anonymous, Principal
from carrel.domain.projects import Permission, PermissionMissing, ProjectAccess
from carrel.kit.clock import Clock
from carrel.remote.link import AgentLink
from carrel.services.access import Access
from carrel.services.evaluation_pool import POOL_LIMITS, EvaluationPool, own_name
from carrel.services.lifecycle import Lifecycle
from carrel.services.projects import Projects
from carrel.services.settings import ProjectSettings
from carrel.store.store import Store

log = structlog.get_logger()

_HASH = re.compile("[0-9a-f]{40}")
_LIMITS = EvaluationLimits()
_TAG_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Evaluations:
    """Evaluations in projects; `common_kernels` tells the kernels that every project has.

    Unless the API `is_enabled`, all of them raise `JupyterNotEnabled`.
    """

    store: Store
    access: Access
    lifecycle: Lifecycle
    projects: Projects
    clock: Clock
    common_kernels: Callable[[], list[KernelSpec]]
    pool: EvaluationPool
    settings: ProjectSettings

    @property
    def is_enabled(self) -> bool:
        """Whether the site has the Jupyter API on."""
        return self.settings.jupyter_api

    async def place(self, principal: Principal, project_id: str | None) -> ProjectAccess:
        """Where to evaluate. Raises `NotSignedIn`, `PermissionMissing`, without a project what the pool raises."""
        self._demand(principal)
        return await self.access.to(principal, project_id) if project_id else await self.pool.enter(principal)

    async def run(self, access: ProjectAccess, spec: EvaluationSpec, *, tag: str = "") -> Evaluation:
        """Run code in a kernel of its own, and keep the result; the project is started if need be.

        What the code does wrong, or too long, is in the output. Raises `KernelUnknown`, `KernelNotStarted`.
        """
        if not self.pool.has(access):
            return await self._run(access, spec, _LIMITS, spec.hash(access.project_id), tag)
        async with self.pool.place():
            return await self._run(access, spec, POOL_LIMITS, own_name(spec.hash(""), access.caller), tag)

    async def _run(
        self, access: ProjectAccess, spec: EvaluationSpec, limits: EvaluationLimits, name: str, tag: str
    ) -> Evaluation:
        async with self._link(access) as link:
            created = self.clock.now()
            output = await link.evaluate(spec, limits)
        took_seconds = (self.clock.now() - created).total_seconds()
        evaluation = Evaluation(access.project_id, output, created, took_seconds)
        async with self.store.begin() as transaction:
            await transaction.evaluations.keep(name, evaluation)
        log.info(
            "code_evaluated",
            project_id=access.project_id,
            tag=tag[:_TAG_CHARACTERS],
            took_seconds=round(took_seconds, 3),
        )
        return evaluation

    async def find(self, principal: Principal, evaluation_hash: str) -> Evaluation | None:
        """A kept result; `None` also for one of a project on which the caller may not evaluate.

        Whoever knows the code can compute the hash, so a hash is no secret that could stand for a right.
        """
        self._demand(principal)
        if not _HASH.fullmatch(evaluation_hash):
            return None
        async with self.store.read() as transaction:
            now = self.clock.now()
            if isinstance(principal, AccountPrincipal):
                own = await transaction.evaluations.find(own_name(evaluation_hash, principal.account_id), at=now)
                if own is not None:
                    return own
            found = await transaction.evaluations.find(evaluation_hash, at=now)
        if found is None:
            return None
        try:
            await self.access.to(principal, found.project_id)
        except PermissionMissing:
            return None
        return found

    async def kernels(self, access: ProjectAccess) -> list[KernelSpec]:
        """The kernels of a project, with those that it has installed itself; it is started if need be."""
        async with self._link(access) as link:
            return await link.kernels()

    async def running(self, access: ProjectAccess) -> list[RunningKernel]:
        """The kernels that run in a project; it is started if need be."""
        async with self._link(access) as link:
            return await link.running_kernels()

    async def stop(self, access: ProjectAccess, pid: int) -> bool:
        """Kill a kernel of a project and return when it is gone; whether there was one with that process."""
        async with self._link(access) as link:
            return await link.stop_kernel(pid)

    async def list_common_kernels(self) -> list[KernelSpec]:
        """The kernels of the projects' environment; no project is needed to tell."""
        self._demand_enabled()
        return await to_thread.run_sync(self.common_kernels)

    @asynccontextmanager
    async def _link(self, access: ProjectAccess) -> AsyncIterator[AgentLink]:
        access.demand(Permission.WRITE)
        self._demand_enabled()
        try:
            yield await self.lifecycle.link(access.project)
        except AgentLost as error:
            raise AgentLost(await self.lifecycle.why_lost(access.project_id, error.reason)) from error
        self.projects.touch_soon(access)

    def _demand(self, principal: Principal) -> None:
        if isinstance(principal, Anonymous):
            raise NotSignedIn
        self._demand_enabled()

    def _demand_enabled(self) -> None:
        if not self.is_enabled:
            raise JupyterNotEnabled
