"""Work that goes on for as long as the hub: one failure (a full disk, a database that is away) must not end it."""

from collections.abc import Awaitable, Callable
from typing import NoReturn

import anyio
import structlog

log = structlog.get_logger()

PAUSE_SECONDS = 2.0


async def repeat(work: str, step: Callable[[], Awaitable[None]]) -> NoReturn:
    """Do `step` for ever; it waits for its own events. A failure is logged and followed by a pause."""
    while True:
        if not await survive(work, step):
            await anyio.sleep(PAUSE_SECONDS)


async def survive(work: str, step: Callable[[], Awaitable[None]]) -> bool:
    """Do `step` once; a failure is logged. Returns whether it went well."""
    try:
        await step()
    except Exception:
        log.exception("background_work_failed", work=work)
        return False
    return True
