"""The live channel on a served hub with real sockets: who gets in, what is refused, what ends it."""

import pytest
from support.hubs import ServedHub
from support.live_pages import PageSession, open_live, open_session, scoped_token, token_of
from support.people import Person
from websockets.exceptions import InvalidStatus


@pytest.fixture
def session(hub: ServedHub, ada: Person) -> PageSession:
    return open_session(hub, token_of(ada))


def refused(hub: ServedHub, ticket: str, **options: object) -> int:
    """The status with which a connection is not accepted."""
    with pytest.raises(InvalidStatus) as caught:
        open_live(hub, ticket, **options)
    return caught.value.response.status_code


# The door


def test_a_ticket_lets_one_connection_in(hub: ServedHub, session: PageSession) -> None:
    ticket = session.ticket()
    with session.live(ticket) as page:
        assert page.connection.subprotocol == "carrel.v1"
        assert page.connection.response is not None
        assert ticket not in str(page.connection.response.headers)
        page.tell("ping", n=7)
        assert page.hear() == {"t": "pong", "n": 7}
    assert refused(hub, ticket) == 403


def test_the_ticket_of_the_sessions_reply_is_good(hub: ServedHub, session: PageSession) -> None:
    with session.live(session.reply["ws_ticket"]) as page:
        page.tell("ping", n=1)
        assert page.hear() == {"t": "pong", "n": 1}


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://127.0.0.1:1", "http://localhost"])
def test_a_foreign_page_is_not_let_in(hub: ServedHub, session: PageSession, origin: str | None) -> None:
    assert refused(hub, session.ticket(), origin=origin) == 403


def test_what_is_no_ticket(hub: ServedHub, session: PageSession) -> None:
    good = session.ticket()
    for offered in (
        [],
        ["carrel.v1"],
        ["carrel.v1", "carrel.ticket."],
        ["carrel.v1", f"carrel.ticket.{session.bearer}"],
        [f"carrel.ticket.{good}"],
        ["carrel.v1", f"carrel.ticket.{good}", "carrel.ticket.x"],
    ):
        assert refused(hub, "", subprotocols=offered or None) == 403, offered
    with session.live(good):
        pass


def test_a_ticket_of_a_revoked_token_is_worth_nothing(hub: ServedHub, ada: Person) -> None:
    token = token_of(ada)
    ticket = open_session(hub, token).reply["ws_ticket"]
    ada.call("revoke_auth_token", auth_token=token)
    assert refused(hub, ticket) == 403


# What may be opened


def test_what_cannot_be_opened_is_told_with_code_and_text(session: PageSession, project: str, eve: Person) -> None:
    foreign, unknown = eve.new_project(), "00000000-0000-4000-8000-000000000000"
    with session.live() as page:
        for number, (project_id, path, code, message) in enumerate(
            [
                ("nope", "a", "bad_project", "invalid project_id='nope'"),
                (project.upper(), "a", "bad_project", f"invalid project_id='{project.upper()}'"),
                (foreign, "a", "forbidden", f"problem opening project {foreign}"),
                (unknown, "a", "forbidden", f"problem opening project {unknown}"),
                (project, "", "not_a_file", "path must be a file"),
                (project, "a/", "not_a_file", "path must be a file"),
                (project, "../a", "bad_path", "path must be a file"),
                (project, "a/../../b", "bad_path", "path must be a file"),
                (project, "/etc/passwd", "bad_path", "path must be a file"),
                (project, "a\0b", "bad_path", "path must be a file"),
            ],
            start=1,
        ):
            told = page.open(number, project_id, path)
            assert told == {"t": "closed", "ch": number, "code": code, "message": message}


def test_a_scope_is_checked_on_each_opening(hub: ServedHub, ada: Person, project: str) -> None:
    token = scoped_token(ada, project_id=project, paths=["week1"])
    other = ada.new_project()
    with open_session(hub, token).live() as page:
        for number, (project_id, path) in enumerate([(other, "week1/a"), (project, "week2/a")], start=1):
            told = page.open(number, project_id, path)
            assert (told["t"], told["code"]) == ("closed", "forbidden")


# What breaks the protocol


@pytest.mark.parametrize(
    "message",
    [
        "",
        "{",
        "[]",
        "7",
        '{"t":"nothing"}',
        '{"t":"open","ch":1}',
        '{"t":"open","ch":0,"project_id":"x","path":"a"}',
        '{"t":"open","ch":4294967296,"project_id":"x","path":"a"}',
        '{"t":"open","ch":1,"project_id":7,"path":"a"}',
        '{"t":"ping","n":"' + "x" * 70_000 + '"}',
        "[" * 60_000,
        b"",
        b"\x01",
        b"\xff" * 20,
        b"\x01\x04ack",
        b"\x01\x11reply",
        b"\x01\x63",
    ],
)
def test_a_page_that_breaks_the_protocol_is_disconnected(session: PageSession, message: str | bytes) -> None:
    with session.live() as page:
        page.connection.send(message)
        assert page.end() == 4400


def test_a_channels_number_is_used_once(session: PageSession, project: str) -> None:
    with session.live() as page:
        assert page.open(3, project, "..")["code"] == "bad_path"
        page.tell("open", ch=3, project_id=project, path="a")
        assert page.end() == 4400


def test_messages_of_channels_that_are_over_are_passed_over(session: PageSession, project: str) -> None:
    with session.live() as page:
        page.open(3, project, "..")
        page.send(3, 0, b"\0")
        page.send(4, 0, b"\0")
        page.tell("close", ch=3)
        page.tell("ping", n=1)
        assert page.hear() == {"t": "pong", "n": 1}
