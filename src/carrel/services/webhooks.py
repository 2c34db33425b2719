"""Webhooks as admins manage them: where to, for which events, with which secret, and what became of each delivery."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from carrel.domain.webhooks import (
    SUBSCRIBABLE,
    Delivery,
    EventType,
    Occurrence,
    Webhook,
    WebhookNotFound,
    WebhookRefused,
)
from carrel.kit.clock import Clock
from carrel.services.settings import WebhookSettings
from carrel.store.store import Store

MOST_WEBHOOKS = 50
_URL_LENGTH = 2000
_SECRET_BYTES = 32


def new_secret() -> str:
    """In the form of Standard Webhooks, whose libraries take it as it is."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


@dataclass(frozen=True, slots=True)
class Webhooks:
    store: Store
    settings: WebhookSettings
    clock: Clock

    async def list_all(self) -> Sequence[Webhook]:
        async with self.store.read() as reading:
            return await reading.webhooks.list_all()

    async def add(self, url: str, events: Sequence[str]) -> Webhook:
        """Its secret is to be shown this once. Raises `WebhookRefused`."""
        webhook = Webhook(
            str(uuid4()), self._checked(url), _known(events), new_secret(), disabled=False, created=self.clock.now()
        )
        async with self.store.begin() as transaction:
            if len(await transaction.webhooks.list_all()) >= MOST_WEBHOOKS:
                raise WebhookRefused(f"there may be at most {MOST_WEBHOOKS} webhooks")
            await transaction.webhooks.add(webhook)
        return webhook

    async def set_disabled(self, webhook_id: str, disabled: bool) -> None:
        """One that is disabled is told nothing; what it was not told yet waits. Raises `WebhookNotFound`."""
        await self._change(webhook_id, {"disabled": disabled})

    async def renew_secret(self, webhook_id: str) -> str:
        """From now on all is signed with the new one. Raises `WebhookNotFound`."""
        secret = new_secret()
        await self._change(webhook_id, {"secret": secret})
        return secret

    async def delete(self, webhook_id: str) -> None:
        """Raises `WebhookNotFound`."""
        async with self.store.begin() as transaction:
            if not await transaction.webhooks.delete(webhook_id):
                raise WebhookNotFound

    async def try_out(self, webhook_id: str) -> None:
        """Tell it nothing but that it is told. Raises `WebhookNotFound`."""
        async with self.store.begin() as transaction:
            if await transaction.webhooks.find(webhook_id) is None:
                raise WebhookNotFound
            await transaction.webhooks.add_deliveries(webhook_id, Occurrence(EventType.PING, {}), at=self.clock.now())

    async def deliveries(self, webhook_id: str, *, limit: int) -> Sequence[Delivery]:
        """The last ones, the newest first."""
        async with self.store.read() as reading:
            return await reading.webhooks.list_deliveries(webhook_id, limit=limit)

    async def send_again(self, delivery_id: str) -> None:
        """As if it had not been tried. Raises `WebhookNotFound`."""
        again = {"attempts": 0, "due": self.clock.now(), "delivered": None, "status": None, "error": None}
        async with self.store.begin() as transaction:
            if not await transaction.webhooks.note(delivery_id, again):
                raise WebhookNotFound

    async def _change(self, webhook_id: str, values: Mapping[str, Any]) -> None:
        async with self.store.begin() as transaction:
            if not await transaction.webhooks.change(webhook_id, values):
                raise WebhookNotFound

    def _checked(self, url: str) -> str:
        """Whether the name leads to a private address is found out each time that something is sent."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        schemes = ("https", "http") if self.settings.allow_private else ("https",)
        good = url.isascii() and url.isprintable() and " " not in url and len(url) <= _URL_LENGTH
        if not good or not host or port == 0 or parts.scheme not in schemes:
            raise WebhookRefused(f"the address must begin with {' or '.join(f'{one}://' for one in schemes)}")
        if parts.username is not None or parts.fragment:
            raise WebhookRefused("the address must have no user name, no password and no fragment")
        return url


def _known(events: Sequence[str]) -> tuple[EventType, ...]:
    if not events or not set(events) <= SUBSCRIBABLE:
        raise WebhookRefused(f"the events are some of: {', '.join(sorted(SUBSCRIBABLE))}")
    return tuple(sorted({EventType(name) for name in events}))
