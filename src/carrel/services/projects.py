"""Projects: create, list, describe, mark as used, start and stop on request, delete; and what is told in their logs."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

import anyio
import structlog
from anyio import AsyncContextManagerMixin
from anyio.abc import TaskGroup

from carrel.domain.errors import DomainError
from carrel.domain.ids import AccountId, ProjectId, is_uuid, new_project_id
from carrel.domain.principals import AccountPrincipal
from carrel.domain.projects import (
    QUOTA_RANGES,
    ListedProject,
    Permission,
    Project,
    ProjectAccess,
    ProjectIdInvalid,
    ProjectIdNotChosen,
    ProjectIdTaken,
    ProjectState,
    QuotaInvalid,
    Role,
)
from carrel.kit import timestamps
from carrel.kit.clock import Clock
from carrel.services.background import repeat, survive
from carrel.services.lifecycle import Lifecycle
from carrel.store.store import Store, Transaction

log = structlog.get_logger()

_BRIEF_SECONDS = 20
_NOTE_USED_SECONDS = 1.0
_NOTES_AT_MOST = 10_000
OPENED = "open"
"""The event of a file that was opened: its path is `filename`."""


async def add_project(
    transaction: Transaction,
    owner: AccountId,
    *,
    title: str,
    description: str = "",
    image: str | None = None,
    at: datetime,
    chosen_id: ProjectId | None = None,
) -> Project:
    """A new project of that owner, in the caller's transaction; its home is made when it is first used."""
    if chosen_id is not None and await transaction.projects.find(chosen_id) is not None:
        raise ProjectIdTaken(chosen_id)
    project_id = chosen_id or new_project_id()
    number = await transaction.projects.add(project_id, title=title, description=description, image=image, at=at)
    await transaction.collaborators.add(project_id, owner, Role.OWNER)
    log.info("project_created", project_id=project_id, account_id=owner)
    return Project(project_id, number, title, description, at)


@dataclass(frozen=True, slots=True)
class _Note:
    project_id: ProjectId
    account_id: AccountId
    event: Mapping[str, Any]
    at: datetime


