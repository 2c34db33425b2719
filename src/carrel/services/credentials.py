"""Changing what an account signs in with: password, address, and proving with a mailed link that both are one's own.

A new password ends everything that was signed in with the old one: browsers but the one in which it was changed, their
pages, auth tokens and the pages that these have opened. API keys go on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog

from carrel.domain.accounts import PASSWORD_LENGTH, Account, AccountNotFound, EmailTaken, is_email_address
from carrel.domain.credentials import (
    CurrentPasswordIncorrect,
    EmailInUse,
    EmailInvalid,
    LinkKind,
    NoAccountWithEmail,
    PasswordIncorrect,
    PasswordRefused,
    ResetInvalid,
    TooManyMails,
    VerificationRefused,
)
from carrel.domain.ids import AccountId
from carrel.domain.keys import AccountBanned
from carrel.domain.web_sessions import SignInFailed
from carrel.kit.clock import Clock
from carrel.kit.networks import network_of
from carrel.services.attempts import Attempts, Limit
from carrel.services.invitations import carry_out_invitations
from carrel.services.mailed_links import RESET_LIFE, TOKEN_LENGTH, MailedLinks
from carrel.services.password_checks import PasswordChecks
from carrel.services.passwords import Passwords, Rule
from carrel.services.web_sessions import SignedIn
from carrel.store.store import Store, Transaction

log = structlog.get_logger()

_MAILS = {Limit(3, 600): "Too many mails were asked for this address; try again in ten minutes."}
_RESETS = {
    Limit(10, 60): "Too many password resets per minute; try again later.",
    Limit(60, 3600): "Too many password resets per hour; try again later.",
}


@dataclass(frozen=True, slots=True)
class ResetTerms:
    """How many links to set a new password an address may be sent, and how long they work."""

    per_address: Mapping[Limit, str]
    life: timedelta


RESETS_OF_PAGES = ResetTerms(_MAILS, RESET_LIFE)
RESETS_OF_API_V1 = ResetTerms(
    {Limit(30, 3600): "Too many password resets for this email per hour; try again later."}, timedelta(hours=1)
)


@dataclass(frozen=True, slots=True)
class Credentials:
    store: Store
    passwords: Passwords
    checks: PasswordChecks
    links: MailedLinks
    clock: Clock
    mails: Attempts = field(default_factory=Attempts)

    async def has_password(self, account_id: AccountId) -> bool:
        return (await self._get(account_id)).password_hash is not None

    async def set_password(
        self,
        account_id: AccountId,
        current: str,
        new: str,
        *,
        kept: SignedIn | None,
        ip: str | None,
        rule: Rule = Rule.STRONG,
    ) -> None:
        """`kept` stays signed in. Raises `CurrentPasswordIncorrect`, `PasswordRefused`, `TooManySignIns`."""
        account = await self._get(account_id)
        if account.password_hash is not None and not await self._knows(account, current, ip):
            raise CurrentPasswordIncorrect
        hashed = await self._hash(new, rule)
        async with self.store.begin() as transaction:
            await self._set_password(transaction, account_id, hashed, kept)
        log.info("password_changed", account_id=account_id)

    async def set_email_address(self, account_id: AccountId, email_address: str, password: str, ip: str | None) -> None:
        """An account without password gets this one. Raises `PasswordRefused`, and as `change_email_address`."""
        address = _address(email_address)
        if len(password) < PASSWORD_LENGTH.start:
            raise PasswordRefused(f"password must be at least {PASSWORD_LENGTH.start} characters")
        account = await self._get(account_id)
        hashed = None if account.password_hash else await self._hash(password, Rule.STRONG)
        await self._change_email_address(account, address, password, ip, hashed)

    async def change_email_address(
        self, account_id: AccountId, email_address: str, password: str, ip: str | None
    ) -> None:
        """An account without password needs none. Raises `EmailInvalid`, `EmailInUse`, `PasswordIncorrect`,
        `TooManySignIns`."""
        address = _address(email_address)
        await self._change_email_address(await self._get(account_id), address, password, ip, None)

    async def _change_email_address(
        self, account: Account, address: str, password: str, ip: str | None, hashed: str | None
    ) -> None:
        if account.password_hash is not None and not await self._knows(account, password, ip):
            raise PasswordIncorrect
        account_id = account.account_id
        try:
            async with self.store.begin() as transaction:
                await transaction.accounts.set_email_address(account_id, address)
                for kind in LinkKind:
                    await transaction.mailed_links.delete_of_account(kind, account_id)
                if hashed is not None:
                    await transaction.accounts.set_password(account_id, hashed)
                await carry_out_invitations(transaction, account_id, address, at=self.clock.now())
                if address not in account.email_address_verified:
                    await self.links.post_verification(transaction, replace(account, email_address=address))
        except EmailTaken as error:
            raise EmailInUse(address) from error
        self.links.mail.wake()
        log.info("email_address_changed", account_id=account_id)

    async def request_reset(
        self, email_address: str, ip: str | None, terms: ResetTerms = RESETS_OF_PAGES
    ) -> tuple[AccountId, str]:
        """Mail a link that sets a new password; returns whose it is and the address.

        Raises `NoAccountWithEmail`, `TooManyMails`.
        """
        address = email_address.strip().lower()
        self._demand(f"computer:{network_of(ip)}", _RESETS)
        self._demand(f"address:{address}", terms.per_address)
        async with self.store.begin() as transaction:
            account = await transaction.accounts.find_by_email(address)
            if account is None or account.deleted:
                raise NoAccountWithEmail(address)
            await self.links.post_reset(transaction, account, terms.life)
        self.links.mail.wake()
        log.info("password_reset_requested", account_id=account.account_id, ip=ip)
        return account.account_id, address

    async def reset(self, code: str, password: str, rule: Rule = Rule.STRONG) -> Account:
        """Set a new password with a mailed link, which is used up. Raises `ResetInvalid`, `PasswordRefused`,
        `AccountBanned`."""
        async with self.store.read() as transaction:
            await self._account_of_reset(transaction, code)
        hashed = await self._hash(password, rule)
        async with self.store.begin() as transaction:
            account = await self._account_of_reset(transaction, code)
            if not await self.links.use(transaction, LinkKind.RESET, account.account_id, code):
                raise ResetInvalid  # somebody else was faster
            await self._set_password(transaction, account.account_id, hashed, None)
            await transaction.accounts.mark_verified(account, account.email_address or "", at=self.clock.now())
        log.info("password_reset", account_id=account.account_id)
        return account

    async def _account_of_reset(self, transaction: Transaction, code: str) -> Account:
        link = await self.links.find(transaction, LinkKind.RESET, code)
        account = await transaction.accounts.find(link.account_id) if link else None
        if account is None or account.deleted:
            raise ResetInvalid
        if account.banned:
            raise AccountBanned(self.links.site.help_email)
        return account

    async def send_verification(self, account_id: AccountId, *, welcome: bool = False) -> None:
        """With the whole welcome or without; nothing is sent to an address that is verified. Raises `TooManyMails`."""
        account = await self._get(account_id)
        if account.email_address is None or account.email_address in account.email_address_verified:
            return
        self._demand(f"address:{account.email_address}", _MAILS)
        async with self.store.begin() as transaction:
            post = self.links.post_welcome if welcome else self.links.post_verification
            await post(transaction, account)
        self.links.mail.wake()

    async def verify(self, email_address: str, token: str) -> None:
        """Take the token of a mailed link as proof of the address. Raises `VerificationRefused`."""
        if len(token) < TOKEN_LENGTH:
            raise VerificationRefused("token is too short")
        address = email_address.strip().lower()
        async with self.store.begin() as transaction:
            link = await self.links.find(transaction, LinkKind.VERIFY, token)
            account = await transaction.accounts.find(link.account_id) if link else None
            if link is None or account is None or not (address == link.email_address == account.email_address):
                raise VerificationRefused("tokens do not match")
            await transaction.accounts.mark_verified(account, address, at=self.clock.now())
        log.info("email_address_verified", account_id=account.account_id)

    async def _get(self, account_id: AccountId) -> Account:
        async with self.store.read() as transaction:
            account = await transaction.accounts.find(account_id)
        if account is None or account.deleted:
            raise AccountNotFound(account_id)
        return account

    async def _knows(self, account: Account, password: str, ip: str | None) -> bool:
        try:
            await self.checks.check(account.email_address or "", password, ip)
        except SignInFailed:
            return False
        return True

    async def _hash(self, password: str, rule: Rule) -> str:
        problem = await self.passwords.problem(password, rule)
        if problem is not None:
            raise PasswordRefused(problem)
        return await self.passwords.hash(password)

    async def _set_password(
        self, transaction: Transaction, account_id: AccountId, hashed: str, kept: SignedIn | None
    ) -> None:
        await transaction.accounts.set_password(account_id, hashed)
        await transaction.mailed_links.delete_of_account(LinkKind.RESET, account_id)
        await transaction.web_sessions.delete_of_account(account_id, but=kept.session.id if kept else None)
        await transaction.embed_sessions.delete_of_account(account_id, but_of=kept.secret_hash if kept else None)
        await transaction.auth_tokens.delete_of_account(account_id)

    def _demand(self, key: str, limits: Mapping[Limit, str]) -> None:
        """Count one mail more. Raises `TooManyMails`."""
        reached = self.mails.reached(key, tuple(limits))
        if reached is not None:
            raise TooManyMails(limits[reached])
        self.mails.count(key)


def _address(text: str) -> str:
    address = text.strip().lower()
    if not is_email_address(address):
        raise EmailInvalid
    return address
