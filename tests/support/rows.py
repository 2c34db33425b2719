"""Rows that tests need before they can begin: accounts, projects, roles."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from carrel.domain.accounts import Account
from carrel.domain.copies import RETENTION, Copy, CopyPlan
from carrel.domain.ids import AccountId, ProjectId, new_account_id, new_copy_id, new_project_id
from carrel.domain.projects import Role
from carrel.store.store import Store

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@dataclass(slots=True)
class MovableClock:
    """A clock that only tests move."""

    moment: datetime = NOON

    def now(self) -> datetime:
        return self.moment

    def move(self, step: timedelta) -> None:
        self.moment += step


def an_account(first_name: str = "Ada", last_name: str = "Lovelace", **others: object) -> Account:
    values = {"account_id": new_account_id(), "created": NOON, **others}
    return Account(first_name=first_name, last_name=last_name, **values)  # type: ignore[arg-type]  # tests name them


async def add_account(
    store: Store, first_name: str = "Ada", last_name: str = "Lovelace", **others: object
) -> AccountId:
    account = an_account(first_name, last_name, **others)
    async with store.begin() as transaction:
        await transaction.accounts.add(account, created_by_ip=None, usage_intent=None)
    return account.account_id


async def add_project(
    store: Store, *, title: str = "", at: datetime = NOON, **roles_of: AccountId | list[AccountId]
) -> ProjectId:
    """A project with `owner=`, `collaborator=` and `viewer=` accounts (or lists of them)."""
    project_id = new_project_id()
    async with store.begin() as transaction:
        await transaction.projects.add(project_id, title=title, description="", image=None, at=at)
        for role, accounts in roles_of.items():
            for account_id in accounts if isinstance(accounts, list) else [accounts]:
                await transaction.collaborators.add(project_id, account_id, Role(role))
    return project_id


def a_copy(source: ProjectId, target: ProjectId, by: AccountId, *, at: datetime = NOON, **others: object) -> Copy:
    values = {"plan": CopyPlan("a", "b"), "time": at, "expire": at + RETENTION, **others}
    return Copy(
        copy_id=new_copy_id(),
        source_project_id=source,
        target_project_id=target,
        requested_by=by,
        **values,  # type: ignore[arg-type]  # tests name them
    )
