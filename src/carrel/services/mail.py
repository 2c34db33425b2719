"""Outgoing mail: a mail is a row that is committed with what caused it, and sent afterwards.

Without an SMTP server the rows stay, and the operator can read them; a mail that a server refuses is tried again, at
most `ATTEMPTS` times.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Self

import aiosmtplib
import anyio
import structlog
from anyio import AsyncContextManagerMixin

from carrel.kit.clock import Clock
from carrel.kit.wakeup import Wakeup
from carrel.services.background import repeat
from carrel.services.settings import MailSettings
from carrel.store.mails import StoredMail
from carrel.store.store import Store, Transaction

log = structlog.get_logger()

ATTEMPTS = 10
_BATCH = 50


@dataclass
class Mail(AsyncContextManagerMixin):
    """Posts mails; while it is entered and a server is configured it also sends them."""

    store: Store
    settings: MailSettings
    clock: Clock
    _posted: Wakeup = field(default_factory=Wakeup)

    @asynccontextmanager
    async def __asynccontextmanager__(self) -> AsyncGenerator[Self]:
        async with anyio.create_task_group() as tasks:
            if self.settings.host is not None:
                tasks.start_soon(repeat, "send mail", self._send_waiting)
            yield self
            tasks.cancel_scope.cancel()

    async def post(self, transaction: Transaction, *, to: str, subject: str, body: str) -> None:
        """Record a mail in the caller's transaction; line breaks are taken out of the subject."""
        await transaction.mails.add(to=to, subject=" ".join(subject.split()), body=body, at=self.clock.now())

    def wake(self) -> None:
        """A hint, after the commit: there may be mail to send."""
        self._posted.set()

    async def _send_waiting(self) -> None:
        self._posted.clear()
        async with self.store.read() as transaction:
            waiting = await transaction.mails.list_unsent(limit=_BATCH, max_attempts=ATTEMPTS)
        sent = [await self._send(mail) for mail in waiting]
        if len(waiting) == _BATCH and all(sent):
            return
        with anyio.move_on_after(self.settings.retry_s):
            await self._posted.wait()

    async def _send(self, mail: StoredMail) -> bool:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.settings.sender, mail.to, mail.subject
        message["Message-ID"] = make_msgid(domain=self.settings.sender.rpartition("@")[2])
        message.set_content(mail.body)
        password = self.settings.password
        try:
            await aiosmtplib.send(
                message,
                hostname=self.settings.host,
                port=self.settings.port,
                username=self.settings.user,
                password=password.get_secret_value() if password else None,
                start_tls=self.settings.start_tls,
                timeout=30,
            )
        except (aiosmtplib.SMTPException, OSError) as error:
            log.warning("mail_failed", mail_id=mail.id, attempts=mail.attempts + 1, error=str(error))
            async with self.store.begin() as transaction:
                await transaction.mails.mark_failed(mail.id, str(error))
            return False
        async with self.store.begin() as transaction:
            await transaction.mails.mark_sent(mail.id, at=self.clock.now())
        log.info("mail_sent", mail_id=mail.id)
        return True
