"""Outgoing mail: a mail is a row that is committed with what caused it, and sent afterwards.

Without an SMTP server the rows stay, and the operator can read them; a mail that a server refuses is tried again, at
most `ATTEMPTS` times.
"""

import math
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

from carrel.domain.errors import DomainError
from carrel.kit.clock import Clock
from carrel.kit.wakeup import Wakeup
from carrel.services.background import repeat
from carrel.services.mail_texts import to_html
from carrel.services.settings import MailSettings
from carrel.store.mails import StoredMail, UnsentMail
from carrel.store.store import Store, Transaction

log = structlog.get_logger()

ATTEMPTS = 10
_BATCH = 50


class MailNotFound(DomainError):
    code = "mail-not-found"

    def __init__(self, mail_id: int) -> None:
        super().__init__(f"there is no unsent mail {mail_id}")


class MailFailed(DomainError):
    """A mail could not be sent; the message says what the server has answered."""

    code = "mail-failed"


@dataclass
class Mail(AsyncContextManagerMixin):
    """Posts mails; while it is entered and a server is configured it also sends them."""

    store: Store
    settings: MailSettings
    clock: Clock
    _posted: Wakeup = field(default_factory=Wakeup)
    _resting: dict[int, float] = field(default_factory=dict)
    """Mails that could not be sent, and until when they are left alone."""

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

    async def unsent(self, *, limit: int) -> list[UnsentMail]:
        """Mails that wait, or could not be sent; the newest first."""
        async with self.store.read() as transaction:
            return await transaction.mails.list_stuck(limit=limit)

    async def try_again(self, mail_id: int) -> None:
        """Send it now, however often that was tried. Raises `MailNotFound`."""
        async with self.store.begin() as transaction:
            if not await transaction.mails.try_again(mail_id):
                raise MailNotFound(mail_id)
        self._resting.pop(mail_id, None)
        self.wake()

    async def discard(self, mail_id: int) -> None:
        """Raises `MailNotFound`."""
        async with self.store.begin() as transaction:
            if not await transaction.mails.delete_unsent(mail_id):
                raise MailNotFound(mail_id)

    async def send_test(self, to: str, site_name: str) -> None:
        """Send a mail at once, whose failure is raised as `MailFailed`."""
        if self.settings.host is None:
            raise MailFailed("no SMTP server is configured (CARREL_MAIL_HOST)")
        try:
            await self._deliver(StoredMail(0, to, f"A test of {site_name}", "Mails can be sent.\n", 0))
        except (OSError, aiosmtplib.SMTPException, ValueError) as error:
            raise MailFailed(f"the mail could not be sent: {error}") from error

    async def _send_waiting(self) -> None:
        """Send what is due; then sleep until there is more, or something may be tried again."""
        self._posted.clear()
        now = anyio.current_time()
        self._resting = {mail_id: until for mail_id, until in self._resting.items() if until > now}
        async with self.store.read() as transaction:
            waiting = await transaction.mails.list_unsent(limit=_BATCH + len(self._resting), max_attempts=ATTEMPTS)
        due = [mail for mail in waiting if mail.id not in self._resting]
        for mail in due:
            async with self.store.begin() as transaction:
                is_ours = await transaction.mails.claim(mail)
            if is_ours and not await self._send(mail):
                self._resting[mail.id] = anyio.current_time() + self.settings.retry_s
        if len(due) >= _BATCH:
            return
        with anyio.CancelScope(deadline=min(self._resting.values(), default=math.inf)):
            await self._posted.wait()

    async def _send(self, mail: StoredMail) -> bool:
        try:
            await self._deliver(mail)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one mail must not hold up the others
            log.warning("mail_failed", mail_id=mail.id, attempts=mail.attempts + 1, error=str(error))
            async with self.store.begin() as transaction:
                await transaction.mails.mark_failed(mail.id, str(error))
            return False
        async with self.store.begin() as transaction:
            await transaction.mails.mark_sent(mail.id, at=self.clock.now())
        log.info("mail_sent", mail_id=mail.id)
        return True

    async def _deliver(self, mail: StoredMail) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.settings.sender, mail.to, mail.subject
        message["Message-ID"] = make_msgid(domain=self.settings.sender.rpartition("@")[2])
        message.set_content(mail.body)
        message.add_alternative(to_html(mail.body), subtype="html")
        password = self.settings.password
        await aiosmtplib.send(
            message,
            hostname=self.settings.host,
            port=self.settings.port,
            username=self.settings.user,
            password=password.get_secret_value() if password else None,
            start_tls=self.settings.start_tls,
            timeout=30,
        )
