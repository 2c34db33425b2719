"""How things stand with a notebook's kernel, told to its pages: at once when it changes, less often when it is much."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

Event = dict[str, Any]
_PAUSE_SECONDS = 0.03
_PAUSE_PER_CELL = 0.0003


class Timings:
    """When cells ran last, in milliseconds since the epoch."""

    def __init__(self) -> None:
        self.cells: dict[str, dict[str, int]] = {}

    def begin(self, cell: str) -> None:
        """It runs."""
        self.cells[cell] = {"started": _now()}

    def end(self, cell: str) -> None:
        """It has run."""
        self.cells[cell] = {**self.cells[cell], "ended": _now()}


class Announcer:
    """Sends `make()` whenever something has changed, with pauses in between that grow with its size."""

    def __init__(self, make: Callable[[], Event], send: Callable[[Event], None]) -> None:
        self._make = make
        self._send = send
        self._due: asyncio.TimerHandle | None = None
        self._next_at = 0.0

    def changed(self) -> None:
        """Something has changed."""
        if self._due is None:
            loop = asyncio.get_running_loop()
            self._due = loop.call_later(max(0.0, self._next_at - loop.time()), self.flush)

    def flush(self) -> None:
        """Send what has changed now."""
        if self._due is None:
            return
        self._due.cancel()
        self._due = None
        event = self._make()
        cells = len(event["timings"]) + len(event["queue"])
        self._next_at = asyncio.get_running_loop().time() + _PAUSE_SECONDS + cells * _PAUSE_PER_CELL
        self._send(event)


def _now() -> int:
    return time.time_ns() // 1_000_000
