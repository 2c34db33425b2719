"""Webhooks, and what is to be told to them: written with what has happened, sent afterwards, kept for a while."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import msgspec
from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.webhooks import Delivery, EventType, Occurrence, Webhook
from carrel.kit.timestamps import to_text
from carrel.store.columns import JSON_VALUE, UUID_TEXT, UtcDateTime
from carrel.store.tables import metadata

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", UUID_TEXT, primary_key=True),
    Column("url", Text, nullable=False),
    Column("events", JSON_VALUE, nullable=False),
    Column("secret", String(64), nullable=False),
    Column("disabled", Boolean, nullable=False, server_default=text("false")),
    Column("created", UtcDateTime, nullable=False),
)

deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", UUID_TEXT, primary_key=True),
    Column("webhook_id", UUID_TEXT, ForeignKey(webhooks.c.id), nullable=False),
    Column("type", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Column("created", UtcDateTime, nullable=False, index=True),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("due", UtcDateTime, index=True),
    Column("delivered", UtcDateTime),
    Column("status", Integer),
    Column("error", Text),
    Index(None, "webhook_id", "created"),
)

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class WebhookRows:
    connection: AsyncConnection

    async def post(self, *occurrences: Occurrence, at: datetime) -> None:
        """Record in the caller's transaction that they have to be told to all webhooks that want to know of them."""
        if not occurrences:
            return
        for webhook in await self.list_all():
            wanted = [one for one in occurrences if one.type in webhook.events]
            if wanted and not webhook.disabled:
                await self.add_deliveries(webhook.webhook_id, *wanted, at=at)

    async def add_deliveries(self, webhook_id: str, *occurrences: Occurrence, at: datetime) -> None:
        rows = [
            {
                "id": str(uuid4()),
                "webhook_id": webhook_id,
                "type": one.type,
                "body": _encode({"type": one.type, "timestamp": to_text(at), "data": one.data}).decode(),
                "created": at,
                "due": at,
            }
            for one in occurrences
        ]
        await self.connection.execute(insert(deliveries), rows)

    async def add(self, webhook: Webhook) -> None:
        await self.connection.execute(
            insert(webhooks).values(
                id=webhook.webhook_id,
                url=webhook.url,
                events=list(webhook.events),
                secret=webhook.secret,
                created=webhook.created,
            )
        )

    async def list_all(self) -> list[Webhook]:
        """The oldest first."""
        query = select(webhooks).order_by(webhooks.c.created, webhooks.c.id)
        return [_webhook(row) for row in await self.connection.execute(query)]

    async def find(self, webhook_id: str) -> Webhook | None:
        row = (await self.connection.execute(select(webhooks).where(webhooks.c.id == webhook_id))).first()
        return _webhook(row) if row else None

    async def change(self, webhook_id: str, values: Mapping[str, Any]) -> bool:
        """Whether there is such a webhook."""
        changed = await self.connection.execute(update(webhooks).where(webhooks.c.id == webhook_id).values(**values))
        return changed.rowcount > 0

    async def delete(self, webhook_id: str) -> bool:
        """With all that was to be told to it; whether there was such a webhook."""
        await self.connection.execute(delete(deliveries).where(deliveries.c.webhook_id == webhook_id))
        return (await self.connection.execute(delete(webhooks).where(webhooks.c.id == webhook_id))).rowcount > 0

    async def list_deliveries(self, webhook_id: str, *, limit: int) -> list[Delivery]:
        """The newest first."""
        query = select(deliveries).where(deliveries.c.webhook_id == webhook_id)
        query = query.order_by(deliveries.c.created.desc(), deliveries.c.id).limit(limit)
        return [_delivery(row) for row in await self.connection.execute(query)]

    async def list_waiting(self, *, at: datetime) -> list[Webhook]:
        """Those to which something is to be sent now."""
        due = select(deliveries.c.webhook_id).where(deliveries.c.due <= at)
        query = select(webhooks).where(~webhooks.c.disabled, webhooks.c.id.in_(due))
        return [_webhook(row) for row in await self.connection.execute(query)]

    async def list_due(self, webhook_id: str, *, at: datetime, limit: int) -> Sequence[Delivery]:
        """What is to be sent to it now, the oldest first."""
        query = select(deliveries).where(deliveries.c.webhook_id == webhook_id, deliveries.c.due <= at)
        query = query.order_by(deliveries.c.created, deliveries.c.id).limit(limit)
        return [_delivery(row) for row in await self.connection.execute(query)]

    async def claim(self, delivery: Delivery, *, until: datetime) -> bool:
        """Begin an attempt; what becomes of it must be noted by then. `False` if another hub has begun one."""
        ours = (deliveries.c.id == delivery.delivery_id, deliveries.c.due == delivery.due)
        begun = {"attempts": deliveries.c.attempts + 1, "due": until, "status": None, "error": None}
        return (await self.connection.execute(update(deliveries).where(*ours).values(**begun))).rowcount > 0

    async def note(self, delivery_id: str, values: Mapping[str, Any]) -> bool:
        """Whether there is such a delivery."""
        noted = update(deliveries).where(deliveries.c.id == delivery_id).values(**values)
        return (await self.connection.execute(noted)).rowcount > 0

    async def delete_deliveries_before(self, moment: datetime) -> None:
        await self.connection.execute(delete(deliveries).where(deliveries.c.created < moment))


def _webhook(row: Row[Any]) -> Webhook:
    events = tuple(EventType(name) for name in row.events if name in set(EventType))
    return Webhook(row.id, row.url, events, row.secret, row.disabled, row.created)


def _delivery(row: Row[Any]) -> Delivery:
    values = dict(row._mapping)
    return Delivery(delivery_id=values.pop("id"), **values)
