"""Every procedure of every dialect, and every kind of caller: what the registries declare is what happens.

The rows are in `support/access`; a procedure that has none fails here.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import pytest
from pycrdt import Doc
from support.access.endpoints import ENDPOINTS
from support.access.events import EVENTS
from support.access.events import MARKERS as EVENT_MARKERS
from support.access.functions import HUB, HUB_MARKERS, INSIDE, INSIDE_MARKERS
from support.access.routes import BY_EVENT, ROUTES, SOCKETS, all_routes
from support.access.rules import Row, Rows
from support.access.world import BROWSERS, CALLERS, KEYLESS, PAGES, World, make_world
from support.hubs import served_hub
from support.live_pages import TextCopy, open_live
from websockets.exceptions import InvalidStatus

from carrel.hub.live.messages import FROM_PAGES, FromPage
from carrel.protocol.documents import Kind, encode_sized

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


Refusal = str | None
"""The text of a refusal; `None` for whoever was served."""
_SPENDERS = ("other", *BROWSERS, *PAGES)
"""Of those who lose what they call with, or for whom a call takes long, only these call; the former with new things."""
Call = Callable[[World, str, Row], Answer]
ROUTE_MARKERS = all_routes()
ENDPOINT_MARKERS = {path.removeprefix("/api/v2/"): marker for path, marker in ROUTE_MARKERS.items()}


NOTHING = Doc().get_update()
EDITS = {
    Kind.UPDATE: NOTHING,
    Kind.RESCUE: encode_sized(b"a.txt") + NOTHING,
}
"""Kinds of messages that change a document, with a change each that is none."""
NO_EDITS = {
    *(Kind.SYNC_STEP_1, Kind.SYNC_STEP_2, Kind.AWARENESS, Kind.PART, Kind.CALL, Kind.COMM),
    *(Kind.INPUT, Kind.RESIZE, Kind.TAKEN),
}
"""Those that ask, answer or point, and those about what runs: notebooks' and terminals' own tests send these."""


@pytest.fixture(scope="module")
def world(session_dir: Path) -> Iterator[World]:
    """On a hub of its own, as some calls use up what an address may do."""
    with served_hub(session_dir / "access") as hub:
        world = make_world(hub)
        with closing(world.http):
            yield world


def test_every_procedure_has_a_row() -> None:
    assert EVENTS.keys() == EVENT_MARKERS.keys()
    assert HUB.keys() == HUB_MARKERS.keys()
    assert INSIDE.keys() == INSIDE_MARKERS.keys()
    endpoints = {f"/api/v2/{name}" for name in ENDPOINTS}
    assert endpoints | ROUTES.keys() | BY_EVENT | SOCKETS == ROUTE_MARKERS.keys()


def refusal(row: Row, reply: Answer) -> Refusal:
    """What was said to whoever was not served: a status, or in all dialects an `error`, a `reason` or `issues`."""
    told: Any = json.loads(reply.body) if reply.body[:1] == b"{" else {}
    error = next((told[name] for name in ("error", "reason", "issues") if told.get(name)), None)
    if error is None and reply.status < 400:
        return None
    text = str(error or reply.status)
    return None if row.is_past(text) else text


def mistakes(world: World, rows: Rows, markers: Mapping[str, Enum], call: Call) -> list[str]:
    """Each procedure and caller with whom it is otherwise than declared, and what was said."""
    wrong = []
    for name, row in rows.items():
        served = row.served(markers[name])
        for who in CALLERS:
            if (row.spends or row.costs) and who in served and who not in _SPENDERS:
                continue
            here = replace(world, caller=who)
            if row.spends and who in _SPENDERS:
                here = here.spending()
            found = refusal(row, call(here, name, row))
            expected = None if who in served else row.text_for(here) or found or "anything"
            if found != expected:
                wrong.append(f"{name}, {who}: {found or 'served'}")
    return wrong


def send(world: World, method: str, path: str, body: bytes | None) -> Answer:
    """As the world's caller, over one connection for all: thousands of calls come here."""
    headers = {"content-type": "application/json", **world.headers[world.caller]}
    world.http.request(method, path, body, headers)
    reply = world.http.getresponse()
    return Answer(reply.status, reply.read())


def post(world: World, path: str, body: Any) -> Answer:
    return send(world, "POST", path, json.dumps(body).encode())


def test_events_are_for_those_whom_they_declare(world: World) -> None:
    def call(here: World, name: str, row: Row) -> Answer:
        return post(here, f"/api/v1/{name}", row.params(here))

    assert mistakes(world, EVENTS, EVENT_MARKERS, call) == []


def test_functions_are_for_those_whom_they_declare(world: World) -> None:
    def call(endpoint: str) -> Call:
        def call_one(here: World, name: str, row: Row) -> Answer:
            body = {"name": name, "args": [row.params(here)], "timeout": 90_000, "project_id": here.project}
            return post(here, f"/api/conat/{endpoint}", body)

        return call_one

    assert mistakes(world, HUB, HUB_MARKERS, call("hub")) == []
    assert mistakes(world, INSIDE, INSIDE_MARKERS, call("project")) == []


def test_endpoints_are_for_those_whom_they_declare(world: World) -> None:
    def call(here: World, name: str, row: Row) -> Answer:
        return post(here, f"/api/v2/{name}", row.params(here))

    assert mistakes(world, ENDPOINTS, ENDPOINT_MARKERS, call) == []


def test_routes_are_for_those_whom_they_declare(world: World) -> None:
    def call(here: World, name: str, row: Row) -> Answer:
        return send(here, row.method, row.address(here), row.body)

    assert mistakes(world, ROUTES, ROUTE_MARKERS, call) == []


def test_the_live_channel_is_for_pages_and_edits_are_for_those_that_may(world: World) -> None:
    assert {one.__struct_config__.tag for one in get_args(FromPage)} == {"open", "close", "ping"}
    assert EDITS.keys() | NO_EDITS == FROM_PAGES
    for who in KEYLESS:
        with pytest.raises(InvalidStatus, match="403"):
            open_live(world.hub, f"{who}-ticket")
    may_edit = {}
    for who in PAGES:
        with world.pages[who].live() as page:
            told = page.open(1, world.project, "a.txt")
            if told["t"] == "closed":
                may_edit[who] = told["code"]
                continue
            may_edit[who] = (refused_edits(TextCopy(page, 1)), "edit" in told["may"])
    assert may_edit == {"page": (0, True), "reader": (len(EDITS), False), "other page": "forbidden"}


def refused_edits(copy: TextCopy) -> int:
    """How many kinds of edits are refused."""
    copy.until(lambda: str(copy.source) == "text")
    for kind, payload in EDITS.items():
        copy.tell(kind, payload)

    def refused() -> int:
        return sum(event["event"] == "refused" for event in copy.events)

    copy.until(lambda: copy.acknowledged + refused() >= copy.sequence)
    return refused()
