"""Shares: what people see of public paths, without a right to the project, which need not run.

They are published and unpublished by `query`; `services/public_paths.py` has what programs read of them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from carrel.domain.files import FileMissing, FileRefused, IsDirectory, PathEscapes
from carrel.domain.shares import Share, SharedFileMissing, ShareMissing
from carrel.domain.web_sessions import SignInRequired
from carrel.storage.archives import Archive
from carrel.storage.downloads import OpenFile, open_file
from carrel.storage.files import ProjectFiles
from carrel.storage.homes import Home, Homes
from carrel.storage.listings import Kind
from carrel.storage.shares import Seen, look
from carrel.store.store import Store

PAGE = 50
_WORDS = 10
_ID = re.compile(r"[0-9a-f]{40}")
_UNREADABLE = (FileMissing, FileRefused, IsDirectory, PathEscapes)


@dataclass(frozen=True, slots=True)
class Shares:
    """Paths are relative to the share; `""` is what is shared itself."""

    store: Store
    homes: Homes
    files: ProjectFiles

    async def find(self, share_id: str, *, is_known: bool) -> Share:
        """`is_known`: the caller has signed in. Raises `ShareMissing`, and `SignInRequired` if that would help."""
        if not _ID.fullmatch(share_id):
            raise ShareMissing
        async with self.store.read() as reading:
            share = await reading.public_paths.find_share(share_id)
        if share is None:
            raise ShareMissing
        if share.authenticated and not is_known:
            raise SignInRequired
        return share

    async def is_listed(self, share_id: str) -> bool:
        """Whether everybody may learn of it."""
        async with self.store.read() as reading:
            share = await reading.public_paths.find_share(share_id)
        return share is not None and not share.unlisted and not share.authenticated

    async def list_listed(
        self, words: str, before: tuple[datetime, str] | None, *, is_known: bool
    ) -> tuple[Sequence[Share], tuple[datetime, str] | None]:
        """A page of those in which all the words occur, the last edited first, and where the next page begins."""
        async with self.store.read() as reading:
            rows, each = reading.public_paths, words.split()[:_WORDS]
            found = await rows.list_shares(each, before, is_known=is_known, limit=PAGE + 1)
        page = found[:PAGE]
        last = page[-1] if len(found) > PAGE else None
        return page, None if last is None or last.last_edited is None else (last.last_edited, last.share_id)

    async def look(self, share: Share, path: str) -> Seen:
        """What the path leads to, if it stays in the share. Raises `SharedFileMissing`."""
        parts = [part for part in path.split("/") if part not in ("", ".")]
        if path.startswith("/") or ".." in parts:
            raise SharedFileMissing
        whole = "/".join(filter(None, (share.path, *parts)))
        try:
            return await self.files.do(partial(look, self._home(share), share.path, whole))
        except _UNREADABLE as error:
            raise SharedFileMissing from error

    async def open(self, share: Share, path: str) -> OpenFile:
        """The bytes of a file; the caller closes it. Raises `SharedFileMissing`."""
        seen = await self.look(share, path)
        try:
            return await open_file(self._home(share), seen.path)
        except _UNREADABLE as error:
            raise SharedFileMissing from error

    async def archive(self, share: Share, path: str) -> Archive:
        """A directory as a ZIP file; what links lead out to is not in it. Raises `SharedFileMissing`."""
        seen = await self.look(share, path)
        if seen.itself.kind is not Kind.DIRECTORY:
            raise SharedFileMissing
        archive = Archive(self.files, self._home(share), seen.path, [], within=seen.within)
        try:
            await archive.read()
        except _UNREADABLE as error:
            raise SharedFileMissing from error
        return archive

    def _home(self, share: Share) -> Home:
        return self.homes.home(share.project_id, share.project_number)
