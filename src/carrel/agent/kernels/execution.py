"""One execution: what is published of it, handed over at the pace of whoever takes it."""

import asyncio
from collections import deque

from carrel.agent.kernels.values import ExecuteReply, KernelFailed, Message, Sink

GRACE_SECONDS = 5.0
"""How long to wait for outputs after the reply; they may be lost in a kernel that drops what is not taken in time."""
REPLY_SECONDS = 30.0
"""How long to wait for the reply of a kernel that says it is done; usually it comes first."""
_NO_REPLY = "the kernel says that it is done, and has not told how it went"


class Execution:
    """Messages in, messages out; `put` waits until everything is taken."""

    def __init__(self) -> None:
        self._messages: deque[Message] = deque()
        self._arrived = asyncio.Event()
        self._taken = asyncio.Event()
        self._reply: Message | None = None
        self._failure: KernelFailed | None = None
        self._idle: Message | None = None
        self.is_open = True

    async def put(self, message: Message) -> None:
        """Hand a message over; returns when it is taken, or never will be."""
        self._messages.append(message)
        self._arrived.set()
        while self._messages and self.is_open:
            self._taken.clear()
            await self._taken.wait()

    @property
    def is_done(self) -> bool:
        """Whether the kernel does nothing for it any more."""
        return any((self._reply, self._failure, self._idle))

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
        """Feed the sink until the kernel has replied and is done; returns the reply. Raises `KernelFailed`.

        A kernel that is done and does not reply gets an error for an output and a reply.
        """
        while True:
            while self._messages:
                message = self._messages[0]
                await sink(message)
                self._messages.popleft()
                self._taken.set()
                if is_idle(message):
                    self._idle = message
            if self._failure is not None:
                raise self._failure
            if self._reply is not None and (self._idle or not await self._more(GRACE_SECONDS)):
                return self._reply
            if self._reply is None and not await self._more(REPLY_SECONDS if self._idle else None):
                assert self._idle is not None
                self._reply = _no_reply(self._idle)
                self._messages.append(self._reply)

    async def _more(self, seconds: float | None) -> bool:
        """Whether anything arrives within a time."""
        try:
            async with asyncio.timeout(seconds):
                await self._arrived.wait()
        except TimeoutError:
            return False
        self._arrived.clear()
        return True


def is_idle(message: Message) -> bool:
    """Whether the kernel says that it is done with a request."""
    return message.msg_type == "status" and message.content.get("execution_state") == "idle"


def _no_reply(idle: Message) -> Message:
    """An error, as an output and as a reply."""
    said = {"ename": "NoReply", "evalue": _NO_REPLY, "traceback": [f"NoReply: {_NO_REPLY}"]}
    return Message("error", {"status": "error", **said}, {}, [], idle.parent_id)


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
