"""The API is as its specifications say, sentence by sentence: the rows are in `support/spec_rows`."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from support.spec import ANY, HUB, PROJECT, V1, V2, Covered, Dialect, Row, World, answer
from support.spec_rows import (
    accounts,
    projects,
    queries,
    query_tables,
    rpc,
    rpc_inside,
    rpc_people,
    v2_accounts,
    v2_projects,
)
from support.spec_rows.rpc import hub
from support.spec_rows.v2_accounts import v2

from carrel.hub.api.rpc import hub_functions, project_functions
from carrel.hub.api.v1 import all_events
from carrel.hub.api.v2 import compatible_procedures
from carrel.services.queries.tables import SECRET, TABLES

MODULES = (accounts, queries, query_tables, projects, rpc, rpc_people, rpc_inside, v2_accounts, v2_projects)
SENTENCES: list[Row | Covered] = [one for module in MODULES for one in module.ROWS]
ROWS = [one for one in SENTENCES if isinstance(one, Row)]
COVERED = [one for one in SENTENCES if isinstance(one, Covered)]
ELSEWHERE = {"copies", "files", "public_files", "execution", "jupyter"}
"""Groups of events whose sentences need files or running projects: they have tests of their own."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_it_is_as_the_specification_says(world: World, row: Row) -> None:
    world.check(row)


def told_of(dialect: Dialect) -> set[str]:
    """What has rows, or is covered, in a dialect."""
    return {one.call for one in ROWS if one.dialect is dialect} | {call for one in COVERED for call in one.calls}


def test_what_other_tests_cover_they_cover() -> None:
    assert [one.test for one in COVERED if not one.exists] == []


def test_every_event_has_rows() -> None:
    untold = {event.name: event.handler.__module__.rpartition(".")[2] for event in all_events()}
    assert {group for name, group in untold.items() if name not in told_of(V1)} <= ELSEWHERE


def test_every_function_has_rows() -> None:
    for dialect, functions in ((HUB, hub_functions()), (PROJECT, project_functions())):
        assert {function.name for function in functions} - told_of(dialect) == set()


def test_every_compatible_endpoint_has_rows() -> None:
    assert {procedure.path[1:] for procedure in compatible_procedures()} - told_of(V2) == set()


def test_every_table_has_rows() -> None:
    asked = [row.params["query"] for row in ROWS if row.dialect is V1 and isinstance(row.params.get("query"), dict)]
    assert TABLES.keys() | SECRET <= {name for query in asked for name in query}


def test_unlinking_a_passport_replies_with_its_id_linked_or_not(world: World, sql: Callable[..., Any]) -> None:
    """§8.2: `id` is data of this event."""
    ada = world.people["ada"]
    sql('update accounts set passports = \'{"google-7": {}, "x-1": {}}\' where account_id = ?', ada.account_id)
    for _ in range(2):
        assert ada.call("unlink_passport", strategy="google", id="7") == answer("success", id="7")
    left = ada.call("query", query={"accounts": {"passports": None}})["query"]
    assert left == {"accounts": {"passports": {"x-1": {}}}}


def test_flags_of_a_message_are_its_readers_and_its_senders_own(world: World) -> None:
    """§8.11, `messages`, `sent_messages`: only flags are set, by those to whom it was sent and by its sender."""
    ada, bob = world.people["ada"], world.people["bob"]
    ada.call("query", query={"sent_messages": {"to_ids": [bob.account_id], "subject": "Flags", "sent": "{now}"}})
    wanted = {"id": None, "subject": "Flags", "read": None, "to_ids": None}
    (message,) = bob.call("query", query={"messages": [wanted]})["query"]["messages"]
    assert (message["read"], message["to_ids"]) == (False, [bob.account_id])
    bob.call("query", query={"messages": {"id": message["id"], "read": True}})
    assert bob.call("query", query={"messages": [wanted]})["query"]["messages"] == [message | {"read": True}]
    assert ada.refusal("query", query={"messages": {"id": message["id"], "read": True}}) == (
        f"FATAL: there is no message {message['id']} to you"
    )
    ada.call("query", query={"sent_messages": {"id": message["id"], "starred": True}})
    marked = {"id": message["id"], "read": None, "starred": None}
    for person, table, row in (
        (ada, "sent_messages", {"read": False, "starred": True}),
        (bob, "messages", {"read": True, "starred": False}),
    ):
        assert person.call("query", query={table: marked})["query"] == {table: {"id": message["id"]} | row}
    assert bob.refusal("query", query={"sent_messages": {"id": message["id"], "read": True}}) == (
        f"FATAL: there is no message {message['id']} from you"
    )
    assert bob.refusal("query", query={"messages": {"id": message["id"], "subject": "x"}}) == (
        "FATAL: changing messages.subject not allowed"
    )


