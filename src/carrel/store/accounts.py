"""Accounts in the database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.accounts import ADMIN, Account, EmailTaken, UserNameTaken
from carrel.domain.ids import AccountId
from carrel.kit import timestamps
from carrel.store.tables import accounts

ACCOUNT_COLUMNS = (
    accounts.c.account_id,
    accounts.c.first_name,
    accounts.c.last_name,
    accounts.c.created,
    accounts.c.email_address,
    accounts.c.email_address_verified,
    accounts.c.password_hash,
    accounts.c.name,
    accounts.c.groups,
    accounts.c.last_active,
    accounts.c.banned,
    accounts.c.deleted,
    accounts.c.unlisted,
    accounts.c.owner_id,
    accounts.c.profile,
)


def to_account(row: Any) -> Account:
    """An account from a row of `ACCOUNT_COLUMNS`."""
    values = row._asdict()
    values["groups"] = tuple(values["groups"] or ())
    values["email_address_verified"] = values["email_address_verified"] or {}
    values["profile"] = values["profile"] or {}
    return Account(**values)


@dataclass(frozen=True, slots=True)
class AccountRows:
    connection: AsyncConnection

    async def add(self, account: Account, *, created_by_ip: str | None, usage_intent: str | None) -> None:
        """Raises `EmailTaken` if the address belongs to another account."""
        values = {column.name: getattr(account, column.name) for column in ACCOUNT_COLUMNS}
        values["groups"] = list(account.groups)
        values["email_address_verified"] = dict(account.email_address_verified)
        values["profile"] = dict(account.profile)
        try:
            await self.connection.execute(
                insert(accounts), values | {"created_by_ip": created_by_ip, "sign_up_usage_intent": usage_intent}
            )
        except IntegrityError as error:
            raise EmailTaken from error

    async def find(self, account_id: str) -> Account | None:
        return await self._find(accounts.c.account_id == account_id)

    async def find_by_email(self, email_address: str) -> Account | None:
        return await self._find(accounts.c.email_address == email_address.lower())

    async def _find(self, condition: ColumnElement[bool]) -> Account | None:
        row = (await self.connection.execute(select(*ACCOUNT_COLUMNS).where(condition))).first()
        return to_account(row) if row else None

    async def list_accounts(self, *, limit: int, offset: int = 0) -> list[Account]:
        """Not deleted, oldest first."""
        query = select(*ACCOUNT_COLUMNS).where(~accounts.c.deleted).order_by(accounts.c.created, accounts.c.account_id)
        return [to_account(row) for row in await self.connection.execute(query.limit(limit).offset(offset))]

    async def page(self, words: Sequence[str], *, offset: int, limit: int) -> list[Account]:
        """Not deleted ones, the newest first, in which each word is part of a name or the address, or is the id."""
        texts = (accounts.c.first_name, accounts.c.last_name, accounts.c.name, accounts.c.email_address)
        query = select(*ACCOUNT_COLUMNS).where(~accounts.c.deleted)
        for word in words:
            matches = (*(column.icontains(word, autoescape=True) for column in texts), accounts.c.account_id == word)
            query = query.where(or_(*matches))
        query = query.order_by(accounts.c.created.desc(), accounts.c.account_id).offset(offset).limit(limit)
        return [to_account(row) for row in await self.connection.execute(query)]

    async def admin_ids(self) -> list[AccountId]:
        """The admins that can sign in; their rows are locked until the transaction ends."""
        is_admin = cast(accounts.c.groups, Text).contains(f'"{ADMIN}"')
        query = select(accounts.c.account_id).where(is_admin, ~accounts.c.deleted, ~accounts.c.banned)
        return [row.account_id for row in await self.connection.execute(query.with_for_update())]

    async def set_banned(self, account_id: AccountId, banned: bool) -> None:
        await self.connection.execute(update(accounts).where(accounts.c.account_id == account_id).values(banned=banned))

    async def names(self, account_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
        """First and last names of those that exist, the deleted ones too."""
        query = select(accounts.c.account_id, accounts.c.first_name, accounts.c.last_name)
        rows = await self.connection.execute(query.where(accounts.c.account_id.in_(list(account_ids))))
        return {row.account_id: (row.first_name, row.last_name) for row in rows}

    async def living(self, account_ids: Iterable[str]) -> list[Account]:
        """Those that exist and were not deleted."""
        chosen = (accounts.c.account_id.in_(list(account_ids)), ~accounts.c.deleted)
        return [to_account(row) for row in await self.connection.execute(select(*ACCOUNT_COLUMNS).where(*chosen))]

    async def search_names(self, terms: Iterable[tuple[str, ...]], *, limit: int, also_email: bool) -> list[Account]:
        """Accounts in which every word of one of `terms` occurs in a name (or the address); unlisted ones only for
        `also_email`, the admins' search. Most recently active first."""
        fields = [accounts.c.first_name, accounts.c.last_name, accounts.c.name]
        if also_email:
            fields.append(accounts.c.email_address)
        matches = or_(
            *(and_(*(or_(*(f.icontains(word, autoescape=True) for f in fields)) for word in words)) for words in terms)
        )
        query = select(*ACCOUNT_COLUMNS).where(~accounts.c.deleted, matches)
        if not also_email:
            query = query.where(~accounts.c.unlisted)
        return await self._most_active(query.limit(limit))

    async def search_emails(self, addresses: Iterable[str], *, limit: int) -> list[Account]:
        """Accounts with exactly one of these addresses, most recently active first."""
        query = select(*ACCOUNT_COLUMNS).where(~accounts.c.deleted, accounts.c.email_address.in_(list(addresses)))
        return await self._most_active(query.limit(limit))

    async def _most_active(self, query: Any) -> list[Account]:
        order = func.coalesce(accounts.c.last_active, accounts.c.created).desc()
        return [to_account(row) for row in await self.connection.execute(query.order_by(order, accounts.c.account_id))]

    async def count_created(self, ip: str, *, since: datetime) -> int:
        query = select(func.count()).where(accounts.c.created_by_ip == ip, accounts.c.created > since)
        return (await self.connection.execute(query)).scalar_one()

    async def mark_deleted(self, account_id: AccountId) -> None:
        """Release the address and the user name; the account stays listed on its projects."""
        await self.connection.execute(
            update(accounts)
            .where(accounts.c.account_id == account_id, ~accounts.c.deleted)
            .values(
                deleted=True,
                email_address_before_delete=accounts.c.email_address,
                email_address=None,
                name=None,
                passports=None,
                password_hash=None,
            )
        )

    async def find_locale(self, account_id: AccountId) -> str | None:
        """In which language the account wants to be addressed, as it was told to programs that use the API."""
        query = select(accounts.c.other_settings).where(accounts.c.account_id == account_id)
        locale = ((await self.connection.execute(query)).scalar() or {}).get("i18n")
        return locale if isinstance(locale, str) else None

    async def unlink_passport(self, account_id: AccountId, passport: str) -> None:
        """Fine if the account has no such passport."""
        query = select(accounts.c.passports).where(accounts.c.account_id == account_id).with_for_update()
        passports = dict((await self.connection.execute(query)).scalar() or {})
        if passports.pop(passport, None) is not None:
            await self._change(account_id, passports=passports)

    async def set_groups(self, account_id: AccountId, groups: Iterable[str]) -> None:
        await self.connection.execute(
            update(accounts).where(accounts.c.account_id == account_id).values(groups=list(groups))
        )

    async def set_password(self, account_id: AccountId, password_hash: str) -> None:
        await self._change(account_id, password_hash=password_hash)

    async def set_email_address(self, account_id: AccountId, email_address: str) -> None:
        """Raises `EmailTaken` if it belongs to another account."""
        try:
            await self._change(account_id, email_address=email_address)
        except IntegrityError as error:
            raise EmailTaken from error

    async def mark_verified(self, account: Account, email_address: str, *, at: datetime) -> None:
        verified = {**account.email_address_verified, email_address: timestamps.to_text(at)}
        await self._change(account.account_id, email_address_verified=verified)

    async def set_names(self, account_id: AccountId, names: Mapping[str, str]) -> None:
        """`first_name`, `last_name`, `name`. Raises `UserNameTaken` if `name` belongs to another account."""
        try:
            await self._change(account_id, **names)
        except IntegrityError as error:
            raise UserNameTaken(names["name"]) from error

    async def _change(self, account_id: AccountId, **values: Any) -> None:
        await self.connection.execute(update(accounts).where(accounts.c.account_id == account_id).values(values))

    async def touch(self, account_id: AccountId, at: datetime) -> None:
        await self.connection.execute(
            update(accounts).where(accounts.c.account_id == account_id).values(last_active=at)
        )
