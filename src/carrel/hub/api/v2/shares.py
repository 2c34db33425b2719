"""Public paths for the pages that show them: what there is, what is in it, and its bytes.

Whoever may read them needs no right to the project. Who has not signed in may only if the site lets them
(`CARREL_SITE_SHARE_SERVER`). Bytes are data whatever they are: no reply can become a page of this site.
"""

import mimetypes
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from carrel.domain.shares import Share
from carrel.domain.web_sessions import SignInRequired
from carrel.hub.api.shell import Reply, answered
from carrel.hub.api.v2.archives import ArchiveResponse
from carrel.hub.api.v2.download import FileResponse
from carrel.hub.api.v2.operations import sent
from carrel.hub.api.v2.procedure import V2, Procedures, V2Call, refused
from carrel.hub.auth.bearers import account_of_request
from carrel.hub.auth.cookies import signed_in_for_reading
from carrel.hub.operations import Parameter
from carrel.hub.platform import Platform
from carrel.hub.routes import CarrelRoute, RouteAccess
from carrel.kit.timestamps import to_milliseconds

procedures = Procedures()

_SHOWN = re.compile(r"(image|audio|video)/(?!svg)[a-z0-9.+-]+")
_TEXT = re.compile(r"text/.*|image/svg\+xml|application/(json|javascript|xml|x-sh|.*\+(json|xml))")

_SHARE = Parameter("id", "path", "The share.")
_PATH = Parameter("path", "path", "The path in what is shared; its slashes may be sent as they are.")
_SHOW = Parameter("show", "query", "To be shown instead of saved: images, and all texts as plain ones.", required=False)

Sending = Callable[[Request, Platform, Share], Awaitable[Response]]
Place = tuple[int, str]
"""When a share was last edited (microseconds), and its id."""


class Shared(Struct):
    """`last_edited` in milliseconds."""

    id: str
    name: str
    path: str
    project_title: str
    description: str
    license: str
    last_edited: int | None

    @classmethod
    def of(cls, share: Share) -> "Shared":
        edited = None if share.last_edited is None else to_milliseconds(share.last_edited)
        told = share.description or "", share.license or ""
        return cls(share.share_id, share.name, share.path, share.project_title, *told, edited)


class ListParams(Struct):
    """`search`: words that all occur; `before`: `next` of the page before."""

    search: str = ""
    before: Place | None = None


class Listing(Struct):
    shares: list[Shared]
    next: Place | None


@procedures.post("/share/list", access=RouteAccess.PUBLIC, only_reads=True)
async def list_shares(params: ListParams, call: V2Call) -> Listing:
    """A page of all public paths that are listed, the last edited first."""
    before = None if params.before is None else (_moment(params.before[0]), params.before[1])
    is_known = await _is_known(account_of_request, call.request, call.platform)
    found, after = await call.platform.shares.list_listed(params.search, before, is_known=is_known)
    return Listing([Shared.of(one) for one in found], None if after is None else (_micros(after[0]), after[1]))


def _moment(micros: int) -> datetime:
    return datetime.fromtimestamp(min(max(micros, 0), 10**16) / 1_000_000, UTC)


def _micros(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)


class LookParams(Struct):
    """`path` is relative to what is shared."""

    id: str
    path: str = ""


class Seen(Struct):
    """`file`: `[name, kind, size, mtime]` of what was asked for; `entries`: of what is in a directory."""

    share: Shared
    project_id: str
    file: tuple[str, str, int, int]
    entries: list[tuple[str, str, int, int]] | None
    complete: bool


@procedures.post("/share/look", access=RouteAccess.PUBLIC, only_reads=True)
async def look(params: LookParams, call: V2Call) -> Seen:
    """What is at a path of a share; names that begin with a dot are not listed."""
    is_known = await _is_known(account_of_request, call.request, call.platform)
    share = await call.platform.shares.find(params.id, is_known=is_known)
    seen = await call.platform.shares.look(share, params.path)
    each = [
        (entry.name, str(entry.kind), entry.size_bytes, entry.mtime_ms)
        for entry in (seen.itself, *(seen.entries or ()))
        if entry is seen.itself or not entry.name.startswith(".")
    ]
    entries = None if seen.entries is None else each[1:]
    return Seen(Shared.of(share), share.project_id, each[0], entries, seen.is_complete)


def routes(v2: V2) -> list[CarrelRoute]:
    """The bytes of files, and directories as ZIP files."""
    return [
        _route(v2, _raw, "raw", "Send a file of a share.", _SHOW),
        _route(v2, _zip, "zip", "Send a directory of a share as a ZIP file.", media_type="application/zip"),
    ]


def _route(v2: V2, answer: Sending, name: str, about: str, *more: Parameter, media_type: str = "*/*") -> CarrelRoute:
    path, access = "/api/v2/share/{id}/" + name, RouteAccess.PUBLIC
    sending = sent(access, f"share_{name}", {}, about, media_type=media_type)
    operation = replace(sending, path=f"{path}/{{path}}", group="v2: shares", parameters=(_SHARE, _PATH, *more))
    return CarrelRoute(path + "/{path:path}", _watched(v2, name, answer), access=access, operations=lambda: [operation])


def _watched(v2: V2, name: str, answer: Sending) -> Callable[[Request], Awaitable[Reply]]:
    async def give(request: Request) -> Reply:
        platform: Platform = request.state.platform
        is_known = await _is_known(_reader, request, platform)
        share = await platform.shares.find(request.path_params["id"], is_known=is_known)
        response = await answer(request, platform, share)
        response.headers["x-robots-tag"] = "noindex"
        return response

    async def serve(request: Request) -> Reply:
        return await answered(v2.observer.watch("v2", f"/share/{name}"), lambda _: give(request), refused)

    return serve


async def _raw(request: Request, platform: Platform, share: Share) -> Response:
    """An attachment; with `?show` what browsers can show harmlessly, all texts as plain ones."""
    path = request.path_params["path"]
    name = path or share.path
    response = FileResponse(await platform.shares.open(share, path), request, name)
    if "show" in request.query_params and (shown := _shown_as(name)) is not None:
        response.headers["content-type"], response.headers["content-disposition"] = shown, "inline"
    return response


def _shown_as(name: str) -> str | None:
    guessed = mimetypes.guess_type(name)[0]
    if guessed is None or _TEXT.fullmatch(guessed):
        return "text/plain; charset=utf-8"
    return guessed if _SHOWN.fullmatch(guessed) else None


async def _zip(request: Request, platform: Platform, share: Share) -> Response:
    path = request.path_params["path"]
    archive = await platform.shares.archive(share, path)
    return ArchiveResponse(archive, path.rstrip("/").rpartition("/")[2] or share.name or "files")


async def _reader(request: Request, platform: Platform) -> object:
    if "authorization" in request.headers:
        return await account_of_request(request, platform)
    return await signed_in_for_reading(request, platform)


async def _is_known(
    recognise: Callable[[Request, Platform], Awaitable[object]], request: Request, platform: Platform
) -> bool:
    """Whether somebody has signed in. Raises `SignInRequired` if nobody has, and the site wants that."""
    try:
        await recognise(request, platform)
    except SignInRequired:
        if not platform.settings.site.share_server:
            raise
        return False
    return True
