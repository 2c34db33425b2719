"""Runs the cells of one notebook, one after the other, whoever asked for it and whether anybody watches."""

import asyncio
import traceback

from carrel.agent.documents.extension import Event, Host, Viewer
from carrel.agent.kernels.sessions import Kernels, KernelSession
from carrel.agent.kernels.values import ExecuteReply, KernelFailed, Message
from carrel.agent.notebooks.cells import Cells
from carrel.agent.notebooks.comms import COMM_KINDS, Comms
from carrel.agent.notebooks.kernel import NoKernel, NotebookKernel
from carrel.agent.notebooks.questions import Question
from carrel.agent.notebooks.runs import CellError, Queue, Run, Turn
from carrel.agent.notebooks.status import Announcer, Timings
from carrel.agent.notebooks.writer import Writer

_TURN_SECONDS = 0.01
_WANTED_ERRORS = "raises-exception"


class Runner:
    """The queue of a notebook, its kernel, and where what the kernel says goes."""

    def __init__(self, host: Host, kernels: Kernels) -> None:
        self.cells = Cells(host.doc)
        self.kernel = NotebookKernel(host, kernels, self._stray, self._kernel_changed)
        self.comms = Comms(host)
        self.queue = Queue()
        self.question = Question(host)
        self._host = host
        self._writer = Writer(host, self.cells)
        self._timings = Timings()
        self._status = Announcer(self.status, host.broadcast)
        self._turn: Turn | None = None
        self._wake = asyncio.Event()
        self._run_ended = asyncio.Event()
        self._requests: dict[str, str] = {}
        self._requested: dict[str, str] = {}
        self._stopped_by = ""
        self._is_held = False
        self._yielded_at = 0.0

    def status(self) -> Event:
        """The event `kernel`."""
        return {
            "event": "kernel",
            **self.kernel.describe(),
            "queue": self.queue.cells,
            "running": self._turn.cell if self._turn is not None else None,
            "timings": self._timings.cells,
        }

    def greet(self, viewer: Viewer) -> None:
        """Tell a page that has come how things stand."""
        viewer.send_event(self.status())
        self.question.tell(viewer)

    def mend(self) -> None:
        """Nothing runs when a notebook is opened, whatever it says itself."""
        for cell_id in self.cells.code():
            cell = self.cells.find(cell_id)
            if cell is not None and cell.get("execution_state") == "running":
                with self._host.transact():
                    cell["execution_state"] = "idle"

    def add(self, run_id: str, cells: list[str], stop_on_error: bool) -> None:
        """Queue cells."""
        self.queue.add(run_id, cells, stop_on_error)
        self._wake.set()
        self._changed()

    async def result(self, run_id: str) -> Event | None:
        """How a run ended, when it has; None if it is not known."""
        run = self.queue.find(run_id)
        while run is not None and run.waiting:
            self._run_ended.clear()
            await self._run_ended.wait()
        return run.result() if run is not None else None

    async def cancel(self) -> None:
        """Stop the cell that runs, and run none of those that wait."""
        self._stop_runs(None)
        await self.interrupt()

    async def interrupt(self) -> None:
        """Stop the cell that runs."""
        if self.kernel.session is not None and self.kernel.is_alive:
            await self.kernel.session.interrupt()

    async def restart(self) -> None:
        """End what runs, and start the kernel anew; raises `NoKernel`."""
        self._leave_kernel("KernelRestarted", "The kernel was restarted while the cell ran.")
        await self.kernel.restart()

    async def shutdown(self) -> None:
        """End what runs, and the kernel."""
        self._leave_kernel("KernelShutDown", "The kernel was shut down while the cell ran.")
        await self.kernel.shutdown()

    async def use(self, name: str | None) -> None:
        """Start the notebook's kernel, or change to another; raises `NoKernel`."""
        session = self.kernel.session
        if name is not None and session is not None and session.name != name:
            self._leave_kernel("KernelChanged", "Another kernel was chosen while the cell ran.")
        await self.kernel.use(name)

    async def run(self) -> None:
        """Run what is in the queue, for ever."""
        while True:
            self._turn = self.queue.take()
            self._changed()
            if self._turn is None:
                self._wake.clear()
                await self._wake.wait()
                continue
            turn = self._turn
            try:
                was_executed, error = await self._run_cell(turn)
            except Exception as bug:  # noqa: BLE001 -- a bug that one cell meets must not keep the others waiting
                traceback.print_exc()
                was_executed, error = True, CellError(turn.cell, "InternalError", type(bug).__name__)
            self._turn = None
            stops = error is not None and _WANTED_ERRORS not in self.cells.tags(turn.cell)
            self.queue.done(turn, was_executed=was_executed, error=error, stops=stops)

    async def close(self) -> None:
        """The notebook is closed, and its kernel with it."""
        await self.kernel.shutdown()
        self.cells.close()

    async def _run_cell(self, turn: Turn) -> tuple[bool, CellError | None]:
        """Whether there was something to run and somebody who still wanted it, and what went wrong."""
        source = self.cells.source(turn.cell)
        if source is None or turn.is_unwanted:
            return False, None
        self._writer.begin(turn.cell)
        try:
            if not source.strip():
                return False, None
            session = await self._ready()
            return (False, None) if turn.is_unwanted else (True, await self._execute(session, turn.cell, source))
        except NoKernel as reason:
            error = CellError(turn.cell, reason.ename, str(reason))
            self._writer.fail(turn.cell, reason.ename, str(reason))
            self.queue.cancel(error)
            return True, error
        finally:
            self._writer.end(turn.cell)

    async def _ready(self) -> KernelSession:
        was_alive = self.kernel.is_alive
        session = await self.kernel.ready()
        if not was_alive:
            self._forget_kernel()
        return session

    async def _execute(self, session: KernelSession, cell: str, source: str) -> CellError | None:
        """Run code; what went wrong with it. Raises `NoKernel` if the kernel ends meanwhile."""
        self._stopped_by = ""
        self._timings.begin(cell)
        self._changed()

        async def sink(message: Message) -> None:
            await self._take(cell, message)

        try:
            reply = await session.execute(source, sink, allow_stdin=True)
        except KernelFailed as error:
            name, _, sentence = self._stopped_by.partition(": ")
            raise NoKernel(name or "KernelDied", sentence or str(error)) from error
        finally:
            self.question.close()
            self._timings.end(cell)
        if reply.execution_count is not None:
            self._writer.set(cell, execution_count=reply.execution_count)
        return _error_of(cell, reply)

    async def _take(self, cell: str, message: Message) -> None:
        """Take a message that belongs to the run of a cell."""
        self._remember(cell, message.parent_id)
        kind = message.msg_type
        if kind == "input_request":
            self.question.ask(cell, message.content)
        elif kind == "execute_input":
            self._writer.set(cell, execution_count=message.content.get("execution_count"))
        else:
            await self._show(cell, message)

    async def _stray(self, message: Message) -> None:
        """Take a message that comes when nothing of its parent runs any more, or never did."""
        await self._show(self._requests.get(message.parent_id, ""), message)

    async def _show(self, cell: str, message: Message) -> None:
        if message.msg_type in COMM_KINDS:
            told = await self.comms.take(message)
            if told is not None and self.kernel.session is not None:
                await self.kernel.session.send_comm("comm_msg", told, {}, ())
        elif not self.comms.capture(message):
            self._writer.take(cell, message)
        now = asyncio.get_running_loop().time()
        if now - self._yielded_at > _TURN_SECONDS:  # a kernel that talks without a pause is not alone here
            await asyncio.sleep(0)
            self._yielded_at = asyncio.get_running_loop().time()

    def answer(self, value: str) -> bool:
        """Answer the question that a cell waits with; false if there is none."""
        asked = self.question.answered()
        if asked is None or self.kernel.session is None:
            return False
        self.kernel.session.input_reply(value)
        shown = "·" * 8 if asked.password else value
        self._writer.print(asked.cell, "stdout", f"{asked.prompt}{shown}\n")
        return True

    def _remember(self, cell: str, request: str) -> None:
        """What comes late from an older run of the cell is shown no more."""
        if self._requested.get(cell) != request:
            self._requests.pop(self._requested.get(cell, ""), None)
            self._requested[cell] = request
            self._requests[request] = cell

    def _leave_kernel(self, ename: str, sentence: str) -> None:
        self._stopped_by = f"{ename}: {sentence}"
        self._stop_runs(None)
        self._forget_kernel()

    def _forget_kernel(self) -> None:
        self.comms.end()
        self._writer.forget_kernel(self._turn.cell if self._turn is not None else None)
        self._requests.clear()
        self._requested.clear()

    def _stop_runs(self, error: CellError | None) -> None:
        self.queue.cancel(error)
        for run in self._turn.runs if self._turn is not None else ():
            self.queue.stop(run, error)
        self._changed()

    def _kernel_changed(self) -> None:
        if self.kernel.state == "dead":
            self.comms.end()
        self._changed()

    def _changed(self) -> None:
        """Tell everybody, and keep the room open as long as there is something to lose."""
        for run in self.queue.ended():
            self._end(run)
        self._status.changed()
        is_needed = self._turn is not None or bool(self.queue.cells) or self.kernel.is_alive
        if is_needed != self._is_held:
            self._is_held = is_needed
            (self._host.hold if is_needed else self._host.release)()

    def _end(self, run: Run) -> None:
        self._writer.flush()
        self._status.flush()
        self._run_ended.set()
        self._host.broadcast({"event": "run_ended", **run.result()})


def _error_of(cell: str, reply: ExecuteReply) -> CellError | None:
    if reply.status == "ok":
        return None
    return CellError(cell, reply.ename or "Aborted", reply.evalue)
