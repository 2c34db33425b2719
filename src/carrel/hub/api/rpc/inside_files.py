"""RPC functions about the files of a project; they work on what is stored, beside whatever runs in the project."""

from posixpath import basename, join

from msgspec import UNSET, Struct, UnsetType

from carrel.domain.documents import FileAccess
from carrel.domain.projects import Permission
from carrel.hub.api.rpc.registry import Caller, Functions, Named
from carrel.hub.api.v1.files import WriteParams
from carrel.hub.call import Call
from carrel.storage.listings import Kind, Listed

functions = Functions()


class PathParams(Struct):
    project_id: str
    path: str = ""


class ListingParams(PathParams):
    hidden: bool = False


class Entry(Struct):
    """`mtime` in seconds; a file has a `size` in bytes."""

    name: str
    mtime: int
    isdir: bool | UnsetType = UNSET
    size: int | UnsetType = UNSET
    issymlink: bool | UnsetType = UNSET
    link_target: str | UnsetType = UNSET

    @classmethod
    def of(cls, entry: Listed) -> "Entry":
        is_directory = entry.kind is Kind.DIRECTORY
        return cls(
            name=entry.name,
            mtime=entry.mtime_ms // 1000,
            isdir=is_directory or UNSET,
            size=UNSET if is_directory else entry.size_bytes,
            issymlink=UNSET if entry.link is None else True,
            link_target=UNSET if entry.link is None else entry.link,
        )


@functions.procedure("system.listing", may_call=Caller.ON_PROJECT, only_reads=True)
async def listing(params: ListingParams, call: Call) -> list[Entry]:
    """List a directory, by name; names that begin with a dot only with `hidden`."""
    path = _inside(params.path, params.project_id)
    access = await call.platform.access.to_directory(call.principal, params.project_id, path)
    found = (await call.platform.files.list_directory(access)).entries
    shown = [entry for entry in found if params.hidden or not entry.name.startswith(".")]
    return [Entry.of(entry) for entry in sorted(shown, key=lambda entry: entry.name)]


class DeleteParams(Struct):
    project_id: str
    paths: list[str]


@functions.procedure("system.deleteFiles", may_call=Caller.ON_PROJECT)
async def delete_files(params: DeleteParams, call: Call) -> None:
    """Move files and directories into the project's trash."""
    await call.platform.files.delete(await _items(params.paths, params.project_id, call))


class MoveParams(DeleteParams):
    dest: str


@functions.procedure("system.moveFiles", may_call=Caller.ON_PROJECT)
async def move_files(params: MoveParams, call: Call) -> None:
    """Move files and directories into a directory; nothing is replaced."""
    places = [join(params.dest, basename(path.rstrip("/"))) for path in params.paths]
    await _move(params.paths, places, params.project_id, call)


class RenameParams(Struct):
    project_id: str
    src: str
    dest: str


@functions.procedure("system.renameFile", may_call=Caller.ON_PROJECT)
async def rename_file(params: RenameParams, call: Call) -> None:
    """Give a file or directory another path; nothing is replaced."""
    await _move([params.src], [params.dest], params.project_id, call)


async def _move(old: list[str], new: list[str], project_id: str, call: Call) -> None:
    pairs = zip(await _items(old, project_id, call), await _items(new, project_id, call), strict=True)
    for one, other in pairs:
        await call.platform.files.move(one, other)


async def _items(paths: list[str], project_id: str, call: Call) -> list[FileAccess]:
    inside = [_inside(path, project_id) for path in paths]
    return await call.platform.access.to_items(call.principal, project_id, inside)


def _inside(path: str, project_id: str) -> str:
    """Relative to the home, also if it was absolute as the project sees it."""
    home = f"/projects/{project_id}"
    return path.removeprefix(home).lstrip("/") if path == home or path.startswith(f"{home}/") else path


@functions.procedure("system.realpath", may_call=Caller.ON_PROJECT, only_reads=True, argument=Named("path"))
async def real_path(params: PathParams, call: Call) -> str:
    """Where a path leads, links resolved, relative to the home; the argument is the path."""
    (found,) = await _real_paths([params.path], params.project_id, call)
    return found


class PathsParams(Struct):
    project_id: str
    paths: list[str]


@functions.procedure("system.canonicalPaths", may_call=Caller.ON_PROJECT, only_reads=True, argument=Named("paths"))
async def canonical_paths(params: PathsParams, call: Call) -> list[str]:
    """Where paths lead, as `system.realpath`; the argument is the list of paths."""
    return await _real_paths(params.paths, params.project_id, call)


async def _real_paths(paths: list[str], project_id: str, call: Call) -> list[str]:
    access = await call.access(project_id, Permission.READ)
    return [await call.platform.files.real_path(access, path) for path in paths]


@functions.procedure("system.writeTextFileToProject", may_call=Caller.ON_PROJECT)
async def write_text_file(params: WriteParams, call: Call) -> None:
    """Create or replace a text file, and the directories that are missing."""
    await call.platform.files.write_text(await call.access(params.project_id), params.path, params.content)


@functions.procedure("system.readTextFileFromProject", may_call=Caller.ON_PROJECT, only_reads=True)
async def read_text_file(params: PathParams, call: Call) -> str:
    """Read a text file of at most 10 MB; the value is its text."""
    return await call.platform.files.read_text(await call.access(params.project_id, Permission.READ), params.path)
