"""Webhooks, for admins: other programs that are told what happens here. Times in milliseconds since the epoch."""

from typing import Annotated

from msgspec import Meta, Struct

from carrel.domain.webhooks import SUBSCRIBABLE, Delivery, Webhook
from carrel.hub.api.v2.embed import Empty
from carrel.hub.api.v2.procedure import Procedures, V2Call
from carrel.hub.routes import RouteAccess
from carrel.kit.timestamps import to_milliseconds

procedures = Procedures()

_DELIVERIES_AT_MOST = 50


class Told(Struct):
    """A webhook, without its secret."""

    id: str
    url: str
    events: list[str]
    disabled: bool
    created: int

    @classmethod
    def of(cls, webhook: Webhook) -> "Told":
        events = [str(event) for event in webhook.events]
        return cls(webhook.webhook_id, webhook.url, events, webhook.disabled, to_milliseconds(webhook.created))


class All(Struct):
    """`known`: all events that there are."""

    webhooks: list[Told]
    known: list[str]


@procedures.post("/admin/webhooks", access=RouteAccess.ADMIN, only_reads=True)
async def list_webhooks(params: Empty, call: V2Call) -> All:
    """All webhooks, the oldest first."""
    return All([Told.of(one) for one in await call.platform.webhooks.list_all()], sorted(SUBSCRIBABLE))


class NewParams(Struct):
    url: Annotated[str, Meta(max_length=2000)]
    events: list[str]


class Made(Struct):
    """`secret` is shown this once."""

    webhook: Told
    secret: str


@procedures.post("/admin/webhooks/create", access=RouteAccess.ADMIN)
async def create(params: NewParams, call: V2Call) -> Made:
    """Make a webhook: from now on it is told of these events."""
    webhook = await call.platform.webhooks.add(params.url, params.events)
    return Made(Told.of(webhook), webhook.secret)


class WebhookParams(Struct):
    id: str


class Secret(Struct):
    secret: str


@procedures.post("/admin/webhooks/renew-secret", access=RouteAccess.ADMIN)
async def renew_secret(params: WebhookParams, call: V2Call) -> Secret:
    """Make another secret, with which all is signed from now on; it is shown this once."""
    return Secret(await call.platform.webhooks.renew_secret(params.id))


class DisableParams(Struct):
    id: str
    disabled: bool


@procedures.post("/admin/webhooks/disable", access=RouteAccess.ADMIN)
async def disable(params: DisableParams, call: V2Call) -> None:
    """Tell it nothing for now, or go on."""
    await call.platform.webhooks.set_disabled(params.id, params.disabled)


@procedures.post("/admin/webhooks/delete", access=RouteAccess.ADMIN)
async def delete(params: WebhookParams, call: V2Call) -> None:
    """Remove a webhook with all that it was not told yet."""
    await call.platform.webhooks.delete(params.id)


@procedures.post("/admin/webhooks/test", access=RouteAccess.ADMIN)
async def test(params: WebhookParams, call: V2Call) -> None:
    """Send it a `ping`."""
    await call.platform.webhooks.try_out(params.id)


class Tried(Struct):
    """`due`: when it is tried next; `status`: of the receiver's last answer; `error`: why it failed last."""

    id: str
    type: str
    created: int
    attempts: int
    due: int | None
    delivered: int | None
    status: int | None
    error: str | None

    @classmethod
    def of(cls, one: Delivery) -> "Tried":
        due, delivered = (None if moment is None else to_milliseconds(moment) for moment in (one.due, one.delivered))
        made = to_milliseconds(one.created)
        return cls(one.delivery_id, one.type, made, one.attempts, due, delivered, one.status, one.error)


class Deliveries(Struct):
    deliveries: list[Tried]


@procedures.post("/admin/webhooks/deliveries", access=RouteAccess.ADMIN, only_reads=True)
async def list_deliveries(params: WebhookParams, call: V2Call) -> Deliveries:
    """The last 50 things that it was or is to be told, the newest first."""
    found = await call.platform.webhooks.deliveries(params.id, limit=_DELIVERIES_AT_MOST)
    return Deliveries([Tried.of(one) for one in found])


@procedures.post("/admin/webhooks/send-again", access=RouteAccess.ADMIN)
async def send_again(params: WebhookParams, call: V2Call) -> None:
    """Send a delivery again, with the same id and content; `id` is the delivery's."""
    await call.platform.webhooks.send_again(params.id)
