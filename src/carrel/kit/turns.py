"""Turns: one at a time for each key, any number of keys at the same time."""

from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import anyio

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Turns(Generic[K]):
    """Locks that exist only while somebody holds them or waits for them."""

    _locks: dict[K, anyio.Lock] = field(default_factory=dict)

    @asynccontextmanager
    async def of(self, key: K) -> AsyncIterator[None]:
        """Wait for the key's turn and hold it for the block."""
        lock = self._locks.setdefault(key, anyio.Lock())
        try:
            async with lock:
                yield
        finally:
            if not lock.locked() and not lock.statistics().tasks_waiting:
                self._locks.pop(key, None)