def test_news_that_are_hidden_or_to_come_are_not_shown(world: World, sql: Callable[..., Any]) -> None:
    """§8.11, `news`: visible items."""
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    for title, date, hide in (("Shown", now, 0), ("Hidden", now, 1), ("To come", "2999-01-01 00:00:00.000000", 0)):
        sql("insert into news (date, title, text, hide) values (?, ?, '', ?)", date, title, hide)
    assert world.people["eve"].call("query", query={"news": [{"title": None}]})["query"] == {
        "news": [{"title": "Shown"}]
    }


MANY = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 101) insert into "
THEN = "'2020-01-01 00:00:00.000000'"


def test_lists_are_bounded(world: World, sql: Callable[..., Any]) -> None:
    """Part A, `system.userSearch`, `messages.get`; part B, `accounts/search`, `projects/get`, `filename-search`."""
    eve, hers, id_ = world.people["eve"].account_id, world.names["foreign"], "printf('%08x-0000-4000-8000-0', i)"
    sql(
        f"{MANY} accounts (account_id, first_name, last_name, created, banned, deleted, unlisted) "
        f"select {id_}, 'Many', 'Of', {THEN}, 0, 0, 0 from n"
    )
    sql(f"{MANY} projects (project_id, title, created) select {id_}, 'Many', {THEN} from n")
    member = 'insert into collaborators (account_id, project_id, "group") '
    sql(f"{member} select ?, project_id, 'owner' from projects where title = 'Many'", eve)
    sql(f"{MANY} messages (from_id, subject, body, sent) select ?, 'Many', '', {THEN} from n", eve)
    event = """'{"event": "open", "filename": "many-' || i || '"}'"""
    sql(
        f"{MANY} project_log (id, project_id, time, account_id, event) select {id_}, ?, {THEN}, ?, {event} from n",
        hers,
        eve,
    )
    try:
        for by, limit, found in (("ada", {}, 20), ("ada", {"limit": 90}, 50), ("admin", {"limit": 90}, 90)):
            world.check(v2("accounts/search", {"query": "many of"} | limit, [ANY] * found, by))
            world.check(hub("system.userSearch", {"query": "many of"} | limit, [ANY] * found, by))
        world.check(v2("projects/get", {}, [ANY] * 50, "eve"))
        world.check(hub("messages.get", {"type": "sent"}, [ANY] * 100, "eve"))
        world.check(v2("projects/filename-search", {"search": "many-"}, [ANY] * 100, "eve"))
    finally:
        sql("delete from project_log where account_id = ? and event like '%many-%'", eve)
        sql("delete from messages where subject = 'Many'")
        sql("delete from collaborators where project_id in (select project_id from projects where title = 'Many')")
        sql("delete from projects where title = 'Many'")
        sql("delete from accounts where first_name = 'Many'")


def test_who_has_no_name_is_told_so(world: World, sql: Callable[..., Any]) -> None:
    """A2, `system.getNames`: both names empty."""
    rename = "update accounts set first_name = ?, last_name = ? where account_id = ?"
    eve = world.people["eve"]
    sql(rename, "", "", eve.account_id)
    try:
        world.check(hub("system.getNames", [["<eve>"]], {"<eve>": {"first_name": "No", "last_name": "Name"}}))
    finally:
        sql(rename, "Eve", "Test", eve.account_id)
