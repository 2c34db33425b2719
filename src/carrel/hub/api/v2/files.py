"""Files of projects for pages: their bytes, with the bearer or by an address that is signed for some minutes."""

import re
from collections.abc import Sequence
from urllib.parse import quote

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from carrel.domain.embed_sessions import EmbedSessionUnknown
from carrel.domain.principals import AccountPrincipal, EmbedPrincipal
from carrel.hub.api.shell import Reply, answered
from carrel.hub.api.v2.download import FileResponse
from carrel.hub.api.v2.operations import sent
from carrel.hub.api.v2.procedure import V2, Procedures, V2Call, refused
from carrel.hub.auth.bearers import embed_of
from carrel.hub.auth.cookies import signed_in_for_reading
from carrel.hub.operations import Content, Parameter, Status
from carrel.hub.platform import Platform
from carrel.hub.routes import CarrelRoute, RouteAccess
from carrel.services.embed_sessions import LINK_LIFE, FileLink

procedures = Procedures()

_RANGE = Parameter("Range", "header", "Of one part, in bytes.", required=False)
SIGNATURE = tuple(
    Parameter(name, "query", "Of a signed address.", required=False) for name in ("eid", "expires", "signature")
)
_ANSWERS = {
    206: Status("The part that was asked for.", Content(media_type="*/*")),
    416: Status("There is no such part.", Content(media_type="*/*")),
}
_MOMENT = re.compile(r"[0-9]{1,12}", re.ASCII)


class FileUrlParams(Struct):
    project_id: str
    path: str


class FileUrlReply(Struct):
    url: str
    expires_in: int


@procedures.post("/embed/file-url", access=RouteAccess.BEARER, only_reads=True)
async def file_url(params: FileUrlParams, call: V2Call) -> FileUrlReply:
    """An address that gives the file's bytes without a bearer, for ten minutes and while the session lives."""
    access = await call.platform.access.to_file(call.embed, params.project_id, params.path)
    link = await call.platform.embed_sessions.sign(call.embed, access)
    url = call.platform.settings.hub.base_path + address_of(link)
    return FileUrlReply(url, int(LINK_LIFE.total_seconds()))


def address_of(link: FileLink) -> str:
    """Where a file or archive is fetched by a link, within the site."""
    path = quote(f"{'files' if link.names is None else 'zip'}/{link.project_id}/{link.path}")
    names = "".join(f"&name={quote(name, safe='')}" for name in link.names or ())
    return f"/api/v2/{path}?eid={link.eid}&expires={link.expires}&signature={link.signature}{names}"


def files_route(v2: V2) -> CarrelRoute:
    async def download(request: Request) -> Reply:
        return await answered(v2.observer.watch("v2", "/files"), lambda _: _download(request), refused)

    access = RouteAccess.SIGNED
    about = "Send a file, or with `Range` a part of it. Addresses that `embed/file-url` signs need no credentials."
    path = "/api/v2/files/{project_id}/{path:path}"
    operation = sent(access, "files", _ANSWERS, about, _RANGE, *SIGNATURE)
    return CarrelRoute(path, download, access=access, operations=lambda: [operation])


async def _download(request: Request) -> Response:
    platform: Platform = request.state.platform
    principal = await caller_of(request, platform)
    access = await platform.access.to_file(principal, request.path_params["project_id"], request.path_params["path"])
    return FileResponse(await platform.files.open(access), request, access.path)


async def reader_of(request: Request, platform: Platform) -> AccountPrincipal | EmbedPrincipal:
    """The embed session of a bearer, else whoever has signed in with the browser, if a page of this site links here."""
    if "authorization" in request.headers or "cookie" not in request.headers:
        return await embed_of(request.headers.get("authorization"), platform)
    return (await signed_in_for_reading(request, platform)).principal


async def caller_of(
    request: Request, platform: Platform, *, names: Sequence[str] | None = None
) -> AccountPrincipal | EmbedPrincipal:
    """The session of the signature, on a file or on an archive of these names, if there is one; else the reader."""
    query = request.query_params
    if "signature" not in query:
        return await reader_of(request, platform)
    if not _MOMENT.fullmatch(query.get("expires", "")):
        raise EmbedSessionUnknown
    link = FileLink(
        project_id=request.path_params["project_id"],
        path=request.path_params["path"],
        eid=query.get("eid", ""),
        expires=int(query["expires"]),
        names=None if names is None else tuple(names),
        signature=query["signature"],
    )
    return await platform.embed_sessions.verify_link(link)
