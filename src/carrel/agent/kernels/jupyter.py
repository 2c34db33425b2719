"""What we take from jupyter_client: the life cycle of a kernel, its connection file, and the form of its messages.

Importing this costs the agent some ten megabytes; `sessions` does it when the first kernel starts.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.kernelspec import KernelSpec as JupyterSpec
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from carrel.agent.kernels.process import KernelProcess
from carrel.agent.kernels.values import KernelSpec, Message

Launch = Callable[[list[str], str, Mapping[str, str]], Awaitable[KernelProcess]]
"""Start a kernel's process: command line, directory, further variables."""
_CHANNELS = ("shell", "iopub", "stdin", "control")
_RECONNECT_MS = 10
_GRACE_SECONDS = 1.0


class Provisioner(LocalProvisioner):
    """Has the agent start kernels its own way; everything else is as jupyter_client does it."""

    launch: Launch
    running: KernelProcess | None = None

    @property
    def has_process(self) -> bool:
        return self.running is not None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        self.running = await self.launch(cmd, kwargs["cwd"], kwargs["env"])
        return self.connection_info

    async def poll(self) -> int | None:
        return 0 if self.running is None else self.running.poll()

    async def wait(self) -> int | None:
        if self.running is None:
            return 0
        await self.running.exited
        return self.running.poll()

    async def send_signal(self, signum: int) -> None:
        if self.running is not None:
            self.running.signal(signum)

    async def kill(self, restart: bool = False) -> None:
        if self.running is not None:
            await self.running.kill()

    async def terminate(self, restart: bool = False) -> None:
        await self.send_signal(signal.SIGTERM)

    async def cleanup(self, restart: bool = False) -> None:
        """Whatever the kernel has left behind goes with it."""
        await self.kill()
        self.running = None


class _OneSpec(KernelSpecManager):
    """Knows the one spec that we have found already."""

    spec: KernelSpec

    def get_kernel_spec(self, kernel_name: str) -> JupyterSpec:
        return JupyterSpec(
            resource_dir=self.spec.directory,
            argv=list(self.spec.argv),
            env=self.spec.environment,
            display_name=self.spec.display_name,
            language=self.spec.language,
            interrupt_mode=self.spec.interrupt_mode,
            metadata={},
        )


def new_context() -> zmq.asyncio.Context:
    """The context of all kernels; its sockets connect soon after a kernel has bound its own."""
    context = zmq.asyncio.Context()
    context.setsockopt(zmq.RECONNECT_IVL, _RECONNECT_MS)
    context.setsockopt(zmq.LINGER, 0)
    return context


def new_manager(
    spec: KernelSpec, place: str, context: zmq.asyncio.Context, launch: Launch
) -> tuple[AsyncKernelManager, Provisioner]:
    """A manager for one life of a kernel, whose sockets have paths that begin with `place`."""
    specs = _OneSpec()
    specs.spec = spec
    manager = AsyncKernelManager(
        kernel_name=spec.name,
        kernel_spec_manager=specs,
        context=context,
        transport="ipc",
        ip=place,
        connection_file=f"{place}.json",
        shutdown_wait_time=_GRACE_SECONDS,
    )
    manager.session.digest_history_size = 0  # nobody repeats messages on a socket of our own
    provisioner = Provisioner(kernel_id=os.path.basename(place), kernel_spec=manager.kernel_spec, parent=manager)
    provisioner.launch = launch
    manager.provisioner = provisioner
    return manager, provisioner


class Channels:
    """The sockets to one running kernel."""

    def __init__(self, manager: AsyncKernelManager, most_messages: int) -> None:
        """Connect; `most_messages` is how many of iopub may wait here."""
        self._session = manager.session
        self._sockets: dict[str, zmq.asyncio.Socket] = {}
        manager.context.setsockopt(zmq.RCVHWM, most_messages)
        for channel in _CHANNELS:
            connect = getattr(manager, f"connect_{channel}")
            self._sockets[channel] = connect(identity=None if channel == "iopub" else self._session.bsession)

    def send(
        self,
        channel: str,
        msg_type: str,
        content: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        buffers: Sequence[bytes] = (),
    ) -> str:
        """Send a message and return its id.

        By the socket that also receives, and not by a second view of it as jupyter_client would: that one swallows the
        sign that a message has arrived, which is given once, so that the reader would go on waiting.
        """
        message = self._session.msg(msg_type, content, metadata=metadata)
        self._sockets[channel].send_multipart([*self._session.serialize(message), *buffers])
        return str(message["header"]["msg_id"])

    async def receive(self, channel: str) -> tuple[Message, dict[str, Any]]:
        """The next message that makes sense, with the header of what it answers."""
        while True:
            parts: list[bytes] = await self._sockets[channel].recv_multipart()
            try:
                _, rest = self._session.feed_identities(parts)
                found = self._session.deserialize(rest)
            except (ValueError, TypeError, KeyError, IndexError):
                continue  # not signed with our key, or not a message at all
            parent = found["parent_header"]
            buffers = [bytes(buffer) for buffer in found["buffers"]]
            return Message(
                found["msg_type"], found["content"], found["metadata"], buffers, parent.get("msg_id", "")
            ), parent

    async def drained(self, seconds: float) -> None:
        """Return when no message of iopub has been waiting for a moment."""
        while await self._sockets["iopub"].poll(int(seconds * 1000)):  # noqa: ASYNC110 -- `receive` takes them
            await asyncio.sleep(0)

    def close(self) -> None:
        for socket in self._sockets.values():
            socket.close(linger=0)
