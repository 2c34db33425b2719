"""Messages from accounts to accounts: write, send, and read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

import structlog

from carrel.domain.ids import AccountId, is_uuid
from carrel.domain.messages import (
    BODY_LENGTH,
    LARGEST_PAGE,
    RECIPIENTS,
    SUBJECT_LENGTH,
    Box,
    Letter,
    Message,
    MessageIsSent,
    MessageRefused,
    MessageUnknown,
    NobodyToSendTo,
    PageTooLarge,
    RecipientInvalid,
)
from carrel.kit.clock import Clock
from carrel.store.store import Store, Transaction

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Messages:
    store: Store
    clock: Clock

    async def send(
        self, sender: AccountId, to: Sequence[str], *, subject: str, body: str, reply_id: int | None = None
    ) -> int | None:
        """Send to accounts by id or e-mail address; the message's id, or `None` if nobody is left to get it.

        Raises `RecipientInvalid`, `MessageRefused`.
        """
        try:
            return await self.write(sender, None, Letter(to, subject, body, is_sent=True), reply_id=reply_id)
        except NobodyToSendTo:
            return None

    async def write(
        self,
        sender: AccountId,
        message_id: int | None,
        letter: Letter,
        *,
        reply_id: int | None = None,
        marks: Mapping[str, Any] = MappingProxyType({}),
    ) -> int:
        """Begin a draft or go on with one, set the sender's marks, and send it if the letter is sent; its id.

        All that is ever sent is sent here. Addresses without an account are left out.

        Raises `RecipientInvalid`, `MessageRefused` and its subclasses; then nothing is changed.
        """
        if not _fits(letter):
            limits = f"{RECIPIENTS} recipients, {SUBJECT_LENGTH} characters of subject and {BODY_LENGTH} of body"
            raise MessageRefused(f"a message has at most {limits}")
        at = self.clock.now()
        async with self.store.begin() as transaction:
            if message_id is None:
                thread_id = await _thread(transaction, sender, reply_id)
                message_id = await transaction.messages.add_draft(sender, thread_id=thread_id, at=at)
            if not await transaction.messages.set_marks(message_id, sender, marks, as_sender=True):
                raise MessageUnknown(message_id)
            if letter != Letter():
                await _change(transaction, sender, message_id, letter, at)
        if letter.is_sent:
            log.info("message_sent", message_id=message_id, account_id=sender)
        return message_id

    async def list_of(
        self, account_id: AccountId, box: Box, *, since: datetime | None, limit: int, offset: int
    ) -> list[Message]:
        """The account's messages, the newest first. Raises `PageTooLarge`."""
        if limit > LARGEST_PAGE:
            raise PageTooLarge
        async with self.store.read() as transaction:
            return await transaction.messages.list_messages(
                account_id, box, since=since, limit=max(0, limit), offset=max(0, offset), at=self.clock.now()
            )


def _fits(letter: Letter) -> bool:
    to, subject, body = letter.to_ids or (), letter.subject or "", letter.body or ""
    return len(to) <= RECIPIENTS and len(subject) <= SUBJECT_LENGTH and len(body) <= BODY_LENGTH


async def _thread(transaction: Transaction, sender: AccountId, reply_id: int | None) -> int | None:
    """The conversation that an answer is part of."""
    if reply_id is None:
        return None
    thread_id = await transaction.messages.find_thread(reply_id, sender)
    if thread_id is None:
        raise MessageRefused(f"there is no message {reply_id} to answer")
    return thread_id


async def _change(transaction: Transaction, sender: AccountId, message_id: int, letter: Letter, at: datetime) -> None:
    """Change a draft of the sender's, and send it if the letter is."""
    drafted_for = await transaction.messages.find_draft(message_id, sender)
    if drafted_for is None:
        raise MessageIsSent
    to = drafted_for
    if letter.to_ids is not None or letter.is_sent:  # an account may be gone since it was drafted for
        to = await _recipients(transaction, to if letter.to_ids is None else letter.to_ids)
    values = {"subject": letter.subject, "body": letter.body, "drafted_for": to}
    given = {name: value for name, value in values.items() if value is not None}
    await transaction.messages.change_draft(message_id, given)
    if letter.is_sent:
        if not to:
            raise NobodyToSendTo
        await transaction.messages.deliver(message_id, to, at=at)


async def _recipients(transaction: Transaction, to: Sequence[str]) -> list[AccountId]:
    found = [await _recipient(transaction, who) for who in to]
    return list(dict.fromkeys(account_id for account_id in found if account_id is not None))


async def _recipient(transaction: Transaction, who: str) -> AccountId | None:
    if "@" in who:
        account = await transaction.accounts.find_by_email(who)
        return account.account_id if account is not None else None
    account = await transaction.accounts.find(who) if is_uuid(who) else None
    if account is None or account.deleted:
        raise RecipientInvalid(who)
    return account.account_id
