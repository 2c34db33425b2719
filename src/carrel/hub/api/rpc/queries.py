"""RPC functions that read and write what the database knows."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from carrel.domain.projects import PermissionMissing, ProjectIdInvalid
from carrel.hub.api.rpc.registry import Caller, Functions
from carrel.hub.api.v2.inside_projects import QueryParams
from carrel.hub.call import Call
from carrel.kit import timestamps

functions = Functions()

_DENIED = "user must be a collaborator on the project"
_TEXTS = {PermissionMissing: _DENIED, ProjectIdInvalid: _DENIED}
_TIMES = 1000
Found = Annotated[Any, Meta(description="The query, with what was found in place of what was asked for.")]


@functions.procedure("db.userQuery", may_call=Caller.RANKED)
async def user_query(params: QueryParams, call: Call) -> Found:
    """Read or write rows of the tables that the caller may see."""
    call.trail.only_reads = call.platform.queries.only_reads(params.query, params.options)
    return await call.platform.queries.run(call.principal, params.query, params.options)


class TouchParams(Struct):
    project_id: str
    path: str = ""
    action: str = ""


@functions.procedure("db.touch", may_call=Caller.ACCOUNT, texts=_TEXTS)
async def touch(params: TouchParams, call: Call) -> None:
    """Mark a project as in use by the caller; it is not started."""
    await call.platform.projects.touched(await call.access(params.project_id))


class TimesParams(Struct):
    project_id: str
    path: str
    target_account_id: str | None = None
    limit: float = _TIMES
    access_times: bool = True
    edit_times: bool = False


class Times(Struct):
    """Of what was asked for, in milliseconds since the epoch."""

    target_account_id: str
    access_times: list[int] | UnsetType = UNSET
    edit_times: list[int] | UnsetType = UNSET


@functions.procedure("db.fileUseTimes", may_call=Caller.ACCOUNT, only_reads=True, texts=_TEXTS)
async def file_use_times(params: TimesParams, call: Call) -> Times:
    """Tell when somebody has opened a file and, for `edit_times`, which versions of it are theirs; the latest first."""
    access = await call.platform.access.to_file(call.account, params.project_id, params.path)
    whose, limit = params.target_account_id or call.account.account_id, max(0, min(int(params.limit), _TIMES))
    told = Times(whose)
    if params.access_times:
        opened = await call.platform.project_log.opened(access, whose, limit=limit)
        told.access_times = [timestamps.to_milliseconds(moment) for moment in opened]
    if params.edit_times:
        edited = [one.time for one in await call.platform.documents.history(access) if whose in one.account_ids]
        told.edit_times = [timestamps.to_milliseconds(moment) for moment in edited[::-1][:limit]]
    return told


class BlobParams(Struct):
    uuids: list[str] = msgspec.field(default_factory=list)


@functions.procedure("db.removeBlobTtls", may_call=Caller.ACCOUNT, only_reads=True)
async def remove_blob_ttls(params: BlobParams, call: Call) -> None:
    """Accepted without effect: there are no blobs that expire."""
