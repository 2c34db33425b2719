"""Kernels that the agent has not started: by what people run in terminals and commands, as Jupyter starts them."""

import asyncio
import os
import re
import signal
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise

from carrel.agent.processes import list_processes

_CONNECTION_FILE = re.compile(rb"(?:.*/)?kernel-[^/]*\.json")
_GONE_SECONDS = 5.0
_PAUSE_SECONDS = 0.01


def find_strangers() -> dict[int, str]:
    """Connection files by process id."""
    return dict(_strangers())


def _strangers() -> Iterator[tuple[int, str]]:
    for process in list_processes().values():
        if process.is_gone:
            continue
        with suppress(OSError), open(f"/proc/{process.pid}/cmdline", "rb") as file:
            for option, value in pairwise(file.read().split(b"\0")):
                if option == b"-f" and _CONNECTION_FILE.fullmatch(value):
                    yield process.pid, value.decode(errors="replace")


async def kill_stranger(pid: int) -> None:
    """Kill a process, with its group if it leads one, and return when it is gone."""
    with suppress(ProcessLookupError, PermissionError):
        if os.getpgid(pid) == pid:
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGKILL)
    with suppress(TimeoutError):
        async with asyncio.timeout(_GONE_SECONDS):
            while pid in find_strangers():  # noqa: ASYNC110 -- it is not our child, and gives no event
                await asyncio.sleep(_PAUSE_SECONDS)
