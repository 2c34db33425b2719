"""Messages from accounts to accounts: send, and read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import structlog

from carrel.domain.ids import AccountId, is_uuid
from carrel.domain.messages import (
    BODY_LENGTH,
    LARGEST_PAGE,
    RECIPIENTS,
    SUBJECT_LENGTH,
    Box,
    Message,
    MessageRefused,
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
        self,
        sender: AccountId,
        to: Sequence[str],
        *,
        subject: str,
        body: str,
        reply_id: int | None = None,
        flags: Mapping[str, bool] = MappingProxyType({}),
    ) -> int | None:
        """Send to accounts by id or e-mail address; the message's id, or `None` if nobody is left to get it.

        Addresses without an account are left out; `flags` are the sender's.

        Raises `RecipientInvalid`, `MessageRefused`.
        """
        if len(to) > RECIPIENTS or len(subject) > SUBJECT_LENGTH or len(body) > BODY_LENGTH:
            limits = f"{RECIPIENTS} recipients, {SUBJECT_LENGTH} characters of subject and {BODY_LENGTH} of body"
            raise MessageRefused(f"a message has at most {limits}")
        async with self.store.begin() as transaction:
            found = [await _recipient(transaction, who) for who in to]
            recipients = list(dict.fromkeys(account_id for account_id in found if account_id is not None))
            if not recipients:
                return None
            thread_id = None
            if reply_id is not None:
                thread_id = await transaction.messages.find_thread(reply_id, sender)
                if thread_id is None:
                    raise MessageRefused(f"there is no message {reply_id} to answer")
            message_id = await transaction.messages.add(
                sender, recipients, subject=subject, body=body, thread_id=thread_id, flags=flags, at=self.clock.now()
            )
        log.info("message_sent", message_id=message_id, account_id=sender, recipients=len(recipients))
        return message_id

    async def list_of(
        self, account_id: AccountId, box: Box, *, since: datetime | None, limit: int, offset: int
    ) -> list[Message]:
        """The account's messages, the newest first. Raises `PageTooLarge`."""
        if limit > LARGEST_PAGE:
            raise PageTooLarge
        async with self.store.read() as transaction:
            return await transaction.messages.list_messages(
                account_id, box, since=since, limit=max(0, limit), offset=max(0, offset)
            )


async def _recipient(transaction: Transaction, who: str) -> AccountId | None:
    if "@" in who:
        account = await transaction.accounts.find_by_email(who)
        return account.account_id if account is not None else None
    account = await transaction.accounts.find(who) if is_uuid(who) else None
    if account is None or account.deleted:
        raise RecipientInvalid(who)
    return account.account_id
