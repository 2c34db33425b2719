"""A login shell on a pseudo terminal; what it writes is read, and what is typed waits until it is taken."""

import asyncio
import fcntl
import os
import signal
import struct
import termios
from contextlib import suppress
from typing import NamedTuple

from carrel.agent.processes import when_exited
from carrel.agent.spawn import Launcher, NotRunnable
from carrel.protocol.link import CHUNK

_SHELLS = (("bash", "-l"), ("sh", "-l"))
_ENVIRONMENT = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
_IUTF8 = 0o40000
_TYPED_BYTES = 1 << 20
_WRITE_BYTES = 4096
_LAST_SECONDS = 1.0
"""How long a shell's last words may take where something that it has left behind keeps its terminal open."""


class Size(NamedTuple):
    """Of a terminal, in characters."""

    columns: int
    rows: int


class Shell:
    """A shell that runs; `read` it to its end, then `close`."""

    def __init__(self, pid: int, file: int) -> None:
        self.exited: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        """The exit status, or minus a signal's number."""
        self._pid = pid
        self._file = file
        self._typed = bytearray()
        self._has_room = asyncio.Event()
        self._woken: asyncio.Future[None] | None = None
        self._is_hung_up = False
        self._watch()

    @classmethod
    def start(cls, launcher: Launcher, directory: str, size: Size) -> "Shell":
        """Raises `NotRunnable`."""
        try:
            file, inner = os.openpty()
        except OSError as error:
            raise NotRunnable(f"no terminal: {error.strerror}") from error
        try:
            os.set_blocking(file, False)
            _set_size(file, size)
            attributes = termios.tcgetattr(inner)
            attributes[0] |= _IUTF8
            termios.tcsetattr(inner, termios.TCSANOW, attributes)
            return cls(_start(launcher, os.ttyname(inner), directory), file)
        except BaseException:
            os.close(file)
            raise
        finally:
            os.close(inner)

    @property
    def is_busy(self) -> bool:
        """Whether something else than the shell itself is in the foreground."""
        try:
            return os.tcgetpgrp(self._file) != self._pid
        except OSError:  # nobody has the terminal open any more
            return False

    async def read(self) -> bytes:
        """What it has written, as soon as there is something; empty when it has ended."""
        while True:
            data = bytearray()
            try:
                while len(data) < CHUNK:
                    data += os.read(self._file, CHUNK)
            except BlockingIOError:
                pass
            except OSError:  # nobody has the terminal open any more
                self._is_hung_up = True
            if data or (self._is_hung_up and self.exited.done()):
                return bytes(data)
            await self._wait()

    def write(self, data: bytes) -> None:
        """Type; wait for `room` before there is more."""
        self._typed += data
        self._flush()

    async def room(self) -> None:
        """Return when most of what was typed has been taken."""
        while len(self._typed) > _TYPED_BYTES:
            self._has_room.clear()
            await self._has_room.wait()

    def resize(self, size: Size) -> None:
        """Tell whatever runs in it."""
        _set_size(self._file, size)

    async def end(self) -> None:
        """Hang up, and kill a shell that does not go by that; its children are hung up on as it goes."""
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGHUP)
            os.kill(self._pid, signal.SIGCONT)
        try:
            async with asyncio.timeout(_LAST_SECONDS):
                await asyncio.shield(self.exited)
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def close(self) -> None:
        """Let go of the terminal; what still runs in it is hung up on."""
        asyncio.get_running_loop().remove_writer(self._file)
        os.close(self._file)
        self._typed.clear()
        self._has_room.set()

    def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._typed:
                del self._typed[: os.write(self._file, self._typed[:_WRITE_BYTES])]
        except BlockingIOError:
            loop.add_writer(self._file, self._flush)
        except OSError:  # nobody will read it
            self._typed.clear()
        if not self._typed:
            loop.remove_writer(self._file)
        self._has_room.set()

    async def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        self._woken = loop.create_future()
        if not self._is_hung_up:
            loop.add_reader(self._file, self._wake)
        try:
            await self._woken
        finally:
            loop.remove_reader(self._file)
            self._woken = None

    def _hang_up(self) -> None:
        self._is_hung_up = True
        self._wake()

    def _wake(self) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)

    def _watch(self) -> None:
        def note(code: int | None) -> None:
            self.exited.set_result(code or 0)
            self._wake()
            asyncio.get_running_loop().call_later(_LAST_SECONDS, self._hang_up)

        when_exited(self._pid, note)


def _start(launcher: Launcher, terminal: str, directory: str) -> int:
    for number, argv in enumerate(_SHELLS, start=1):
        try:
            return launcher.start_on(terminal, argv, directory, _ENVIRONMENT)
        except NotRunnable:
            if number == len(_SHELLS):
                raise
    raise AssertionError


def _set_size(file: int, size: Size) -> None:
    fcntl.ioctl(file, termios.TIOCSWINSZ, struct.pack("HHHH", size.rows, size.columns, 0, 0))
