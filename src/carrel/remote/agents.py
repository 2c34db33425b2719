"""Which agent is reached how: one shared link for each project, made when it is first asked for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from anyio import AsyncContextManagerMixin
from anyio.abc import TaskStatus

from carrel.domain.ids import ProjectId
from carrel.remote.held import Held
from carrel.remote.link import AgentLink


@dataclass(slots=True)
class _Entry:
    """A project's place in the table; whoever makes or ends its link holds `lock`."""

    lock: anyio.Lock = field(default_factory=anyio.Lock)
    link: AgentLink | None = None
    address: Path | None = None
    ended: anyio.Event = field(default_factory=anyio.Event)

    def open_link(self, address: Path) -> AgentLink | None:
        """The link, if it is open and leads to `address`."""
        link = self.link
        return link if link is not None and link.closed_reason is None and self.address == address else None


class Agents(AsyncContextManagerMixin):
    """Holds the links; opened with `async with`, and closes them all at its end."""

    def __init__(self) -> None:
        self._entries: dict[ProjectId, _Entry] = {}
        self._held = Held()

    @asynccontextmanager
    async def __asynccontextmanager__(self) -> AsyncIterator["Agents"]:
        failure: Exception | None = None
        async with anyio.create_task_group() as tasks:
            self._tasks = tasks
            try:
                yield self
            except Exception as error:  # noqa: BLE001 -- raised below, where no task group wraps it
                failure = error
            tasks.cancel_scope.cancel()
        if failure is not None:
            raise failure

    async def link(self, project_id: ProjectId, address: Path) -> AgentLink:
        """The open link to a project's agent, made (or made anew) if need be; raises `AgentLost`."""
        entry = self._entries.setdefault(project_id, _Entry())
        if (link := entry.open_link(address)) is not None:
            return link
        async with entry.lock:
            if (link := entry.open_link(address)) is not None:
                return link
            await self._close(entry)
            opened: AgentLink = await self._tasks.start(self._hold, entry, address)
            return opened

    async def drop(self, project_id: ProjectId) -> None:
        """Close a project's link, if there is one; calls under way raise `AgentLost`."""
        entry = self._entries.get(project_id)
        if entry is None:
            return
        async with entry.lock:
            await self._close(entry)
            if entry.lock.statistics().tasks_waiting == 0:
                self._entries.pop(project_id, None)

    async def _close(self, entry: _Entry) -> None:
        if entry.link is not None:
            entry.link.close("the hub dropped it")
            await entry.ended.wait()
            entry.link = None

    async def _hold(self, entry: _Entry, address: Path, *, task_status: TaskStatus[AgentLink]) -> None:
        """The life of one link, for as long as it is open."""
        entry.ended = ended = anyio.Event()
        try:
            async with AgentLink.connect(address, self._held.part()) as link:
                entry.link, entry.address = link, address
                task_status.started(link)
                await link.wait_closed()
        finally:
            ended.set()
