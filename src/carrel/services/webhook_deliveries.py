"""Telling webhooks what has happened: each delivery is a row that was committed with its cause, sent at least once.

A hub claims a delivery by putting off when it is due, so no two send it at the same time; if the hub dies meanwhile, it
becomes due again. A receiver that does not answer with a 2xx gets it again, later and later, `ATTEMPTS` times in all.
Requests are signed as Standard Webhooks (https://www.standardwebhooks.com) says, follow no redirects, and go to public
addresses only, unless the operator allows others: a name is resolved once, all its addresses are checked, and one of
them is connected to.
"""

import base64
import hashlib
import hmac
import ssl
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

import anyio
import httpcore
import structlog
from anyio import AsyncContextManagerMixin, to_thread
from anyio.abc import TaskGroup

from carrel import __version__
from carrel.domain.webhooks import Delivery, Webhook
from carrel.kit.clock import Clock
from carrel.kit.public_addresses import AddressPrivate, public_addresses
from carrel.services.background import repeat, survive
from carrel.services.settings import WebhookSettings
from carrel.store.store import Store

log = structlog.get_logger()

ATTEMPTS = 10
_LOOK_EVERY_SECONDS = 1.0
_AT_ONCE = 8
_IN_A_ROW = 50
_LONGEST_PAUSE = timedelta(hours=8)
_ERROR_LENGTH = 500
_UNREACHABLE = (
    *(AddressPrivate, OSError, ValueError),  # of names that are none
    *(httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, httpcore.UnsupportedProtocol),
)


def signature(secret: str, delivery_id: str, sent_at: datetime, body: str) -> str:
    """HMAC-SHA256 of id, time and body, as the header `webhook-signature` has it."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{delivery_id}.{int(sent_at.timestamp())}.{body}"
    return "v1," + base64.b64encode(hmac.digest(key, text.encode(), hashlib.sha256)).decode()


class _PublicOnly(httpcore.AsyncNetworkBackend):
    """Connects to public addresses, whatever names lead to."""

    def __init__(self) -> None:
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        address, *_ = await public_addresses(host, port)
        return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise AddressPrivate(path)

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`status` of the answer, if there was one; `error` if the attempt failed."""

    status: int | None
    error: str | None


@dataclass
class WebhookDeliveries(AsyncContextManagerMixin):
    """Sends while it is entered."""

    store: Store
    settings: WebhookSettings
    clock: Clock
    _tasks: TaskGroup = field(init=False)
    _pool: httpcore.AsyncConnectionPool = field(init=False)
    _busy: set[str] = field(default_factory=set)
    _room: anyio.CapacityLimiter = field(init=False)

    @asynccontextmanager
    async def __asynccontextmanager__(self) -> AsyncGenerator[Self]:
        backend = httpcore.AnyIOBackend() if self.settings.allow_private else _PublicOnly()
        context = await to_thread.run_sync(ssl.create_default_context)
        self._room = anyio.CapacityLimiter(_AT_ONCE)
        self._pool = httpcore.AsyncConnectionPool(context, max_keepalive_connections=0, network_backend=backend)
        async with self._pool, anyio.create_task_group() as self._tasks:
            self._tasks.start_soon(repeat, "look for webhooks to tell", self._look)
            yield self
            self._tasks.cancel_scope.cancel()

    async def _look(self) -> None:
        """Begin with all that is waiting, a task for each webhook, so that a slow one holds up no other."""
        async with self.store.read() as reading:
            waiting = await reading.webhooks.list_waiting(at=self.clock.now())
        for webhook in waiting:
            if webhook.webhook_id not in self._busy:
                self._busy.add(webhook.webhook_id)
                self._tasks.start_soon(self._tell, webhook)
        await anyio.sleep(_LOOK_EVERY_SECONDS)

    async def _tell(self, webhook: Webhook) -> None:
        try:
            async with self._room:
                await survive("tell a webhook", lambda: self._deliver_due(webhook))
        finally:
            self._busy.discard(webhook.webhook_id)

    async def _deliver_due(self, webhook: Webhook) -> None:
        """One after the other until one fails; the others wait for the next look."""
        async with self.store.read() as reading:
            due = await reading.webhooks.list_due(webhook.webhook_id, at=self.clock.now(), limit=_IN_A_ROW)
        for delivery in due:
            if not await self._deliver(webhook, delivery):
                return

    async def _deliver(self, webhook: Webhook, delivery: Delivery) -> bool:
        """Whether it went well, or is another hub's."""
        again_at = self.clock.now() + self._pause(delivery.attempts)
        async with self.store.begin() as transaction:
            if not await transaction.webhooks.claim(delivery, until=again_at):
                return True
        outcome = await self._send(webhook, delivery)
        now = self.clock.now()
        values: dict[str, Any] = {"status": outcome.status, "error": outcome.error}
        if outcome.error is None:
            values |= {"due": None, "delivered": now}
        elif delivery.attempts + 1 >= ATTEMPTS:
            values |= {"due": None}
        async with self.store.begin() as transaction:
            await transaction.webhooks.note(delivery.delivery_id, values)
        ids = {"webhook_id": webhook.webhook_id, "delivery_id": delivery.delivery_id}
        log.info("webhook_told", **ids, attempts=delivery.attempts + 1, status=outcome.status, error=outcome.error)
        return outcome.error is None

    def _pause(self, attempts: int) -> timedelta:
        """Until the next attempt, four times as long each time, and longer than an attempt can take."""
        pause = timedelta(seconds=max(self.settings.retry_s, 2 * self.settings.timeout_s)) * float(4**attempts)
        return min(pause, _LONGEST_PAUSE)

    async def _send(self, webhook: Webhook, delivery: Delivery) -> Outcome:
        now = self.clock.now()
        headers: dict[bytes | str, bytes | str] = {
            "content-type": "application/json",
            "user-agent": f"Carrel/{__version__}",
            "webhook-id": delivery.delivery_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature(webhook.secret, delivery.delivery_id, now, delivery.body),
        }
        try:
            with anyio.fail_after(self.settings.timeout_s):
                body = delivery.body.encode()
                async with self._pool.stream("POST", webhook.url, headers=headers, content=body) as answer:
                    status = answer.status  # nothing else of the answer is read
        except TimeoutError:
            return Outcome(None, f"no answer within {self.settings.timeout_s:g} seconds")
        except _UNREACHABLE as error:
            return Outcome(None, (str(error) or type(error).__name__)[:_ERROR_LENGTH])
        return Outcome(status, None if 200 <= status < 300 else f"the receiver has answered {status}")
