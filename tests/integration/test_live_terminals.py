"""Terminals over the live channel: real sandboxes, with the hub in between."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.hubs import ServedHub, served_hub
from support.live_pages import LivePage, PageSession, open_session, scoped_token, token_of
from support.people import Person, new_person

from carrel.protocol.documents import Kind, encode_number


@pytest.fixture(scope="module")
def hub(session_dir: Path) -> Iterator[ServedHub]:
    """A hub that is killed."""
    with served_hub(session_dir / "terminals") as hub:
        yield hub


@pytest.fixture(scope="module")
def ada(hub: ServedHub) -> Person:
    return new_person(hub, "Ada")


@pytest.fixture(scope="module")
def project(ada: Person) -> str:
    return ada.new_project()


class Screen:
    """What a page shows of a terminal."""

    def __init__(self, page: LivePage, project_id: str, path: str, *, create: bool = True) -> None:
        self.page = page
        self.told = page.open(1, project_id, path, create=create)
        assert self.told["t"] == "opened", self.told
        self.output = b""
        self.received = 0
        self.events: list[dict[str, Any]] = []
        page.send(1, Kind.RESIZE, encode_number(80) + encode_number(24))

    def type(self, text: str) -> None:
        self.page.send(1, Kind.INPUT, text.encode())

    def step(self) -> None:
        """Take one message in."""
        _, kind, payload = self.page.receive()
        if kind == Kind.OUTPUT:
            self.output += payload
            self.received += len(payload)
            self.page.send(1, Kind.TAKEN, encode_number(self.received))
        else:
            assert kind == Kind.EVENT
            self.events.append(json.loads(payload))

    def shows(self, pattern: str) -> "re.Match[bytes]":
        """Wait for output that matches."""
        while (found := re.search(pattern.encode(), self.output)) is None:
            self.step()
        return found


def session_of(person: Person) -> PageSession:
    return open_session(person.hub, token_of(person))


def test_a_shell_of_the_sandbox_goes_on_when_the_hub_is_killed(hub: ServedHub, ada: Person, project: str) -> None:
    with session_of(ada).live() as page:
        screen = Screen(page, project, "x.term")
        assert screen.told["kind"] == "terminal"
        assert screen.told["may"] == ["edit", "run", "save", "export"]
        screen.type("printf '|%s' $(id -u) $(tty) \"$(stty size)\" $PWD $PATH; echo '|'; sleep 1000 &\n")
        found = screen.shows(r"\|1000\|(/dev/pts/\d+)\|24 80\|(/projects/\S+)\|([^|]+)\|\r\n")
        assert found[2].decode() == f"/projects/{project}"
        assert found[3].decode().startswith(f"/projects/{project}/.local/bin:/opt/environment/bin:")
    hub.kill()
    hub.start()
    with session_of(ada).live() as page:
        again = Screen(page, project, "x.term", create=False)
        assert again.told["generation"] == screen.told["generation"]
        again.shows(r"\|1000\|" + found[1].decode())
        again.type("jobs; tty\n")
        again.shows(r"Running +sleep 1000(.|\n)*" + found[1].decode())
    assert ada.read(project, "x.term") == ""


@pytest.mark.parametrize("scope", [{"readonly": True}, {"allow": ["save"]}, {"allow": ["run"]}])
def test_who_may_not_run_commands_only_looks(hub: ServedHub, ada: Person, project: str, scope: dict[str, Any]) -> None:
    with session_of(ada).live() as writer:
        typing = Screen(writer, project, "shown.term")
        typing.type("clear; echo sh''own\n")
        typing.shows("shown")
        with open_session(hub, scoped_token(ada, project_id=project, **scope)).live() as page:
            looking = Screen(page, project, "shown.term")
            assert looking.told["readonly"] is True
            looking.shows("shown")
            looking.type("echo ty''ped\n")
            while not any(event["event"] == "refused" for event in looking.events):
                looking.step()
        typing.type("echo en''d\n")
        typing.shows("end\r")
        assert b"typed" not in typing.output


def resident(process: int) -> int:
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * 4096


@pytest.mark.slow
def test_a_flood_leaves_the_hub_small(hub: ServedHub, ada: Person, project: str) -> None:
    """One page takes everything, another takes nothing."""
    assert hub.process is not None
    with session_of(ada).live() as page, session_of(ada).live() as stuck:
        assert stuck.open(1, project, "flood.term", create=True)["t"] == "opened"
        stuck.send(1, Kind.RESIZE, encode_number(80) + encode_number(24))
        screen = Screen(page, project, "flood.term")
        screen.type("echo rea''dy\n")
        screen.shows("ready")
        before = largest = resident(hub.process.pid)
        screen.type("head -c 100M /dev/zero | tr '\\0' x; echo; echo do''ne\n")
        while b"done" not in screen.output[-100:]:
            screen.output = screen.output[-100:]
            screen.step()
            largest = max(largest, resident(hub.process.pid))
        assert largest - before < 50_000_000
