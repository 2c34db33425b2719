"""What has to be done from time to time: forget what has expired."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

import anyio
import structlog
from anyio import AsyncContextManagerMixin

from carrel.kit.clock import Clock
from carrel.services.background import repeat
from carrel.store.store import Store

log = structlog.get_logger()

_EXPIRY_EVERY_SECONDS = 3600
_ERRORS_KEPT = timedelta(days=30)


@dataclass
class Housekeeping(AsyncContextManagerMixin):
    store: Store
    clock: Clock

    @asynccontextmanager
    async def __asynccontextmanager__(self) -> AsyncGenerator[Self]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(repeat, "forget what has expired", self._expire)
            yield self
            tasks.cancel_scope.cancel()

    async def _expire(self) -> None:
        now = self.clock.now()
        async with self.store.begin() as transaction:
            copies = await transaction.copies.delete_expired(at=now)
            await transaction.distributions.delete_expired(at=now)
            await transaction.auth_tokens.delete_expired(at=now)
            await transaction.embed_sessions.delete_expired(at=now)
            await transaction.web_sessions.delete_expired(at=now)
            await transaction.kept_replies.delete_expired(at=now)
            await transaction.mailed_links.delete_expired(at=now)
            await transaction.invitations.delete_expired(at=now)
            await transaction.client_errors.delete_before(now - _ERRORS_KEPT)
            await transaction.evaluations.delete_expired(at=now)
        if copies:
            log.info("copies_expired", count=copies)
        await anyio.sleep(_EXPIRY_EVERY_SECONDS)
