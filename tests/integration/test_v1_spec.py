"""API v1 is as its specification says, sentence by sentence: the rows are in `support/spec_rows`."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from support.spec import Row, World, answer
from support.spec_rows import accounts, projects, queries, query_tables

from carrel.hub.api.v1 import all_events
from carrel.services.queries.tables import SECRET, TABLES

ROWS = [*accounts.ROWS, *queries.ROWS, *query_tables.ROWS, *projects.ROWS]
ELSEWHERE = {"copies", "files", "public_files", "execution", "jupyter"}
"""Groups of events whose sentences need files or running projects: they have tests of their own."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_it_is_as_the_specification_says(world: World, row: Row) -> None:
    world.check(row)


def test_every_event_has_rows() -> None:
    told = {row.event for row in ROWS}
    untold = {event.name: event.handler.__module__.rpartition(".")[2] for event in all_events()}
    assert {group for name, group in untold.items() if name not in told} <= ELSEWHERE


def test_every_table_has_rows() -> None:
    asked = [row.params["query"] for row in ROWS if isinstance(row.params.get("query"), dict)]
    assert TABLES.keys() | SECRET <= {name for query in asked for name in query}


def test_unlinking_a_passport_replies_with_its_id_linked_or_not(world: World, sql: Callable[..., Any]) -> None:
    """§8.2: `id` is data of this event."""
    ada = world.people["ada"]
    sql('update accounts set passports = \'{"google-7": {}, "x-1": {}}\' where account_id = ?', ada.account_id)
    for _ in range(2):
        assert ada.call("unlink_passport", strategy="google", id="7") == answer("success", id="7")
    left = ada.call("query", query={"accounts": {"passports": None}})["query"]
    assert left == {"accounts": {"passports": {"x-1": {}}}}


def test_flags_of_a_message_are_its_readers_own(world: World) -> None:
    """§8.11, `messages`: only flags are set, and by those to whom it was sent."""
    ada, bob = world.people["ada"], world.people["bob"]
    ada.call("query", query={"sent_messages": {"to_ids": [bob.account_id], "subject": "Flags"}})
    wanted = {"id": None, "subject": "Flags", "read": None, "to_ids": None}
    (message,) = bob.call("query", query={"messages": [wanted]})["query"]["messages"]
    assert (message["read"], message["to_ids"]) == (False, [bob.account_id])
    bob.call("query", query={"messages": {"id": message["id"], "read": True}})
    assert bob.call("query", query={"messages": [wanted]})["query"]["messages"] == [message | {"read": True}]
    assert ada.refusal("query", query={"messages": {"id": message["id"], "read": True}}) == (
        f"FATAL: there is no message {message['id']} to you"
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
