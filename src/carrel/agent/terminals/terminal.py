"""One terminal: its shell, the last of what it has written, and who looks at it."""

import asyncio
import secrets
import traceback
from collections.abc import Callable
from typing import Any

from carrel.agent.spawn import Launcher, NotRunnable
from carrel.agent.terminals.scrollback import Scrollback
from carrel.agent.terminals.shell import Shell, Size
from carrel.agent.terminals.viewer import TerminalViewer

_FIRST_SIZE = Size(80, 24)
_AFTERWARDS = "\x1b[?1049l\x1b[?1000;1002;1003;1004;1006;2004l\x1b[!p\x1b[0m"
"""Undoes what a program that was killed may have left: the alternate screen, mouse reports, bracketed paste."""


class Terminal:
    """A terminal in which programs start in `directory`; `note` is told that something has happened in it."""

    def __init__(self, directory: str, launcher: Launcher, tasks: asyncio.TaskGroup, note: Callable[[], None]) -> None:
        self.generation = secrets.token_hex(8)
        self.scrollback = Scrollback()
        self._directory = directory
        self._launcher = launcher
        self._tasks = tasks
        self._note = note
        self._size = _FIRST_SIZE
        self._shell: Shell | None = None
        self._status: int | None = None
        self._viewers: list[TerminalViewer] = []

    @property
    def is_over(self) -> bool:
        """Whether nothing is lost if it is forgotten."""
        return self._shell is None and not self._viewers

    @property
    def is_busy(self) -> bool:
        """Whether a program runs in it."""
        return self._shell is not None and self._shell.is_busy

    @property
    def viewers(self) -> int:
        """How many look at it."""
        return len(self._viewers)

    @property
    def is_running(self) -> bool:
        """Whether it has a shell."""
        return self._shell is not None

    async def end(self) -> bool:
        """End its shell; whether there was one."""
        shell = self._shell
        if shell is not None:
            await shell.end()
            await asyncio.shield(shell.exited)
        return shell is not None

    def enter(self, viewer: TerminalViewer) -> None:
        self._viewers.append(viewer)
        viewer.tell(self._shell_event())

    def leave(self, viewer: TerminalViewer) -> None:
        self._viewers.remove(viewer)
        self.resized()

    def resized(self) -> None:
        """A viewer can show another size, or none: the terminal is as large as all can show whose size counts."""
        counting = [viewer for viewer in self._viewers if viewer.counts]
        if counting:
            size = Size(min(one.fits.columns for one in counting), min(one.fits.rows for one in counting))
            if size != self._size and self._shell is not None:
                self._shell.resize(size)
            self._size = size
        for viewer in self._viewers:
            size_event = {"event": "size", "columns": self._size.columns, "rows": self._size.rows}
            viewer.tell(size_event | {"answers": viewer in counting[:1]})
        if counting and self._shell is None and self._status is None:
            self._start()

    async def type(self, data: bytes) -> None:
        """What a viewer types; where no shell runs, that starts one."""
        if self._shell is None:
            return self._start()
        self._shell.write(data)
        await self._shell.room()

    def _start(self) -> None:
        try:
            self._shell = Shell.start(self._launcher, self._directory, self._size)
        except NotRunnable as error:
            self._status = 127
            return self._write(f"[{error}; press any key to try again]\r\n")
        self._status = None
        self._tell_all(self._shell_event())
        self._tasks.create_task(self._run(self._shell))

    async def _run(self, shell: Shell) -> None:
        try:
            while piece := await shell.read():
                self._append(piece)
                await asyncio.sleep(0)  # whoever looks is not waited for, but gets a turn
        except Exception:  # noqa: BLE001 -- a bug in one terminal must not end the agent
            traceback.print_exc()
        shell.close()
        self._status = await shell.exited
        self._shell = None
        how = f" with status {self._status}" if self._status else ""
        self._write(f"{_AFTERWARDS}\r\n[The shell has ended{how}; press any key to start a new one]\r\n")
        self._tell_all(self._shell_event())

    def _write(self, text: str) -> None:
        self._append(text.encode())

    def _append(self, data: bytes) -> None:
        self._note()
        self.scrollback.append(data)
        for viewer in self._viewers:
            viewer.wake()

    def _shell_event(self) -> dict[str, Any]:
        return {"event": "shell", "running": self._shell is not None, "status": self._status}

    def _tell_all(self, event: dict[str, Any]) -> None:
        for viewer in self._viewers:
            viewer.tell(event)
