"""Telling webhooks, on SQLite and PostgreSQL: committed with the cause, told once by one of the hubs, or again."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import anyio
import pytest
from support.receivers import Receiver, receiving
from support.rows import MovableClock

from carrel.domain.webhooks import Delivery, EventType, Occurrence, WebhookRefused
from carrel.services.settings import WebhookSettings
from carrel.services.webhook_deliveries import ATTEMPTS, WebhookDeliveries
from carrel.services.webhooks import Webhooks
from carrel.store.store import Store

pytestmark = pytest.mark.anyio

ON_LOOPBACK = WebhookSettings(allow_private=True, retry_s=1, timeout_s=5)
HAPPENED = Occurrence(EventType.COPY_FINISHED, {"n": 1})
DAY = timedelta(days=1)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


async def post(store: Store, clock: MovableClock, *, times: int = 1) -> None:
    async with store.begin() as transaction:
        await transaction.webhooks.post(*[HAPPENED] * times, at=clock.now())


async def settled(webhooks: Webhooks, webhook_id: str, *, attempts: int = 1) -> list[Delivery]:
    """All deliveries, when each has been tried so often and its outcome is noted."""
    with anyio.fail_after(30):
        while True:
            found = await webhooks.deliveries(webhook_id, limit=100)
            if all(one.attempts == attempts and (one.delivered or one.error) for one in found):
                return list(found)
            await anyio.sleep(0.02)


async def test_each_delivery_is_told_once_by_one_of_two_hubs(store: Store, receiver: Receiver) -> None:
    clock = MovableClock()
    webhooks = Webhooks(store, ON_LOOPBACK, clock)
    webhook = await webhooks.add(receiver.url, ["copy.finished"])
    deaf = await webhooks.add(receiver.url, ["account.created"])
    quiet = await webhooks.add(receiver.url, ["copy.finished"])
    await webhooks.set_disabled(quiet.webhook_id, True)
    await post(store, clock, times=20)
    async with WebhookDeliveries(store, ON_LOOPBACK, clock), WebhookDeliveries(store, ON_LOOPBACK, clock):
        found = await settled(webhooks, webhook.webhook_id)
    assert [(one.status, one.error, one.due) for one in found] == [(204, None, None)] * 20
    counts = Counter(request.headers["webhook-id"] for request in receiver.received)
    assert counts == Counter(one.delivery_id for one in found)
    for other in (deaf, quiet):
        assert await webhooks.deliveries(other.webhook_id, limit=1) == []


async def test_what_fails_is_tried_later_and_later_and_then_given_up(store: Store, receiver: Receiver) -> None:
    clock = MovableClock()
    webhooks = Webhooks(store, ON_LOOPBACK, clock)
    webhook = await webhooks.add(receiver.url, ["copy.finished"])
    receiver.answers = [302, 500, 500]
    await post(store, clock)
    hub = WebhookDeliveries(store, ON_LOOPBACK, clock)
    async with hub:
        (first,) = await settled(webhooks, webhook.webhook_id)
    assert (first.status, first.error) == (302, "the receiver has answered 302")  # and was not followed
    assert first.due == clock.now() + timedelta(seconds=10)
    clock.move(timedelta(seconds=10))
    async with hub:
        (second,) = await settled(webhooks, webhook.webhook_id, attempts=2)
    assert (second.status, second.due) == (500, clock.now() + timedelta(seconds=40))
    async with store.begin() as transaction:
        await transaction.webhooks.note(second.delivery_id, {"attempts": ATTEMPTS - 1})
    clock.move(DAY)
    async with hub:
        (last,) = await settled(webhooks, webhook.webhook_id, attempts=ATTEMPTS)
    assert (last.due, last.delivered, len(receiver.received)) == (None, None, 3)
    await webhooks.send_again(last.delivery_id)
    async with hub:
        (again,) = await settled(webhooks, webhook.webhook_id)
    assert (again.delivered, len(receiver.received)) == (clock.now(), 4)
    assert {request.path for request in receiver.received} == {"/told?by=carrel"}
    assert len({(request.headers["webhook-id"], request.body) for request in receiver.received}) == 1


async def test_what_a_hub_had_begun_when_it_died_is_told_by_the_next(store: Store, receiver: Receiver) -> None:
    clock = MovableClock()
    webhooks = Webhooks(store, ON_LOOPBACK, clock)
    webhook = await webhooks.add(receiver.url, ["copy.finished"])
    await post(store, clock)
    (delivery,) = await webhooks.deliveries(webhook.webhook_id, limit=1)
    async with store.begin() as transaction:
        assert await transaction.webhooks.claim(delivery, until=clock.now() + DAY)
        assert not await transaction.webhooks.claim(delivery, until=clock.now() + DAY)
    clock.move(DAY)
    async with WebhookDeliveries(store, ON_LOOPBACK, clock):
        (told,) = await settled(webhooks, webhook.webhook_id, attempts=2)
    assert (told.status, len(receiver.received)) == (204, 1)


async def test_nothing_is_sent_to_private_addresses(store: Store, receiver: Receiver) -> None:
    clock = MovableClock()
    settings = WebhookSettings(retry_s=1, timeout_s=5)
    webhooks = Webhooks(store, settings, clock)
    for url in (
        receiver.url,
        "https://",
        "ftp://example.org",
        "https://u:p@example.org/",
        "https://a b/",
        "https://x/#y",
    ):
        with pytest.raises(WebhookRefused):
            await webhooks.add(url, ["copy.finished"])
    for events in ([], ["ping"], ["nothing"]):
        with pytest.raises(WebhookRefused):
            await webhooks.add("https://example.org/", events)
    webhook = await webhooks.add(f"https://localhost:{receiver.port}/", ["copy.finished"])
    await post(store, clock)
    async with WebhookDeliveries(store, settings, clock):
        (refused,) = await settled(webhooks, webhook.webhook_id)
    assert refused.error is not None
    assert "which is a private address" in refused.error
    assert receiver.received == []


async def test_a_receiver_that_does_not_answer_is_given_up_in_time(store: Store) -> None:
    clock = MovableClock()
    settings = WebhookSettings(allow_private=True, timeout_s=0.2)
    webhooks = Webhooks(store, settings, clock)
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener:
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        webhook = await webhooks.add(f"http://127.0.0.1:{port}/", ["copy.finished"])
        await post(store, clock)
        async with WebhookDeliveries(store, settings, clock):
            (late,) = await settled(webhooks, webhook.webhook_id)
    assert late.error == "no answer within 0.2 seconds"
