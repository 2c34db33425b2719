"""One execution: what is published of it, handed over at the pace of whoever takes it."""

import asyncio
from collections import deque

from carrel.agent.kernels.values import ExecuteReply, KernelFailed, Message, Sink

GRACE_SECONDS = 5.0
"""How long to wait for outputs after the reply; they may be lost in a kernel that drops what is not taken in time."""


class Execution:
    """Messages in, messages out; `put` waits until everything is taken."""

    def __init__(self) -> None:
        self._messages: deque[Message] = deque()
        self._arrived = asyncio.Event()
        self._taken = asyncio.Event()
        self._reply: Message | None = None
        self._failure: KernelFailed | None = None
        self.is_open = True

    async def put(self, message: Message) -> None:
        """Hand a message over; returns when it is taken, or never will be."""
        self._messages.append(message)
        self._arrived.set()
        while self._messages and self.is_open:
            self._taken.clear()
            await self._taken.wait()

    @property
    def is_replied(self) -> bool:
        return self._reply is not None or self._failure is not None

    def reply(self, message: Message) -> None:
        self._reply = message
        self._arrived.set()

    def fail(self, failure: KernelFailed) -> None:
        """The kernel is gone: what is here is still handed over, then `run` raises this."""
        self._failure = failure
        self._arrived.set()

    def close(self) -> None:
        """Nobody takes anything any more."""
        self.is_open = False
        self._taken.set()

    async def run(self, sink: Sink) -> Message:
        """Feed the sink until the kernel has replied and is done; returns the reply. Raises `KernelFailed`."""
        is_idle = False
        while True:
            while self._messages:
                message = self._messages[0]
                await sink(message)
                self._messages.popleft()
                self._taken.set()
                is_idle |= message.msg_type == "status" and message.content.get("execution_state") == "idle"
            if self._failure is not None:
                raise self._failure
            if self._reply is not None and (is_idle or not await self._more()):
                return self._reply
            if self._reply is None:
                await self._arrived.wait()
            self._arrived.clear()

    async def _more(self) -> bool:
        """Whether anything arrives within the time that outputs may take after the reply."""
        if self._messages:
            return True
        self._arrived.clear()
        try:
            async with asyncio.timeout(GRACE_SECONDS):
                await self._arrived.wait()
        except TimeoutError:
            return False
        return True


def reply_of(message: Message) -> ExecuteReply:
    """The reply's content as a value; a kernel may write what it likes there."""
    content = message.content
    count = content.get("execution_count")
    traceback = content.get("traceback")
    payload = content.get("payload")
    return ExecuteReply(
        status=str(content.get("status", "error")),
        execution_count=count if isinstance(count, int) else None,
        ename=str(content.get("ename", "")),
        evalue=str(content.get("evalue", "")),
        traceback=tuple(map(str, traceback)) if isinstance(traceback, list) else (),
        payload=tuple(item for item in payload if isinstance(item, dict)) if isinstance(payload, list) else (),
    )
