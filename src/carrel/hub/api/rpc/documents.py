"""The RPC function that tells what a document has been, as a list of patches that begins with nothing."""

from collections.abc import Sequence

from anyio import to_thread
from msgspec import UNSET, Struct, UnsetType

from carrel.domain.documents import DocumentVersion
from carrel.domain.ids import path_id
from carrel.domain.patches import patch
from carrel.domain.projects import Permission, PermissionMissing, ProjectIdInvalid
from carrel.hub.api.rpc.registry import Caller, Functions
from carrel.hub.call import Call
from carrel.kit import timestamps

functions = Functions()

_DENIED = "user must be collaborator on source project"


class HistoryParams(Struct):
    project_id: str
    path: str


class Change(Struct):
    """What has made a version of the one before; `user_id` counts `users`.

    `patch` is in the compressed form of diff-match-patch.
    """

    time: int
    wall: int
    patch: str
    user_id: int | None
    parents: list[int]
    version: int


class Patch(Struct):
    seq: int
    time: int
    mesg: Change


class Info(Struct):
    """The document; empty if it was never opened."""

    string_id: str | UnsetType = UNSET
    project_id: str | UnsetType = UNSET
    path: str | UnsetType = UNSET
    doctype: dict[str, str] | UnsetType = UNSET
    users: list[str] | UnsetType = UNSET
    last_active: int | UnsetType = UNSET
    read_only: bool | UnsetType = UNSET


class History(Struct):
    """Times in milliseconds since the epoch."""

    patches: list[Patch]
    info: Info


@functions.procedure(
    "sync.history",
    may_call=Caller.ACCOUNT,
    only_reads=True,
    texts={PermissionMissing: _DENIED, ProjectIdInvalid: _DENIED},
)
async def history(params: HistoryParams, call: Call) -> History:
    """Tell what was edited in a document, when and by whom; nothing of a file that was never opened."""
    access = await call.platform.access.to_file(call.account, params.project_id, params.path)
    access.project.demand(Permission.WRITE)
    versions = await call.platform.documents.history(access)
    if not versions:
        return History([], Info())
    users = list(dict.fromkeys(account_id for version in versions for account_id in version.account_ids))
    info = Info(
        string_id=path_id(params.project_id, access.path),
        project_id=params.project_id,
        path=access.path,
        doctype={"type": "string"},
        users=users,
        last_active=timestamps.to_milliseconds(versions[-1].time),
        read_only=False,
    )
    return History(await to_thread.run_sync(_patches, versions, users), info)


def _patches(versions: Sequence[DocumentVersion], users: Sequence[str]) -> list[Patch]:
    patches: list[Patch] = []
    before = ""
    for number, version in enumerate(versions):
        after, time = version.content.decode(errors="replace"), timestamps.to_milliseconds(version.time)
        message = Change(
            time=time,
            wall=time,
            patch=patch(before, after),
            user_id=users.index(version.account_ids[0]) if version.account_ids else None,
            parents=[patches[-1].time] if patches else [],
            version=number + 1,
        )
        patches.append(Patch(number + 1, time, message))
        before = after
    return patches
