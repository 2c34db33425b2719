"""Kernels as jupyter_client starts them, for tests of what stands upon kernel sessions."""

import asyncio
import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager

from carrel.agent.kernels.sessions import Kernels, KernelSession
from carrel.agent.kernels.values import ExecuteReply, KernelFailed, KernelSpec, KernelUnknown, Message, Sink


def _message(raw: dict[str, Any]) -> Message:
    parent = raw["parent_header"].get("msg_id", "")
    buffers = [bytes(buffer) for buffer in raw["buffers"]]
    return Message(raw["msg_type"], raw["content"], raw["metadata"], buffers, parent)


async def _nothing(message: Message) -> None:
    return


class PlainSession(KernelSession):
    """A kernel in a process of its own; `pid` is that process's."""

    def __init__(self, directory: str) -> None:
        self.name, self.display_name, self.language = "python3", "Python 3", "python"
        self.language_info: dict[str, Any] = {}
        self.state, self.reason = "starting", ""
        self.changed = lambda: None
        self.stray: Sink = _nothing
        self.pid = 0
        self._directory = directory
        self._sinks: dict[str, Sink] = {}
        self._waits: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._idle: dict[str, asyncio.Event] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._question: dict[str, Any] = {}

    async def open(self) -> None:
        address = os.path.join(tempfile.mkdtemp(prefix="k"), "k")
        self._manager = AsyncKernelManager(kernel_name="python3", transport="ipc", ip=address)
        await self._manager.start_kernel(cwd=self._directory)
        self.pid = self._manager.provisioner.process.pid  # type: ignore[union-attr] # it is a local one
        self._client: AsyncKernelClient = self._manager.client()
        self._client.start_channels()
        await self._client.wait_for_ready(timeout=60)
        loops = (self._read_iopub(), self._read_replies(), self._read_questions(), self._watch())
        self._tasks = [asyncio.ensure_future(loop) for loop in loops]
        info = await self._ask(self._client.kernel_info())
        self.language_info = info["language_info"]
        self._become("idle")

    async def execute(
        self,
        code: str,
        sink: Sink,
        *,
        store_history: bool = True,
        allow_stdin: bool = False,
        stop_on_error: bool = True,
    ) -> ExecuteReply:
        request = self._client.execute(code, store_history=store_history, allow_stdin=allow_stdin)
        self._sinks[request] = sink
        idle = self._idle[request] = asyncio.Event()
        try:
            reply = await self._ask(request)
            await idle.wait()
        finally:
            del self._sinks[request], self._idle[request]
        error = {name: reply.get(name, "") for name in ("ename", "evalue")}
        return ExecuteReply(reply["status"], reply.get("execution_count"), **error)

    async def complete(self, code: str, cursor: int) -> dict[str, Any]:
        return await self._ask(self._client.complete(code, cursor))

    async def inspect(self, code: str, cursor: int, detail: int) -> dict[str, Any]:
        return await self._ask(self._client.inspect(code, cursor, detail))

    def input_reply(self, value: str) -> None:
        self._client.session.send(
            self._client.stdin_channel.socket, "input_reply", {"value": value}, parent=self._question
        )

    async def send_comm(
        self, msg_type: str, content: dict[str, Any], metadata: dict[str, Any], buffers: Sequence[bytes]
    ) -> None:
        socket = self._client.shell_channel.socket
        self._client.session.send(socket, msg_type, content, metadata=metadata, buffers=list(buffers))

    async def interrupt(self) -> None:
        await self._manager.interrupt_kernel()

    async def restart(self) -> None:
        await self._end("The kernel was restarted.")
        await self.open()

    async def shutdown(self) -> None:
        await self._end("The kernel was shut down.")

    async def _end(self, reason: str) -> None:
        self._become("dead", reason)
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        self._client.stop_channels()
        with suppress(ProcessLookupError):
            await self._manager.shutdown_kernel(now=True)

    def _become(self, state: str, reason: str = "") -> None:
        self.state, self.reason = state, reason
        if state == "dead":
            for wait in self._waits.values():
                if not wait.done():
                    wait.set_exception(KernelFailed(reason))
        self.changed()

    async def _ask(self, request: str) -> dict[str, Any]:
        wait = self._waits[request] = asyncio.get_running_loop().create_future()
        try:
            return await wait
        finally:
            del self._waits[request]

    async def _read_iopub(self) -> None:
        while True:
            raw = await self._client.get_iopub_msg(timeout=None)
            message = _message(raw)
            if message.msg_type == "status":
                self._become(message.content["execution_state"])
            await self._sinks.get(message.parent_id, self.stray)(message)
            if message.content.get("execution_state") == "idle" and message.parent_id in self._idle:
                self._idle[message.parent_id].set()

    async def _read_replies(self) -> None:
        while True:
            raw = await self._client.get_shell_msg(timeout=None)
            wait = self._waits.get(raw["parent_header"].get("msg_id", ""))
            if wait is not None and not wait.done():
                wait.set_result(raw["content"])

    async def _read_questions(self) -> None:
        while True:
            self._question = await self._client.get_stdin_msg(timeout=None)
            message = _message(self._question)
            await self._sinks[message.parent_id](message)

    async def _watch(self) -> None:
        process = self._manager.provisioner.process  # type: ignore[union-attr] # it is a local one
        file = os.pidfd_open(process.pid)
        gone = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(file, gone.set)
        try:
            await gone.wait()
        finally:
            loop.remove_reader(file)
            os.close(file)
        self._become("dead", "The kernel was killed.")


class PlainKernels(Kernels):
    """Starts `python3` and nothing else; `close` ends what is left."""

    def __init__(self) -> None:
        self.sessions: list[PlainSession] = []

    async def specs(self) -> list[KernelSpec]:
        return [KernelSpec("python3", "Python 3", "python", "signal", {}, (), {}, "")]

    def warm(self) -> None:
        return

    async def start(self, name: str, directory: str, *, environment: Mapping[str, str] | None = None) -> KernelSession:
        if name != "python3":
            raise KernelUnknown(f"There is no kernel {name!r}; there are: python3.")
        session = PlainSession(directory)
        self.sessions.append(session)
        await session.open()
        return session

    async def close(self) -> None:
        for session in self.sessions:
            if session.state != "dead":
                await session.shutdown()
