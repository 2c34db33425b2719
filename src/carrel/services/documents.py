"""Live documents: who takes part in them, and the stream to the agent that keeps them."""

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from carrel.domain.documents import FileAccess
from carrel.domain.errors import Overloaded
from carrel.domain.execution import AgentLost
from carrel.domain.ids import AccountId
from carrel.kit.clock import Clock
from carrel.protocol.documents import OpenDocument
from carrel.remote.documents import DocumentStream
from carrel.services.lifecycle import Lifecycle
from carrel.services.projects import Projects
from carrel.store.store import Store

STARTS = 20
_STARTS_IN = timedelta(minutes=1)
_ACCOUNTS_AT_MOST = 10_000
_COLORS = ("#1565c0", "#2e7d32", "#ad1457", "#6a1b9a", "#c62828", "#00695c", "#ef6c00", "#4e342e", "#283593", "#558b2f")


@dataclass(frozen=True, slots=True)
class Viewer:
    """An account as others see it in a document."""

    account_id: AccountId
    name: str
    color: str


@dataclass(slots=True)
class Documents:
    store: Store
    lifecycle: Lifecycle
    projects: Projects
    clock: Clock
    _starts: dict[AccountId, deque[datetime]] = field(default_factory=dict)

    async def viewer(self, account_id: AccountId) -> Viewer:
        """The account's name, and the colour that it has everywhere."""
        async with self.store.read() as transaction:
            names = await transaction.accounts.names([account_id])
        color = _COLORS[sha256(account_id.encode()).digest()[0] % len(_COLORS)]
        return Viewer(account_id, " ".join(names.get(account_id, ())).strip(), color)

    def must_start(self, access: FileAccess) -> bool:
        """Whether opening the file begins with starting its project."""
        return not self.lifecycle.is_running(access.project.project_id)

    async def start(self, access: FileAccess) -> None:
        """Start the project unless it runs. Raises `Overloaded`, `StartFailed`, `ProjectDeleted`."""
        if self.must_start(access):
            self._count_start(access.project.caller)
            await self.lifecycle.start(access.project.project)

    @asynccontextmanager
    async def open(self, access: FileAccess, viewer: Viewer, *, create: bool) -> AsyncIterator[DocumentStream]:
        """Take part in a document until the block ends; the project is started if need be.

        Raises what `start` raises, `DocumentRefused`, and `AgentLost` with the best known reason.
        """
        request = OpenDocument(
            path=access.path,
            account_id=viewer.account_id,
            name=viewer.name,
            color=viewer.color,
            may_edit=access.may_edit,
            may_run=access.may_run,
            create=create and access.may_edit,
        )
        try:
            link = await self.lifecycle.link(access.project.project)
            async with link.open_document(request) as stream:
                self.projects.touch_soon(access.project)
                yield stream
        except AgentLost as error:
            raise AgentLost(await self.lifecycle.why_lost(access.project.project_id, error.reason)) from error

    def touch(self, access: FileAccess) -> None:
        """Note that the project is in use."""
        self.projects.touch_soon(access.project)

    def _count_start(self, account_id: AccountId) -> None:
        if len(self._starts) >= _ACCOUNTS_AT_MOST:
            self._starts.clear()
        times, now = self._starts.setdefault(account_id, deque(maxlen=STARTS)), self.clock.now()
        if len(times) == STARTS and times[0] > now - _STARTS_IN:
            raise Overloaded("too many projects were started; try again in a minute")
        times.append(now)
