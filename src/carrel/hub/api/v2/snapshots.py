"""Snapshots of documents: made by pages and programs, and fetched by the server that wants proof of what they say."""

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from carrel.domain.projects import Permission
from carrel.domain.snapshots import Snapshot
from carrel.hub.api.shell import Reply, answered
from carrel.hub.api.v2.download import attachment_headers
from carrel.hub.api.v2.operations import CREDENTIALS, REFUSALS
from carrel.hub.api.v2.procedure import V2, Procedures, V2Call, principal_of, refused
from carrel.hub.operations import Content, Operation, Parameter, Status
from carrel.hub.platform import Platform
from carrel.hub.routes import CarrelRoute, RouteAccess
from carrel.kit.timestamps import to_milliseconds

procedures = Procedures()

_ACCESS = RouteAccess.CALLER


class SnapshotOut(Struct):
    """`sha256` and `bytes`: of its content; `account_id`: who has made it; `submitted`: by pressing *Submit*."""

    snapshot_id: str
    project_id: str
    path: str
    account_id: str
    sha256: str
    bytes: int
    submitted: bool
    time: int

    @classmethod
    def of(cls, one: Snapshot) -> "SnapshotOut":
        return cls(
            one.snapshot_id,
            one.project_id,
            one.path,
            one.account_id,
            one.sha256,
            one.size_bytes,
            one.submitted,
            to_milliseconds(one.created),
        )


class MakeParams(Struct):
    """`submit`: somebody hands it in, and webhooks are told."""

    project_id: str
    path: str
    submit: bool = False


@procedures.post("/snapshots/make", access=_ACCESS)
async def make_snapshot(params: MakeParams, call: V2Call) -> SnapshotOut:
    """Keep a file for good as it is now; what is open in an editor is saved first. The project is not started."""
    access = await call.platform.access.to_file(call.caller, params.project_id, params.path)
    return SnapshotOut.of(await call.platform.snapshots.make(access, submitted=params.submit))


class ListParams(Struct):
    project_id: str


class ListReply(Struct):
    snapshots: list[SnapshotOut]


@procedures.post("/snapshots/list", access=_ACCESS, only_reads=True)
async def list_snapshots(params: ListParams, call: V2Call) -> ListReply:
    """All snapshots of a project's files, the newest first."""
    access = await call.access(params.project_id, Permission.READ)
    return ListReply([SnapshotOut.of(one) for one in await call.platform.snapshots.list_of(access)])


class GetParams(Struct):
    snapshot_id: str


@procedures.post("/snapshots/get", access=_ACCESS, only_reads=True)
async def get_snapshot(params: GetParams, call: V2Call) -> SnapshotOut:
    """What is known of a snapshot; `GET snapshots/<snapshot_id>` sends its bytes."""
    return SnapshotOut.of(await call.platform.snapshots.find(call.caller, params.snapshot_id))


def snapshots_route(v2: V2) -> CarrelRoute:
    async def download(request: Request) -> Reply:
        return await answered(v2.observer.watch("v2", "/snapshots"), lambda _: _content(request), refused)

    operation = Operation(
        id="v2_snapshots_content",
        method="get",
        path="/api/v2/snapshots/{snapshot_id}",
        group="v2: snapshots",
        about="Send the bytes of a snapshot.",
        access=_ACCESS.value,
        credentials=CREDENTIALS[_ACCESS],
        parameters=(Parameter("snapshot_id", "path", "The snapshot."),),
        statuses={
            200: Status("All of them.", Content(media_type="*/*")),
            **{status: REFUSALS[status] for status in (401, 403, 404, 500, 503)},
        },
    )
    return CarrelRoute(
        "/api/v2/snapshots/{snapshot_id}", download, methods=["GET"], access=_ACCESS, operations=lambda: [operation]
    )


async def _content(request: Request) -> Response:
    platform: Platform = request.state.platform
    principal = await principal_of(_ACCESS, request, platform)
    assert principal is not None
    snapshot, content = await platform.snapshots.content(principal, request.path_params["snapshot_id"])
    return Response(content, headers=attachment_headers(snapshot.path, f'"{snapshot.sha256}"'))
