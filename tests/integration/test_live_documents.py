"""Documents over the live channel: pages of two accounts and a real agent, with the hub in between."""

import signal
from pathlib import Path

import pytest
from support.hubs import ServedHub, served_hub
from support.live_pages import LivePage, PageSession, TextCopy, open_session, scoped_token, token_of
from support.people import Person, new_person
from websockets.exceptions import ConnectionClosed

from carrel.protocol.documents import Kind

CHECK_SECONDS = "0.2"


@pytest.fixture(scope="module")
def hub(session_dir: Path) -> "object":
    """A hub that checks rights often."""
    with served_hub(session_dir / "live", CARREL_LIVE_CHECK_S=CHECK_SECONDS) as hub:
        yield hub


@pytest.fixture(scope="module")
def ada(hub: ServedHub) -> Person:
    return new_person(hub, "Ada")


@pytest.fixture(scope="module")
def bob(hub: ServedHub) -> Person:
    return new_person(hub, "Bob")


@pytest.fixture(scope="module")
def project(hub: ServedHub, ada: Person, bob: Person) -> str:
    project_id = ada.new_project()
    added = ada.call("add_collaborator", project_id=project_id, account_id=bob.account_id)
    assert added["event"] == "success", added
    return project_id


def opened(page: LivePage, number: int, project_id: str, path: str) -> TextCopy:
    told = page.open(number, project_id, path)
    assert told["t"] == "opened", told
    return TextCopy(page, number)


def session_of(person: Person) -> PageSession:
    return open_session(person.hub, token_of(person))


def test_what_opening_tells_step_by_step(hub: ServedHub, ada: Person) -> None:
    project_id = ada.new_project()
    ada.write(project_id, "a/notes.txt", "hello\n")
    with session_of(ada).live() as page:
        page.tell("open", ch=7, project_id=project_id, path="./a//notes.txt")
        assert page.hear() == {"t": "accepted", "ch": 7}
        assert page.hear() == {"t": "progress", "ch": 7, "state": "starting"}
        assert page.hear() == {"t": "progress", "ch": 7, "state": "opening"}
        told = page.hear()
        assert told.pop("generation")
        assert told == {
            "t": "opened",
            "ch": 7,
            "kind": "text",
            "readonly": False,
            "path": "a/notes.txt",
            "may": ["edit", "run", "save", "export"],
        }
        copy = TextCopy(page, 7)
        copy.until(lambda: str(copy.source) == "hello\n")
        page.tell("close", ch=7)
        assert page.hear_until("closed") == {"t": "closed", "ch": 7, "code": "bye", "message": ""}
        page.tell("open", ch=8, project_id=project_id, path="a/notes.txt")
        assert page.hear() == {"t": "accepted", "ch": 8}
        assert page.hear() == {"t": "progress", "ch": 8, "state": "opening"}
        assert page.hear()["t"] == "opened"


def test_what_one_page_writes_the_other_has(ada: Person, bob: Person, project: str) -> None:
    ada.write(project, "shared.txt", "")
    with session_of(ada).live() as one, session_of(bob).live() as other:
        mine, theirs = opened(one, 1, project, "shared.txt"), opened(other, 1, project, "shared.txt")
        mine.write("from ada\n")
        theirs.until(lambda: "from ada\n" in str(theirs.source))
        theirs.write("from bob\n")
        mine.until(lambda: "from bob\n" in str(mine.source))
        assert str(mine.source) == str(theirs.source) == "from ada\nfrom bob\n"


def test_channels_of_one_page_do_not_mix(ada: Person, project: str) -> None:
    for name in ("one.txt", "two.txt"):
        ada.write(project, name, name)
    with session_of(ada).live() as page, session_of(ada).live() as second:
        copy = opened(page, 2147483647, project, "one.txt")
        copy.until(lambda: str(copy.source) == "one.txt")
        other = opened(second, 1, project, "two.txt")
        other.until(lambda: str(other.source) == "two.txt")
        other.write("!")
        copy.write("?")
        assert (str(copy.source), str(other.source)) == ("one.txt?", "two.txt!")


