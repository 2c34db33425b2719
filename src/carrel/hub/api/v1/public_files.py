"""Events that read what projects have made public; no access to the project is needed."""

from typing import Any

import msgspec

from carrel.domain.principals import Anonymous
from carrel.hub.api.v1.registry import Caller, Events, Reply
from carrel.hub.call import Call
from carrel.kit.safe_paths import Entry

events = Events()


class PublicFileParams(msgspec.Struct):
    """Parameters.

    project_id: the project
    path: relative to its home directory
    """

    project_id: str
    path: str


class PublicFile(Reply, tag_field="event", tag="public_text_file_contents"):
    """`data`: the text."""

    data: str


@events.procedure("public_get_text_file", may_call=Caller.SHARED, only_reads=True)
async def public_get_text_file(params: PublicFileParams, call: Call) -> PublicFile:
    """Read a public text file of at most 20 MB; bytes that are not UTF-8 are replaced."""
    public = call.platform.public_paths
    return PublicFile(data=await public.read_text(params.project_id, params.path, signed_in=_is_signed_in(call)))


class ListingParams(msgspec.Struct):
    """Parameters.

    project_id: the project
    path: a directory, relative to its home directory; "" is the home directory itself
    hidden: also list names that begin with a dot
    time: the newest first, instead of by name
    start: leave out so many
    limit: at most so many; -1: all
    """

    project_id: str
    path: str
    hidden: bool = False
    time: bool = False
    start: float = 0
    limit: float = -1

    def select(self, entries: list[Entry]) -> tuple[list[Entry], bool]:
        """What is asked for of them, and whether there is more."""
        found = [entry for entry in entries if self.hidden or not entry.name.startswith(".")]
        if self.time:
            found.sort(key=lambda entry: entry.mtime, reverse=True)
        start = max(0, int(self.start))
        end = len(found) if self.limit < 0 else start + int(self.limit)
        return found[start:end], end < len(found)


class Listing(Reply, tag_field="event", tag="public_directory_listing"):
    """`result`: `{files: [{name, mtime, size} or {name, mtime, isdir}], more?}`; times in seconds, sizes in bytes."""

    result: dict[str, Any]


@events.procedure("public_get_directory_listing", may_call=Caller.SHARED, only_reads=True)
async def public_get_directory_listing(params: ListingParams, call: Call) -> Listing:
    """List a public directory; of one that is not public, what is public in it or leads to it."""
    entries = await call.platform.public_paths.list_directory(
        params.project_id, params.path, signed_in=_is_signed_in(call)
    )
    selected, more = params.select(entries)
    files = [_shown(entry) for entry in selected]
    return Listing(result={"files": files, "more": True} if more else {"files": files})


def _shown(entry: Entry) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": entry.name, "mtime": int(entry.mtime)}
    return shown | ({"isdir": True} if entry.is_directory else {"size": entry.size_bytes})


def _is_signed_in(call: Call) -> bool:
    return not isinstance(call.principal, Anonymous)
