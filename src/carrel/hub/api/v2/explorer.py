"""What a project's explorer calls: listing directories, and making, moving, deleting and restoring what is in them.

Names are shown as text whatever their bytes are (`storage/names.py`); paths are relative to the home.
"""

import hashlib
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from carrel.hub.api.v2.procedure import Procedures, V2Call
from carrel.hub.routes import RouteAccess
from carrel.storage.listings import Listed, Listing
from carrel.storage.search import Hit, Wanted
from carrel.storage.trash import Deleted

procedures = Procedures()

_encoder = msgspec.json.Encoder()

Paths = Annotated[list[str], Meta(min_length=1, max_length=1000)]


class Entry(Struct, array_like=True, omit_defaults=True):
    """`[name, kind, size, mtime, link]`: in bytes, in milliseconds since the epoch, and where a link leads."""

    name: str
    kind: str
    size: int
    mtime: int
    link: str | None = None

    @classmethod
    def of(cls, listed: Listed) -> "Entry":
        return cls(listed.name, listed.kind.value, listed.size_bytes, listed.mtime_ms, listed.link)


class ListParams(Struct):
    """`tag`: that of the last reply; if nothing has changed since, there are no `entries` in this one."""

    project_id: str
    path: str = ""
    tag: str | None = None


class ListReply(Struct):
    """`path` is the real one, without links. `complete`: of very many entries not all are there.

    `open`: names of what somebody has open in an editor or terminal, and of directories in which there is such a thing.
    """

    path: str
    tag: str
    complete: bool
    may_edit: bool
    may_export: bool
    entries: msgspec.Raw | None
    open: list[str]


@procedures.post("/files/list", access=RouteAccess.PERSON, only_reads=True)
async def list_files(params: ListParams, call: V2Call) -> ListReply:
    """A directory, hidden files too, in no particular order."""
    access = await call.platform.access.to_directory(call.person, params.project_id, params.path)
    listing = await call.platform.files.list_directory(access)
    entries = _encoder.encode([Entry.of(entry) for entry in listing.entries])
    tag = hashlib.blake2b(entries, digest_size=12).hexdigest()
    return ListReply(
        path=listing.path,
        tag=tag,
        complete=listing.is_complete,
        may_edit=access.may_edit and access.only is None,
        may_export="export" in access.may,
        entries=None if tag == params.tag else msgspec.Raw(entries),
        open=_open_in(listing, call.platform.documents.open_paths(access.project.project_id)),
    )


def _open_in(listing: Listing, paths: list[str]) -> list[str]:
    """The names of what is listed and at or above one of these paths."""
    start = f"{listing.path}/" if listing.path else ""
    names = {path[len(start) :].partition("/")[0] for path in paths if path.startswith(start)}
    return [entry.name for entry in listing.entries if entry.name in names] if names else []


class MakeParams(Struct):
    """`content` is that of a new file; a directory is empty."""

    project_id: str
    path: str
    directory: bool = False
    content: str = ""


@procedures.post("/files/make", access=RouteAccess.PERSON)
async def make(params: MakeParams, call: V2Call) -> None:
    """A new file or directory; 409 if something has that name."""
    (access,) = await call.platform.access.to_items(call.person, params.project_id, [params.path])
    if params.directory:
        await call.platform.files.make_directory(access)
    else:
        await call.platform.files.make_file(access, params.content)


class MoveParams(Struct):
    """`moves`: old and new path of each."""

    project_id: str
    moves: Annotated[list[tuple[str, str]], Meta(min_length=1, max_length=1000)]


@procedures.post("/files/move", access=RouteAccess.PERSON)
async def move(params: MoveParams, call: V2Call) -> None:
    """Rename or move; nothing is replaced: 409. Those before the one that fails are moved then."""
    to_items, files = call.platform.access.to_items, call.platform.files
    old = await to_items(call.person, params.project_id, [one for one, _ in params.moves])
    new = await to_items(call.person, params.project_id, [other for _, other in params.moves])
    for one, other in zip(old, new, strict=True):
        await files.move(one, other)


class SearchParams(Struct):
    """`after`: the `next` of the last reply. `content`: look in text files and not at names."""

    project_id: str
    text: Annotated[str, Meta(min_length=1, max_length=200)]
    path: str = ""
    content: bool = False
    hidden: bool = False
    after: str | None = None


class FoundFile(Struct, omit_defaults=True):
    """`line`: its number, from 1, and `text`: what stands around the place."""

    path: str
    kind: str
    line: int | None = None
    text: str | None = None

    @classmethod
    def of(cls, hit: Hit) -> "FoundFile":
        return cls(hit.path, hit.kind.value, hit.line, hit.text)


class SearchReply(Struct):
    """`next`: where to go on; `null` when all has been looked at."""

    hits: list[FoundFile]
    next: str | None


@procedures.post("/files/search", access=RouteAccess.PERSON, only_reads=True)
async def search(params: SearchParams, call: V2Call) -> SearchReply:
    """Look for a text, without regard to case, for at most some seconds; ask again with `after` for more."""
    access = await call.platform.access.to_directory(call.person, params.project_id, params.path)
    wanted = Wanted(params.text, params.content, params.hidden)
    look = await call.platform.files.search(access, wanted, params.after)
    return SearchReply([FoundFile.of(hit) for hit in look.hits], look.next)


class PathsParams(Struct):
    project_id: str
    paths: Paths


class Ids(Struct):
    ids: list[str]


@procedures.post("/files/delete", access=RouteAccess.PERSON)
async def delete(params: PathsParams, call: V2Call) -> Ids:
    """Move files and directories into the trash; the reply names them there, in the same order."""
    items = await call.platform.access.to_items(call.person, params.project_id, params.paths)
    return Ids(await call.platform.files.delete(items))


class IdsParams(Struct):
    project_id: str
    ids: Paths


class PathsReply(Struct):
    paths: list[str]


@procedures.post("/files/restore", access=RouteAccess.PERSON)
async def restore(params: IdsParams, call: V2Call) -> PathsReply:
    """Put things back from the trash, beside what has their name meanwhile; the paths that they have now."""
    home = await call.platform.access.to_directory(call.person, params.project_id, "")
    return PathsReply(await call.platform.files.restore(home, params.ids))


class TrashParams(Struct):
    project_id: str


class Thrown(Struct):
    """`path` is the one that it had; `deleted` in milliseconds since the epoch."""

    id: str
    path: str
    deleted: int
    kind: str
    size: int

    @classmethod
    def of(cls, deleted: Deleted) -> "Thrown":
        what = deleted.what
        return cls(deleted.id, deleted.path, deleted.deleted_ms, what.kind.value, what.size_bytes)


class TrashReply(Struct):
    items: list[Thrown]


@procedures.post("/files/trash", access=RouteAccess.PERSON, only_reads=True)
async def list_trash(params: TrashParams, call: V2Call) -> TrashReply:
    """What was deleted, the last first."""
    home = await call.platform.access.to_directory(call.person, params.project_id, "")
    return TrashReply([Thrown.of(one) for one in await call.platform.files.list_trash(home)])


class EmptyParams(Struct):
    """`ids`: only these."""

    project_id: str
    ids: Paths | None = None


@procedures.post("/files/empty-trash", access=RouteAccess.PERSON)
async def empty_trash(params: EmptyParams, call: V2Call) -> None:
    """Remove what was deleted for ever."""
    home = await call.platform.access.to_directory(call.person, params.project_id, "")
    await call.platform.files.empty_trash(home, params.ids)
