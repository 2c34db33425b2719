"""The calls of pages to a notebook, as docs/live.md lists them."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypeVar

import msgspec

from carrel.agent.documents.extension import CallFailed, Event, Host, Method, Viewer
from carrel.agent.kernels.sessions import KernelSession
from carrel.agent.kernels.values import KernelFailed
from carrel.agent.notebooks.comms import COMM_KINDS
from carrel.agent.notebooks.kernel import NoKernel
from carrel.agent.notebooks.offsets import from_utf16, to_utf16
from carrel.agent.notebooks.runner import Runner

Params = dict[str, Any]
T = TypeVar("T")
_MOST_MATCHES = 1000


class RunParams(msgspec.Struct):
    what: Literal["cells", "all", "above", "below"]
    cells: list[str] = []
    cell: str = ""
    stop_on_error: bool = True


class RunResultParams(msgspec.Struct):
    run_id: str


class StartParams(msgspec.Struct):
    name: str | None = None


class CompleteParams(msgspec.Struct):
    code: str
    cursor: int


class InspectParams(msgspec.Struct):
    code: str
    cursor: int
    detail: Literal[0, 1] = 0


class InputParams(msgspec.Struct):
    value: str


class CommHeader(msgspec.Struct):
    msg_type: Literal[COMM_KINDS]  # type: ignore[valid-type] # the tuple is the one list of them
    content: Params
    metadata: Params = {}


class Calls:
    """Answers for one notebook."""

    def __init__(self, host: Host, runner: Runner) -> None:
        self._host = host
        self._runner = runner
        self._kernel = runner.kernel

    def register(self) -> None:
        """Answer calls of the room's pages; all but those that only ask how things stand need the right to run."""
        for method, reads in (
            ("run.result", self._run_result),
            ("kernel.specs", self._specs),
            ("widgets", self._widgets),
        ):
            self._host.register(method, reads)
        runs: dict[str, Callable[[Params], Awaitable[Event]]] = {
            "run": self._run,
            "run.cancel": self._cancel,
            "kernel.start": self._start,
            "kernel.interrupt": self._interrupt,
            "kernel.restart": self._restart,
            "kernel.shutdown": self._shutdown,
            "complete": self._complete,
            "inspect": self._inspect,
            "input": self._input,
        }
        for method, handler in runs.items():
            self._host.register(method, _permitted(handler))
        self._host.on_comm(self._comm)

    async def _run(self, params: Params) -> Event:
        asked = _read(params, RunParams)
        run_id = secrets.token_hex(8)
        self._runner.add(run_id, self._cells(asked), asked.stop_on_error)
        return {"run_id": run_id}

    def _cells(self, asked: RunParams) -> list[str]:
        cells = self._runner.cells
        code = cells.code()
        if asked.what == "all":
            return code
        if asked.what == "cells":
            known = set(code)
            return [cell for cell in asked.cells if cell in known]
        order = cells.ids()
        if asked.cell not in order:
            raise CallFailed("not_found", "There is no such cell.")
        place = order.index(asked.cell)
        chosen = set(order[:place] if asked.what == "above" else order[place:])
        return [cell for cell in code if cell in chosen]

    async def _run_result(self, viewer: Viewer, params: Params) -> Event:
        result = await self._runner.result(_read(params, RunResultParams).run_id)
        if result is None:
            raise CallFailed("not_found", "There is no such run.")
        return result

    async def _cancel(self, params: Params) -> Event:
        await self._runner.cancel()
        return {}

    async def _specs(self, viewer: Viewer, params: Params) -> Event:
        specs, usual = await self._kernel.specs()
        fields = ("name", "display_name", "language", "interrupt_mode", "metadata")
        return {"specs": [{name: getattr(spec, name) for name in fields} for spec in specs], "default": usual}

    async def _start(self, params: Params) -> Event:
        name = _read(params, StartParams).name
        await self._steadily(lambda: self._runner.use(name))
        return {}

    async def _interrupt(self, params: Params) -> Event:
        await self._runner.interrupt()
        return {}

    async def _restart(self, params: Params) -> Event:
        await self._steadily(self._runner.restart)
        return {}

    async def _shutdown(self, params: Params) -> Event:
        await self._steadily(self._runner.shutdown)
        return {}

    async def _complete(self, params: Params) -> Event:
        asked = _read(params, CompleteParams)
        reply = await _with_kernel(self._session().complete(asked.code, from_utf16(asked.code, asked.cursor)))
        start, end = (_place(reply.get(name), asked) for name in ("cursor_start", "cursor_end"))
        return {"matches": _matches(reply), "start": start, "end": end}

    async def _inspect(self, params: Params) -> Event:
        asked = _read(params, InspectParams)
        cursor = from_utf16(asked.code, asked.cursor)
        reply = await _with_kernel(self._session().inspect(asked.code, cursor, asked.detail))
        return {"found": reply.get("found") is True, "data": reply.get("data") or {}}

    async def _input(self, params: Params) -> Event:
        if not self._runner.answer(_read(params, InputParams).value):
            raise CallFailed("not_found", "Nothing waits for an answer.")
        return {}

    async def _widgets(self, viewer: Viewer, params: Params) -> Event:
        return {"comms": self._runner.comms.live()}

    async def _comm(self, viewer: Viewer, header: Params, buffers: list[bytes]) -> None:
        """A page's `COMM`; what is none, or comes without a kernel, goes nowhere."""
        try:
            message = msgspec.convert(header, CommHeader)
            session = self._session()
            if message.msg_type == "comm_open":
                self._runner.comms.opened_by_page(message.content)
            await session.send_comm(message.msg_type, message.content, message.metadata, buffers)
        except (msgspec.ValidationError, CallFailed, KernelFailed):
            return

    async def _steadily(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do it to its end, also if the page that asked for it leaves meanwhile."""
        done: asyncio.Future[NoKernel | None] = asyncio.get_running_loop().create_future()

        async def carry_out() -> None:
            error: NoKernel | None = None
            try:
                await work()
            except NoKernel as failure:
                error = failure
            finally:
                done.set_result(error)

        self._host.start(carry_out)
        if (error := await asyncio.shield(done)) is not None:
            raise _as_call(error)

    def _session(self) -> KernelSession:
        session = self._kernel.session
        if session is None:
            raise CallFailed("no_kernel", "No kernel runs.")
        if session.state == "dead":
            raise CallFailed("dead", session.reason or "The kernel has ended.")
        return session


def _permitted(handler: Callable[[Params], Awaitable[Event]]) -> Method:
    async def permitted(viewer: Viewer, params: Params) -> Event:
        if not viewer.may_run:
            code = "forbidden" if viewer.may_edit else "readonly"
            raise CallFailed(code, "Nothing may be run here.")
        return await handler(params)

    return permitted


async def _with_kernel(work: Awaitable[T]) -> T:
    try:
        return await work
    except KernelFailed as error:
        raise CallFailed("dead", str(error)) from error


def _as_call(error: NoKernel) -> CallFailed:
    return CallFailed("not_found" if error.ename == "KernelUnknown" else "dead", str(error))


def _read(params: Params, kind: type[T]) -> T:
    try:
        return msgspec.convert(params, kind)
    except msgspec.ValidationError as error:
        raise CallFailed("bad_call", str(error)) from error


def _place(value: object, asked: CompleteParams) -> int:
    return to_utf16(asked.code, value) if isinstance(value, int) else asked.cursor


def _matches(reply: Params) -> list[Event]:
    """What kernels propose; ipykernel tells the types in the metadata."""
    metadata = reply.get("metadata")
    rich = metadata.get("_jupyter_types_experimental") if isinstance(metadata, dict) else None
    types = {each.get("text"): each.get("type") for each in rich or () if isinstance(each, dict)}
    texts = [str(text) for text in reply.get("matches") or ()][:_MOST_MATCHES]
    return [{"text": text, "type": types.get(text) or ""} for text in texts]
