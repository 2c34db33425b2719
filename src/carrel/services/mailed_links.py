"""Links that are sent by mail: whoever follows one reads the mail of that address.

A link holds a secret of which the database keeps a hash. Each mail has one of its own, and the earlier ones go on to
work, so that it does not matter which of several mails somebody opens.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from carrel.domain.accounts import Account
from carrel.domain.credentials import LinkKind, MailedLink
from carrel.kit.clock import Clock
from carrel.kit.secrets import keyed_hash, random_lower
from carrel.services.mail import Mail
from carrel.services.settings import SiteFacts
from carrel.store.store import Transaction

RESET_LIFE = timedelta(hours=4)
VERIFY_LIFE = timedelta(hours=24)
TOKEN_LENGTH = 16


@dataclass(frozen=True, slots=True)
class MailedLinks:
    """`address` is where browsers find the site, without a slash at its end."""

    mail: Mail
    clock: Clock
    site: SiteFacts
    address: str

    async def post_welcome(self, transaction: Transaction, account: Account) -> None:
        """Greet a new account, and have its address verified."""
        link = await self._verification(transaction, account)
        text = (
            f"your account on {self.site.name} is ready: {self.address}\n\nConfirm that this is your address:\n\n{link}"
        )
        await self._post(transaction, account, f"Welcome to {self.site.name}", text)

    async def post_verification(self, transaction: Transaction, account: Account) -> None:
        link = await self._verification(transaction, account)
        text = f"confirm that this is your address on {self.site.name}, within a day:\n\n{link}"
        await self._post(transaction, account, f"{self.site.name}: Confirm your e-mail address", text)

    async def reset_url(self, transaction: Transaction, account: Account) -> str:
        """A link for somebody who hands it over."""
        code = str(uuid.uuid4())
        await self._add(transaction, LinkKind.RESET, account, code, RESET_LIFE)
        return f"{self.address}/auth/password-reset/{code}"

    async def post_reset(self, transaction: Transaction, account: Account) -> None:
        url = await self.reset_url(transaction, account)
        text = (
            f"somebody has asked to set a new password for your account on {self.site.name}. If that was you, go on "
            f"here, within four hours:\n\n{url}\n\n"
            "If it was not, you need not do anything: your password stays as it is."
        )
        await self._post(transaction, account, f"{self.site.name} Password Reset", text)

    async def find(self, transaction: Transaction, kind: LinkKind, secret: str) -> MailedLink | None:
        return await transaction.mailed_links.find(kind, _hash(kind, secret), at=self.clock.now())

    async def _verification(self, transaction: Transaction, account: Account) -> str:
        """What it says comes after `#`, which a browser sends to no server."""
        token = random_lower(TOKEN_LENGTH)
        await self._add(transaction, LinkKind.VERIFY, account, token, VERIFY_LIFE)
        return f"{self.address}/auth/verify#{urlencode({'email': account.email_address, 'token': token})}"

    async def _add(
        self, transaction: Transaction, kind: LinkKind, account: Account, secret: str, life: timedelta
    ) -> None:
        link = MailedLink(kind, account.account_id, account.email_address or "", self.clock.now() + life)
        await transaction.mailed_links.add(link, secret_hash=_hash(kind, secret))

    async def _post(self, transaction: Transaction, account: Account, subject: str, text: str) -> None:
        greeting = f"Hello {account.first_name},".replace(" ,", ",")
        body = f"{greeting}\n\n{text}\n\nQuestions? Write to {self.site.help_email}.\n"
        await self.mail.post(transaction, to=account.email_address or "", subject=subject, body=body)


def _hash(kind: LinkKind, secret: str) -> str:
    return keyed_hash(secret, purpose=kind.value)
