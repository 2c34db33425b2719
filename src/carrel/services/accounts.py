"""Accounts: create, delete, find."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from carrel.domain.accounts import (
    ADMIN,
    GOLD,
    NAME_LENGTH,
    PASSWORD_LENGTH,
    PASSWORD_LENGTH_RULE,
    USER_NAME_RULE,
    Account,
    AccountInvalid,
    AccountNotFound,
    DeletionRefused,
    EmailTaken,
    NoSuchEmailAddress,
    UserNameTaken,
    is_email_address,
    is_user_name,
)
from carrel.domain.credentials import LinkKind, NameRefused
from carrel.domain.errors import AdminRequired
from carrel.domain.ids import AccountId, is_uuid, new_account_id
from carrel.domain.principals import AccountPrincipal, Anonymous
from carrel.domain.webhooks import Occurrence
from carrel.kit.clock import Clock
from carrel.services.invitations import carry_out_invitations
from carrel.services.keys import Keys
from carrel.services.mailed_links import MailedLinks
from carrel.services.passwords import Passwords
from carrel.services.registration import Registration
from carrel.services.settings import SiteFacts
from carrel.store.store import Store, Transaction

log = structlog.get_logger()

EMAIL_BANNED = "This e-mail address is banned."
_CREATION_WINDOW = timedelta(minutes=30)
_CREATIONS, _GOLD_CREATIONS = 150, 1500


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """What someone who wants an account has said."""

    first_name: str
    last_name: str
    email_address: str
    password: str
    agreed_to_terms: bool
    registration_token: str | None = None
    usage_intent: str | None = None
    ip: str | None = None

    def problems(self) -> dict[str, str]:
        """All problems with the fields at once, by field."""
        found = {}
        if not self.first_name:
            found["first_name"] = "Enter your first name."
        if not self.last_name:
            found["last_name"] = "Enter your last name."
        if not is_email_address(self.email_address):
            found["email_address"] = "Email address does not appear to be valid."
        if not self.password:
            found["password"] = "Password must be specified."
        elif len(self.password) not in PASSWORD_LENGTH:
            found["password"] = PASSWORD_LENGTH_RULE
        if not self.agreed_to_terms:
            found["agreed_to_terms"] = "Agree to the Terms of Service."
        return found

    @property
    def taken(self) -> str:
        """What is said when the address is another account's."""
        return str(EmailTaken())


async def change_admin(transaction: Transaction, account: Account, admin: bool) -> None:
    """Grant or revoke; whoever is no admin any more is not signed in as others any more."""
    groups = [group for group in account.groups if group != ADMIN] + ([ADMIN] if admin else [])
    await transaction.accounts.set_groups(account.account_id, groups)
    if not admin:
        await transaction.web_sessions.delete_of_impersonator(account.account_id)


