"""A page of the web application as far as the hub can tell: embed sessions over HTTP, and the live channel."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
from pycrdt import Doc, Text
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from carrel.protocol.documents import Kind, Reader, encode_number
from support.hubs import ServedHub
from support.people import Person

WAIT_SECONDS = 100
_PART_BYTES = 512 * 1024


def token_of(person: Person) -> str:
    """An auth token of the account, made by the admin of its hub."""
    reply = person.hub.call("user_auth", account_id=person.account_id, password="")
    return str(reply["auth_token"])


def scoped_token(person: Person, **scope: Any) -> str:
    """A token with a scope, made with the account's own key."""
    body = {"account_id": person.account_id} | scope
    reply = requests.post(
        f"{person.hub.url}/api/v2/embed/token", json=body, auth=(person.key, ""), timeout=WAIT_SECONDS
    )
    assert reply.status_code == 200, reply.text
    return str(reply.json()["auth_token"])


@dataclass
class PageSession:
    """An embed session as its page holds it."""

    hub: ServedHub
    reply: dict[str, Any]
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def bearer(self) -> str:
        return str(self.reply["bearer"])

    def post(self, path: str, body: Any = None, **headers: str) -> requests.Response:
        return post(self.hub, path, body or {}, authorization=f"Bearer {self.bearer}", **headers)

    def ticket(self) -> str:
        reply = self.post("embed/ws-ticket")
        assert reply.status_code == 200, reply.text
        return str(reply.json()["ticket"])

    @contextmanager
    def live(self, ticket: str | None = None) -> "Iterator[LivePage]":
        """The live channel, with a ticket of its own unless one is given."""
        with open_live(self.hub, ticket or self.ticket()) as connection:
            yield LivePage(connection)


def post(hub: ServedHub, path: str, body: Any, **headers: str) -> requests.Response:
    """POST to API v2 as a browser's page of the site would."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    url = f"{hub.url}/api/v2/{path}"
    return requests.post(url, json=body, headers={"origin": hub.url} | named, timeout=WAIT_SECONDS)


def open_session(hub: ServedHub, auth_token: str, **file: str) -> PageSession:
    reply = post(hub, "embed/session", {"auth_token": auth_token, "fullscreen": "kiosk"} | file)
    assert reply.status_code == 200, reply.text
    return PageSession(hub, reply.json())


def open_live(hub: ServedHub, ticket: str, **options: Any) -> ClientConnection:
    """Connect as a browser does; raises `websockets.InvalidStatus` when the hub does not accept."""
    connection: ClientConnection = connect(
        f"{hub.url.replace('http', 'ws')}/api/v2/live",
        **{"origin": hub.url, "subprotocols": ["carrel.v1", f"carrel.ticket.{ticket}"], "max_size": None, **options},
    )
    return connection


@dataclass
class LivePage:
    """The page's end of a connection."""

    connection: ClientConnection

    def tell(self, tag: str, **fields: Any) -> None:
        self.connection.send(json.dumps({"t": tag, **fields}))

    def hear(self) -> dict[str, Any]:
        """The next text message."""
        message = self.connection.recv(timeout=WAIT_SECONDS)
        assert isinstance(message, str), message
        return dict(json.loads(message))

    def hear_until(self, *tags: str) -> dict[str, Any]:
        """The next text message with one of these tags; others are passed over."""
        while True:
            message = self.connection.recv(timeout=WAIT_SECONDS)
            if isinstance(message, str) and (told := json.loads(message))["t"] in tags:
                return dict(told)

    def open(self, number: int, project_id: str, path: str, **options: Any) -> dict[str, Any]:
        """Open a document; `opened` or `closed`."""
        self.tell("open", ch=number, project_id=project_id, path=path, **options)
        while (told := self.hear_until("opened", "closed"))["ch"] != number:
            pass
        return told

    def send(self, number: int, kind: int, payload: bytes) -> None:
        """Send a message, in parts if it is large."""
        *parts, last = [payload[start : start + _PART_BYTES] for start in range(0, len(payload) or 1, _PART_BYTES)]
        for part in parts:
            self.connection.send(encode_number(number) + bytes([Kind.PART]) + part)
        self.connection.send(encode_number(number) + bytes([kind]) + last)

    def receive(self) -> tuple[int, int, bytes]:
        """The next binary message: channel, kind, payload."""
        while isinstance(message := self.connection.recv(timeout=WAIT_SECONDS), str):
            pass
        reader = Reader(message)
        number = reader.number()
        rest = reader.rest()
        return number, rest[0], rest[1:]

    def end(self) -> int:
        """The code with which the hub closes the connection."""
        try:
            while True:
                self.connection.recv(timeout=30)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


class TextCopy:
    """A page's copy of a text document, kept equal over one channel."""

    def __init__(self, page: LivePage, number: int) -> None:
        self.page, self.number, self.sequence, self.acknowledged = page, number, 0, 0
        self.doc: Doc[Text] = Doc()
        self.source = self.doc.get("source", type=Text)
        self.events: list[dict[str, object]] = []
        page.send(number, Kind.SYNC_STEP_1, self.doc.get_state())

    def step(self) -> None:
        """Take one message in."""
        number, kind, payload = self.page.receive()
        assert number == self.number
        reader = Reader(payload)
        if kind == Kind.SYNC_STEP_1:
            self.tell(Kind.SYNC_STEP_2, self.doc.get_update(payload))
        elif kind in (Kind.SYNC_STEP_2, Kind.UPDATE):
            reader.number()
            self.doc.apply_update(reader.rest())
        elif kind == Kind.ACK:
            self.acknowledged = reader.number()
        elif kind == Kind.EVENT:
            self.events.append(json.loads(payload))

    def tell(self, kind: Kind, update: bytes) -> None:
        self.sequence += 1
        self.page.send(self.number, kind, encode_number(self.sequence) + update)

    def write(self, text: str) -> None:
        """Append, and wait until the agent has it for good."""
        before = self.doc.get_state()
        self.source += text
        self.tell_and_wait(self.doc.get_update(before))

    def tell_and_wait(self, update: bytes) -> None:
        """Send an edit, and wait until the agent has it for good."""
        self.tell(Kind.UPDATE, update)
        self.until(lambda: self.acknowledged >= self.sequence)

    def until(self, done: Callable[[], bool]) -> None:
        while not done():
            self.step()