def test_a_file_that_is_not_there_is_made_only_on_request(ada: Person, project: str) -> None:
    with session_of(ada).live() as page:
        assert page.open(1, project, "new.txt")["code"] == "not_found"
        assert page.open(2, project, "new.txt", create=True)["t"] == "opened"


def test_a_readonly_page_reads_and_its_edits_are_refused(hub: ServedHub, ada: Person, project: str) -> None:
    ada.write(project, "fixed.txt", "as it was")
    token = scoped_token(ada, project_id=project, readonly=True)
    with open_session(hub, token).live() as page, session_of(ada).live() as writer:
        told = page.open(1, project, "fixed.txt", create=True)
        assert (told["t"], told["readonly"], told["may"]) == ("opened", True, ["export"])
        copy = TextCopy(page, 1)
        copy.until(lambda: str(copy.source) == "as it was")
        before = copy.doc.get_state()
        copy.source += "!"
        copy.tell(Kind.UPDATE, copy.doc.get_update(before))
        copy.until(lambda: any(event["event"] == "refused" for event in copy.events))
        other = opened(writer, 1, project, "fixed.txt")
        other.until(lambda: str(other.source) != "")
        assert str(other.source) == "as it was"
        assert page.open(2, project, "new-readonly.txt", create=True)["code"] == "not_found"


def test_a_role_that_is_taken_away_closes_the_channel(ada: Person, bob: Person) -> None:
    project_id = ada.new_project()
    ada.write(project_id, "a.txt", "a")
    ada.call("add_collaborator", project_id=project_id, account_id=bob.account_id)
    with session_of(bob).live() as page:
        opened(page, 1, project_id, "a.txt")
        ada.call("remove_collaborator", project_id=project_id, account_id=bob.account_id)
        assert page.hear_until("closed")["code"] == "forbidden"
        assert page.open(2, project_id, "a.txt")["code"] == "forbidden"


def test_a_revoked_token_ends_the_connection(hub: ServedHub, ada: Person, project: str) -> None:
    token = token_of(ada)
    ada.write(project, "b.txt", "b")
    with open_session(hub, token).live() as page:
        opened(page, 1, project, "b.txt")
        ada.call("revoke_auth_token", auth_token=token)
        with pytest.raises(ConnectionClosed) as caught:
            page.hear_until("never")
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 4401


def test_a_project_that_ends_loses_its_documents_and_is_started_again(ada: Person) -> None:
    project_id = ada.new_project()
    ada.write(project_id, "a.txt", "kept")
    with session_of(ada).live() as page:
        copy = opened(page, 1, project_id, "a.txt")
        copy.until(lambda: str(copy.source) == "kept")
        copy.write("!")
        assert ada.call("stop_project", project_id=project_id)["event"] == "success"
        told = page.hear_until("closed")
        assert (told["ch"], told["code"]) == (1, "lost")
        assert "stopped" in told["message"]
        again = opened(page, 2, project_id, "a.txt")
        again.until(lambda: str(again.source) == "kept!")


def test_a_page_that_takes_nothing_does_not_hold_up_another(ada: Person, bob: Person, project: str) -> None:
    ada.write(project, "busy.txt", "")
    with session_of(ada).live() as deaf, session_of(bob).live() as page:
        assert deaf.open(1, project, "busy.txt")["t"] == "opened"
        copy = opened(page, 1, project, "busy.txt")
        for _ in range(60):
            copy.write("x" * 200_000)
        assert len(str(copy.source)) == 12_000_000


def test_a_hub_that_stops_says_that_it_will_be_back(session_dir: Path) -> None:
    with served_hub(session_dir / "stopping") as hub:
        person = new_person(hub, "Cleo")
        with session_of(person).live() as page:
            page.tell("ping", n=1)
            page.hear()
            hub.stop(signal.SIGTERM)
            with pytest.raises(ConnectionClosed) as caught:
                page.hear()
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1012
