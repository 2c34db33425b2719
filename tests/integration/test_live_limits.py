"""What one page may use of the hub: documents, messages a second, memory for what it does not take."""

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from support.hubs import ServedHub, served_hub
from support.live_pages import TextCopy, open_session, token_of
from support.people import Person, new_person
from websockets.client import ClientProtocol
from websockets.protocol import State
from websockets.typing import Origin, Subprotocol
from websockets.uri import parse_uri

from carrel.hub.live.messages import MESSAGE_BYTES
from carrel.protocol.documents import Kind, encode_number

PATIENCE_SECONDS = 2
CONNECTIONS = 3
DOCUMENTS = 3
RATE = 200
ASKED = 6
"""How often a deaf page asks for 2 MB: more than sockets hold, less than an agent keeps for a page."""


@pytest.fixture(scope="module")
def hub(session_dir: Path) -> Iterator[ServedHub]:
    """A hub with small limits."""
    settings = {
        "CARREL_LIVE_PATIENCE_S": str(PATIENCE_SECONDS),
        "CARREL_LIVE_CONNECTIONS": str(CONNECTIONS),
        "CARREL_LIVE_DOCUMENTS": str(DOCUMENTS),
        "CARREL_LIVE_MESSAGES_PER_SECOND": str(RATE),
    }
    with served_hub(session_dir / "limits", **settings) as hub:
        yield hub


@pytest.fixture(scope="module")
def ada(hub: ServedHub) -> Person:
    return new_person(hub, "Ada")


def figure(hub: ServedHub, name: str) -> float:
    text = requests.get(f"{hub.url}/metrics", timeout=30).text
    found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
    assert found, name
    return float(found[1])


def wait_for(hub: ServedHub, name: str, value: float) -> None:
    deadline = time.monotonic() + 30
    while figure(hub, name) != value:
        assert time.monotonic() < deadline, (name, figure(hub, name))
        threading.Event().wait(0.05)


def test_a_page_has_some_documents_open_and_no_more(hub: ServedHub, ada: Person) -> None:
    project = ada.new_project()
    with open_session(hub, token_of(ada)).live() as page:
        for number in range(1, DOCUMENTS + 1):
            assert page.open(number, project, f"{number}.txt", create=True)["t"] == "opened"
        assert figure(hub, "carrel_live_channels") == DOCUMENTS
        told = page.open(9, project, "9.txt", create=True)
        assert (told["code"], told["message"]) == ("busy", f"more than {DOCUMENTS} documents are open")
        page.tell("close", ch=1)
        assert page.hear_until("closed")["code"] == "bye"
        assert page.open(10, project, "9.txt", create=True)["t"] == "opened"
    wait_for(hub, "carrel_live_channels", 0)


def test_so_many_pages_of_an_account_are_connected_and_no_more(hub: ServedHub, ada: Person) -> None:
    session = open_session(hub, token_of(ada))
    with ExitStack() as pages:
        for _ in range(CONNECTIONS):
            pages.enter_context(session.live())
        wait_for(hub, "carrel_live_connections", CONNECTIONS)
        with session.live() as refused:
            assert refused.end() == 1013
        with open_session(hub, token_of(new_person(hub, "Other"))).live() as other:
            other.tell("ping", n=1)
            assert other.hear()["n"] == 1
    wait_for(hub, "carrel_live_connections", 0)
    with session.live() as page:
        page.tell("ping", n=1)
        assert page.hear()["n"] == 1


def test_a_large_edit_comes_in_parts_and_a_message_as_large_is_refused(hub: ServedHub, ada: Person) -> None:
    project = ada.new_project()
    with open_session(hub, token_of(ada)).live() as page:
        assert page.open(1, project, "large.txt", create=True)["t"] == "opened"
        copy = TextCopy(page, 1)
        copy.write("é" * 2_000_000)
        copy.write("!")
        page.send(1, Kind.CALL, b'{"id":1,"method":"save","params":{"cause":"user"}}')
        copy.until(lambda: any(event["event"] == "saved" for event in copy.events))
        assert ada.read(project, "large.txt") == "é" * 2_000_000 + "!"
        page.connection.send(encode_number(1) + bytes([Kind.UPDATE]) + bytes(MESSAGE_BYTES))
        assert page.end() == 1009


def test_a_page_that_sends_too_much_is_read_more_slowly(hub: ServedHub, ada: Person) -> None:
    with open_session(hub, token_of(ada)).live() as page:
        started = time.monotonic()
        for number in range(3 * RATE + 1):
            page.tell("ping", n=number)
        for number in range(3 * RATE + 1):
            assert page.hear()["n"] == number
        assert time.monotonic() - started > 2


class DeafPage:
    """A page whose socket is never read again after the handshake."""

    def __init__(self, hub: ServedHub, ticket: str) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        self._socket.connect(("127.0.0.1", hub.port))
        subprotocols = [Subprotocol("carrel.v1"), Subprotocol(f"carrel.ticket.{ticket}")]
        address = parse_uri(f"ws://127.0.0.1:{hub.port}/api/v2/live")
        self._protocol = ClientProtocol(address, origin=Origin(hub.url), subprotocols=subprotocols)
        self._protocol.send_request(self._protocol.connect())
        self._flush()
        while self._protocol.state is State.CONNECTING:
            self._protocol.receive_data(self._socket.recv(4096))

    def tell(self, tag: str, **fields: object) -> None:
        self._protocol.send_text(json.dumps({"t": tag, **fields}).encode())
        self._flush()

    def ask_for_everything(self, number: int) -> None:
        """Ask for the whole document; the reply is as large as that."""
        self._protocol.send_binary(encode_number(number) + bytes([Kind.SYNC_STEP_1]) + b"\0")
        self._flush()

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            self._socket.sendall(data)

    def __enter__(self) -> "DeafPage":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()


def test_a_page_that_takes_nothing_is_disconnected_and_the_others_go_on(hub: ServedHub, ada: Person) -> None:
    project = ada.new_project()
    ada.write(project, "a.txt", "x" * 2_000_000)
    session = open_session(hub, token_of(ada))
    with session.live() as page, DeafPage(hub, session.ticket()) as deaf:
        assert page.open(1, project, "a.txt")["t"] == "opened"
        copy = TextCopy(page, 1)
        deaf.tell("open", ch=1, project_id=project, path="a.txt")
        wait_for(hub, "carrel_live_connections", 2)
        for _ in range(ASKED):
            deaf.ask_for_everything(1)
        wait_for(hub, "carrel_live_connections", 1)
        copy.write("!")
        assert "!" in str(copy.source)
    assert "code=4408" in hub.log_file.read_text()
