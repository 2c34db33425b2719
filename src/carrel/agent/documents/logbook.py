"""Keeps the log of an open document: writes what comes in batches, and makes the log anew if it is damaged or gone.

Everything that was appended has a position; positions up to `durable` are on the disk. While an earlier batch is being
written the next one collects, so the faster edits come, the more of them share a commit.
"""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from carrel.agent.documents.history import thin_out
from carrel.agent.documents.log import Damaged, Failure, Log, is_passing, remove
from carrel.agent.documents.threads import Threads

_T = TypeVar("_T")
_File = tuple[bytes | None, Sequence[str]]
_LEAST_BYTES = 128 << 10
_MOST_UPDATES = 5000
_RETRY_SECONDS = 1.0
_MOST_TAKEN = 20


class Logbook:
    """`state` gives the whole document as one update, `base` its file as it was when they were equal.

    `told` is called after each batch, `troubled` with a sentence when nothing can be written, and with none afterwards.
    """

    def __init__(self, path: str, log: Log, generation: str, threads: Threads) -> None:
        self.generation = generation
        self.position = 0
        self.durable = 0
        self.told: Callable[[], None] = lambda: None
        self.troubled: Callable[[str], None] = lambda sentence: None
        self.state: Callable[[], bytes] = bytes
        self.base: Callable[[], bytes | None] = lambda: None
        self._path = path
        self._log = log
        self._threads = threads
        self._pending: list[bytes] = []
        self._wake = asyncio.Event()
        self._lock = asyncio.Lock()
        self._grown_bytes = self._grown_updates = 0
        self._state_bytes = 0
        self._new_base: bytes | None = None
        self._taken: list[str] = []
        self._is_frozen = False
        self._trouble = ""

    def append(self, update: bytes) -> None:
        """Put an update on the list."""
        self._pending.append(update)
        self.position += 1
        self._wake.set()

    def rebase(self, data: bytes, taken: Sequence[str] = ()) -> None:
        """The file is `data`, and what was appended last has brought that into the document: both or none is kept.

        `taken` are the names of displaced files that are in the document too, and will be removed.
        """
        self._new_base = data
        self._taken = [*self._taken, *taken][-_MOST_TAKEN:]
        self.position += 1
        self._wake.set()

    def freeze(self) -> None:
        """Write what was appended, but never again the state: it is not to be trusted."""
        self._is_frozen = True

    async def run(self) -> None:
        """Write whatever comes; runs until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self.flush()

    async def flush(self) -> None:
        """Return when everything is durable that has been appended so far."""
        wanted = self.position
        while self.durable < wanted:
            if not await self._write():
                await asyncio.sleep(_RETRY_SECONDS)

    async def secure(self) -> str:
        """As `flush`, but if nothing can be written it returns at once, with a sentence that says why."""
        wanted = self.position
        while self.durable < wanted:
            if not await self._write():
                return self._trouble
        return ""

    async def do(self, work: Callable[[Log], _T]) -> _T | None:
        """Do something else with the log; None if it failed, and then the log is made anew."""
        async with self._lock:
            try:
                return await self._threads.for_log(work, self._log)
            except Failure as error:
                if not is_passing(error):
                    await self._remake()
                return None

    async def move(self, path: str) -> None:
        """Have the log at another path from now on, in the place of whatever is there."""
        async with self._lock:
            old, self._path = self._path, path
            try:
                await self._threads.for_log(self._log.close)
                self._log = await self._threads.for_log(_moved, old, path)
            except (*Failure, OSError):
                await self._remake()

    async def close(self, *, compact: bool) -> None:
        """Write what is left; `compact`: and leave one update in the place of all."""
        await self.flush()
        async with self._lock:
            with suppress(*Failure):
                if compact and self._grown_updates:
                    await self._threads.for_log(self._log.compact, self.state())
            await self._threads.for_log(self._log.close)

    async def _write(self) -> bool:
        """Write what has collected, if anything has; false if that failed for a reason that may pass."""
        async with self._lock:
            if self.durable == self.position:
                return True
            batch, self._pending = self._pending, []
            base, self._new_base = self._new_base, None
            position: int | None = self.position
            try:
                await self._write_once(batch, base)
            except BaseException as error:
                self._pending[:0] = batch
                self._new_base = self._new_base or base
                if not isinstance(error, Failure):
                    raise
                if is_passing(error) and await self._threads.for_log(self._log.is_intact):
                    self._set_trouble(f"The document's log cannot be written: {error}.")
                    return False
                position = await self._remake()
            if position is None:
                return False
            self._set_trouble("")
            self.durable = position
            self.told()
            return True

    async def _write_once(self, batch: list[bytes], base: bytes | None) -> None:
        grown_bytes = self._grown_bytes + sum(map(len, batch))
        grown_updates = self._grown_updates + len(batch)
        taken = tuple(self._taken)
        is_long = grown_bytes > max(_LEAST_BYTES, self._state_bytes // 2) or grown_updates > _MOST_UPDATES
        if is_long and not self._is_frozen:
            state = self.state()
            await self._threads.for_log(_compact, self._log, batch, (base, taken), state)
            self._grown_bytes = self._grown_updates = 0
            self._state_bytes = len(state)
        else:
            await self._threads.for_log(_append, self._log, batch, (base, taken))
            self._grown_bytes, self._grown_updates = grown_bytes, grown_updates

    async def _remake(self) -> int | None:
        """A new log from what is in memory, in the place of whatever is there; the position that it holds.

        None if it cannot be made now. What is in memory may be of no use; then there will be no log.
        """
        state, base, position = self.state(), self.base(), self.position
        self._pending.clear()
        self._new_base = None
        try:
            await self._threads.for_log(self._log.close)
            if not self._is_frozen:
                self._log = await self._threads.for_log(Log.create, self._path, self.generation, state, base)
        except Failure as error:
            self._set_trouble(f"The document's log cannot be written: {error}.")
            return None
        self._grown_bytes = self._grown_updates = 0
        self._state_bytes = len(state)
        return position

    def _set_trouble(self, sentence: str) -> None:
        if sentence != self._trouble:
            self._trouble = sentence
            self.troubled(sentence)


def _moved(old: str, new: str) -> Log:
    remove(new)
    os.rename(old, new)
    return Log(new)


def _append(log: Log, batch: list[bytes], file: _File) -> None:
    _put(log, batch, file)
    _demand_intact(log)


def _compact(log: Log, batch: list[bytes], file: _File, state: bytes) -> None:
    """The batch first: if the state does not fit on the disk, the batch may."""
    _put(log, batch, file)
    with suppress(sqlite3.OperationalError):
        log.compact(state)
    _demand_intact(log)


def _put(log: Log, batch: list[bytes], file: _File) -> None:
    log.append(batch, *file)
    if file[0] is not None:
        thin_out(log)


def _demand_intact(log: Log) -> None:
    if not log.is_intact():
        raise Damaged("its file is gone")
