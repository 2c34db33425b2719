"""What kernels are described with: their specs, their messages, and what goes wrong with them."""

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct


class KernelUnknown(Exception):
    """There is no kernel of that name; the message says which there are."""


class KernelFailed(Exception):
    """A kernel does not start, or ended in the middle of something; the message says why, in a sentence."""


class KernelSpec(Struct, frozen=True):
    """A kernel that can be started, as its `kernel.json` describes it."""

    name: str
    display_name: str
    language: str
    interrupt_mode: str
    metadata: dict[str, Any]
    argv: tuple[str, ...]
    environment: dict[str, str]
    directory: str
    """Where its `kernel.json` lies."""


class RunningKernel(Struct, frozen=True):
    """A kernel's process; `name` is empty if the agent has not started it."""

    pid: int
    connection_file: str
    name: str


class Message(Struct, frozen=True):
    """A message of the kernel; `parent_id` is the request that it answers, empty for none of ours."""

    msg_type: str
    content: dict[str, Any]
    metadata: dict[str, Any]
    buffers: list[bytes]
    parent_id: str


class ExecuteReply(Struct, frozen=True):
    """How an execution ended: `status` is `ok`, `error` or `aborted`; `ename` … are those of an error."""

    status: str
    execution_count: int | None = None
    ename: str = ""
    evalue: str = ""
    traceback: tuple[str, ...] = ()
    payload: tuple[dict[str, Any], ...] = ()


Sink = Callable[[Message], Awaitable[None]]
"""Takes a message, and as long as it likes: nothing further is read from the kernel meanwhile."""
