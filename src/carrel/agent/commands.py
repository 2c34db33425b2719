"""The requests that wait for a command, and the smallest one of all, ping."""

import asyncio
from collections.abc import Mapping

from carrel.agent.connection import Handler, Refused, Stream
from carrel.agent.running import Running, script_file
from carrel.agent.spawn import NotRunnable
from carrel.protocol.execution import NOT_RUNNABLE, STDERR, STDOUT, Exec, ExecEnded, ExecStarted, Ping, Pong


class Commands:
    """Runs commands; `base` is the environment that they all get."""

    def __init__(self, base: dict[str, str], tasks: asyncio.TaskGroup) -> None:
        self._base = base
        self._tasks = tasks

    def handlers(self) -> Mapping[type, Handler]:
        """What answers which request."""
        return {Ping: self.ping, Exec: self.exec}

    async def ping(self, stream: Stream, request: Ping) -> Pong:
        return Pong()

    async def exec(self, stream: Stream, request: Exec) -> ExecEnded:
        try:
            with script_file(request.command.script, self._base) as path:
                running = Running(request.command, path, self._base, self._tasks)
                stream.started(ExecStarted(running.pid, path))
                code = await running.finish(stream.send)
        except NotRunnable as error:
            raise Refused(NOT_RUNNABLE, str(error)) from error
        return ExecEnded(code, running.timed_out, running.totals[STDOUT], running.totals[STDERR])
