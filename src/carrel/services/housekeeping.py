"""What has to be done from time to time: forget what has expired, and remove what was deleted long ago."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Self

import anyio
import structlog
from anyio import AsyncContextManagerMixin

from carrel.domain.errors import DomainError
from carrel.domain.projects import Project
from carrel.kit.clock import Clock
from carrel.services.background import repeat
from carrel.storage import trash
from carrel.storage.files import ProjectFiles
from carrel.storage.homes import Homes
from carrel.store.store import Store

log = structlog.get_logger()

_EXPIRY_EVERY_SECONDS = 3600
_TRASH_EVERY_SECONDS = 24 * 3600
_AT_A_TIME = 1000
_ERRORS_KEPT = timedelta(days=30)
_DELIVERIES_KEPT = timedelta(days=30)


@dataclass
class Housekeeping(AsyncContextManagerMixin):
    store: Store
    homes: Homes
    files: ProjectFiles
    clock: Clock

    @asynccontextmanager
    async def __asynccontextmanager__(self) -> AsyncGenerator[Self]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(repeat, "forget what has expired", self._expire)
            tasks.start_soon(repeat, "empty trash", self._empty_trash)
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
            await transaction.messages.delete_expired(at=now)
            await transaction.client_errors.delete_before(now - _ERRORS_KEPT)
            await transaction.evaluations.delete_expired(at=now)
            await transaction.webhooks.delete_deliveries_before(now - _DELIVERIES_KEPT)
        if copies:
            log.info("copies_expired", count=copies)
        await anyio.sleep(_EXPIRY_EVERY_SECONDS)

    async def _empty_trash(self) -> None:
        days = self.homes.settings.trash_days
        before_ms = int((self.clock.now() - timedelta(days=days)).timestamp() * 1000)
        offset, count = 0, 0
        while days and (projects := await self._some_projects(offset)):
            offset += len(projects)
            for project in projects:
                home = self.homes.home(project.project_id, project.number)
                with suppress(DomainError):  # a home that cannot be entered keeps no other from being tidied
                    count += await self.files.do_long(partial(trash.empty_old, home, before_ms))
        if count:
            log.info("trash_emptied", count=count)
        await anyio.sleep(_TRASH_EVERY_SECONDS)

    async def _some_projects(self, offset: int) -> list[Project]:
        async with self.store.read() as transaction:
            return await transaction.projects.page([], offset=offset, limit=_AT_A_TIME)
