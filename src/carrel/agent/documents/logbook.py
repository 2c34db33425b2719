"""Keeps the log of an open document: writes what comes in batches, and makes the log anew if it is damaged or gone.

Everything that was appended has a position; positions up to `durable` are on the disk. While an earlier batch is being
written the next one collects, so the faster edits come, the more of them share a commit.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from carrel.agent.documents.log import Damaged, Failure, Log, is_passing
from carrel.agent.documents.threads import Threads

_T = TypeVar("_T")
_LEAST_BYTES = 128 << 10
_MOST_UPDATES = 5000
_RETRY_SECONDS = 1.0


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

    def append(self, update: bytes) -> None:
        """Put an update on the list."""
        self._pending.append(update)
        self.position += 1
        self._wake.set()

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
            async with self._lock:
                if self.durable < wanted:
                    await self._write()

    async def do(self, work: Callable[[Log], _T]) -> _T | None:
        """Do something else with the log; None if it failed, and then the log is made anew."""
        async with self._lock:
            try:
                return await self._threads.for_log(work, self._log)
            except Failure as error:
                if not is_passing(error):
                    await self._remake()
                return None

    async def close(self, *, compact: bool) -> None:
        """Write what is left; `compact`: and leave one update in the place of all."""
        await self.flush()
        async with self._lock:
            with suppress(*Failure):
                if compact and self._grown_updates:
                    await self._threads.for_log(self._log.compact, self.state())
            await self._threads.for_log(self._log.close)

    async def _write(self) -> None:
        batch, self._pending = self._pending, []
        position = self.position
        self._grown_bytes += sum(map(len, batch))
        self._grown_updates += len(batch)
        while True:
            try:
                await self._write_once(batch)
                break
            except Failure as error:
                if not is_passing(error) or not await self._threads.for_log(self._log.is_intact):
                    position = await self._remake()
                    break
                await self._wait_for_better(error)
        self.troubled("")
        self.durable = position
        self.told()

    async def _write_once(self, batch: list[bytes]) -> None:
        if self._grown_bytes > max(_LEAST_BYTES, self._state_bytes // 2) or self._grown_updates > _MOST_UPDATES:
            state = self.state()
            await self._threads.for_log(_compact, self._log, batch, state)
            self._grown_bytes = self._grown_updates = 0
            self._state_bytes = len(state)
        else:
            await self._threads.for_log(_append, self._log, batch)

    async def _remake(self) -> int:
        """A new log from what is in memory, in the place of whatever is there; the position that it holds."""
        while True:
            state, base, position = self.state(), self.base(), self.position
            self._pending.clear()
            try:
                await self._threads.for_log(self._log.close)
                self._log = await self._threads.for_log(Log.create, self._path, self.generation, state, base)
            except Failure as error:
                await self._wait_for_better(error)
            else:
                self._grown_bytes = self._grown_updates = 0
                self._state_bytes = len(state)
                return position

    async def _wait_for_better(self, error: BaseException) -> None:
        self.troubled(f"The document's log cannot be written: {error}.")
        await asyncio.sleep(_RETRY_SECONDS)


def _append(log: Log, batch: list[bytes]) -> None:
    log.append(batch)
    _demand_intact(log)


def _compact(log: Log, batch: list[bytes], state: bytes) -> None:
    """The batch first: if the state does not fit on the disk, the batch may."""
    log.append(batch)
    with suppress(sqlite3.OperationalError):
        log.compact(state)
    _demand_intact(log)


def _demand_intact(log: Log) -> None:
    if not log.is_intact():
        raise Damaged("its file is gone")
