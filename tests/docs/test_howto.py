"""The pages tell the truth: their code is run against a served hub and prints what they show."""

import ast
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from support.hubs import ServedHub, served_hub
from support.people import new_person
from support.snippets import PythonPrompt, Snippet, run_shell, shape, snippets_of

from carrel.cli.demo_notebook import NOTEBOOK
from carrel.cli.demo_seed import NOTEBOOK_PATH

TOP = Path(__file__).parents[2]
SNIPPETS = snippets_of(TOP / "docs" / "api-howto.md")
KEY, COPY, STATUS = (one for one in SNIPPETS[:3])
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
COPY_SECONDS = 20


@dataclass
class Reader:
    """Somebody who has a hub, a key in `api.key`, two projects, a notebook in one, and a shell in that directory."""

    hub: ServedHub
    source: str
    target: str
    account_id: str
    prompt: PythonPrompt = field(default_factory=PythonPrompt)

    @property
    def ids(self) -> dict[str, str]:
        return {
            "src_project_id": self.source,
            "target_project_id": self.target,
            "project_id": self.source,
            "account_id": self.account_id,
        }

    def run(self, snippet: Snippet) -> Any:
        """What a snippet prints: a value, or for a shell its text."""
        code = snippet.filled_in(self.hub.url, self.ids)
        if snippet.language == "python":
            return self.prompt.run(code)
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        return run_shell(code, self.hub.environment | {"PATH": path})

    def let_moments_pass(self) -> None:
        """Some moments later, as the page says: when no copy is under way any more."""
        deadline = time.monotonic() + COPY_SECONDS
        while self.hub.call("copy_path_status", target_project_id=self.target)["data"]:
            assert time.monotonic() < deadline, f"a copy is not done after {COPY_SECONDS} s"

    def has_notebook(self) -> bool:
        """Whether the notebook is in the target project."""
        reply = self.hub.call("read_text_file_from_project", project_id=self.target, path=NOTEBOOK_PATH)
        return bool(reply.get("content") == NOTEBOOK)

    def form(self, snippet: Snippet) -> str:
        """The text that the library makes of the data of a snippet."""
        self.run(snippet)
        return str(requests.Request("POST", self.hub.url, data=self.prompt.names["data"]).prepare().body)


@pytest.fixture(scope="module")
def hub() -> Iterator[ServedHub]:
    place = Path(tempfile.mkdtemp(prefix="crl-", dir="/tmp"))
    place.chmod(0o711)
    with served_hub(place / "data") as hub:
        yield hub
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def reader(hub: ServedHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "api.key").write_text(f"{hub.key}\n")
    reader = Reader(hub, hub.new_project(), hub.new_project(), new_person(hub, "Ada").account_id)
    hub.call("write_text_file_to_project", project_id=reader.source, path=NOTEBOOK_PATH, content=NOTEBOOK)
    return reader


def test_every_snippet_of_the_how_to_runs_and_prints_what_the_page_shows(reader: Reader) -> None:
    checked = 0
    for snippet in SNIPPETS:
        reader.let_moments_pass()
        printed = reader.run(snippet)
        if snippet.shown:
            value = printed if snippet.language == "python" else json.loads(printed)
            assert shape(value) == snippet.shape_shown, snippet.code
            checked += 1
    assert checked >= 10
    assert reader.has_notebook()


def test_the_first_call_of_the_quick_start_prints_what_the_page_shows(reader: Reader) -> None:
    (ping,) = snippets_of(TOP / "docs" / "quick-start.md")
    assert shape(json.loads(reader.run(ping))) == ping.shape_shown


def test_the_pages_program_for_the_python_client_prints_what_the_page_shows(reader: Reader) -> None:
    snippets = snippets_of(TOP / "docs" / "api-rpc.md")
    shown = [shape(reader.run(snippet)) for snippet in snippets]
    for name in ("hub", "project"):
        reader.prompt.names[name].client.close()
    assert len(shown) == 4
    assert shown == [snippet.shape_shown for snippet in snippets]


def test_the_calls_of_the_readme_run_a_command_and_make_a_token(reader: Reader) -> None:
    run, sign_in = snippets_of(TOP / "README.md")
    reply = json.loads(reader.run(run))
    assert (reply["event"], reply["exit_code"]) == ("project_exec_output", 0)
    assert NOTEBOOK_PATH.rpartition("/")[2] in reply["stdout"]
    assert len(json.loads(reader.run(sign_in))["auth_token"]) == 24


def test_the_snippets_for_teachers_run_and_print_what_the_page_shows(reader: Reader) -> None:
    students = [reader.hub.new_project() for _ in range(3)]
    reader.hub.call("write_text_file_to_project", project_id=reader.source, path="assignment/task.md", content="task")
    reader.prompt.names["STUDENTS"] = students
    for snippet in snippets_of(TOP / "docs" / "teaching.md"):
        printed = reader.run(snippet)
        if snippet.shown:
            assert shape(printed) == shape(ast.literal_eval(snippet.shown)), snippet.code
    for number in range(1, 4):
        path = f"collected/assignment/student-{number}/task.md"
        assert reader.hub.call("read_text_file_from_project", project_id=reader.target, path=path)["content"] == "task"


def test_only_ids_are_left_to_the_reader(reader: Reader) -> None:
    for snippet in SNIPPETS:
        assert "..." not in snippet.filled_in(reader.hub.url, reader.ids), snippet.code


def test_a_false_word_in_the_form_of_the_page_means_not_to_wait(reader: Reader) -> None:
    reader.run(KEY)
    form = reader.form(COPY)
    assert "wait_until_done=False" in form
    for word in ("False", "false", "FALSE", "0", "no", "off", "None", ""):
        text = form.replace("wait_until_done=False", f"wait_until_done={word}")
        reply = reader.hub.post("copy_path_between_projects", data=text, headers=FORM).json()
        assert shape(reply) == COPY.shape_shown, word
    reader.let_moments_pass()
    assert reader.has_notebook()


def test_a_true_word_in_the_same_form_means_to_wait(reader: Reader) -> None:
    reader.run(KEY)
    form = reader.form(COPY)
    for word in ("True", "true", "1", "yes"):
        text = form.replace("wait_until_done=False", f"wait_until_done={word}")
        reply = reader.hub.post("copy_path_between_projects", data=text, headers=FORM).json()
        assert reply["event"] == "success", word
    assert reader.has_notebook()


def test_the_status_on_the_page_is_that_of_a_copy_that_arrived() -> None:
    assert {"started", "finished"} <= STATUS.shape_shown["data"].keys()
    assert "error" not in STATUS.shape_shown["data"]
