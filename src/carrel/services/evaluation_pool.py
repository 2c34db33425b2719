"""Where accounts evaluate code without naming a project, if the site lets them: each in a hidden project of its own.

Nobody is on these projects, so lists and queries do not show them, and they have no network. One for all would let code
of one caller wait in the home for that of another.
"""

import hashlib
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio

from carrel.domain.embed_sessions import TooManyAttempts
from carrel.domain.errors import Overloaded
from carrel.domain.evaluations import EvaluationLimits, JupyterNotEnabled
from carrel.domain.ids import AccountId, ProjectId
from carrel.domain.principals import Principal
from carrel.domain.projects import Project, ProjectAccess
from carrel.kit.clock import Clock
from carrel.services.access import account_of, evaluation_access
from carrel.services.attempts import Attempts, Limit
from carrel.store.store import Store

POOL_LIMITS = EvaluationLimits(seconds=30, cell_seconds=15, output=2_500_000, cell_output=500_000)
_TITLE = "Evaluations without a project"
_AT_A_TIME = 4
_WAIT_SECONDS = 30
_PER_ACCOUNT = (Limit(30, 60), Limit(200, 3600))


def _places() -> anyio.Semaphore:
    return anyio.Semaphore(_AT_A_TIME)


def place_of(account_id: AccountId) -> ProjectId:
    """The id of an account's hidden project."""
    digest = hashlib.sha256(f"evaluations {account_id}".encode()).digest()
    return ProjectId(str(uuid.UUID(bytes=digest[:16], version=4)))


def own_name(evaluation_hash: str, account_id: AccountId) -> str:
    """What a result is kept by: a hash without a project is of everybody's same code, and a result is its caller's."""
    return hashlib.sha1(f"{account_id} {evaluation_hash}".encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class EvaluationPool:
    """`is_open`: the site lets accounts do so."""

    store: Store
    clock: Clock
    is_open: bool
    attempts: Attempts = field(default_factory=Attempts)
    places: anyio.Semaphore = field(default_factory=_places)

    async def enter(self, principal: Principal) -> ProjectAccess:
        """The right to evaluate in the caller's hidden project, which is made with its first evaluation.

        Raises `JupyterNotEnabled`, `TooManyAttempts`, and for others than accounts what `account_of` raises.
        """
        if not self.is_open:
            raise JupyterNotEnabled
        account_id = account_of(principal).account_id
        reached = self.attempts.reached(account_id, _PER_ACCOUNT)
        if reached is not None:
            raise TooManyAttempts(self.attempts.wait_seconds(account_id, reached))
        self.attempts.count(account_id)
        project_id = place_of(account_id)
        async with self.store.read() as transaction:
            project = await transaction.projects.find(project_id)
        return evaluation_access(project or await self._make(project_id), account_id)

    async def _make(self, project_id: ProjectId) -> Project:
        """Or take what another call, perhaps of another hub, has just made."""
        async with self.store.begin() as transaction:
            await transaction.projects.add_if_new(project_id, title=_TITLE, at=self.clock.now())
            project = await transaction.projects.find(project_id)
        assert project is not None
        return project

    def has(self, access: ProjectAccess) -> bool:
        """Whether it is to a hidden project of these."""
        return access.project_id == place_of(access.caller)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Some evaluate at a time, others wait. Raises `Overloaded` after a while."""
        try:
            with anyio.fail_after(_WAIT_SECONDS):
                await self.places.acquire()
        except TimeoutError as error:
            raise Overloaded("too many evaluations without a project at a time; try again later") from error
        try:
            yield
        finally:
            self.places.release()
