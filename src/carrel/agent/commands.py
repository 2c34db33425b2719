"""The requests that wait for a command, and the smallest one of all, ping."""

import asyncio
from collections.abc import Mapping

from carrel.agent.connection import Handler, Refused, Stream
from carrel.agent.running import Running, script_file
from carrel.agent.spawn import Launcher, NotRunnable
from carrel.protocol.execution import NOT_RUNNABLE, STDERR, STDOUT, Exec, ExecEnded, ExecStarted, Ping, Pong


class Commands:
    """Runs commands, which `launcher` starts."""

    def __init__(self, launcher: Launcher, tasks: asyncio.TaskGroup) -> None:
        self._launcher = launcher
        self._tasks = tasks

    def handlers(self) -> Mapping[type, Handler]:
        """What answers which request."""
        return {Ping: self.ping, Exec: self.exec}

    async def ping(self, stream: Stream, request: Ping) -> Pong:
        return Pong()

    async def exec(self, stream: Stream, request: Exec) -> ExecEnded:
        try:
            with script_file(request.command.script, self._launcher) as path:
                running = Running(request.command, path, self._launcher, self._tasks)
                stream.started(ExecStarted(running.pid, path))
                code = await running.finish(stream.send)
        except NotRunnable as error:
            raise Refused(NOT_RUNNABLE, str(error)) from error
        return ExecEnded(code, running.timed_out, running.totals[STDOUT], running.totals[STDERR])