@dataclass(frozen=True, slots=True)
class Accounts:
    store: Store
    keys: Keys
    passwords: Passwords
    registration: Registration
    links: MailedLinks
    clock: Clock
    site: SiteFacts

    async def create(
        self, caller: AccountPrincipal | Anonymous | None, draft: AccountDraft, *, with_key: bool
    ) -> tuple[Account, str | None]:
        """Make an account and, if wanted, a key for it (its secret is returned this once).

        `caller` `None` is the operator at the command line, `Anonymous` whoever signs up on a page. Raises
        `AccountInvalid` with every problem.
        """
        privileged = caller is None or (isinstance(caller, AccountPrincipal) and caller.is_admin)
        problems = draft.problems()
        if not privileged and not self.site.open_signup:
            raise AccountInvalid(problems | {"other": "Signing up via email/password is disabled."})
        problems = await self._known_problems(draft, needs_token=not privileged) | problems
        if problems:
            raise AccountInvalid(problems)
        account = await self._new_account(caller, draft)
        try:
            async with self.store.begin() as transaction:
                if caller is not None and not privileged:
                    await self._check_rate(transaction, caller, draft.ip)
                    await self.registration.use(transaction, draft.registration_token)
                await transaction.accounts.add(account, created_by_ip=draft.ip, usage_intent=draft.usage_intent)
                await transaction.webhooks.post(Occurrence.account_created(account), at=account.created)
                secret = None
                if with_key:
                    _, secret = await self.keys.issue_in(transaction, account.account_id, "created with the account")
                await self.links.post_welcome(transaction, account)
                await carry_out_invitations(
                    transaction, account.account_id, draft.email_address.lower(), at=account.created
                )
        except EmailTaken as error:
            raise AccountInvalid({"email_address": draft.taken}) from error
        self.links.mail.wake()
        log.info("account_created", account_id=account.account_id, owner_id=account.owner_id)
        return account, secret

    async def _known_problems(self, draft: AccountDraft, *, needs_token: bool) -> dict[str, str]:
        """What the database knows against it, asked beforehand so that the caller hears of everything at once."""
        found = {}
        async with self.store.read() as transaction:
            owner = await transaction.accounts.find_by_email(draft.email_address)
            if owner is not None:
                found["email_address"] = EMAIL_BANNED if owner.banned else draft.taken
            problem = await self.registration.problem(transaction, draft.registration_token) if needs_token else None
        return found if problem is None else found | {"token": problem}

    async def _new_account(self, caller: AccountPrincipal | Anonymous | None, draft: AccountDraft) -> Account:
        return Account(
            account_id=new_account_id(),
            first_name=draft.first_name[:NAME_LENGTH],
            last_name=draft.last_name[:NAME_LENGTH],
            created=self.clock.now(),
            email_address=draft.email_address.lower(),
            password_hash=await self.passwords.hash(draft.password),
            owner_id=caller.account_id if isinstance(caller, AccountPrincipal) else None,
        )

    async def _check_rate(self, transaction: Transaction, caller: AccountPrincipal | Anonymous, ip: str | None) -> None:
        is_gold = isinstance(caller, AccountPrincipal) and GOLD in caller.groups
        limit = _GOLD_CREATIONS if is_gold else _CREATIONS
        since = self.clock.now() - _CREATION_WINDOW
        if ip is None or await transaction.accounts.count_created(ip, since=since) < limit:
            return
        text = (
            f"Too many accounts are being created from the ip address {ip}; try again later.  By default at most "
            f"{limit} accounts can be created every 30 minutes from one IP; if you're using the API and need a higher "
            "limit, contact us."
        )
        raise AccountInvalid({"other": f'Unable to create account. Error: "Error: {text}"'})

    async def delete(self, caller: AccountPrincipal, account_id: str) -> None:
        """Mark deleted and revoke what signs it in; no error when it is deleted already or never existed."""
        async with self.store.begin() as transaction:
            account = await transaction.accounts.find(account_id)
            owner = account.owner_id if account else None
            if not (caller.is_admin or caller.account_id in (account_id, owner)):
                raise DeletionRefused
            if account is None or account.deleted:
                return
            await transaction.accounts.mark_deleted(account.account_id)
            await transaction.keys.delete_of_account(account.account_id)
            await transaction.auth_tokens.delete_of_account(account.account_id)
            await transaction.web_sessions.delete_of_account(account.account_id)
            await transaction.embed_sessions.delete_of_account(account.account_id)
            for kind in LinkKind:
                await transaction.mailed_links.delete_of_account(kind, account.account_id)
        self.keys.forget(account_id=account.account_id)
        log.info("account_deleted", account_id=account_id, by=caller.account_id)

    async def unlink_passport(self, account_id: AccountId, strategy: str, passport_id: str) -> None:
        """Forget that a person of another site signs in as this account; fine if none does."""
        async with self.store.begin() as transaction:
            await transaction.accounts.unlink_passport(account_id, f"{strategy}-{passport_id}")

    async def find(self, who: str) -> Account:
        """By id or e-mail address; raises `NoSuchEmailAddress` or `AccountNotFound`. Deleted accounts are not found."""
        async with self.store.read() as transaction:
            if is_uuid(who):
                account = await transaction.accounts.find(who)
            else:
                account = await transaction.accounts.find_by_email(who)
        if account is not None and not account.deleted:
            return account
        raise AccountNotFound(who) if is_uuid(who) else NoSuchEmailAddress

    async def find_by_id(self, account_id: str) -> Account:
        """Raises `AccountNotFound`, also for deleted ones."""
        if not is_uuid(account_id):
            raise AccountNotFound(account_id)
        return await self.find(account_id)

    async def set_admin(self, account: Account, admin: bool) -> None:
        """Grant or revoke; keys of the account carry the new standing at once in this process."""
        async with self.store.begin() as transaction:
            await change_admin(transaction, account, admin)
        self.keys.forget(account_id=account.account_id)
        log.info("admin_changed", account_id=account.account_id, admin=admin)

    async def has_email(self, email_address: str) -> bool:
        """Whether some account has this address."""
        async with self.store.read() as transaction:
            return await transaction.accounts.find_by_email(email_address) is not None

    async def requires_token(self) -> bool:
        """Whether signing up needs a registration token."""
        async with self.store.read() as transaction:
            return await self.registration.problem(transaction, None) is not None

    async def set_names(self, account_id: AccountId, names: Mapping[str, str]) -> None:
        """Change `first_name`, `last_name` (cut, but not empty) or `name`. Raises `NameRefused`, `UserNameTaken`."""
        if not names:
            return
        for field, value in names.items():
            if field == "name" and not is_user_name(value):
                raise NameRefused(USER_NAME_RULE)
            if not value.strip():
                raise NameRefused(f"{field} must be nonempty")
        async with self.store.begin() as transaction:
            if "name" in names and await transaction.queries.is_user_name_taken(names["name"], but_by=account_id):
                raise UserNameTaken(names["name"])
            await transaction.accounts.set_names(account_id, {f: value[:NAME_LENGTH] for f, value in names.items()})

    async def names(self, account_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
        async with self.store.read() as transaction:
            return await transaction.accounts.names(account_ids)

    async def living(self, account_ids: Sequence[str]) -> list[Account]:
        """Those of these accounts that there are and that were not deleted."""
        async with self.store.read() as transaction:
            return await transaction.accounts.living(account_ids)

    async def search(
        self, caller: AccountPrincipal, query: str, *, admin: bool, limit: int, only_email: bool
    ) -> list[tuple[Account, bool]]:
        """Accounts that match, each with whether it was found by its exact address (and may show it).

        Address matches come first, then name matches; an account found both ways appears twice.
        """
        if admin and not caller.is_admin:
            raise AdminRequired
        limit = max(0, min(limit, 10_000 if caller.is_admin else 50))
        async with self.store.read() as transaction:
            if is_uuid(query.strip()):
                account = await transaction.accounts.find(query.strip())
                return [(account, False)] if account and not account.deleted else []
            addresses, terms = _split_search(query)
            if admin:
                terms, addresses = [*terms, *((address,) for address in addresses if len(address) <= NAME_LENGTH)], []
            exact = await transaction.accounts.search_emails(addresses, limit=len(addresses))
            found = [(account, True) for account in exact]
            if terms and not only_email:
                rows = await transaction.accounts.search_names(terms, limit=limit, also_email=admin)
                found += [(account, False) for account in rows]
        return found


def _split_search(query: str) -> tuple[list[str], list[tuple[str, ...]]]:
    """Exact addresses, and word lists of the other items (at most 100 of each); too long a word matches nothing."""
    items = [item.strip().lower() for item in re.split(r"[,;\n]", query) if item.strip()]
    addresses = [item for item in items if "@" in item and not item.startswith("@")]
    plain = [match.group(1) if (match := re.search(r"<([^<>]+)>", item)) else item for item in addresses]
    terms = [tuple(item.removeprefix("@").split()[:10]) for item in items if item not in addresses]
    return plain[:100], [words for words in terms if words and max(map(len, words)) <= NAME_LENGTH][:100]
