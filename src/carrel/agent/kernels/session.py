"""A kernel session: one kernel as a notebook sees it, through its deaths and restarts."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from carrel.agent.kernels.execution import Execution, is_idle, reply_of
from carrel.agent.kernels.life import Begin, Life
from carrel.agent.kernels.values import ExecuteReply, KernelFailed, KernelSpec, Message, Sink


class KernelSession:
    """One kernel, as started by `Kernels.start`. A dead one starts again when something is to be executed."""

    language_info: dict[str, Any]
    """What the kernel says of its language (`kernel_info_reply`), for the notebook's metadata."""
    state: str
    """`starting`, `idle`, `busy` or `dead`."""
    reason: str
    """Why it is dead, in a sentence."""
    changed: Callable[[], None]
    """Called after each change of `state`; set by the owner."""
    stray: Sink
    """Takes what the kernel publishes and no running `execute` asked for (late outputs, comms); set by the owner."""

    def __init__(self, spec: KernelSpec, begin: Begin, forget: Callable[["KernelSession"], None]) -> None:
        self.name = spec.name
        self.display_name = spec.display_name
        self.language = spec.language
        self.language_info = {}
        self.state = "dead"
        self.reason = ""
        self.changed = _nothing
        self.stray = _nowhere
        self._begin = begin
        self._forget = forget
        self._life: Life | None = None
        self._turn = asyncio.Lock()
        self._is_over = False
        self._executions: dict[str, Execution] = {}
        self._abandoned: dict[str, asyncio.Event] = {}  # cancelled executions: set when the kernel is done with one

    async def start(self) -> None:
        """Start the kernel unless it runs. Raises `KernelFailed`."""
        async with self._turn:
            await self._alive()

    async def execute(
        self,
        code: str,
        sink: Sink,
        *,
        store_history: bool = True,
        allow_stdin: bool = False,
    ) -> ExecuteReply:
        """Run code; `sink` gets everything that is published of it, in order, and each `input_request`.

        Returns after the reply and after everything that belongs to it. Cancelling it interrupts the kernel. Raises
        `KernelFailed` if the kernel ends meanwhile, or does not start.
        """
        content = {
            "code": code,
            "silent": False,
            "store_history": store_history,
            "user_expressions": {},
            "allow_stdin": allow_stdin,
            "stop_on_error": False,  # it would stop what is asked for a moment later, too
        }
        for abandoned in list(self._abandoned.values()):
            await abandoned.wait()  # else the interrupt that ends it might hit this one
        async with self._turn:
            life = await self._alive()
        execution = Execution()
        msg_id = life.send("shell", "execute_request", content)
        self._executions[msg_id] = execution
        try:
            return reply_of(await execution.run(sink))
        except asyncio.CancelledError:
            if not execution.is_done:
                self._abandoned[msg_id] = asyncio.Event()
                life.interrupt()
            raise
        finally:
            execution.close()
            del self._executions[msg_id]

    async def complete(self, code: str, cursor: int) -> dict[str, Any]:
        """The content of `complete_reply`; `cursor` counts characters. Waits while the kernel is busy."""
        return await self._ask("complete_request", {"code": code, "cursor_pos": cursor})

    async def inspect(self, code: str, cursor: int, detail: int) -> dict[str, Any]:
        """The content of `inspect_reply`; `cursor` counts characters. Waits while the kernel is busy."""
        return await self._ask("inspect_request", {"code": code, "cursor_pos": cursor, "detail_level": detail})

    async def comm_info(self) -> dict[str, Any]:
        """The content of `comm_info_reply`: the comms that live in the kernel."""
        return await self._ask("comm_info_request", {})

    def input_reply(self, value: str) -> None:
        """Answer the `input_request` that a sink was told of. Raises `KernelFailed`."""
        self._running().send("stdin", "input_reply", {"value": value, "status": "ok"})

    async def send_comm(
        self, msg_type: str, content: dict[str, Any], metadata: dict[str, Any], buffers: Sequence[bytes]
    ) -> None:
        """Send `comm_open`, `comm_msg` or `comm_close`. Raises `KernelFailed`."""
        self._running().send("shell", msg_type, content, metadata, buffers)

    @property
    def running(self) -> Life | None:
        """The life of the kernel, while it runs."""
        return None if self.state == "dead" else self._life

    async def interrupt(self) -> None:
        """Interrupt what is running; nothing if nothing is."""
        if self._life is not None and self.state != "dead":
            self._life.interrupt()

    async def restart(self) -> None:
        """End the kernel, by force if need be, and start it anew; what is executing raises `KernelFailed`."""
        async with self._turn:
            await self._end("the kernel was restarted")
            await self._alive()

    async def shutdown(self) -> None:
        """End the kernel, by force if need be; the session starts again no more."""
        async with self._turn:
            self._is_over = True
            await self._end("the kernel was shut down")
        self._forget(self)

    # What the life of the kernel tells us.

    def tell(self, state: str, reason: str = "") -> None:
        """The kernel is in another state."""
        if (state, reason) == (self.state, self.reason):
            return
        self.state, self.reason = state, reason
        if state == "dead":
            for execution in self._executions.values():
                execution.fail(KernelFailed(reason))
            for msg_id in list(self._abandoned):
                self._abandoned.pop(msg_id).set()
        self.changed()

    async def take(self, message: Message) -> None:
        """The kernel has published something, or wants input."""
        execution = self._executions.get(message.parent_id)
        if execution is not None and execution.is_open:
            await execution.put(message)
        elif is_idle(message):
            self._let_go(message)
        elif message.msg_type not in ("status", "iopub_welcome", "execute_input", "input_request"):
            await self.stray(message)

    def replied(self, message: Message) -> None:
        """The kernel has answered an `execute_request`."""
        self._let_go(message)
        if (execution := self._executions.get(message.parent_id)) is not None:
            execution.reply(message)

    def _let_go(self, message: Message) -> None:
        """The kernel is done with what the message answers."""
        if (abandoned := self._abandoned.pop(message.parent_id, None)) is not None:
            abandoned.set()

    async def _alive(self) -> Life:
        """The life of the kernel, a new one if it is dead; with the turn held."""
        if self._is_over:
            raise KernelFailed("the kernel was shut down")
        if self._life is None or self.state == "dead":
            self.tell("starting")
            try:
                self._life = await self._begin(self)
            except KernelFailed as error:
                self.tell("dead", str(error))
                raise
            self.language_info = self._life.info.get("language_info", {})
            if self.state == "starting":
                self.tell("idle")
        return self._life

    async def _end(self, reason: str) -> None:
        life, self._life = self._life, None
        if life is not None:
            await life.end(reason)

    def _running(self) -> Life:
        if self._life is None or self.state in ("dead", "starting"):
            raise KernelFailed(self.reason or "the kernel does not run")
        return self._life

    async def _ask(self, msg_type: str, content: dict[str, Any]) -> dict[str, Any]:
        """Ask the running kernel something. Raises `KernelFailed` if it does not run, or ends meanwhile."""
        return await self._running().ask("shell", msg_type, content)


def _nothing() -> None:
    """What `changed` is without an owner."""


async def _nowhere(message: Message) -> None:
    """What `stray` is without an owner."""
