"""What the pages about projects need beyond what programs of the compatible product know. Times in milliseconds."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from carrel.domain.projects import Collaborator, ListedProject, LogEntry, Permission
from carrel.hub.api.v2.embed import Empty
from carrel.hub.api.v2.procedure import Procedures, V2Call
from carrel.hub.routes import RouteAccess
from carrel.kit.timestamps import to_milliseconds

procedures = Procedures()

_LOG_PAGE = 100


def _names(names: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    return {account_id: " ".join(both).strip() for account_id, both in names.items()}


class ListParams(Struct):
    """`deleted`: those, instead of the others."""

    deleted: bool = False


class Listed(Struct):
    """A project in a list; `people` are ids of accounts."""

    project_id: str
    title: str
    state: str
    last_edited: int | None
    role: str
    hidden: bool
    people: tuple[str, ...]

    @classmethod
    def of(cls, listed: ListedProject) -> "Listed":
        edited = listed.last_edited
        return cls(
            listed.project_id,
            listed.title,
            listed.state,
            None if edited is None else to_milliseconds(edited),
            listed.role,
            listed.hidden,
            listed.people,
        )


class List(Struct):
    projects: list[Listed]
    names: dict[str, str]


@procedures.post("/projects/list", access=RouteAccess.ACCOUNT, only_reads=True)
async def list_projects(params: ListParams, call: V2Call) -> List:
    """All of one's projects, hidden ones too, the last edited first, and the names of all people on them."""
    found = await call.platform.projects.list_own(call.account.account_id, deleted=params.deleted)
    people = {one for listed in found for one in listed.people}
    names = await call.platform.accounts.names(sorted(people))
    return List([Listed.of(one) for one in found], _names(names))


class States(Struct):
    """The states of projects that start, run or stop; all others are `opened`."""

    states: dict[str, str]


@procedures.post("/projects/states", access=RouteAccess.ACCOUNT, only_reads=True)
async def list_states(params: Empty, call: V2Call) -> States:
    """Which of one's projects run: little enough to be asked for again and again."""
    found = await call.platform.projects.list_active(call.account.account_id)
    return States({project_id: str(state) for project_id, state in found.items()})


class ProjectParams(Struct):
    project_id: str


class Person(Struct):
    account_id: str
    name: str
    role: str

    @classmethod
    def of(cls, one: Collaborator) -> "Person":
        return cls(one.account_id, f"{one.first_name} {one.last_name}".strip(), one.role)


class Limits(Struct):
    """What a project may use at most."""

    memory_mb: float
    cores: float
    disk_mb: float
    processes: int


class Details(Struct):
    """A project for its page; `role` is `null` for admins who are not on it; `can_manage`: change who is on it."""

    project_id: str
    title: str
    description: str
    state: str
    state_error: str | None
    created: int
    deleted: bool
    hidden: bool
    role: str | None
    can_write: bool
    can_own: bool
    can_manage: bool
    owners_manage: bool
    people: list[Person]
    limits: Limits


@procedures.post("/projects/details", access=RouteAccess.PERSON, only_reads=True)
async def details(params: ProjectParams, call: V2Call) -> Details:
    """What a project's page shows of it."""
    access = await call.access(params.project_id, Permission.READ)
    project, grants, quota = access.project, access.grants, access.project.quota
    owners_manage = project.manage_users_owner_only
    return Details(
        project_id=project.project_id,
        title=project.title,
        description=project.description,
        state=project.state,
        state_error=project.state_error,
        created=to_milliseconds(project.created),
        deleted=project.deleted,
        hidden=await call.platform.projects.get_hidden(access),
        role=access.role,
        can_write=Permission.WRITE in grants,
        can_own=Permission.OWN in grants,
        can_manage=(Permission.OWN if owners_manage else Permission.WRITE) in grants,
        owners_manage=owners_manage,
        people=[Person.of(one) for one in await call.platform.collaborators.list_people(access)],
        limits=Limits(quota.memory_mb, quota.cores, quota.disk_mb, quota.processes),
    )


class DescribeParams(Struct):
    """What is not given stays as it is."""

    project_id: str
    title: Annotated[str, Meta(max_length=1000)] | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=100_000)] | UnsetType = UNSET
    owners_manage: bool | UnsetType = UNSET

    def changes(self) -> dict[str, Any]:
        columns = {
            "title": self.title,
            "description": self.description,
            "manage_users_owner_only": self.owners_manage,
        }
        return {column: value for column, value in columns.items() if value is not UNSET}


@procedures.post("/projects/describe", access=RouteAccess.ACCOUNT)
async def describe(params: DescribeParams, call: V2Call) -> None:
    """Set title and description, and whether only owners change who is on the project."""
    await call.platform.projects.describe(await call.access(params.project_id), params.changes())


class HideParams(Struct):
    project_id: str
    hidden: bool


