"""The RPC function that tells what a document has been, as a list of patches that begins with nothing."""

from collections.abc import Sequence
from typing import Any

from anyio import to_thread
from msgspec import Struct

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


@functions.procedure(
    "sync.history",
    may_call=Caller.ACCOUNT,
    only_reads=True,
    texts={PermissionMissing: _DENIED, ProjectIdInvalid: _DENIED},
)
async def history(params: HistoryParams, call: Call) -> Any:
    """Tell what was edited in a document, when and by whom; nothing of a file that was never opened."""
    access = await call.platform.access.to_file(call.account, params.project_id, params.path)
    access.project.demand(Permission.WRITE)
    versions = await call.platform.documents.history(access)
    if not versions:
        return {"patches": [], "info": {}}
    users = list(dict.fromkeys(account_id for version in versions for account_id in version.account_ids))
    info = {
        "string_id": path_id(params.project_id, access.path),
        "project_id": params.project_id,
        "path": access.path,
        "doctype": {"type": "string"},
        "users": users,
        "last_active": timestamps.to_milliseconds(versions[-1].time),
        "read_only": False,
    }
    return {"patches": await to_thread.run_sync(_patches, versions, users), "info": info}


def _patches(versions: Sequence[DocumentVersion], users: Sequence[str]) -> list[dict[str, Any]]:
    patches: list[dict[str, Any]] = []
    before = ""
    for number, version in enumerate(versions):
        after, time = version.content.decode(errors="replace"), timestamps.to_milliseconds(version.time)
        message = {
            "time": time,
            "wall": time,
            "patch": patch(before, after),
            "user_id": users.index(version.account_ids[0]) if version.account_ids else None,
            "parents": [patches[-1]["time"]] if patches else [],
            "version": number + 1,
        }
        patches.append({"seq": number + 1, "time": time, "mesg": message})
        before = after
    return patches
