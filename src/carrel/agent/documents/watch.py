"""Keeps a document and its file equal: saves edits, and takes in what others write to the file.

`base` is the file as it was when both were last equal, `known` the state of the file on disk then. What somebody else
has made of the file is merged by its difference to the base. A file that is no notebook any more changes nothing in the
document; it is left alone until somebody edits or saves, and is then kept beside under a name that ends in `.invalid`.
What would make the file too large is left out, if it is an output; else the file stays, and the log has everything.
A file that has another name now is followed there, with its log. One that is gone is made again only when somebody
saves it: what is in the document stays there and, when the last page has left, in the history.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any, NoReturn, Protocol

from carrel.agent.documents import disk
from carrel.agent.documents.disk import NotAFile, Signature
from carrel.agent.documents.extension import CallFailed, Event, Viewer
from carrel.agent.documents.files import Content, Unsupported, surplus
from carrel.agent.documents.history import thin_out
from carrel.agent.documents.log import Log, SavedVersion
from carrel.agent.documents.logbook import Logbook
from carrel.agent.documents.pace import Pace
from carrel.agent.documents.threads import Threads

_ROUNDS = 5
_GONE = Signature(0, 0, -1, 0)
_MISSING = Signature(0, 0, -2, 0)


class Shared(Protocol):
    """The document, as far as its file is concerned."""

    def read(self) -> Any:
        """What it means now."""

    def merge(self, base: Any, theirs: Any) -> None:
        """Add what somebody else made of `base`."""

    def shed(self, base: Any, size: int) -> bool:
        """Leave out about so many bytes of what `base` has not and can be made again; false if there is none."""


class Watch:
    """Watches over the file at `path`; `parse` reads bytes, of which the second argument is what they probably mean."""

    def __init__(
        self,
        path: str,
        document: Shared,
        parse: Callable[[bytes, Any], Content],
        logbook: Logbook,
        threads: Threads,
        pace: Pace,
    ) -> None:
        self.is_dirty = False
        self.tell: Callable[[Event], None] = lambda event: None
        self.follow: Callable[[str], Awaitable[str | None]] = _follow_none
        self.elsewhere: Event | None = None
        self.base: Content
        self.known: Signature | None = None
        self._path = path
        self.hold = disk.Hold()
        self._is_gone = False
        self._document = document
        self._parse = parse
        self.logbook = logbook
        self._threads = threads
        self._pace = pace
        self._lock = asyncio.Lock()
        self._wake = asyncio.Event()
        self._seen: Signature | None = None
        self._first_seen = 0.0
        self._is_invalid = False
        self._edits = 0
        self._first_edit = self._last_edit = self._not_before = 0.0
        self._editors: dict[str, str] = {}
        self._authors: dict[str, str] = {}
        self._versioned_at = 0.0
        self.trouble = ""

    def edited(self, who: Viewer | None = None) -> None:
        """Somebody is changing the document: this is called in the middle of the change."""
        self._edits += 1
        if who is not None:
            self._editors[who.account_id] = who.name
        self._last_edit = time.monotonic()
        if not self.is_dirty:
            self._first_edit = self._last_edit
            self.is_dirty = True
            asyncio.get_running_loop().call_soon(self.tell, {"event": "dirty", "dirty": True})
            self._wake.set()

    async def parse(self, data: bytes) -> Content:
        """What bytes mean that were or could be the file; raises `Unsupported`."""
        return await self._threads.for_file(self._parse, data, self.base.value)

    def is_different(self) -> bool:
        """Whether the document means something else than the file that it was last equal to."""
        return self.known is None or bool(self._document.read() != self.base.value)

    async def run(self) -> None:
        """Look after the file until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._patience()):
                    await self._wake.wait()
            self._wake.clear()
            async with self._lock:
                await self._look()
            if self._saves_itself and time.monotonic() >= self._due():
                with suppress(CallFailed):  # told as trouble, and tried again
                    await self.save("auto")

    async def save(self, cause: str) -> dict[str, Any]:
        """Write the document to its file if they differ; returns `mtime` and `bytes`, raises `CallFailed`."""
        async with self._lock:
            for _ in range(_ROUNDS):
                await self._settle()
                if self._is_gone and cause == "auto":
                    raise CallFailed("not_found", "The file is gone.")
                edits, value = self._edits, self._document.read()
                if self.known is not None and not self._is_invalid and value == self.base.value:
                    break
                if await self._write(value, cause):
                    break
            else:
                self._set_trouble("The file is being changed by somebody else all the time.")
            if edits == self._edits and self.is_dirty:
                self.is_dirty = False
                self.tell({"event": "dirty", "dirty": False})
            self._first_edit = time.monotonic()
            found = self.known or _GONE
            return {"mtime": found.mtime_ns // 1_000_000, "bytes": found.size}

    async def keep(self) -> None:
        """Have what the document is now stay in the history, whatever comes next; raises `CallFailed`."""
        if self._is_gone:
            await self._keep_without_file()
        else:
            await self.save("user")
        self._versioned_at = 0.0

    async def close(self) -> None:
        """Have what is left in the file or, if that is gone, in the history; raises `CallFailed`."""
        if self._is_gone:
            await self._keep_without_file()
        elif self.is_dirty:
            await self.save("auto")

    @property
    def _saves_itself(self) -> bool:
        return self.is_dirty and not self._is_gone

    async def _keep_without_file(self) -> None:
        value = self._document.read()
        if value != self.base.value:
            data = await self._threads.for_file(self.base.render, value)
            self.base = await self._threads.for_file(_read_again, data, value, self._parse)
            await self.logbook.secure()
            await self._keep_version(data, "user")

    async def _write(self, value: Any, cause: str) -> bool:
        """One attempt; false if the file is not what it was thought to be."""
        try:
            data = await self._threads.for_file(self.base.render, value)
            if (size := surplus(data)) > 0 and self._document.shed(self.base.value, size):
                return False
            new = await self._threads.for_file(_read_again, data, value, self._parse)
            if reason := await self.logbook.secure():  # else what is in the file may be missing in the log
                self._fail(reason)
            await self.logbook.do(lambda log: log.saving(new.data))
            if self._is_invalid:
                self.known = await self._threads.for_file(_keep_aside, self._path)
            tag = self.logbook.generation
            known, displaced = await self._threads.for_file(disk.replace, self._path, new.data, self.known, tag)
        except (FileExistsError, NotAFile):
            return False
        except OSError as error:
            if isinstance(error, FileNotFoundError) and self.known is not None:
                return False
            self._fail(f"The file cannot be saved: {error.strerror or error}.")
        except Unsupported as error:
            self._fail(f"The file cannot be saved: {error}")
        before, self.base, self.known, self._is_invalid = self.base, new, known, False
        self._seen = None
        self._is_back(known)
        self._set_trouble("")
        if displaced is not None:  # first: if the agent ends now, the log still tells what that is a change of
            await self._take_displaced(displaced, before)
        await self._keep_version(new.data, cause)
        self.tell({"event": "saved", "mtime": known.mtime_ns // 1_000_000, "bytes": known.size, "cause": cause})
        return True

    async def _keep_version(self, data: bytes, cause: str) -> None:
        now = time.time()
        keeps = now - self._versioned_at >= self._pace.version or cause != "auto"
        if keeps:
            self._versioned_at = now
            self._authors.clear()
        self._authors |= self._editors
        self._editors.clear()
        version = SavedVersion(0, int(now * 1000), tuple(sorted(self._authors)), len(data), 0)
        await self.logbook.do(partial(_note_saved, version, data, dict(self._authors), keep_last=keeps))

    async def _settle(self) -> None:
        """Take in what others have written, once they have stopped writing."""
        while await self._look():  # noqa: ASYNC110 -- nothing tells when a writer is done
            await asyncio.sleep(self._pace.settle)

    async def _look(self) -> bool:
        """See whether the file has changed; true if it has, but perhaps is not yet whole.

        One that changes all the time is taken as it is.
        """
        try:
            found = disk.signature(self._path)
        except (NotAFile, OSError):
            found = _GONE
        if found == self.known:
            self._seen = None
            if found is not None:
                self.hold.take(self._path, found)
            return False
        if self._seen is None:
            self._first_seen = time.monotonic()
        seen = found or _MISSING
        if seen != self._seen and time.monotonic() - self._first_seen < self._pace.longest:
            self._seen = seen
            return True
        if found is None:
            await self._miss()
        else:
            await self._take_outside(found)
        return False

    async def _miss(self) -> None:
        """The name has gone: with the file, or the file has another one now."""
        self._seen = None
        where = self.hold.whereabouts()
        shown = None if where is None else await self.follow(where)
        if where is None or shown is None:
            self.known, self._is_gone = None, True
            self._show_elsewhere({"event": "outside", "what": "deleted"})
        else:
            self._path = where
            self._show_elsewhere({"event": "outside", "what": "moved", "path": shown})

    def _show_elsewhere(self, event: Event) -> None:
        self.elsewhere = event
        self.tell(event)

    def _is_back(self, known: Signature) -> None:
        """There is a file of the name again."""
        self.hold.take(self._path, known)
        if self._is_gone:
            self._is_gone = False
            self._show_elsewhere({"event": "outside", "what": "back"})
            self.elsewhere = None

    async def _take_outside(self, found: Signature) -> None:
        try:
            data, found = await self._threads.for_file(disk.load, self._path)
            theirs = await self.parse(data)
        except FileNotFoundError:
            return
        except (Unsupported, NotAFile, OSError):
            self.known, self._is_invalid = found, True
            self.tell({"event": "outside", "what": "invalid"})
            return
        before, self.base, self.known, self._is_invalid = self.base, theirs, found, False
        self._is_back(found)
        await self._take(before, theirs)

    async def _take_displaced(self, path: str, before: Content) -> None:
        """Merge what the file was in the moment when it was replaced; its writer is given time to finish."""
        seen = None
        while seen != (seen := disk.signature(path)):  # noqa: ASYNC110 -- nothing tells when a writer is done
            await asyncio.sleep(self._pace.settle)
        with suppress(Unsupported, NotAFile, OSError):
            data, _ = await self._threads.for_file(disk.load, path)
            theirs = await self._threads.for_file(self._parse, data, before.value)
            await self._take(before, theirs, os.path.basename(path))
            await self.logbook.secure()
            os.unlink(path)

    async def _take(self, before: Content, theirs: Content, *displaced: str) -> None:
        if theirs.data == before.data:
            return
        self._document.merge(before.value, theirs.value)
        self.logbook.rebase(self.base.data, displaced)
        self.tell({"event": "outside", "what": "changed"})

    def _patience(self) -> float:
        longest = self._pace.settle if self._seen is not None else self._pace.poll
        return max(0.0, min(longest, self._due() - time.monotonic())) if self._saves_itself else longest

    def _due(self) -> float:
        due = min(self._last_edit + self._pace.quiet, self._first_edit + self._pace.longest)
        return max(due, self._not_before)

    def _set_trouble(self, sentence: str) -> None:
        if sentence != self.trouble:
            self.trouble = sentence
            self.tell({"event": "trouble", "message": sentence})

    def _fail(self, sentence: str) -> NoReturn:
        self._not_before = time.monotonic() + self._pace.retry
        self._set_trouble(sentence)
        raise CallFailed("internal", sentence)


async def _follow_none(path: str) -> str | None:
    return None


def _read_again(data: bytes, value: Any, parse: Callable[[bytes, Any], Content]) -> Content:
    """The file as it is to be; what it means is `value`, whatever reading it again would make of that."""
    new = parse(data, value)
    new.value = value
    return new


def _note_saved(version: SavedVersion, data: bytes, names: dict[str, str], log: Log, *, keep_last: bool) -> None:
    log.saved(version, data, names, keep_last=keep_last)
    thin_out(log)


def _keep_aside(path: str) -> Signature | None:
    with suppress(FileNotFoundError):
        os.replace(path, path + ".invalid")
    return disk.signature(path)
