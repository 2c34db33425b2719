"""Two threads for what blocks: one for logs, whose writes somebody waits for, and one for files.

Each does one thing after the other, so nothing needs a lock of its own. The agent starts programs from its main thread
by standing for a moment in their directory: paths given to these threads are absolute.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Threads:
    """The threads of all documents; they start with the first work."""

    def __init__(self) -> None:
        self._logs = ThreadPoolExecutor(1, "logs")
        self._files = ThreadPoolExecutor(1, "files")

    def for_log(self, work: Callable[_P, _T], *arguments: _P.args, **options: _P.kwargs) -> Awaitable[_T]:
        """Do something with a log."""
        return asyncio.get_running_loop().run_in_executor(self._logs, partial(work, *arguments, **options))

    def for_file(self, work: Callable[_P, _T], *arguments: _P.args, **options: _P.kwargs) -> Awaitable[_T]:
        """Do something with a file, or something that takes long."""
        return asyncio.get_running_loop().run_in_executor(self._files, partial(work, *arguments, **options))

    def close(self) -> None:
        """End the threads when they have done what they were given."""
        self._logs.shutdown()
        self._files.shutdown()
