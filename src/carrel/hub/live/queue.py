"""What a page has sent on one channel and the agent has not yet taken, bounded in bytes."""

from collections import deque

import anyio

from carrel.remote.held import Held, Share

HELD_BYTES = 1 << 20
_MESSAGE_BYTES = 200
"""What a message costs beside its payload."""

Message = tuple[int, bytes]
"""Kind and payload."""


class Queue:
    """From one writer to one reader. It may hold one message more than `HELD_BYTES`, and then its writer waits.

    What it holds counts on an account that it shares with others.
    """

    def __init__(self, account: Held) -> None:
        self._messages: deque[Message] = deque()
        self._share = Share(account)
        self._is_closed = False
        self._arrived = anyio.Event()
        self._drained = anyio.Event()

    async def put(self, message: Message) -> None:
        """Add a message and wait until there is room for another; what comes after the end is dropped.

        Raises `Overloaded` if the account has no room for it.
        """
        if self._is_closed:
            return
        self._share.take(_cost(message))
        self._messages.append(message)
        self._arrived.set()
        if self._share.bytes > HELD_BYTES:
            self._drained = anyio.Event()
            await self._drained.wait()

    async def next(self) -> Message:
        """The oldest message, which is held until `done`."""
        while not self._messages:
            self._arrived = anyio.Event()
            await self._arrived.wait()
        return self._messages[0]

    def done(self) -> None:
        """Let go of the oldest message."""
        self._share.take(-_cost(self._messages.popleft()))
        if self._share.bytes <= HELD_BYTES:
            self._drained.set()

    def close(self) -> None:
        """Forget everything, and let the writer go on."""
        self._is_closed = True
        self._messages.clear()
        self._share.keep(0)
        self._drained.set()


def _cost(message: Message) -> int:
    return len(message[1]) + _MESSAGE_BYTES