@procedures.post("/projects/hide", access=RouteAccess.ACCOUNT)
async def hide(params: HideParams, call: V2Call) -> None:
    """Leave a project out of one's own list, or show it again."""
    access = await call.access(params.project_id, Permission.READ)
    await call.platform.projects.set_hidden(access, params.hidden)


class InviteParams(Struct):
    project_id: str
    email_address: str


class Invited(Struct):
    """`added`: there was an account with that address; else a link was sent."""

    added: bool


@procedures.post("/projects/collaborators/invite", access=RouteAccess.ACCOUNT)
async def invite(params: InviteParams, call: V2Call) -> Invited:
    """Add whoever has an e-mail address, or mail them a link with which they can join."""
    settings = call.platform.settings
    link_to = f"{settings.site.url}{settings.hub.base_path}/projects#invite=" if settings.site.url else None
    access = await call.access(params.project_id)
    return Invited(await call.platform.collaborators.invite_address(access, params.email_address, link_to))


class JoinParams(Struct):
    token: str


class Joined(Struct):
    project_id: str


@procedures.post("/projects/collaborators/join", access=RouteAccess.ACCOUNT)
async def join(params: JoinParams, call: V2Call) -> Joined:
    """Come onto the project that a link was for."""
    joined = await call.platform.collaborators.join([call.account.account_id], [params.token])
    return Joined(joined[0])


class UsageReply(Struct):
    """What a project uses now. `null`: it does not run, or this machine cannot tell; `cpu_seconds` since its start."""

    time: int
    memory_bytes: int | None
    cpu_seconds: float | None
    processes: int | None
    disk_bytes: int


@procedures.post("/projects/usage", access=RouteAccess.ACCOUNT, only_reads=True)
async def usage(params: ProjectParams, call: V2Call) -> UsageReply:
    """What a project uses of its limits; its disk as it was measured within the last half minute."""
    project = (await call.access(params.project_id, Permission.READ)).project
    disk_bytes = await call.platform.disk_watch.used_bytes(project)
    used = await call.platform.lifecycle.usage(project.project_id)
    now = to_milliseconds(call.platform.clock.now())
    return UsageReply(now, used.memory_bytes, used.cpu_seconds, used.processes, disk_bytes)


class Terminal(Struct):
    path: str
    viewers: int
    busy: bool


class Terminals(Struct):
    """`viewers`: how many pages show it; `busy`: a program runs in it."""

    terminals: list[Terminal]


@procedures.post("/projects/terminals", access=RouteAccess.PERSON, only_reads=True)
async def list_terminals(params: ProjectParams, call: V2Call) -> Terminals:
    """The terminals of a project whose shells run, also those that no page shows; it is not started."""
    found = await call.platform.documents.terminals(await call.access(params.project_id))
    return Terminals([Terminal(one.path, one.viewers, one.is_busy) for one in found])


class EndTerminalParams(Struct):
    project_id: str
    path: str


@procedures.post("/projects/terminals/end", access=RouteAccess.PERSON)
async def end_terminal(params: EndTerminalParams, call: V2Call) -> None:
    """End the shell of a terminal, and what runs in it."""
    access = await call.platform.access.to_file(call.person, params.project_id, params.path)
    await call.platform.documents.end_terminal(access)


class LogParams(Struct):
    """`before`: where an earlier reply has ended."""

    project_id: str
    before: tuple[Annotated[int, Meta(ge=0, le=253_000_000_000_000_000)], str] | None = None
    limit: int = _LOG_PAGE


class Entry(Struct):
    id: str
    time: int
    account_id: str | None
    event: dict[str, Any]

    @classmethod
    def of(cls, entry: LogEntry) -> "Entry":
        return cls(entry.id, to_milliseconds(entry.time), entry.account_id, entry.event)


class Log(Struct):
    """`next`: the `before` of the call that goes on; `null` at the end. `names` of the accounts in the entries."""

    entries: list[Entry]
    names: dict[str, str]
    next: tuple[int, str] | None


@procedures.post("/projects/log", access=RouteAccess.PERSON, only_reads=True)
async def read_log(params: LogParams, call: V2Call) -> Log:
    """What was done with a project, the newest first."""
    access = await call.access(params.project_id, Permission.READ)
    before = None if params.before is None else (_moment(params.before[0]), params.before[1])
    page = await call.platform.project_log.page(access, before=before, limit=params.limit)
    last = page.entries[-1] if page.has_more else None
    return Log(
        [Entry.of(one) for one in page.entries],
        _names(page.names),
        None if last is None else (_microseconds(last.time), last.id),
    )


def _microseconds(moment: datetime) -> int:
    """Exact, so that an entry of the same millisecond is neither skipped nor told twice."""
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond


def _moment(microseconds: int) -> datetime:
    seconds, rest = divmod(microseconds, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)
