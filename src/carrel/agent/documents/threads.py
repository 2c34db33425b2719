"""Two threads for what blocks: one for logs, whose writes somebody waits for, and one for files.

Each does one thing after the other, so nothing needs a lock of its own. The agent starts programs from its main thread
by standing for a moment in their directory: paths given to these threads are absolute.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from carrel.agent.connection import Refused
from carrel.protocol.documents import BUSY

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Threads:
    """The threads of all documents; they start with the first work."""

    def __init__(self) -> None:
        self._logs = ThreadPoolExecutor(1, "logs")
        self._files = ThreadPoolExecutor(1, "files")

    def for_log(self, work: Callable[_P, _T], *arguments: _P.args, **options: _P.kwargs) -> Awaitable[_T]:
        """Do something with a log. Raises `Refused` if no thread can be started."""
        return _submit(self._logs, partial(work, *arguments, **options))

    def for_file(self, work: Callable[_P, _T], *arguments: _P.args, **options: _P.kwargs) -> Awaitable[_T]:
        """Do something with a file, or something that takes long. Raises `Refused` if no thread can be started."""
        return _submit(self._files, partial(work, *arguments, **options))

    def close(self) -> None:
        """End the threads when they have done what they were given."""
        self._logs.shutdown()
        self._files.shutdown()


def _submit(thread: ThreadPoolExecutor, work: Callable[[], _T]) -> Awaitable[_T]:
    try:
        return asyncio.get_running_loop().run_in_executor(thread, work)
    except RuntimeError as error:
        raise Refused(BUSY, "The project runs as many processes as it may; some of them have to end first.") from error
