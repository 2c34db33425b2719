"""A directory, or some of what is in it, as a ZIP file that is made while it is sent."""

from collections.abc import AsyncIterator
from urllib.parse import quote

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from carrel.hub.api.shell import Reply, answered
from carrel.hub.api.v2.download import HEADERS
from carrel.hub.api.v2.files import SIGNATURE, FileUrlReply, address_of, caller_of
from carrel.hub.api.v2.operations import sent
from carrel.hub.api.v2.procedure import V2, Procedures, V2Call, refused
from carrel.hub.operations import Parameter
from carrel.hub.platform import Platform
from carrel.hub.routes import CarrelRoute, RouteAccess
from carrel.services.embed_sessions import ARCHIVE_LINK_LIFE
from carrel.storage.archives import Archive

procedures = Procedures()


class ZipUrlParams(Struct):
    """`names`: only these of what is in the directory; none: everything."""

    project_id: str
    path: str = ""
    names: list[str] = []


@procedures.post("/embed/zip-url", access=RouteAccess.BEARER, only_reads=True)
async def zip_url(params: ZipUrlParams, call: V2Call) -> FileUrlReply:
    """An address that gives a directory as a ZIP file without a bearer, for a minute and while the session lives."""
    access = await call.platform.access.to_directory(call.embed, params.project_id, params.path)
    link = await call.platform.embed_sessions.sign(call.embed, access, ARCHIVE_LINK_LIFE, names=params.names)
    url = call.platform.settings.hub.base_path + address_of(link)
    return FileUrlReply(url, int(ARCHIVE_LINK_LIFE.total_seconds()))


class ArchiveResponse(StreamingResponse):
    """Sends an archive and closes it, whatever happens; it ends when the client goes away."""

    def __init__(self, archive: Archive, name: str) -> None:
        self._archive = archive
        disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}.zip"
        super().__init__(_pieces(archive), headers=HEADERS | {"content-disposition": disposition})
        self.headers["content-type"] = "application/zip"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._archive.close()


async def _pieces(archive: Archive) -> AsyncIterator[bytes]:
    while (piece := await archive.read()) is not None:
        yield piece


def archives_route(v2: V2) -> CarrelRoute:
    async def download(request: Request) -> Reply:
        return await answered(v2.observer.watch("v2", "/zip"), lambda _: _archive(request), refused)

    path, access = "/api/v2/zip/{project_id}/{path:path}", RouteAccess.SIGNED
    about = "Send a directory, or some of what is in it, as a ZIP file. `embed/zip-url` signs addresses."
    only = "Only this of what is in the directory; may be there several times."
    name = Parameter("name", "query", only, list[str], required=False)
    return CarrelRoute(
        path,
        download,
        methods=["GET"],
        access=access,
        operations=lambda: [sent(access, "zip", {}, about, name, *SIGNATURE, media_type="application/zip")],
    )


async def _archive(request: Request) -> Response:
    """`name`, as often as there are some: only these of the directory."""
    platform: Platform = request.state.platform
    project_id, path = request.path_params["project_id"], request.path_params["path"]
    names = request.query_params.getlist("name")
    access = await platform.access.to_directory(await caller_of(request, platform, names=names), project_id, path)
    archive = await platform.files.archive(access, names)
    await archive.read()
    return ArchiveResponse(archive, access.path.rpartition("/")[2] or access.project.project.title or "files")
