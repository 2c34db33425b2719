"""Outgoing mail against real SMTP servers on the loopback."""

import anyio
import anyio.lowlevel
import pytest
from sqlalchemy import select
from support.hubs import free_port
from support.mailboxes import Mailbox, smtp_server
from support.rows import MovableClock

from carrel.services.mail import Mail
from carrel.services.settings import MailSettings
from carrel.store.store import Store
from carrel.store.tables import mails

pytestmark = pytest.mark.anyio


def settings(port: int | None, retry_s: float = 0.05) -> MailSettings:
    host = None if port is None else "127.0.0.1"
    return MailSettings(host=host, port=port or 1, start_tls=False, sender="carrel@example.com", retry_s=retry_s)


async def post(store: Store, mail: Mail, to: str, subject: str = "Subject", body: str = "Body\n") -> None:
    async with store.begin() as transaction:
        await mail.post(transaction, to=to, subject=subject, body=body)
    mail.wake()


async def rows(store: Store) -> dict[str, tuple[bool, int, str | None]]:
    """Whether each mail was sent, after how many attempts, and its last error."""
    async with store.read() as transaction:
        found = await transaction.connection.execute(select(mails.c.to, mails.c.sent, mails.c.attempts, mails.c.error))
        return {to: (sent is not None, attempts, error) for to, sent, attempts, error in found}


async def until_sent(store: Store, to: str) -> None:
    with anyio.fail_after(20):
        while not (await rows(store))[to][0]:
            await anyio.lowlevel.checkpoint()


async def until_attempted(store: Store, to: str, attempts: int) -> None:
    with anyio.fail_after(20):
        while (await rows(store))[to][1] < attempts:
            await anyio.lowlevel.checkpoint()


async def test_a_mail_is_sent_once_as_it_was_posted(store: Store, clock: MovableClock) -> None:
    mailbox = Mailbox()
    with smtp_server(mailbox) as port:
        async with Mail(store, settings(port), clock) as mail:
            await post(store, mail, "ada@example.com", "Grüße\r\nBcc: eve@example.com", "Zeile é\n.\n.punkt\n")
            await until_sent(store, "ada@example.com")
            await post(store, mail, "bob@example.com")
            await until_sent(store, "bob@example.com")
    first, second = mailbox.received
    assert first["To"] == "ada@example.com"
    assert first["From"] == "carrel@example.com"
    assert first["Subject"] == "Grüße Bcc: eve@example.com"
    assert first["Bcc"] is None
    assert first["Message-ID"].endswith("@example.com>")
    assert [part.get_content_type() for part in first.iter_parts()] == ["text/plain", "text/html"]
    text, html = [part.get_content().replace("\r\n", "\n") for part in first.iter_parts()]
    assert text == "Zeile é\n.\n.punkt\n"
    assert "<p>Zeile é<br>\n.<br>\n.punkt</p>" in html
    assert second["To"] == "bob@example.com"


async def test_without_a_server_mails_are_kept_for_the_operator(store: Store, clock: MovableClock) -> None:
    async with Mail(store, settings(None), clock) as mail:
        await post(store, mail, "ada@example.com")
        await anyio.wait_all_tasks_blocked()
    assert await rows(store) == {"ada@example.com": (False, 0, None)}


async def test_mails_kept_are_sent_once_there_is_a_server(store: Store, clock: MovableClock) -> None:
    for number in range(60):  # more than one batch
        await post(store, Mail(store, settings(None), clock), f"{number}@example.com")
    mailbox = Mailbox()
    with smtp_server(mailbox) as port:
        async with Mail(store, settings(port, retry_s=60), clock):
            await until_sent(store, "59@example.com")
    assert [message["To"] for message in mailbox.received] == [f"{number}@example.com" for number in range(60)]


async def test_a_refused_mail_is_tried_again_a_few_times_and_its_error_kept(store: Store, clock: MovableClock) -> None:
    mailbox = Mailbox()
    with smtp_server(mailbox) as port:
        async with Mail(store, settings(port, retry_s=0.01), clock) as mail:
            await post(store, mail, "refuse@example.com")
            await until_attempted(store, "refuse@example.com", 10)
            await post(store, mail, "ada@example.com")
            await until_sent(store, "ada@example.com")
    sent, attempts, error = (await rows(store))["refuse@example.com"]
    assert (sent, attempts) == (False, 10)
    assert "no such mailbox here" in str(error)
    assert len(mailbox.refused) == 10


async def test_a_server_that_is_away_gets_the_mail_when_it_is_back(store: Store, clock: MovableClock) -> None:
    port, mailbox = free_port(), Mailbox()
    async with Mail(store, settings(port, retry_s=0.2), clock) as mail:
        await post(store, mail, "ada@example.com")
        await until_attempted(store, "ada@example.com", 1)
        with smtp_server(mailbox, port):
            await until_sent(store, "ada@example.com")
    assert len(mailbox.received) == 1


async def test_new_mail_does_not_use_up_the_attempts_of_mail_that_failed(store: Store, clock: MovableClock) -> None:
    mailbox = Mailbox()
    with smtp_server(mailbox) as port:
        async with Mail(store, settings(port, retry_s=60), clock) as mail:
            await post(store, mail, "refuse@example.com")
            await until_attempted(store, "refuse@example.com", 1)
            for number in range(12):
                await post(store, mail, f"{number}@example.com")
                await until_sent(store, f"{number}@example.com")
    assert (await rows(store))["refuse@example.com"][1] == 1


async def test_many_refused_mails_do_not_hold_up_the_others(store: Store, clock: MovableClock) -> None:
    for number in range(60):
        await post(store, Mail(store, settings(None), clock), f"refuse{number}@example.com")
    mailbox = Mailbox()
    with smtp_server(mailbox) as port:
        async with Mail(store, settings(port, retry_s=60), clock) as mail:
            await post(store, mail, "ada@example.com")
            await until_sent(store, "ada@example.com")
    assert len(mailbox.refused) == 60


@pytest.mark.parametrize("odd", ["-@[~)_).\x01", ".#b€:-#@{^-+.*", "():`]b.@\\|.~?.(", "(_/.\x1ba@_|).)", ""])
async def test_a_mail_that_cannot_be_sent_does_not_hold_up_the_others(
    store: Store, clock: MovableClock, odd: str
) -> None:
    mailbox = Mailbox()
    with smtp_server(mailbox) as port:
        async with Mail(store, settings(port, retry_s=60), clock) as mail:
            await post(store, Mail(store, settings(None), clock), odd)
            await post(store, mail, "ada@example.com")
            await until_sent(store, "ada@example.com")
    sent, attempts, error = (await rows(store))[odd]
    assert not sent
    assert attempts == 1
    assert error
