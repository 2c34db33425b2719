"""Running the `query` event: parse, find the table's rules, read or write, then let projects act."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from carrel.domain.messages import MARKS, Letter, MessageIsSent, MessageUnknown, NobodyToSendTo
from carrel.domain.principals import AccountPrincipal, Anonymous, Principal
from carrel.domain.projects import ProjectAccess
from carrel.domain.queries import QueryRefused
from carrel.kit import timestamps
from carrel.kit.clock import Clock
from carrel.services.messages import Messages
from carrel.services.queries.caller import ADMIN_NEEDED, Caller
from carrel.services.queries.parse import Options, Query, Verb, read_options, read_queries, read_query, substituted
from carrel.services.queries.reading import read, read_settings
from carrel.services.queries.rules import setting_failed
from carrel.services.queries.table import Rows, Table, Target
from carrel.services.queries.tables import SECRET, TABLES
from carrel.services.queries.write import Write, given, permitted
from carrel.services.queries.writing import Effects, remove, write
from carrel.services.site import SettingRefused, Site
from carrel.store.store import Store

_READING = (Verb.GET_ONE, Verb.GET_MANY)


class ProjectActions(Protocol):
    """What a set query may make a project do; each returns when it is done."""

    async def request_action(self, access: ProjectAccess, request: dict[str, Any]) -> None:
        """Carry out `{"action", "time"}` and record how it went in the project's `action_request`."""
        ...

    async def set_deleted(self, access: ProjectAccess, deleted: bool) -> None: ...

    async def touched(self, access: ProjectAccess) -> None:
        """Mark the project as in use by the caller."""
        ...


