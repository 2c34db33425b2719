"""One life of a kernel: from the start of its process to its end, with everything that is said meanwhile."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from carrel.agent.kernels.values import KernelFailed, KernelSpec, Message
from carrel.agent.spawn import NotRunnable

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager

    from carrel.agent.kernels.jupyter import Channels, Provisioner
    from carrel.agent.kernels.process import KernelProcess

START_SECONDS = 60.0
_HEARD_SECONDS = 0.1
_LAST_WORDS_SECONDS = 1.0
_SILENCE_SECONDS = 0.02


class Listener(Protocol):
    """Who is told what happens: a session."""

    def tell(self, state: str, reason: str = "") -> None: ...
    async def take(self, message: Message) -> None: ...
    def replied(self, message: Message) -> None: ...


class Life:
    """A kernel that is starting or running; made with `begin`."""

    info: dict[str, Any]
    """The content of `kernel_info_reply`."""

    def __init__(
        self, spec: KernelSpec, manager: "AsyncKernelManager", provisioner: "Provisioner", listener: Listener
    ) -> None:
        self._spec = spec
        self._manager = manager
        self._provisioner = provisioner
        self._listener = listener
        self._reason = ""
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._heard = asyncio.Event()
        self._over = asyncio.Event()
        self._process: KernelProcess
        self._channels: Channels

    async def begin(
        self,
        directory: str,
        environment: dict[str, str],
        connect: Callable[[], "Channels"],
        tasks: asyncio.TaskGroup,
    ) -> None:
        """Start the kernel and return when it answers. Raises `KernelFailed`."""
        try:
            await self._manager.start_kernel(cwd=directory, env=environment)
        except (NotRunnable, OSError, TimeoutError) as error:
            raise KernelFailed(f"the kernel does not start: {error or 'it takes too long'}") from error
        assert self._provisioner.running is not None
        self._process = self._provisioner.running
        self._channels = connect()
        tasks.create_task(self._run())
        try:
            async with asyncio.timeout(START_SECONDS):
                self.info = await self._first_answer()
        except BaseException as error:
            await self.end(f"the kernel did not answer within {START_SECONDS:.0f} seconds")
            if isinstance(error, TimeoutError):
                raise KernelFailed(self._reason) from error
            raise

    async def _first_answer(self) -> dict[str, Any]:
        """Ask until something comes back by iopub as well: what is published before we listen is lost."""
        while True:
            answer = await self.ask("shell", "kernel_info_request", {})
            with suppress(TimeoutError):
                async with asyncio.timeout(_HEARD_SECONDS):
                    await self._heard.wait()
                    return answer

    def send(self, *message: Any) -> str:
        """Send a message (`Channels.send`) and return its id."""
        return self._channels.send(*message)

    async def ask(self, channel: str, msg_type: str, content: dict[str, Any]) -> dict[str, Any]:
        """Send a request and return the content of its reply. Raises `KernelFailed` if the kernel ends meanwhile."""
        if self._over.is_set():
            raise KernelFailed(self._reason)
        msg_id = self.send(channel, msg_type, content)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[msg_id] = answer
        try:
            return await answer
        finally:
            del self._answers[msg_id]

    @property
    def pid(self) -> int:
        """Of the kernel's process."""
        return self._process.pid

    @property
    def connection_file(self) -> str:
        """Where the kernel's sockets and its key are written down."""
        return str(self._manager.connection_file)

    async def kill(self, reason: str) -> None:
        """End the kernel by force, at once, with all processes that it has started."""
        self._reason = self._reason or reason
        await self._process.kill()
        await self._over.wait()

    def interrupt(self) -> None:
        """Interrupt what is running, the way the kernel wants it."""
        if self._over.is_set():
            return
        if self._spec.interrupt_mode == "message":
            self.send("control", "interrupt_request", {})
        else:
            self._process.signal(signal.SIGINT)

    async def end(self, reason: str) -> None:
        """End the kernel, by force after a moment, with all processes that it has started."""
        self._reason = self._reason or reason
        if not self._over.is_set():
            await self._manager.shutdown_kernel()
            await self._over.wait()

    async def _run(self) -> None:
        try:
            async with asyncio.TaskGroup() as readers:
                readings = [
                    readers.create_task(reading)
                    for reading in (self._read_published(), self._read_replies(), self._read_questions())
                ]
                await asyncio.shield(self._process.exited)
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LAST_WORDS_SECONDS):
                        await self._channels.drained(_SILENCE_SECONDS)
                for task in readings:
                    task.cancel()
        finally:
            self._die()
        await self._manager.cleanup_resources()

    def _die(self) -> None:
        self._reason = self._reason or self._process.reason
        self._over.set()
        self._channels.close()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(KernelFailed(self._reason))
        self._listener.tell("dead", self._reason)

    async def _read_published(self) -> None:
        while True:
            message, parent = await self._channels.receive("iopub")
            self._heard.set()
            if message.msg_type == "status" and parent.get("msg_type") == "execute_request":
                self._listener.tell("idle" if message.content.get("execution_state") == "idle" else "busy")
            await self._listener.take(message)

    async def _read_replies(self) -> None:
        while True:
            message, _ = await self._channels.receive("shell")
            answer = self._answers.get(message.parent_id)
            if answer is None:
                self._listener.replied(message)
            elif not answer.done():
                answer.set_result(message.content)

    async def _read_questions(self) -> None:
        while True:
            message, _ = await self._channels.receive("stdin")
            await self._listener.take(message)


Begin = Callable[[Listener], Awaitable[Life]]
"""Begins a life and returns when the kernel answers. Raises `KernelFailed`."""
