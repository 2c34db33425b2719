"""Kernel sessions: a kernel as a notebook sees it, through its deaths and restarts."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from carrel.agent.kernels.values import ExecuteReply, KernelSpec, Message, Sink
from carrel.agent.spawn import Launcher


class KernelSession:
    """One kernel, as started by `Kernels.start`. A dead one starts again when something is asked of it."""

    name: str
    display_name: str
    language: str
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

    async def execute(
        self,
        code: str,
        sink: Sink,
        *,
        store_history: bool = True,
        allow_stdin: bool = False,
        stop_on_error: bool = True,
    ) -> ExecuteReply:
        """Run code; `sink` gets everything that is published of it, in order, and each `input_request`.

        Returns after the reply and after everything that belongs to it. Cancelling it interrupts the kernel. Raises
        `KernelFailed` if the kernel ends meanwhile, or does not start.
        """
        raise NotImplementedError

    async def complete(self, code: str, cursor: int) -> dict[str, Any]:
        """The content of `complete_reply`; `cursor` counts characters. Waits while the kernel is busy."""
        raise NotImplementedError

    async def inspect(self, code: str, cursor: int, detail: int) -> dict[str, Any]:
        """The content of `inspect_reply`; `cursor` counts characters. Waits while the kernel is busy."""
        raise NotImplementedError

    def input_reply(self, value: str) -> None:
        """Answer the `input_request` that a sink was told of."""
        raise NotImplementedError

    async def send_comm(
        self, msg_type: str, content: dict[str, Any], metadata: dict[str, Any], buffers: Sequence[bytes]
    ) -> None:
        """Send `comm_open`, `comm_msg` or `comm_close`."""
        raise NotImplementedError

    async def comm_info(self) -> dict[str, Any]:
        """The content of `comm_info_reply`: the comms that live in the kernel."""
        raise NotImplementedError

    async def interrupt(self) -> None:
        """Interrupt what is running; nothing if nothing is."""
        raise NotImplementedError

    async def restart(self) -> None:
        """End the kernel, by force if need be, and start it anew; what is executing raises `KernelFailed`."""
        raise NotImplementedError

    async def shutdown(self) -> None:
        """End the kernel, by force if need be; the session starts again no more."""
        raise NotImplementedError


class Kernels:
    """The kernels of the project; `launcher` starts their processes."""

    def __init__(self, launcher: Launcher, tasks: asyncio.TaskGroup) -> None:
        self._launcher = launcher
        self._tasks = tasks

    async def specs(self) -> list[KernelSpec]:
        """The kernels that can be started."""
        raise NotImplementedError

    def warm(self) -> None:
        """Prepare in the background for a kernel to start soon."""
        raise NotImplementedError

    async def start(
        self, name: str, directory: str, *, environment: Mapping[str, str] | None = None
    ) -> "KernelSession":
        """Start a kernel in `directory`; raises `KernelUnknown`, `KernelFailed`."""
        raise NotImplementedError


__all__ = ["ExecuteReply", "KernelSession", "KernelSpec", "Kernels", "Message", "Sink"]
