"""Events that read and write text files. They work on the stored files and never start a project."""

import anyio
import msgspec

from carrel.domain.errors import DomainError
from carrel.domain.projects import Permission, ProjectAccess
from carrel.hub.api.v1.parameters import TextOrList
from carrel.hub.api.v1.registry import Caller, Events, Reply
from carrel.hub.call import Call
from carrel.hub.wire import v1_text

events = Events()

_FILES_AT_ONCE = 20
_CHARACTERS_AT_MOST = 50_000_000
"""A reply grows no further once it has so many characters; what is being read by then still fits in."""


class ReadParams(msgspec.Struct):
    """Parameters.

    project_id: the project, or a list
    path: relative to the home directory, or absolute inside the project; a list of the same length goes with a list
    """

    project_id: TextOrList
    path: TextOrList


class FileContent(msgspec.Struct, omit_defaults=True):
    """One of several files: its content, or why it could not be read."""

    project_id: str
    path: str
    content: str | None = None
    error: str | None = None


class FileRead(Reply, tag_field="event", tag="text_file_read_from_project"):
    """`content`: the text, or with lists a list of `{project_id, path, content}` or `{project_id, path, error}`."""

    content: str | list[FileContent]


class ListsDiffer(DomainError):
    """Projects and paths that are not one of each, or lists of the same length."""

    code = "lists-differ"


class ReplyTooLarge(DomainError):
    """The files read so far fill the reply."""

    code = "reply-too-large"

    def __init__(self) -> None:
        super().__init__("Error: the files of this call are too large together; read fewer at a time")


@events.procedure("read_text_file_from_project", may_call=Caller.ACCOUNT_OR_PROJECT_KEY, only_reads=True)
async def read_text_file_from_project(params: ReadParams, call: Call) -> FileRead:
    """Read a text file of at most 10 MB; bytes that are not UTF-8 are replaced."""
    if isinstance(params.project_id, str):
        if isinstance(params.path, list):
            raise ListsDiffer("project_id must be an array")
        access = await call.access(params.project_id, Permission.READ)
        return FileRead(content=await call.platform.files.read_text(access, params.path))
    if not isinstance(params.path, list) or len(params.path) != len(params.project_id):
        raise ListsDiffer("if project_id is an array, then path must be an array of the same length")
    accesses = {id_: await call.access(id_, Permission.READ) for id_ in dict.fromkeys(params.project_id)}
    wanted = [(accesses[project_id], path) for project_id, path in zip(params.project_id, params.path, strict=True)]
    return FileRead(content=await _read_all(call, wanted))


async def _read_all(call: Call, wanted: list[tuple[ProjectAccess, str]]) -> list[FileContent]:
    limiter = anyio.CapacityLimiter(_FILES_AT_ONCE)
    found: list[FileContent] = []
    left = _CHARACTERS_AT_MOST

    async def read(access: ProjectAccess, path: str) -> None:
        nonlocal left
        async with limiter:
            try:
                if left < 0:
                    raise ReplyTooLarge
                content = await call.platform.files.read_text(access, path)
            except DomainError as error:
                found.append(FileContent(access.project_id, path, error=v1_text(error)))
            else:
                left -= len(content)
                found.append(FileContent(access.project_id, path, content=content))

    async with anyio.create_task_group() as tasks:
        for access, path in wanted:
            tasks.start_soon(read, access, path)
    return found


class WriteParams(msgspec.Struct):
    """Parameters.

    project_id: the project
    path: relative to the home directory, or absolute inside the project
    content: the text; may be empty
    """

    project_id: str
    path: str
    content: str


class FileWritten(Reply, tag_field="event", tag="file_written_to_project"):
    """The file is stored durably."""


@events.procedure("write_text_file_to_project", may_call=Caller.ACCOUNT_OR_PROJECT_KEY)
async def write_text_file_to_project(params: WriteParams, call: Call) -> FileWritten:
    """Create or replace a text file, and the directories that are missing."""
    access = await call.access(params.project_id)
    await call.platform.files.write_text(access, params.path, params.content)
    return FileWritten()
