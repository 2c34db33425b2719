"""Who is on which project."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.ids import AccountId, ProjectId
from carrel.domain.projects import Collaborator, Role
from carrel.store.tables import accounts, collaborators, invitation_mails, project_invite_tokens
from carrel.store.upserts import insert_if_new, upsert


@dataclass(frozen=True, slots=True)
class InviteToken:
    """A token that lets whoever presents it join a project."""

    token: str
    project_id: ProjectId
    expires: datetime | None
    usage_limit: int | None
    counter: int


def _place(project_id: ProjectId, account_id: AccountId) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return collaborators.c.project_id == project_id, collaborators.c.account_id == account_id


@dataclass(frozen=True, slots=True)
class CollaboratorRows:
    connection: AsyncConnection

    async def find_role(self, project_id: ProjectId, account_id: AccountId) -> Role | None:
        query = select(collaborators.c.group).where(*_place(project_id, account_id))
        group = (await self.connection.execute(query)).scalar()
        return Role(group) if group else None

    async def list_people(self, project_id: ProjectId) -> list[Collaborator]:
        """Everybody on the project, by name."""
        table = collaborators
        query = (
            select(table.c.account_id, accounts.c.first_name, accounts.c.last_name, table.c.group)
            .join(accounts, accounts.c.account_id == table.c.account_id)
            .where(table.c.project_id == project_id)
            .order_by(accounts.c.last_name, accounts.c.first_name, table.c.account_id)
        )
        rows = await self.connection.execute(query)
        return [Collaborator(row.account_id, row.first_name, row.last_name, Role(row.group)) for row in rows]

    async def find_hidden(self, project_id: ProjectId, account_id: AccountId) -> bool:
        query = select(collaborators.c.hide).where(*_place(project_id, account_id))
        return bool((await self.connection.execute(query)).scalar())

    async def set_hidden(self, project_id: ProjectId, account_id: AccountId, hidden: bool) -> None:
        """Fine if the account is not on the project."""
        await self.connection.execute(update(collaborators).where(*_place(project_id, account_id)).values(hide=hidden))

    async def set_role(self, project_id: ProjectId, account_id: AccountId, role: Role) -> None:
        query = update(collaborators).where(*_place(project_id, account_id)).values(group=role.value)
        await self.connection.execute(query)

    async def count_owners(self, project_id: ProjectId) -> int:
        query = select(func.count()).where(
            collaborators.c.project_id == project_id, collaborators.c.group == Role.OWNER.value
        )
        return (await self.connection.execute(query)).scalar_one()

    async def find_owner(self, project_id: str) -> AccountId | None:
        query = select(collaborators.c.account_id).where(
            collaborators.c.project_id == project_id, collaborators.c.group == Role.OWNER.value
        )
        return (await self.connection.execute(query.order_by(collaborators.c.account_id).limit(1))).scalar()

    async def add(self, project_id: ProjectId, account_id: AccountId, role: Role) -> bool:
        """Returns whether the account was not on the project before; an existing role is kept."""
        values = {"project_id": project_id, "account_id": account_id, "group": role.value}
        return await insert_if_new(self.connection, collaborators, values)

    async def remove(self, project_id: ProjectId, account_id: AccountId) -> None:
        await self.connection.execute(delete(collaborators).where(*_place(project_id, account_id)))

    async def find_invite_token(self, token: str) -> InviteToken | None:
        table = project_invite_tokens
        query = select(table.c.token, table.c.project_id, table.c.expires, table.c.usage_limit, table.c.counter)
        row = (await self.connection.execute(query.where(table.c.token == token).with_for_update())).first()
        return InviteToken(*row) if row else None

    async def add_invite_token(self, token: InviteToken, *, at: datetime) -> None:
        values = {field: getattr(token, field) for field in InviteToken.__dataclass_fields__}
        await self.connection.execute(insert(project_invite_tokens).values(**values, created=at))

    async def count_invite_token(self, token: str) -> None:
        table = project_invite_tokens
        await self.connection.execute(update(table).where(table.c.token == token).values(counter=table.c.counter + 1))

    async def last_invitation_mail(self, project_id: ProjectId, email_address: str) -> datetime | None:
        query = select(invitation_mails.c.sent).where(
            invitation_mails.c.project_id == project_id, invitation_mails.c.email_address == email_address
        )
        return (await self.connection.execute(query)).scalar()

    async def note_invitation_mail(self, project_id: ProjectId, email_address: str, *, at: datetime) -> None:
        values = {"project_id": project_id, "email_address": email_address, "sent": at}
        await upsert(self.connection, invitation_mails, values)
