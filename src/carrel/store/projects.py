"""Projects in the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.ids import AccountId, ProjectId
from carrel.domain.projects import ListedProject, Project, ProjectState, Quota, Role
from carrel.kit.timestamps import to_text
from carrel.store.tables import accounts, collaborators, projects
from carrel.store.upserts import insert_if_new

_COLUMNS = (
    projects.c.project_id,
    projects.c.number,
    projects.c.title,
    projects.c.description,
    projects.c.created,
    projects.c.deleted,
    projects.c.manage_users_owner_only,
    projects.c.state,
    projects.c.settings,
    projects.c.env,
    projects.c.name,
)


_FIND_WITH_ROLE = (
    select(*_COLUMNS, collaborators.c.group)
    .outerjoin(
        collaborators,
        (collaborators.c.project_id == projects.c.project_id) & (collaborators.c.account_id == bindparam("account_id")),
    )
    .where(projects.c.project_id == bindparam("project_id"))
)
"""Built once: it is part of nearly every call, and building a statement costs more than running it."""


def _new(project_id: ProjectId, title: str, at: datetime) -> dict[str, Any]:
    state = {"state": ProjectState.OPENED, "time": to_text(at)}
    return {"project_id": project_id, "title": title, "created": at, "last_edited": at, "state": state}


def _to_quota(settings: Mapping[str, Any] | None) -> Quota:
    """`projects.settings` in the compatible API's words; unset fields have our defaults."""
    given, base = settings or {}, Quota()
    return Quota(
        memory_mb=int(given.get("memory", base.memory_mb)),
        cores=given.get("cores", base.cores),
        disk_mb=int(given.get("disk_quota", base.disk_mb)),
        processes=given.get("processes", base.processes),
        network=given.get("network_policy", base.network),
        memory_request_mb=given.get("memory_request", base.memory_request_mb),
        cpu_shares=given.get("cpu_shares", base.cpu_shares),
        idle_timeout_s=given.get("mintime", base.idle_timeout_s),
        always_running=bool(given.get("always_running", base.always_running)),
    )


def to_project(row: Any) -> Project:
    return Project(
        project_id=row.project_id,
        number=row.number,
        title=row.title,
        description=row.description,
        created=row.created,
        deleted=row.deleted,
        manage_users_owner_only=row.manage_users_owner_only,
        state=ProjectState((row.state or {}).get("state", ProjectState.OPENED)),
        state_error=(row.state or {}).get("error"),
        quota=_to_quota(row.settings),
        environment=dict(row.env or {}),
        name=row.name,
    )


