"""What others do to the file of an open document arrives in its pages, and takes nothing away."""

import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from pycrdt import Array
from support.hubs import ServedHub, served_hub
from support.live_pages import LivePage, TextCopy, open_session, token_of
from support.notebooks import code, notebook
from support.people import Person, new_person
from support.processes import marked

from carrel.agent.documents.pace import Pace
from carrel.protocol.documents import Kind


@pytest.fixture(scope="module")
def hub(session_dir: Path) -> "object":
    with served_hub(session_dir / "outside") as hub:
        yield hub


@pytest.fixture(scope="module")
def ada(hub: ServedHub) -> Person:
    return new_person(hub, "Ada")


@pytest.fixture(scope="module")
def project(ada: Person) -> str:
    return ada.new_project()


def write(ada: Person, project: str, content: str) -> None:
    ada.write(project, "n.ipynb", content)


def copy(ada: Person, project: str, content: str) -> None:
    ada.write(project, "other.ipynb", content)
    params = {"src_project_id": project, "target_project_id": project}
    reply = ada.call("copy_path_between_projects", src_path="other.ipynb", target_path="n.ipynb", **params)
    assert reply["event"] == "success", reply


def execute(ada: Person, project: str, content: str) -> None:
    ada.write(project, "other.ipynb", content)
    ada.shell(project, "cat other.ipynb > n.ipynb")


def rename(ada: Person, project: str, content: str) -> None:
    ada.write(project, "other.ipynb", content)
    ada.shell(project, "mv other.ipynb n.ipynb")


def delete(ada: Person, project: str, content: str) -> None:
    ada.write(project, "other.ipynb", content)
    ada.shell(project, "rm n.ipynb; sleep 1; mv other.ipynb n.ipynb")


def in_two_steps(ada: Person, project: str, content: str) -> None:
    ada.write(project, "other.ipynb", content)
    ada.shell(project, "head -c 99 other.ipynb > n.ipynb; sleep 1.5; tail -c +100 other.ipynb >> n.ipynb")


@pytest.mark.parametrize("change", [write, copy, execute, rename, delete, in_two_steps])
def test_what_is_done_to_the_file_arrives_in_the_page_beside_its_own_edit(
    ada: Person, project: str, change: Callable[[Person, str, str], None]
) -> None:
    ada.write(project, "n.ipynb", notebook(code("x = 1", "a"), code("y = 2", "b")))
    with open_session(ada.hub, token_of(ada)).live() as page:
        told = page.open(1, project, "n.ipynb")
        assert told["t"] == "opened", told
        copy = NotebookCopy(page, 1)
        copy.until(lambda: len(copy.cells) == 2)
        copy.type(0, "# mine\n")
        copy.until(lambda: any(event["event"] == "saved" for event in copy.events))
        change(ada, project, notebook(code("# mine\nx = 1", "a"), code("y = 3", "b"), code("z = 4", "c")))
        began = time.monotonic()
        copy.until(lambda: copy.sources() == ["# mine\nx = 1", "y = 3", "z = 4"])
        print(f"{change.__name__}: {time.monotonic() - began:.2f} s")
        copy.type(2, "# more\n")
        copy.call_save()
        cells = json.loads(ada.read(project, "n.ipynb"))["cells"]
        assert ["".join(each["source"]) for each in cells] == copy.sources()


def test_a_change_is_looked_for_often_enough_to_arrive_within_a_second() -> None:
    pace = Pace()
    assert pace.poll + pace.settle + pace.collect < 0.8


def test_what_was_acknowledged_is_there_after_the_agent_was_killed_in_the_next_moment(ada: Person) -> None:
    project_id = ada.new_project()
    ada.write(project_id, "a.txt", "")
    for number in range(3):
        with open_session(ada.hub, token_of(ada)).live() as page:
            assert page.open(1, project_id, "a.txt")["t"] == "opened"
            copy = TextCopy(page, 1)
            copy.until(lambda: str(copy.source) == "".join(map(str, range(number))))  # noqa: B023 -- called here only
            copy.write(str(number))
            for pid in marked(project_id):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            assert page.hear_until("closed")["code"] == "lost"


class NotebookCopy(TextCopy):
    """A page's copy of a notebook."""

    def __init__(self, page: LivePage, number: int) -> None:
        super().__init__(page, number)
        self.cells: Array[object] = self.doc.get("cells", type=Array)  # type: ignore[assignment,arg-type] # it is no text

    def sources(self) -> list[str]:
        return [str(cell["source"]) for cell in json.loads(str(self.cells))]

    def call_save(self) -> None:
        """Return when everything is in the file."""
        self.page.send(self.number, Kind.CALL, b'{"id":1,"method":"save","params":{"cause":"user"}}')
        while self.page.receive()[1] != Kind.REPLY:
            pass

    def type(self, index: int, text: str) -> None:
        """Write at the beginning of a cell, and wait until the agent has it for good."""
        before = self.doc.get_state()
        self.cells[index]["source"].insert(0, text)  # type: ignore[index] # a cell is a map
        self.tell_and_wait(self.doc.get_update(before))
