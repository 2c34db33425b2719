"""The agent's side of the fork server (`inside.fork_server`, which describes what is said)."""

import asyncio
import json
import os
import signal
import socket
from collections.abc import Mapping, Sequence
from typing import Any

from carrel.agent.kernels.process import KNOWN_SECONDS, KernelProcess, Tail, new_marker, reap
from carrel.agent.kernels.values import KernelFailed
from carrel.agent.spawn import Launcher, NotRunnable

_PROGRAM = os.path.join(os.path.dirname(__file__), "inside", "fork_server.py")
_PACKET = 1 << 16
_FORK_SECONDS = 30.0


class ForkServer:
    """One fork server, from its start to its end; kernels outlive it."""

    def __init__(self, environment: str, launcher: Launcher, tasks: asyncio.TaskGroup) -> None:
        """Start it. Raises `NotRunnable`."""
        self._tasks = tasks
        self._launcher = launcher
        self._answers: dict[int, asyncio.Future[tuple[dict[str, Any], list[int]]]] = {}
        self._ends: dict[int, asyncio.Future[int | None]] = {}
        self._last_id = 0
        self.tail = Tail()
        self.is_alive = True
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                child = launcher.start((f"{environment}/bin/python", _PROGRAM), launcher.home, {}, 0, theirs.fileno())
            except NotRunnable:
                self._control.close()
                raise
        self._control.setblocking(False)
        asyncio.get_running_loop().add_reader(self._control, self._receive)
        self._process = KernelProcess(child.pid, os.pidfd_open(child.pid), child.marker, reap, tasks)
        for file in (child.stdout, child.stderr):
            tasks.create_task(self.tail.read(file))

    async def fork(self, arguments: Sequence[str], directory: str, environment: Mapping[str, str]) -> KernelProcess:
        """A new kernel. Raises `KernelFailed` if the server ends before it has made one; one that hangs is ended."""
        marker, variable = new_marker()
        variables = {**self._launcher.environment, **environment, **variable, "PWD": directory}
        request = {"arguments": list(arguments), "directory": directory, "environment": variables}
        try:
            async with asyncio.timeout(_FORK_SECONDS):
                answer, files = await self._ask(request)
                while "again" in answer:
                    answer, files = await self._ask(request)
        except TimeoutError as error:
            self._lose()
            self._process.signal(signal.SIGKILL)  # to it alone: kernels are in sessions of their own
            raise KernelFailed("the fork server does not answer") from error
        pid = int(answer["pid"])
        self._ends[pid] = asyncio.get_running_loop().create_future()
        process = KernelProcess(pid, files[0], marker, self._status_of, self._tasks)
        process.tail = self.tail
        return process

    @property
    def pid(self) -> int:
        """Of the server's process."""
        return self._process.pid

    async def kill(self) -> None:
        """End it by force; kernels go on."""
        self._process.signal(signal.SIGKILL)
        await self.close()

    async def close(self) -> None:
        """End it; kernels go on."""
        self._lose()
        await self._process.exited

    async def _ask(self, request: dict[str, Any]) -> tuple[dict[str, Any], list[int]]:
        if not self.is_alive:
            raise KernelFailed("the fork server has ended")
        self._last_id += 1
        request_id = self._last_id
        answer: asyncio.Future[tuple[dict[str, Any], list[int]]] = asyncio.get_running_loop().create_future()
        self._answers[request_id] = answer
        try:
            self._control.send(json.dumps({"id": request_id, **request}).encode())
            return await answer
        except OSError as error:
            answer.cancel()
            self._lose()
            raise KernelFailed(f"the fork server takes no request: {error.strerror}") from error
        finally:
            del self._answers[request_id]

    def _receive(self) -> None:
        try:
            packet, files, _, _ = socket.recv_fds(self._control, _PACKET, 1)
        except BlockingIOError:
            return
        except OSError:
            packet, files = b"", []
        if not packet:
            self._lose()
            return
        message = json.loads(packet)
        answer = self._answers.get(message.get("id"))
        if answer is not None and not answer.done():
            answer.set_result((message, files))
        elif (end := self._ends.get(message.get("ended"))) is not None:
            end.set_result(message["status"])

    def _lose(self) -> None:
        if self.is_alive:
            self.is_alive = False
            asyncio.get_running_loop().remove_reader(self._control)
            self._control.close()
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(KernelFailed(f"the fork server has ended: {self.tail.last_line}"))
            for end in self._ends.values():
                if not end.done():
                    end.set_result(None)

    async def _status_of(self, pid: int) -> int | None:
        """The exit status of a forked kernel; its parent tells, if it still lives."""
        try:
            async with asyncio.timeout(KNOWN_SECONDS):
                return await self._ends[pid]
        except TimeoutError:
            return None
        finally:
            del self._ends[pid]
