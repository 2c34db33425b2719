"""The request that opens a terminal; what it needs is imported with the first of them, to keep agents small."""

import asyncio
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from carrel.agent.connection import Handler, Refused, Stream
from carrel.agent.spawn import Launcher
from carrel.protocol.documents import BUSY, DocumentClosed, DocumentOpened
from carrel.protocol.evaluations import Answered
from carrel.protocol.terminals import EndTerminal, ListTerminals, OpenTerminal, TerminalEnded, TerminalInfo

if TYPE_CHECKING:
    from carrel.agent.terminals.terminal import Terminal

MOST_TERMINALS = 20


class Terminals:
    """The terminals of the project, one for each real file; one whose shell has ended goes with its last viewer."""

    def __init__(self, launcher: Launcher, tasks: asyncio.TaskGroup, note: Callable[[], None]) -> None:
        self._launcher = launcher
        self._tasks = tasks
        self._note = note
        self._open: dict[str, Terminal] = {}

    def handlers(self) -> Mapping[type, Handler]:
        """What answers which request."""
        return {OpenTerminal: self.open, ListTerminals: self.list_running, EndTerminal: self.end}

    def is_busy(self) -> bool:
        """Whether a program runs in one of them."""
        return any(terminal.is_busy for terminal in self._open.values())

    async def open(self, stream: Stream, request: OpenTerminal) -> DocumentClosed:
        from carrel.agent.documents.place import Place, create_file, load_file
        from carrel.agent.terminals.viewer import TerminalViewer

        real = Place(self._launcher.home, "").resolve(request.path)
        self._forget()
        if real not in self._open:
            if request.create and request.may_type:
                await asyncio.to_thread(create_file, real, b"")
            await asyncio.to_thread(load_file, real)
        terminal = self._terminal(real)
        viewer = TerminalViewer(terminal, stream, may_type=request.may_type)
        stream.started(DocumentOpened("terminal", terminal.generation))
        terminal.enter(viewer)
        try:
            await viewer.run()
        finally:
            terminal.leave(viewer)
        return DocumentClosed()

    async def list_running(self, stream: Stream, request: ListTerminals) -> Answered:
        running = [(real, terminal) for real, terminal in self._open.items() if terminal.is_running]
        return await stream.answer(
            [TerminalInfo(self._path_of(real), terminal.viewers, terminal.is_busy) for real, terminal in running]
        )

    async def end(self, stream: Stream, request: EndTerminal) -> TerminalEnded:
        from carrel.agent.documents.place import Place

        terminal = self._open.get(Place(self._launcher.home, "").resolve(request.path))
        return TerminalEnded(terminal is not None and await terminal.end())

    def _path_of(self, real: str) -> str:
        """Relative to the home; bytes that are no text are replaced."""
        path = os.path.relpath(real, os.path.realpath(self._launcher.home))
        return os.fsencode(path).decode(errors="replace")

    def _terminal(self, real: str) -> "Terminal":
        from carrel.agent.terminals.terminal import Terminal

        if real not in self._open:
            if len(self._open) >= MOST_TERMINALS:
                raise Refused(BUSY, f"{MOST_TERMINALS} terminals are open in the project; end one of them with exit.")
            self._open[real] = Terminal(os.path.dirname(real), self._launcher, self._tasks, self._note)
        return self._open[real]

    def _forget(self) -> None:
        for real in [real for real, terminal in self._open.items() if terminal.is_over]:
            del self._open[real]