@dataclass
class Projects(AsyncContextManagerMixin):
    """Entered, it also starts projects in the background."""

    store: Store
    lifecycle: Lifecycle
    clock: Clock
    _tasks: TaskGroup = field(init=False)
    _used: dict[tuple[ProjectId, AccountId], datetime] = field(default_factory=dict)
    """Uses that are not in the database yet."""
    _notes: list[_Note] = field(default_factory=list)
    """Entries of logs that are not in the database yet."""

    @asynccontextmanager
    async def __asynccontextmanager__(self) -> AsyncGenerator[Self]:
        async with anyio.create_task_group() as tasks:
            self._tasks = tasks
            tasks.start_soon(repeat, "note the use of projects", self._note_used)
            yield self
            tasks.cancel_scope.cancel()

    async def create(
        self,
        owner: AccountId,
        *,
        title: str,
        description: str = "",
        image: str | None = None,
        start: bool = False,
        chosen_id: ProjectId | None = None,
    ) -> Project:
        """A new project of that owner; with `start` it starts in the background. Raises `ProjectIdTaken`."""
        async with self.store.begin() as transaction:
            project = await add_project(
                transaction,
                owner,
                title=title,
                description=description,
                image=image,
                at=self.clock.now(),
                chosen_id=chosen_id,
            )
        if start:
            self.start_soon(project)
        return project

    def choose_id(self, caller: AccountPrincipal, project_id: str) -> ProjectId:
        """The id for a new project that an admin asks for. Raises `ProjectIdNotChosen`, `ProjectIdInvalid`."""
        if not caller.is_admin:
            raise ProjectIdNotChosen
        if not is_uuid(project_id):
            raise ProjectIdInvalid(project_id, Permission.WRITE)
        return ProjectId(project_id)

    async def list_of(self, account_id: AccountId, *, limit: int) -> list[Project]:
        """Projects that the account is on, the newest first, without those that are deleted or hidden."""
        async with self.store.read() as transaction:
            return await transaction.projects.list_projects(owner=account_id, limit=limit, shows_hidden=False)

    async def list_own(self, account_id: AccountId, *, deleted: bool) -> list[ListedProject]:
        """Every project that the account is on, deleted or not as asked, also if hidden; the last edited first."""
        async with self.store.read() as transaction:
            return await transaction.projects.list_of_person(account_id, deleted=deleted)

    async def list_active(self, account_id: AccountId) -> dict[ProjectId, ProjectState]:
        """Which of the account's projects start, run or stop now."""
        async with self.store.read() as transaction:
            return await transaction.projects.states_of_person(account_id)

    async def get_hidden(self, access: ProjectAccess) -> bool:
        """Whether the caller does not want to see it in lists."""
        async with self.store.read() as transaction:
            return await transaction.collaborators.find_hidden(access.project_id, access.caller)

    async def set_hidden(self, access: ProjectAccess, hidden: bool) -> None:
        """Whether the caller wants to see it in lists."""
        access.demand(Permission.READ)
        async with self.store.begin() as transaction:
            await transaction.collaborators.set_hidden(access.project_id, access.caller, hidden)

    async def describe(self, access: ProjectAccess, changes: Mapping[str, Any]) -> None:
        """Set its `title`, `description`, and, for owners, `manage_users_owner_only`."""
        access.demand(Permission.OWN if "manage_users_owner_only" in changes else Permission.WRITE)
        if not changes:
            return
        async with self.store.begin() as transaction:
            await transaction.projects.describe(access.project_id, changes)
            event = {"event": "set", **changes}
            await transaction.project_log.add(access.project_id, access.caller, event, at=self.clock.now())

    async def set_quotas(self, project: Project, settings: Mapping[str, Any]) -> None:
        """Set limits, in the words of `projects.settings`; a project that runs is restarted with them.

        Raises `QuotaInvalid`.
        """
        for name, (least, most) in QUOTA_RANGES.items():
            if name in settings and not least <= settings[name] <= most:
                raise QuotaInvalid(name, least, most)
        async with self.store.begin() as transaction:
            await transaction.projects.set_settings(project.project_id, settings)
            changed = await transaction.projects.find(project.project_id)
        log.info("quotas_changed", project_id=project.project_id, settings=sorted(settings))
        if changed is not None and self.lifecycle.is_running(project.project_id):
            await self.lifecycle.stop(project.project_id)
            await self.lifecycle.link(changed)
        elif changed is not None and changed.quota.always_running and not changed.deleted:
            self.start_soon(changed)

    def start_soon(self, project: Project) -> None:
        """Start in the background; a failure is in the project's state and in the log."""
        self._tasks.start_soon(self._start, project)

    async def _start(self, project: Project) -> None:
        await survive("start a project", lambda: self._start_or_log(project))

    async def _start_or_log(self, project: Project) -> None:
        try:
            await self.lifecycle.link(project)
        except DomainError as error:
            log.warning("background_start_failed", project_id=project.project_id, reason=str(error))

    async def touch(self, access: ProjectAccess) -> None:
        """Mark the project as in use by the caller, and start it in the background."""
        access.demand(Permission.WRITE)
        self._note_start(access)
        await self.touched(access)
        self.start_soon(access.project)

    async def touched(self, access: ProjectAccess) -> None:
        """Mark the project as in use by the caller."""
        self.touch_soon(access)
        await self._write_used()

    def touch_soon(self, access: ProjectAccess) -> None:
        """Mark the project as in use, within a second or so: calls that come in quick succession share one write."""
        self._used[access.project_id, access.caller] = self.clock.now()

    def note_soon(self, access: ProjectAccess, event: Mapping[str, Any]) -> None:
        """Write into the project's log what the caller has done, within a second or so."""
        if len(self._notes) < _NOTES_AT_MOST:
            self._notes.append(_Note(access.project_id, access.caller, event, self.clock.now()))

    def _note_start(self, access: ProjectAccess) -> None:
        if not self.lifecycle.is_running(access.project_id):
            self.note_soon(access, {"event": "start_project"})

    async def _note_used(self) -> None:
        await anyio.sleep(_NOTE_USED_SECONDS)
        if self._used or self._notes:
            await self._write_used()

    async def _write_used(self) -> None:
        used, notes = dict(self._used), list(self._notes)
        self._used.clear()
        self._notes.clear()
        async with self.store.begin() as transaction:
            for (project_id, account_id), moment in used.items():
                await transaction.projects.touch(project_id, account_id, at=moment)
                await transaction.accounts.touch(account_id, moment)
            for note in notes:
                await transaction.project_log.add(note.project_id, note.account_id, note.event, at=note.at)
                if note.event["event"] == OPENED:
                    path = note.event["filename"]
                    await transaction.file_use.note_opened(note.project_id, path, note.account_id, at=note.at)

    async def start(self, access: ProjectAccess) -> None:
        access.demand(Permission.WRITE)
        self._note_start(access)
        await self.lifecycle.link(access.project)

    async def start_briefly(self, access: ProjectAccess) -> None:
        """`start` for who does not wait long, and not at all while the project is just starting or stopping."""
        access.demand(Permission.WRITE)
        if not self.lifecycle.is_changing(access.project_id):
            self._note_start(access)
            await self.lifecycle.link(access.project, within_s=_BRIEF_SECONDS)

    async def stop(self, access: ProjectAccess) -> None:
        access.demand(Permission.WRITE)
        if self.lifecycle.is_running(access.project_id):
            self.note_soon(access, {"event": "stop_project"})
        await self.lifecycle.stop(access.project_id)

    async def restart(self, access: ProjectAccess) -> None:
        access.demand(Permission.WRITE)
        self.note_soon(access, {"event": "restart_project"})
        await self.lifecycle.stop(access.project_id)
        await self.lifecycle.link(access.project)

    async def set_deleted(self, access: ProjectAccess, deleted: bool) -> None:
        """Deleting is a flag: the files stay, the sandbox is stopped."""
        access.demand(Permission.WRITE)
        async with self.store.begin() as transaction:
            await transaction.projects.set_deleted(access.project_id, deleted)
            event = {"event": "delete_project" if deleted else "undelete_project"}
            await transaction.project_log.add(access.project_id, access.caller, event, at=self.clock.now())
        log.info("project_deletion_changed", project_id=access.project_id, deleted=deleted, by=access.caller)
        if deleted:
            await self.lifecycle.stop(access.project_id)

    async def request_action(self, access: ProjectAccess, request: Mapping[str, Any]) -> None:
        """Carry out `{"action": "start"|"stop"|"restart", "time": …}` unless that time was carried out already.

        Returns when it has finished; how it went is stored in `action_request`, a failure is no error here.
        """
        access.demand(Permission.WRITE)
        async with self.store.begin() as transaction:
            before = await transaction.projects.find_action_request(access.project_id) or {}
            if before.get("time") == request.get("time"):
                return
            current = dict(request) | {"started": timestamps.to_text(self.clock.now())}
            await transaction.projects.set_action_request(access.project_id, current)
        try:
            await self._act(access, str(request.get("action")))
        except DomainError as error:
            current["err"] = str(error)
        current["finished"] = timestamps.to_text(self.clock.now())
        async with self.store.begin() as transaction:
            await transaction.projects.set_action_request(access.project_id, current)

    async def _act(self, access: ProjectAccess, action: str) -> None:
        actions = {"start": self.start, "stop": self.stop, "restart": self.restart}
        if action not in actions:
            raise UnknownAction(action)
        await actions[action](access)


class UnknownAction(DomainError):
    code = "unknown-action"

    def __init__(self, action: str) -> None:
        super().__init__(f"unknown action '{action}': it must be start, stop or restart")
