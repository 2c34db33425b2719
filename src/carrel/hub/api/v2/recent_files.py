"""Files that an account has worked on or made public, for programs of the compatible product."""

import re
from datetime import datetime

from msgspec import Struct

from carrel.domain.errors import DomainError
from carrel.hub.api.v2.compatible import NOTHING, CompatibleProcedures, Nothing
from carrel.hub.api.v2.procedure import V2Call
from carrel.hub.routes import RouteAccess
from carrel.kit import timestamps
from carrel.services.queries.conditions import relative_time
from carrel.services.queries.fields import Unfit

procedures = CompatibleProcedures()

_INTERVAL = re.compile(r"\s*([0-9]{1,6}(?:\.[0-9]{1,6})?)\s*([a-z]+)\s*", re.ASCII)


class IntervalInvalid(DomainError):
    code = "interval-invalid"

    def __init__(self, text: str) -> None:
        super().__init__(f"interval must be like '1 day', not '{text[:100]}'")


class AccessParams(Struct):
    interval: str = "1 day"


class Opened(Struct):
    """`title`: the project's."""

    project_id: str
    title: str
    path: str


class AccessReply(Struct):
    files: list[Opened]


@procedures.post("/file-access", access=RouteAccess.ACCOUNT, only_reads=True)
async def file_access(params: AccessParams, call: V2Call) -> AccessReply:
    """The files that one has opened within an interval, the last opened first; at most 100."""
    since = _before(call.platform.clock.now(), params.interval)
    found = await call.platform.project_log.files_opened_by(call.account.account_id, since=since)
    return AccessReply([Opened(one.project_id, one.title, one.path) for one in found])


def _before(now: datetime, interval: str) -> datetime:
    match = _INTERVAL.fullmatch(interval)
    if match is None:
        raise IntervalInvalid(interval)
    try:
        return relative_time({"relative_time": -float(match[1]), "unit": match[2]}, now)
    except Unfit:
        raise IntervalInvalid(interval) from None


class SearchParams(Struct):
    search: str


class Found(Struct):
    """`time`: when it was opened last."""

    project_id: str
    filename: str
    time: str


@procedures.post("/projects/filename-search", access=RouteAccess.ACCOUNT, only_reads=True)
async def filename_search(params: SearchParams, call: V2Call) -> list[Found]:
    """The files that one has ever opened whose path has that text, the last opened first; at most 100."""
    found = await call.platform.project_log.files_opened_by(call.account.account_id, containing=params.search[:1000])
    return [Found(one.project_id, one.path, timestamps.to_text(one.opened)) for one in found]


class PublicPathParams(Struct):
    id: str


@procedures.post("/public-paths/save", access=RouteAccess.CALLER)
async def save_public_path(params: PublicPathParams, call: V2Call) -> Nothing:
    """Note when a public path was saved; what is public is always what the project has now."""
    public_paths = call.platform.public_paths
    access = await call.access(await public_paths.project_of(params.id))
    await public_paths.note_saved(access, params.id, at=call.platform.clock.now())
    return NOTHING
