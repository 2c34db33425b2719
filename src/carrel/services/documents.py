"""Live documents: who takes part in them, and the stream to the agent that keeps them."""

from collections import Counter, deque
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Self

import anyio
import structlog
from anyio import AsyncContextManagerMixin
from anyio.abc import TaskGroup

from carrel.domain.documents import DocumentRefused, DocumentVersion, FileAccess
from carrel.domain.embed_sessions import Ability
from carrel.domain.errors import DomainError, Overloaded
from carrel.domain.execution import AgentLost, RunningTerminal
from carrel.domain.ids import AccountId, ProjectId
from carrel.domain.projects import Permission, ProjectAccess, ProjectState
from carrel.domain.snapshots import DocumentNotSaved
from carrel.kit.clock import Clock
from carrel.protocol.documents import NOT_FOUND, OpenDocument
from carrel.protocol.terminals import OpenTerminal
from carrel.remote.documents import DocumentStream
from carrel.services.background import survive
from carrel.services.lifecycle import Lifecycle
from carrel.services.projects import OPENED, Projects
from carrel.store.store import Store

log = structlog.get_logger()

STARTS = 20
PREPARE_SECONDS = 60
SAVE_SECONDS = 15
_STARTS_IN = timedelta(minutes=1)
_ACCOUNTS_AT_MOST = 10_000
_OPENED_AGAIN = timedelta(hours=1)
_OPENED_AT_MOST = 10_000
_COLORS = ("#1565c0", "#2e7d32", "#ad1457", "#6a1b9a", "#c62828", "#00695c", "#ef6c00", "#4e342e", "#283593", "#558b2f")


@dataclass(frozen=True, slots=True)
class Viewer:
    """An account as others see it in a document."""

    account_id: AccountId
    name: str
    color: str


