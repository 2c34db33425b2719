"""Comms: widgets' messages between kernel and pages, and what output widgets show.

Pages hear of every comm and keep their widgets' state themselves. An output widget asks for the outputs of a request;
no page could give it those, so this is done here, for all pages and the kernel.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

from carrel.agent.kernels.values import Message
from carrel.agent.notebooks.outputs import KINDS, Outputs, take

Json = Any
COMM_KINDS = ("comm_open", "comm_msg", "comm_close")
_BATCH_SECONDS = 0.05
_BACKLOG = 8 << 20
_CONTROL = "jupyter.widget.control"


class Pages(Protocol):
    """Of a room, what comms need."""

    @property
    def backlog_bytes(self) -> int: ...
    def send_comm(self, header: dict[str, Json], buffers: Sequence[bytes] = ()) -> None: ...
    async def drained(self) -> None: ...


class Comms:
    """The comms that live in the kernel."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._begin()

    def _begin(self) -> None:
        self._targets: dict[str, str] = {}
        self._shown: dict[str, Outputs] = {}
        self._captures: dict[str, str] = {}
        self._due: dict[str, asyncio.TimerHandle] = {}
        self._untold: set[str] = set()

    def live(self) -> list[dict[str, Json]]:
        """The comms that pages can have views of."""
        return [
            {"comm_id": comm, "target_name": target} for comm, target in self._targets.items() if target != _CONTROL
        ]

    async def take(self, message: Message) -> dict[str, Json] | None:
        """Pass on what the kernel says; returns what it must be told in turn, if an output widget is complete."""
        header = {"msg_type": message.msg_type, "content": message.content, "metadata": message.metadata}
        told = self._note(message)
        self._pages.send_comm(header, message.buffers)
        if self._pages.backlog_bytes > _BACKLOG:
            await self._pages.drained()
        return told

    def capture(self, message: Message) -> bool:
        """Whether an output widget has taken the message."""
        comm = self._captures.get(message.parent_id)
        if comm is None or message.msg_type not in KINDS:
            return False
        take(self._shown[comm], message.msg_type, message.content)
        self._untold.add(comm)
        if comm not in self._due:
            self._due[comm] = asyncio.get_running_loop().call_later(_BATCH_SECONDS, self._show, comm)
        return True

    def opened_by_page(self, content: dict[str, Json]) -> None:
        """A page has opened a comm."""
        self._targets[str(content.get("comm_id"))] = str(content.get("target_name"))

    def end(self) -> None:
        """The kernel is gone, and every comm with it."""
        for comm in self._targets:
            header = {"msg_type": "comm_close", "content": {"comm_id": comm, "data": {}}, "metadata": {}}
            self._pages.send_comm(header)
        for timer in self._due.values():
            timer.cancel()
        self._begin()

    def _note(self, message: Message) -> dict[str, Json] | None:
        comm = str(message.content.get("comm_id"))
        if message.msg_type == "comm_close":
            self._targets.pop(comm, None)
            self._release(comm)
            self._shown.pop(comm, None)
            return None
        state = _state(message.content)
        if message.msg_type == "comm_open":
            self._targets[comm] = str(message.content.get("target_name"))
            if state.get("_model_name") == "OutputModel":
                self._shown[comm] = Outputs()
        return self._follow(comm, state) if comm in self._shown else None

    def _follow(self, comm: str, state: dict[str, Json]) -> dict[str, Json] | None:
        """An output widget has changed: what it wants to show, or whose outputs."""
        if isinstance(state.get("outputs"), list):
            model = self._shown[comm] = Outputs()
            for output in state["outputs"]:
                if isinstance(output, dict):
                    take(model, str(output.get("output_type")), output)
        if "msg_id" not in state:
            return None
        told = self._release(comm)
        if isinstance(state["msg_id"], str) and state["msg_id"]:
            self._captures[state["msg_id"]] = comm
        return told

    def _release(self, comm: str) -> dict[str, Json] | None:
        """The widget wants no more; the message for the kernel if something came since it wanted it."""
        self._captures = {request: by for request, by in self._captures.items() if by != comm}
        if comm not in self._untold:
            return None
        self._untold.discard(comm)
        return self._show(comm)

    def _show(self, comm: str) -> dict[str, Json]:
        if (timer := self._due.pop(comm, None)) is not None:
            timer.cancel()
        outputs = self._shown[comm].values()
        data = {"method": "update", "state": {"outputs": outputs}, "buffer_paths": []}
        content = {"comm_id": comm, "data": data}
        self._pages.send_comm({"msg_type": "comm_msg", "content": content, "metadata": {}})
        return content


def _state(content: dict[str, Json]) -> dict[str, Json]:
    data = content.get("data")
    state = data.get("state") if isinstance(data, dict) else None
    return state if isinstance(state, dict) else {}