@dataclass(frozen=True, slots=True)
class ProjectRows:
    connection: AsyncConnection

    async def add(self, project_id: ProjectId, *, title: str, description: str, image: str | None, at: datetime) -> int:
        """Insert and return the project's number."""
        values = _new(project_id, title, at) | {"description": description, "compute_image": image}
        result = await self.connection.execute(insert(projects).values(values))
        return int(result.inserted_primary_key[0])  # type: ignore[index]  # an insert of one row always has one

    async def add_if_new(self, project_id: ProjectId, *, title: str, at: datetime) -> None:
        """Insert unless it is there."""
        await insert_if_new(self.connection, projects, _new(project_id, title, at))

    async def find(self, project_id: str) -> Project | None:
        row = (await self.connection.execute(select(*_COLUMNS).where(projects.c.project_id == project_id))).first()
        return to_project(row) if row else None

    async def find_with_role(self, project_id: str, account_id: AccountId) -> tuple[Project, Role | None] | None:
        """The project and the account's role on it: the look-up behind every access check."""
        row = (
            await self.connection.execute(_FIND_WITH_ROLE, {"project_id": project_id, "account_id": account_id})
        ).first()
        if row is None:
            return None
        return to_project(row), Role(row.group) if row.group else None

    async def find_each_with_role(
        self, project_ids: Collection[str], account_id: AccountId
    ) -> dict[str, tuple[Project, Role | None]]:
        """Those of the projects that exist, with the account's role on each."""
        query = select(*_COLUMNS, collaborators.c.group).outerjoin(
            collaborators,
            (collaborators.c.project_id == projects.c.project_id) & (collaborators.c.account_id == account_id),
        )
        rows = await self.connection.execute(query.where(projects.c.project_id.in_(project_ids)))
        return {row.project_id: (to_project(row), Role(row.group) if row.group else None) for row in rows}

    async def numbers(self, project_ids: Collection[str]) -> dict[ProjectId, int]:
        """The numbers of those of the projects that exist."""
        query = select(projects.c.project_id, projects.c.number).where(projects.c.project_id.in_(project_ids))
        return {row.project_id: row.number for row in await self.connection.execute(query)}

    async def list_projects(
        self, *, owner: AccountId | None = None, limit: int = 1000, shows_hidden: bool = True
    ) -> list[Project]:
        """Projects that are not deleted, newest first; with `owner` those that the account is on."""
        query = select(*_COLUMNS).where(~projects.c.deleted).order_by(projects.c.number.desc()).limit(limit)
        if owner is not None:
            query = query.join(collaborators, collaborators.c.project_id == projects.c.project_id).where(
                collaborators.c.account_id == owner
            )
        if not shows_hidden:
            query = query.where(collaborators.c.hide.is_not(True))
        return [to_project(row) for row in await self.connection.execute(query)]

    async def page(self, words: Sequence[str], *, offset: int, limit: int) -> list[Project]:
        """Not deleted ones, the newest first; each word is part of the title, or the project's id, or an owner's id or
        address."""
        query = select(*_COLUMNS).where(~projects.c.deleted)
        for word in words:
            owned = select(collaborators.c.project_id).join(
                accounts, (accounts.c.account_id == collaborators.c.account_id) & (collaborators.c.group == Role.OWNER)
            )
            owned = owned.where(or_(accounts.c.account_id == word, accounts.c.email_address == word.lower()))
            found = projects.c.title.icontains(word, autoescape=True)
            query = query.where(or_(found, projects.c.project_id == word, projects.c.project_id.in_(owned)))
        query = query.order_by(projects.c.number.desc()).offset(offset).limit(limit)
        return [to_project(row) for row in await self.connection.execute(query)]

    async def owner_names(self, project_ids: Sequence[ProjectId]) -> dict[ProjectId, list[str]]:
        query = (
            select(collaborators.c.project_id, accounts.c.first_name, accounts.c.last_name)
            .join(accounts, accounts.c.account_id == collaborators.c.account_id)
            .where(collaborators.c.project_id.in_(list(project_ids)), collaborators.c.group == Role.OWNER)
        )
        found: dict[ProjectId, list[str]] = {project_id: [] for project_id in project_ids}
        for row in await self.connection.execute(query):
            found[row.project_id].append(f"{row.first_name} {row.last_name}".strip())
        return found

    async def list_of_person(self, account_id: AccountId, *, deleted: bool) -> list[ListedProject]:
        """All projects that the account is on, the last edited first: those that are deleted, or those that are not."""
        mine = collaborators.c.account_id == account_id
        state = projects.c.state["state"].as_string().label("state_now")
        query = (
            select(projects.c.project_id, projects.c.title, state, projects.c.last_edited, collaborators.c.group)
            .add_columns(collaborators.c.hide)
            .join(collaborators, collaborators.c.project_id == projects.c.project_id)
            .where(mine, projects.c.deleted == deleted)
            .order_by(projects.c.last_edited.desc(), projects.c.number.desc())
        )
        found = (await self.connection.execute(query)).all()
        people: dict[str, list[AccountId]] = {row.project_id: [] for row in found}
        on_mine = select(collaborators.c.project_id).where(mine)
        everybody = select(collaborators.c.project_id, collaborators.c.account_id).where(
            collaborators.c.project_id.in_(on_mine)
        )
        for row in await self.connection.execute(everybody):
            if row.project_id in people:
                people[row.project_id].append(row.account_id)
        return [
            ListedProject(
                row.project_id,
                row.title,
                ProjectState(row.state_now or ProjectState.OPENED),
                row.last_edited,
                Role(row.group),
                bool(row.hide),
                tuple(people[row.project_id]),
            )
            for row in found
        ]

    async def states_of_person(self, account_id: AccountId) -> dict[ProjectId, ProjectState]:
        """The states of the account's projects, but for those that do not run."""
        query = (
            select(projects.c.project_id, projects.c.state)
            .join(collaborators, collaborators.c.project_id == projects.c.project_id)
            .where(
                collaborators.c.account_id == account_id,
                ~projects.c.deleted,
                projects.c.state["state"].as_string() != ProjectState.OPENED.value,
            )
        )
        return {row.project_id: ProjectState(row.state["state"]) for row in await self.connection.execute(query)}

    async def describe(self, project_id: ProjectId, values: Mapping[str, Any]) -> None:
        """Set columns that say what a project is to people: `title`, `description`, `manage_users_owner_only`."""
        await self._set(project_id, **values)

    async def list_not_opened(self) -> list[Project]:
        """Projects that the database believes to be starting, running or stopping."""
        query = select(*_COLUMNS).where(projects.c.state["state"].as_string() != ProjectState.OPENED.value)
        return [to_project(row) for row in await self.connection.execute(query)]

    async def list_always_running(self) -> list[Project]:
        """Projects that are not deleted and that are to run all the time."""
        always = projects.c.settings["always_running"].as_integer() == 1
        return [
            to_project(row)
            for row in await self.connection.execute(select(*_COLUMNS).where(always, ~projects.c.deleted))
        ]

    async def last_uses(self, project_ids: Sequence[ProjectId]) -> list[tuple[Project, datetime | None]]:
        """These projects, and when somebody has used each last."""
        query = select(*_COLUMNS, projects.c.last_edited).where(projects.c.project_id.in_(list(project_ids)))
        return [(to_project(row), row.last_edited) for row in await self.connection.execute(query)]

    async def _set(self, project_id: ProjectId, **values: Any) -> None:
        await self.connection.execute(update(projects).where(projects.c.project_id == project_id).values(**values))

    async def set_state(
        self, project_id: ProjectId, state: ProjectState, *, at: datetime, error: str | None = None
    ) -> None:
        value: dict[str, Any] = {"state": state, "time": to_text(at)}
        await self._set(project_id, state=value if error is None else value | {"error": error})

    async def set_deleted(self, project_id: ProjectId, deleted: bool) -> None:
        await self._set(project_id, deleted=deleted)

    async def set_settings(self, project_id: ProjectId, settings: Mapping[str, Any]) -> None:
        current = (
            await self.connection.execute(select(projects.c.settings).where(projects.c.project_id == project_id))
        ).scalar()
        await self._set(project_id, settings=dict(current or {}) | dict(settings))

    async def find_action_request(self, project_id: ProjectId) -> dict[str, Any] | None:
        query = select(projects.c.action_request).where(projects.c.project_id == project_id)
        return (await self.connection.execute(query)).scalar()

    async def set_action_request(self, project_id: ProjectId, request: Mapping[str, Any]) -> None:
        await self._set(project_id, action_request=dict(request))

    async def touch(self, project_id: ProjectId, account_id: AccountId, *, at: datetime) -> None:
        """Mark as in use by the account."""
        query = select(projects.c.last_active).where(projects.c.project_id == project_id).with_for_update()
        last_active = (await self.connection.execute(query)).scalar() or {}
        await self._set(project_id, last_edited=at, last_active=last_active | {account_id: to_text(at)})
