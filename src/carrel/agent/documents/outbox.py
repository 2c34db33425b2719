"""What waits to be sent to one viewer, in order and bounded, however slowly the viewer takes it.

Events, replies and comms are kept as they are, up to a limit. Updates that wait are joined, and when they grow too
many they are forgotten: what is kept then is from when on they are missing, and they are made from the document again
when it is their turn.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

import msgspec
from pycrdt import merge_updates

from carrel.protocol.documents import Kind, encode_message, encode_number

_MOST_UPDATES = 256 << 10
_MOST_OTHERS = 16 << 20
_SERVER = encode_number(0)


class TooSlow(Exception):
    """More waits than is good for the agent."""


class _Updates(msgspec.Struct):
    """Updates that have not been sent; `since` is what the viewer has, and all there is to know if `dropped`."""

    since: bytes
    waiting: list[bytes]
    dropped: bool = False


class Outbox:
    """`diff` makes an update of everything that came after a state vector; `states` encodes awareness states."""

    def __init__(self, diff: Callable[[bytes], bytes], states: Callable[[set[int]], bytes]) -> None:
        self.other_bytes = 0
        self._diff = diff
        self._encode_states = states
        self._items: deque[bytes | _Updates] = deque()
        self._acknowledged = 0
        self._clients: set[int] = set()
        self._update_bytes = 0
        self._wake = asyncio.Event()

    def put(self, kind: Kind, payload: bytes) -> None:
        """Anything but updates, however large; raises `TooSlow` if too much waits before it."""
        if self.other_bytes > _MOST_OTHERS:
            raise TooSlow
        self.other_bytes += len(payload)
        self._items.append(encode_message(kind, payload))
        self._wake.set()

    def put_update(self, update: bytes, since: bytes) -> None:
        """An update; `since` is the state vector before it."""
        last = self._items[-1] if self._items else None
        forgotten = next((item for item in self._items if isinstance(item, _Updates) and item.dropped), None)
        if forgotten is not None:
            return
        if not isinstance(last, _Updates):
            last = _Updates(since, [])
            self._items.append(last)
        last.waiting.append(update)
        self._update_bytes += len(update)
        if self._update_bytes > _MOST_UPDATES:
            self._forget()
        self._wake.set()

    def acknowledge(self, number: int) -> None:
        """Tell that everything up to a number is durable."""
        self._acknowledged = number
        self._wake.set()

    def put_states(self, clients: Iterable[int]) -> None:
        """Awareness states that have changed; they are encoded when they are sent."""
        self._clients.update(clients)
        self._wake.set()

    async def next(self) -> bytes:
        """The next frame, as soon as there is one."""
        while True:
            if self._acknowledged:
                number, self._acknowledged = self._acknowledged, 0
                return encode_message(Kind.ACK, encode_number(number))
            if self._items:
                return self._frame(self._items.popleft())
            if self._clients:
                clients, self._clients = self._clients, set()
                return encode_message(Kind.AWARENESS, self._encode_states(clients))
            self._wake.clear()
            await self._wake.wait()

    def _frame(self, item: bytes | _Updates) -> bytes:
        if isinstance(item, bytes):
            self.other_bytes -= len(item) - 5
            return item
        self._update_bytes -= sum(map(len, item.waiting))
        if item.dropped:
            update = self._diff(item.since)
        else:
            update = merge_updates(*item.waiting) if len(item.waiting) > 1 else item.waiting[0]
        return encode_message(Kind.UPDATE, _SERVER + update)

    def _forget(self) -> None:
        """The first of the updates will be all that has come until then; the others are in it."""
        updates = [item for item in self._items if isinstance(item, _Updates)]
        updates[0].dropped = True
        for item in updates[1:]:
            self._items.remove(item)
        updates[0].waiting.clear()
        self._update_bytes = 0