class AccountActions(Protocol):
    """What a set query may do to an account."""

    async def ban(self, caller: AccountPrincipal, account_id: str) -> None: ...

    async def remove_ban(self, account_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Queries:
    """Queries over the tables that a caller may see.

    The queries of a list run one after the other, each set in a transaction of its own; the first that fails ends the
    list, and what was written before it stays. A project's own key sees that project's row, log and public paths, and
    may write its log, title, description, colour and avatars.
    """

    store: Store
    clock: Clock
    actions: ProjectActions
    accounts: AccountActions
    messages: Messages
    site: Site

    async def run(self, principal: Principal, query: object, options: object) -> Any:
        """The result in the shape of the query. Raises `QueryRefused`, and what the actions raise."""
        queries, chosen = read_queries(query), read_options(options)
        caller = await self._caller(principal, chosen)
        results = [await self._run_one(caller, one, chosen) for one in queries]
        return results if isinstance(query, list) else results[0]

    @staticmethod
    def only_reads(query: object, options: object) -> bool:
        """Whether it writes nothing. Raises `QueryRefused`."""
        chosen = read_options(options)
        return all(read_query(one, chosen).verb in _READING for one in read_queries(query))

    async def _caller(self, principal: Principal, options: Options) -> Caller:
        caller = Caller(principal)
        if options.account_id is None:
            return caller
        async with self.store.read() as transaction:
            return await caller.acting_as(transaction, options.account_id)

    async def _run_one(self, caller: Caller, raw: Any, options: Options) -> dict[str, Any]:
        query = read_query(substituted(raw, self._placeholder(caller)), options)
        if query.verb in _READING:
            return await self._get(caller, query)
        await self._set(caller, query)
        return {}

    def _placeholder(self, caller: Caller) -> Callable[[str], str | None]:
        """What the strings that stand for something stand for."""

        def meaning(text: str) -> str | None:
            match text:
                case "{account_id}":
                    return caller.account_id
                case "{project_id}":
                    return caller.project_id
                case "{now}":
                    return timestamps.to_text(self.clock.now())
            return None

        return meaning

    async def _get(self, caller: Caller, query: Query) -> dict[str, Any]:
        table = _table_to_read(caller, query.table)
        if table.rows is Rows.SETTINGS:
            rows = read_settings(self.site.everything, self.site.is_locked, table, query)
            return {query.table: rows} if rows or query.verb is Verb.GET_MANY else {}
        async with self.store.read() as transaction:
            rows = await read(transaction, caller, table, query, self.clock.now())
        return {query.table: rows} if rows or query.verb is Verb.GET_MANY else {}

    async def _set(self, caller: Caller, query: Query) -> None:
        table = _table_to_write(caller, query)
        if query.verb is Verb.DELETE:
            async with self.store.begin() as transaction:
                return await remove(transaction, table, query.values)
        writing, values = permitted(caller, table, query.values)
        match writing.target:
            case Target.MESSAGE:
                return await self._write_message(caller, table, values)
            case Target.SETTING:
                return await self._change_setting(table, values)
        async with self.store.begin() as transaction:
            effects = await write(Write(transaction, caller, table, writing, values, self.clock.now()))
        if effects is not None:
            await self._act(caller, effects)

    async def _write_message(self, caller: Caller, table: Table, values: Mapping[str, Any]) -> None:
        """When it is sent is what the clock says, whatever `sent` is set to."""
        to = values.get("to_ids")
        if not all(isinstance(one, str) for one in to or ()):
            raise setting_failed("to_ids", "it must be a list of account ids")
        letter = Letter(to, values.get("subject"), values.get("body"), "sent" in values)
        marks = {name: values[name] for name in MARKS if name in values}
        assert caller.account_id is not None
        try:
            await self.messages.write(caller.account_id, values.get("id"), letter, marks=marks)
        except MessageUnknown as error:
            raise QueryRefused(f"FATAL: {error}") from error
        except MessageIsSent as error:
            field = next(name for name in values if name in ("to_ids", "subject", "body", "sent"))
            raise QueryRefused(f"FATAL: changing {table.name}.{field} not allowed") from error
        except NobodyToSendTo as error:
            raise setting_failed("to_ids", str(error)) from error

    async def _change_setting(self, table: Table, values: Mapping[str, Any]) -> None:
        name = given(table, values, "name")
        if "value" not in values:
            raise QueryRefused(f"FATAL: must specify {table.name}.value")
        try:
            await self.site.change({name: values["value"]})
        except SettingRefused as error:
            raise setting_failed("value", str(error)) from error

    async def _act(self, caller: Caller, effects: Effects) -> None:
        if effects.ban is not None and isinstance(caller.principal, AccountPrincipal):
            account_id, banned = effects.ban
            await (self.accounts.ban(caller.principal, account_id) if banned else self.accounts.remove_ban(account_id))
        if effects.access is not None:
            await self._act_on_project(effects.access, effects)

    async def _act_on_project(self, access: ProjectAccess, effects: Effects) -> None:
        if effects.deleted is not None:
            await self.actions.set_deleted(access, effects.deleted)
            access = replace(access, project=replace(access.project, deleted=effects.deleted))
        if effects.action is not None:
            await self.actions.request_action(access, dict(effects.action))
        if effects.is_use:
            await self.actions.touched(access)


def _table_to_read(caller: Caller, name: str) -> Table:
    table = TABLES.get(name)
    is_for_others = table is None or (caller.project_id is not None and not table.project_key)
    if table is None or table.rows is None or is_for_others:
        raise QueryRefused(f"FATAL: get queries not allowed for table '{name}'")
    if isinstance(caller.principal, Anonymous) and not table.anonymous:
        raise QueryRefused(f"FATAL: anonymous get queries not allowed for table '{name}'")
    return _checked_for_admin(caller, table)


def _table_to_write(caller: Caller, query: Query) -> Table:
    name, table = query.table, TABLES.get(query.table)
    if isinstance(caller.principal, Anonymous):
        raise QueryRefused("FATAL: no anonymous set queries")
    if table is None and name not in SECRET:
        raise QueryRefused(f"FATAL: table '{name}' does not exist")
    if query.verb is Verb.DELETE and (table is None or not table.can_delete):
        raise QueryRefused(f"FATAL: delete from {name} not allowed")  # noqa: S608  # a message
    if table is None or table.writing is None:
        raise QueryRefused(f"FATAL: user set queries not allowed for table '{name}'")
    if table.writing.admin and not caller.is_admin:
        raise QueryRefused(ADMIN_NEEDED)
    return _checked_for_admin(caller, table)


def _checked_for_admin(caller: Caller, table: Table) -> Table:
    if table.admin and not caller.is_admin:
        raise QueryRefused(ADMIN_NEEDED)
    return table
