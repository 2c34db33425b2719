"""Commands in projects: awaited ones, shared ones (`aggregate`) and async jobs."""

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

from carrel.domain.execution import AgentLost, ExecFailed, ExecResult, ExecSpec, Job
from carrel.domain.projects import Permission, ProjectAccess
from carrel.services.aggregation import Aggregation
from carrel.services.lifecycle import Lifecycle
from carrel.services.projects import Projects
from carrel.services.settings import ProjectSettings

_KEPT_CHARACTERS = 50_000_000


def _characters(result: ExecResult) -> int:
    return len(result.stdout) + len(result.stderr) + 1000


@dataclass(frozen=True, slots=True)
class Execution:
    lifecycle: Lifecycle
    projects: Projects
    settings: ProjectSettings
    aggregation: Aggregation[ExecResult] = field(default_factory=lambda: Aggregation(_characters, _KEPT_CHARACTERS))

    async def run(
        self, access: ProjectAccess, spec: ExecSpec, *, aggregate: Any = None, nonzero_fails: bool = False
    ) -> ExecResult:
        """Run and wait; with `nonzero_fails` another exit code than 0 raises `ExecFailed`.

        The project is started if needed, which does not count in the command's timeout.

        With `aggregate`, calls of the same command in the same project share runs (see `Aggregation`).
        """
        access.demand(Permission.WRITE)
        spec = self._bounded(spec)
        if aggregate is None:
            result = await self._run(access, spec)
        else:
            command = (access.project_id, replace(spec, environment={}), tuple(sorted(spec.environment.items())))
            key = hashlib.sha256(repr(command).encode("utf-8", "surrogatepass")).hexdigest()
            result = await self.aggregation.run(key, aggregate, lambda: self._run(access, spec))
        if nonzero_fails and result.exit_code != 0:
            raise ExecFailed(result.exit_code, result.stderr)
        return result

    async def _run(self, access: ProjectAccess, spec: ExecSpec) -> ExecResult:
        link = await self.lifecycle.link(access.project)
        try:
            result = await link.exec(spec)
        except AgentLost as error:
            raise AgentLost(await self.lifecycle.why_lost(access.project_id, error.reason)) from error
        self.projects.touch_soon(access)
        return result

    async def start_job(self, access: ProjectAccess, spec: ExecSpec) -> Job:
        """Start a command that goes on by itself; `job` tells what became of it."""
        access.demand(Permission.WRITE)
        link = await self.lifecycle.link(access.project)
        job = await link.start_job(self._bounded(spec))
        self.projects.touch_soon(access)
        return job

    async def job(self, access: ProjectAccess, job_id: str, *, with_samples: bool, wait: bool) -> Job:
        access.demand(Permission.WRITE)
        link = await self.lifecycle.link(access.project)
        return await link.job(job_id, with_samples=with_samples, wait=wait)

    def _bounded(self, spec: ExecSpec) -> ExecSpec:
        limit = self.settings.exec_timeout_max_s
        if not limit:
            return spec
        return replace(spec, timeout_seconds=min(spec.timeout_seconds or limit, limit))
