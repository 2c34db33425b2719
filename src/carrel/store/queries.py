"""Rows of any table by a `Selection`, for the `query` event; the policy of what may be selected is not here.

A written row is read first and stays locked until the transaction ends, so that merging into it loses nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, delete, func, insert, select, update
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from carrel.domain.ids import AccountId, ProjectId
from carrel.domain.projects import Role
from carrel.domain.queries import RowConflict, Selection
from carrel.store.conditions import parameters, to_order, to_sql
from carrel.store.organizations import organizations
from carrel.store.prepared import Prepared
from carrel.store.query_tables import NOW, from_clause
from carrel.store.tables import accounts, collaborators, metadata, projects, public_paths

_ENTRY = ("group", "hide", "upgrades", "ssh_keys")
_IDS_IN_A_STATEMENT = 10_000
_FORMS_AT_MOST = 500


def _without_nulls(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if value is not None}


@lru_cache(_FORMS_AT_MOST)
def _prepared(form: Selection, dialect: Dialect) -> Prepared:
    """The statement for all selections of a form: to make one takes longer than to run it."""
    return Prepared.of(_statement(form, dialect.name), dialect)


def _statement(form: Selection, dialect: str) -> Select[Any]:
    columns = from_clause(form.table).c
    query = select(*(columns[field] for field in form.fields))
    conditions = enumerate(form.conditions)
    query = query.where(*(to_sql(form.table, one, dialect, f"value_{number}") for number, one in conditions))
    query = query.order_by(*(to_order(form.table, order, dialect) for order in form.order))
    return query if form.limit is None else query.limit(bindparam("limit", type_=Integer()))


@dataclass(frozen=True, slots=True)
class QueryRows:
    connection: AsyncConnection

    async def select(self, wanted: Selection, *, now: datetime | None) -> list[dict[str, Any]]:
        """Rows with the wanted fields; `now` is for tables that depend on it. In no transaction."""
        dialect = self.connection.dialect
        values: dict[str, Any] = {"limit": wanted.limit, NOW.key: now}
        for number, condition in enumerate(wanted.conditions):
            values |= parameters(wanted.table, condition, dialect.name, f"value_{number}")
        return await _prepared(wanted.form, dialect).rows(self.connection, values)

    async def find_locked(self, table: str, key: str, value: str) -> dict[str, Any] | None:
        """The row with this key, all columns, locked against other writers."""
        source = metadata.tables[table]
        query = select(source).where(source.c[key] == value).with_for_update(key_share=True)
        row = (await self.connection.execute(query)).first()
        return dict(row._mapping) if row else None

    async def lock_project(self, project_id: ProjectId) -> None:
        """Writers of one project's rows queue here."""
        query = select(projects.c.number).where(projects.c.project_id == project_id)
        await self.connection.execute(query.with_for_update(key_share=True))

    async def insert(self, table: str, values: Mapping[str, Any]) -> None:
        """Raises `RowConflict` when the key or a unique name is taken."""
        await self._write(insert(metadata.tables[table]).values(dict(values)))

    async def update(self, table: str, key: str, value: str, values: Mapping[str, Any]) -> None:
        """Raises `RowConflict` when a unique name is taken."""
        source = metadata.tables[table]
        await self._write(update(source).where(source.c[key] == value).values(dict(values)))

    async def _write(self, statement: Any) -> None:
        try:
            await self.connection.execute(statement)
        except IntegrityError as error:
            raise RowConflict("such a row exists already") from error

    async def delete(self, table: str, key: str, value: str) -> None:
        source = metadata.tables[table]
        await self.connection.execute(delete(source).where(source.c[key] == value))

    async def people_of(self, project_ids: Iterable[str]) -> dict[str, dict[str, dict[str, Any]]]:
        """For each project its people: account → group and whatever else is set for it."""
        wanted, found = list(project_ids), dict[str, dict[str, dict[str, Any]]]()
        on = collaborators.c
        for start in range(0, len(wanted), _IDS_IN_A_STATEMENT):
            query = select(on.project_id, on.account_id, *(on[name] for name in _ENTRY))
            query = query.where(on.project_id.in_(wanted[start : start + _IDS_IN_A_STATEMENT]))
            for row in await self.connection.execute(query):
                entry = _without_nulls(row)
                found.setdefault(entry.pop("project_id"), {})[entry.pop("account_id")] = entry
        return found

    async def find_person(self, project_id: ProjectId, account_id: str) -> dict[str, Any] | None:
        """Someone's entry on a project, locked."""
        on = collaborators.c
        query = select(*(on[name] for name in _ENTRY)).where(on.project_id == project_id, on.account_id == account_id)
        row = (await self.connection.execute(query.with_for_update())).first()
        return dict(row._mapping) if row else None

    async def update_person(self, project_id: ProjectId, account_id: str, values: Mapping[str, Any]) -> None:
        on = collaborators.c
        await self.connection.execute(
            update(collaborators).where(on.project_id == project_id, on.account_id == account_id).values(dict(values))
        )

    async def is_user_name_taken(self, name: str, *, but_by: AccountId) -> bool:
        """Whether another account, or an organization, has this user name, in any case."""
        of_account = select(accounts.c.account_id).where(
            func.lower(accounts.c.name) == name.lower(), accounts.c.account_id != but_by
        )
        of_organization = select(organizations.c.name).where(func.lower(organizations.c.name) == name.lower())
        for query in (of_account, of_organization):
            if (await self.connection.execute(query)).first() is not None:
                return True
        return False

    async def is_project_name_taken(self, project_id: ProjectId, name: str) -> bool:
        """Whether an owner of this project owns another one of that name, in any case."""
        owners = select(collaborators.c.account_id).where(
            collaborators.c.project_id == project_id, collaborators.c.group == Role.OWNER
        )
        query = (
            select(projects.c.number)
            .join(collaborators, collaborators.c.project_id == projects.c.project_id)
            .where(
                func.lower(projects.c.name) == name.lower(),
                projects.c.project_id != project_id,
                collaborators.c.group == Role.OWNER,
                collaborators.c.account_id.in_(owners),
            )
        )
        return (await self.connection.execute(query)).first() is not None

    async def find_public_path_named(self, project_id: ProjectId, name: str, *, but: str) -> str | None:
        """The path of another public path of the project with that name, in any case."""
        query = select(public_paths.c.path).where(
            public_paths.c.project_id == project_id,
            func.lower(public_paths.c.name) == name.lower(),
            public_paths.c.id != but,
        )
        return (await self.connection.execute(query)).scalar()
