"""Bodies of the streams that evaluate code, each in a kernel of its own, and that list the kernels there are.

What they answer comes as `Data` on one channel, a list in JSON that is cut into pieces; then `Ended`.
"""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from carrel.protocol.execution import Body
from carrel.protocol.messages import Natural

ANSWER_CHANNEL = 1

KERNEL_UNKNOWN = "kernel-unknown"
KERNEL_FAILED = "kernel-failed"

MAX_ITEMS = 10_000
"""Output items of one evaluation; more of them are as much too much as too many characters are."""


class Evaluate(Body, tag="evaluate", frozen=True):
    """Run `history` in one go, then `code`, in a new kernel: a list of `OutputItem`, then `Ended(Answered)`.

    Times are for all and for each of the two; output is counted in characters, of everything and of the code alone.
    """

    kernel: str
    code: str
    history: tuple[str, ...]
    directory: str
    time_ms: Natural
    cell_time_ms: Natural
    output: Natural
    cell_output: Natural


class ListKernels(Body, tag="list-kernels", frozen=True):
    """The kernels of the project: a list of `KernelInfo`, then `Ended(Answered)`."""


class ListRunningKernels(Body, tag="list-running-kernels", frozen=True):
    """The kernels that run in the project: a list of `RunningKernelInfo`, then `Ended(Answered)`."""


class StopKernel(Body, tag="stop-kernel", frozen=True):
    """Kill the kernel with that process: `Ended(KernelStopped)` when it is gone."""

    pid: Natural


class Answered(Body, frozen=True):
    """The answer is complete."""


class KernelStopped(Body, frozen=True):
    """`was_kernel`: there was such a kernel."""

    was_kernel: bool


class OutputItem(Struct):
    """A stream (`name`, `text`), a result or display (`data`), or an error (the last three)."""

    name: str | UnsetType = UNSET
    output_type: str | UnsetType = UNSET
    text: str | list[str] | UnsetType = UNSET
    data: dict[str, Any] | UnsetType = UNSET
    metadata: dict[str, Any] | UnsetType = UNSET
    ename: str | UnsetType = UNSET
    evalue: str | UnsetType = UNSET
    traceback: list[str] | UnsetType = UNSET


class RunningKernelInfo(Struct):
    """A kernel that runs; `name` is empty if somebody else than the agent has started it."""

    pid: Natural
    connection_file: str
    name: str


class KernelInfo(Struct):
    """What is told of a kernel."""

    name: str
    display_name: str
    language: str
    interrupt_mode: str
    env: dict[str, str]
    metadata: dict[str, Any]
