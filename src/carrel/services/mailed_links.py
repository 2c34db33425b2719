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
from carrel.domain.ids import AccountId
from carrel.kit.clock import Clock
from carrel.kit.secrets import keyed_hash, random_lower
from carrel.services.mail import Mail
from carrel.services.mail_texts import language_of, write_mail
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
        await self._post(transaction, account, "welcome", link=await self._verification(transaction, account))

    async def post_verification(self, transaction: Transaction, account: Account) -> None:
        await self._post(transaction, account, "verification", link=await self._verification(transaction, account))

    async def reset_url(self, transaction: Transaction, account: Account, life: timedelta = RESET_LIFE) -> str:
        """A link for somebody who hands it over."""
        return f"{self.address}/auth/password-reset/{await self._reset_code(transaction, account, life)}"

    async def post_reset(self, transaction: Transaction, account: Account, life: timedelta) -> None:
        """Programs look for `forgot=<code>` in the link."""
        code = await self._reset_code(transaction, account, life)
        link = f"{self.address}/app?{urlencode({'forgot': code})}"
        hours = str(int(life / timedelta(hours=1)))
        await self._post(transaction, account, "reset", link=link, hours=hours)

    async def find(self, transaction: Transaction, kind: LinkKind, secret: str) -> MailedLink | None:
        return await transaction.mailed_links.find(kind, _hash(kind, secret), at=self.clock.now())

    async def use(self, transaction: Transaction, kind: LinkKind, account_id: AccountId, secret: str) -> bool:
        """End all links of that kind of the account; whether this one was still among them."""
        return _hash(kind, secret) in await transaction.mailed_links.delete_of_account(kind, account_id)

    async def _reset_code(self, transaction: Transaction, account: Account, life: timedelta) -> str:
        code = str(uuid.uuid4())
        await self._add(transaction, LinkKind.RESET, account, code, life)
        return code

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

    async def _post(self, transaction: Transaction, account: Account, name: str, **values: str) -> None:
        """Post one of the mails of `mail_texts`, in the account's language."""
        known = {"site": self.site.name, "address": self.address, "help_email": self.site.help_email}
        language = language_of(await transaction.accounts.find_locale(account.account_id))
        subject, body = write_mail(name, language, known | values | {"first_name": account.first_name})
        await self.mail.post(transaction, to=account.email_address or "", subject=subject, body=body)


def _hash(kind: LinkKind, secret: str) -> str:
    return keyed_hash(secret, purpose=kind.value)