@dataclass
class Documents(AsyncContextManagerMixin):
    """Opens documents; entered, it prepares those that are about to be asked for."""

    store: Store
    lifecycle: Lifecycle
    projects: Projects
    clock: Clock
    _starts: dict[AccountId, deque[datetime]] = field(default_factory=dict)
    _starting: set[ProjectId] = field(default_factory=set)
    _preparing: set[tuple[ProjectId, str]] = field(default_factory=set)
    _here: dict[ProjectId, Counter[str]] = field(default_factory=dict)
    """How many have which path open."""
    _opened: dict[tuple[ProjectId, AccountId, str], datetime] = field(default_factory=dict)
    _tasks: TaskGroup = field(init=False)

    @asynccontextmanager
    async def __asynccontextmanager__(self) -> AsyncGenerator[Self]:
        async with anyio.create_task_group() as tasks:
            self._tasks = tasks
            yield self
            tasks.cancel_scope.cancel()

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
        project_id = access.project.project_id
        if not self.must_start(access):
            return
        if project_id in self._starting:  # that start is this one's, too
            await self.lifecycle.start(access.project.project)
            return
        self._count_start(access.project.caller)
        self._starting.add(project_id)
        try:
            await self.lifecycle.start(access.project.project)
        finally:
            self._starting.discard(project_id)

    def prepare(self, access: FileAccess) -> None:
        """Start the project and open the document in the background, as a page is being loaded that will ask for it.

        Where the project runs, the page's own request is as fast. What goes wrong is told to the page when it asks.
        """
        key = (access.project.project_id, access.path)
        if self.must_start(access) and key not in self._preparing:
            self._preparing.add(key)
            self._tasks.start_soon(survive, "prepare_document", partial(self._prepare, key, access))

    async def _prepare(self, key: tuple[ProjectId, str], access: FileAccess) -> None:
        try:
            with anyio.move_on_after(PREPARE_SECONDS):
                await self.start(access)
                async with self.open(access, await self.viewer(access.project.caller), create=False):
                    return  # it stays open for a while
        except DomainError as error:
            log.info("document_not_prepared", project_id=access.project.project_id, reason=str(error))
        finally:
            self._preparing.discard(key)

    @asynccontextmanager
    async def open(self, access: FileAccess, viewer: Viewer, *, create: bool) -> AsyncIterator[DocumentStream]:
        """Take part in a document or terminal until the block ends; the project is started if need be.

        Raises what `start` raises, `DocumentRefused`, and `AgentLost` with the best known reason.
        """
        try:
            link = await self.lifecycle.link(access.project.project)
            async with link.open_document(_request(access, viewer, create=create and access.may_edit)) as stream:
                self.projects.touch_soon(access.project)
                self._note_opened(access)
                with self._counted(access):
                    yield stream
        except AgentLost as error:
            raise AgentLost(await self.lifecycle.why_lost(access.project.project_id, error.reason)) from error

    @contextmanager
    def _counted(self, access: FileAccess) -> Iterator[None]:
        project_id = access.project.project_id
        paths = self._here.setdefault(project_id, Counter())
        paths[access.path] += 1
        try:
            yield
        finally:
            paths[access.path] -= 1
            paths += Counter()  # without those that nobody has open any more
            if not paths:
                self._here.pop(project_id, None)

    def open_paths(self, project_id: ProjectId) -> list[str]:
        """What somebody has open in a project, by the paths that it was opened by."""
        return sorted(self._here.get(project_id, ()))

    async def history(self, access: FileAccess) -> list[DocumentVersion]:
        """What the file has been, oldest first; nothing if it was never opened. The project is started if need be.

        Raises what `open` raises.
        """
        project = access.project.project
        try:
            link = await self.lifecycle.link(project)
            return await link.history(access.path)
        except DocumentRefused as error:
            if error.reason != NOT_FOUND:
                raise
            return []
        except AgentLost as error:
            raise AgentLost(await self.lifecycle.why_lost(project.project_id, error.reason)) from error

    async def save(self, access: FileAccess) -> None:
        """Have all edits that were acknowledged in the file.

        Where the project runs nowhere the file is left as it is: edits of the moment before a kill are put into it
        when it is opened next.

        Raises `DocumentRefused`, `DocumentNotSaved`, and as `FileAccess.demand`.
        """
        access.demand(Ability.SAVE)
        project = access.project.project
        if project.state is not ProjectState.RUNNING and not self.lifecycle.is_running(project.project_id):
            return  # another hub may have started it, which only the state tells
        try:
            with anyio.fail_after(SAVE_SECONDS):
                await (await self.lifecycle.link(project)).save_document(access.path)
        except TimeoutError as error:
            raise DocumentNotSaved from error
        except AgentLost as error:
            raise AgentLost(await self.lifecycle.why_lost(project.project_id, error.reason)) from error

    async def terminals(self, project: ProjectAccess) -> list[RunningTerminal]:
        """The terminals of a project whose shells run; none if it does not run, and it is not started."""
        project.demand(Permission.WRITE)
        if not self.lifecycle.is_running(project.project_id):
            return []
        return await (await self.lifecycle.link(project.project)).terminals()

    async def end_terminal(self, access: FileAccess) -> None:
        """End the shell of a terminal and return when it has ended. Raises as `FileAccess.demand`."""
        access.demand(Ability.RUN)
        if self.lifecycle.is_running(access.project.project_id):
            await (await self.lifecycle.link(access.project.project)).end_terminal(access.path)

    def _note_opened(self, access: FileAccess) -> None:
        """In the project's log, unless it was there a short while ago: pages open a file again and again."""
        key, now = (access.project.project_id, access.project.caller, access.path), self.clock.now()
        last = self._opened.get(key)
        if last is not None and now - last < _OPENED_AGAIN:
            return
        if len(self._opened) >= _OPENED_AT_MOST:
            self._opened.clear()
        self._opened[key] = now
        self.projects.note_soon(access.project, {"event": OPENED, "filename": access.path})

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


def _request(access: FileAccess, viewer: Viewer, *, create: bool) -> OpenDocument | OpenTerminal:
    if access.is_terminal:
        return OpenTerminal(access.path, may_type=access.may_edit, create=create)
    return OpenDocument(
        path=access.path,
        account_id=viewer.account_id,
        name=viewer.name,
        color=viewer.color,
        may_edit=access.may_edit,
        may_run=access.may_run,
        create=create,
    )
