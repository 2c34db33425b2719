"""jupyter_kernels and jupyter_execute over HTTP (api-v1 §8.9): what comes back, every refusal, limits, hostile code."""

import base64
import hashlib
import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from support.hubs import ServedHub, served_hub
from support.people import Person, new_person, project_key

UNKNOWN_KEY = {"error": "No account found. Is your API key wrong?"}
DENIED = "Error: permission denied -- user must be collaborator on project"
NOT_ENABLED = "Error: Jupyter API is not enabled on this server."
NO_PROJECT = "00000000-0000-4000-8000-000000000000"


def execute(person: Person, project_id: str, code: str, **params: Any) -> Any:
    reply = person.call("jupyter_execute", project_id=project_id, input=code, **{"kernel": "python3", **params})
    assert reply["event"] == "jupyter_execute_response", reply
    return reply


def output(person: Person, project_id: str, code: str, **params: Any) -> Any:
    return execute(person, project_id, code, **params)["output"]


def hash_of(**fields: Any) -> str:
    """As docs/decisions/stateless-evaluations.md says."""
    text = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha1(text.encode()).hexdigest()


def test_code_runs_after_its_history_in_a_project_that_is_started_for_it(ada: Person) -> None:
    project = ada.new_project()
    reply = execute(ada, project, "print(x)\nx * 2", history=["x = 20", "x += 1", "print('not this')"], id="me")
    assert reply["output"] == [{"name": "stdout", "text": "21\n"}, {"data": {"text/plain": "42"}}]
    assert reply["id"] == "me"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", reply["time"])
    assert 0 < reply["total_time_s"] < 45
    assert reply.keys() == {"event", "id", "output", "time", "total_time_s"}


def test_every_call_has_an_interpreter_of_its_own(ada: Person, project: str) -> None:
    for _ in range(2):
        assert output(ada, project, "'mine' in globals(), globals().setdefault('mine', 1)")[0]["data"] == {
            "text/plain": "(False, 1)"
        }


def test_errors_are_items_of_the_output(ada: Person, project: str) -> None:
    (error,) = output(ada, project, "1 / 0")
    assert error.keys() == {"ename", "evalue", "traceback"}
    assert (error["ename"], error["evalue"]) == ("ZeroDivisionError", "division by zero")


def test_forms_and_json_mean_the_same(ada: Person, project: str) -> None:
    form = {"project_id": project, "input": "x + y", "kernel": "python3", "history": ["x = 1", "y = 2"]}
    reply = ada.post("jupyter_execute", data={**form, "pool": '{"size": 9}', "limits": "{}", "tag": "t"}).json()
    assert reply["output"] == [{"data": {"text/plain": "3"}}]


def test_a_tag_is_a_word_in_the_log_and_no_line_of_its_own(hub: ServedHub, ada: Person, project: str) -> None:
    execute(ada, project, "'the code'", tag="lesson-7\nforged line")
    (line,) = [line for line in hub.log_file.read_text().splitlines() if "lesson-7" in line]
    assert "code_evaluated" in line
    assert "lesson-7\\nforged line" in line
    assert "the code" not in hub.log_file.read_text()


def test_a_path_is_the_directory_or_an_item_of_standard_error(ada: Person, project: str) -> None:
    ada.shell(project, "mkdir -p jup/sub && echo 7 > jup/sub/data")
    code = "print(open('data').read())"
    assert output(ada, project, code, path="jup/sub") == [{"name": "stdout", "text": "7\n\n"}]
    stderr, error = output(ada, project, code, path="jup/nope")
    assert (stderr["name"], error["ename"]) == ("stderr", "FileNotFoundError")
    assert stderr["text"].startswith("[Errno 2] No such file or directory: ")
    assert output(ada, project, "1", path="\0")[0]["name"] == "stderr"


def test_each_refusal_has_its_words(ada: Person, eve: Person, project: str) -> None:
    complete = {"project_id": project, "input": "1", "kernel": "python3"}
    for person, params, text in (
        (ada, {}, "Error: input or hash must not be null"),
        (ada, {"kernel": "python3", "project_id": project}, "Error: input or hash must not be null"),
        (ada, {"input": "1", "hash": ""}, "Error: kernel must be specified in hash is not specified"),
        (ada, {"input": "1", "kernel": "python3"}, NOT_ENABLED),
        (eve, complete, DENIED),
        (ada, complete | {"project_id": NO_PROJECT}, DENIED),
        (ada, complete | {"project_id": "../x"}, DENIED),
        (ada, complete | {"kernel": "r\0"}, "Error: there is no kernel 'r\0' here; there is python3"),
        (ada, complete | {"input": "#" * 1_100_000}, "Error: input and history are larger than 1044480 bytes"),
    ):
        assert person.refusal("jupyter_execute", **params) == text, params


def test_a_viewer_may_not_execute_and_an_admin_and_the_projects_own_key_may(
    hub: ServedHub, ada: Person, admin: Person, project: str, sql: Callable[..., Any]
) -> None:
    viewer = new_person(hub, "Viewer")
    sql(
        'insert into collaborators (account_id, project_id, "group") values (?, ?, ?)',
        viewer.account_id,
        project,
        "viewer",
    )
    params = {"project_id": project, "input": "1", "kernel": "python3"}
    assert viewer.refusal("jupyter_execute", **params) == DENIED
    assert viewer.refusal("jupyter_kernels", project_id=project) == DENIED
    key = project_key(hub, ada, project)
    for person in (admin, key):
        assert output(person, project, "1") == [{"data": {"text/plain": "1"}}]
    assert key.refusal("jupyter_execute", **params | {"project_id": ada.new_project()}) == DENIED


@pytest.fixture(scope="module")
def shared(session_dir: Path) -> Iterator[ServedHub]:
    """A hub where nobody may look at what is public, and accounts may evaluate without a project."""
    settings = {"CARREL_SITE_SHARE_SERVER": "true", "CARREL_PROJECTS_EVALUATION_POOL": "true"}
    with served_hub(session_dir / "shared", **settings) as hub:
        yield hub


def test_a_blank_key_is_unknown_and_with_the_share_server_not_signed_in(hub: ServedHub, shared: ServedHub) -> None:
    params = {"input": "1", "kernel": "python3"}
    for event in ("jupyter_execute", "jupyter_kernels"):
        refused = hub.post(event, key="", json=params if event == "jupyter_execute" else {})
        assert (refused.status_code, refused.json()) == (400, UNKNOWN_KEY)
    for sent in (params, params | {"project_id": NO_PROJECT}, {"hash": "0" * 40}):
        assert shared.call("jupyter_execute", key="", **sent)["error"] == "Error: not signed in"


def test_without_a_project_code_runs_where_nobody_else_does(shared: ServedHub) -> None:
    ada, eve = new_person(shared, "Ada"), new_person(shared, "Eve")
    params = {"kernel": "python3", "input": "open('mark', 'x').write(a); print(a)", "history": ["a = 'ada'"]}
    ran = ada.call("jupyter_execute", **params)
    assert ran["output"] == [{"name": "stdout", "text": "ada\n"}]
    look = {"hash": hash_of(**params)}
    assert [who.call("jupyter_execute", **look)["output"] for who in (ada, eve)] == [ran["output"], None]
    (again,) = ada.call("jupyter_execute", **params)["output"]
    assert (again["ename"], eve.call("jupyter_execute", **params)["output"]) == ("FileExistsError", ran["output"])
    many = ada.call("jupyter_execute", kernel="python3", input="print('x' * 600_000)")["output"]
    assert "cell output limit of 500000 characters" in str(many)
    shown = {"projects_all": [{"project_id": None}]}
    assert ada.call("query", query=shown)["query"] == {"projects_all": []}
    own = project_key(shared, ada, ada.new_project())
    assert own.refusal("jupyter_execute", **params) == "Error: not available with a project API key"
    left = {ada.refusal("jupyter_execute", kernel="no", input="1") for _ in range(28)}
    assert "Error: too many attempts" in left


def test_a_result_is_found_by_its_hash_by_those_who_may_execute_there(
    ada: Person, eve: Person, admin: Person, project: str
) -> None:
    history = ["ü = '☃'"]
    made = execute(ada, project, "print(ü)", history=history, path=".")
    name = hash_of(history=history, input="print(ü)", kernel="python3", path=".", project_id=project)
    for person in (ada, admin):
        found = person.call("jupyter_execute", hash=name, id="x")
        assert found == made | {"id": "x"}
    unknown = {"event": "jupyter_execute_response", "id": "x", "output": None}
    assert eve.call("jupyter_execute", hash=name, id="x") == unknown
    for other in ("0" * 40, name.upper(), name + "\0", "' or 1", "x" * 100_000):
        assert ada.call("jupyter_execute", hash=other, id="x") == unknown
    assert ada.call("jupyter_execute", hash=name, project_id=NO_PROJECT, id="x")["output"] == made["output"]


def test_code_with_input_always_runs_and_the_newest_result_is_kept(ada: Person, project: str) -> None:
    code = "import os, uuid; uuid.uuid4()"
    first, second = execute(ada, project, code), execute(ada, project, code)
    assert first["output"] != second["output"]
    name = hash_of(input=code, kernel="python3", project_id=project)
    assert ada.call("jupyter_execute", hash=name)["output"] == second["output"]


def test_who_leaves_a_project_finds_its_results_no_more(hub: ServedHub, ada: Person, project: str) -> None:
    guest = new_person(hub, "Guest")
    ada.call("invite_collaborator", project_id=project, account_id=guest.account_id)
    name = hash_of(input="'guest'", kernel="python3", project_id=project)
    made = execute(guest, project, "'guest'")
    assert guest.call("jupyter_execute", hash=name)["output"] == made["output"]
    ada.call("remove_collaborator", project_id=project, account_id=guest.account_id)
    assert guest.call("jupyter_execute", hash=name)["output"] is None


def test_kernels_are_those_of_the_environment_and_in_a_project_its_own_too(
    hub: ServedHub, ada: Person, eve: Person
) -> None:
    python = ada.call("jupyter_kernels", kernels=["ignored"])["kernels"]
    assert [(kernel["name"], kernel["language"]) for kernel in python] == [("python3", "python")]
    assert python[0].keys() <= {"name", "display_name", "language", "interrupt_mode", "env", "metadata"}
    project = ada.new_project()
    assert ada.call("jupyter_kernels", project_id=project)["kernels"] == python
    own = json.dumps({"argv": ["x"], "display_name": "Mine", "language": "m", "env": {"A": "1"}})
    ada.write(project, ".local/share/jupyter/kernels/mine/kernel.json", own)
    listed = {kernel["name"]: kernel for kernel in ada.call("jupyter_kernels", project_id=project)["kernels"]}
    assert listed.keys() == {"python3", "mine"}
    assert listed["mine"] == {
        "name": "mine", "display_name": "Mine", "language": "m", "interrupt_mode": "signal", "env": {"A": "1"}
    }  # fmt: skip
    assert eve.refusal("jupyter_kernels", project_id=project) == DENIED
    failed = "Error: the kernel does not start: spawn x ENOENT"
    assert ada.refusal("jupyter_execute", project_id=project, kernel="mine", input="1") == failed


def test_without_an_environment_there_are_no_kernels_and_the_refusal_tells_how_to_get_some(open_dir: Path) -> None:
    with served_hub(open_dir / "data", CARREL_RUNNER_ENVIRONMENT=str(open_dir / "none")) as bare:
        assert bare.call("jupyter_kernels")["kernels"] == []
        reply = bare.call("jupyter_execute", project_id=bare.new_project(), kernel="python3", input="1")
        assert reply["error"].startswith("Error: there is no kernel 'python3' here; there is none at all")
        assert "carrel environment make" in reply["error"]


def test_starting_a_pool_is_declared_and_no_more(ada: Person) -> None:
    response = ada.post("jupyter_start_pool", json={})
    assert (response.status_code, response.json()) == (
        400,
        {"error": "unknown message event type 'jupyter_start_pool'"},
    )


@pytest.mark.slow
def test_hostile_code_hurts_its_own_call_only_and_leaves_nothing_running(hub: ServedHub, ada: Person) -> None:
    project, bombed = ada.new_project(), ada.new_project()
    hub.carrel("project", "limit", bombed, "--processes", "60", "--cores", "0.5")
    bomb = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
    with ThreadPoolExecutor(5) as threads:
        loop = threads.submit(output, ada, project, "while True: pass")
        forks = threads.submit(ada.call, "jupyter_execute", project_id=bombed, kernel="python3", input=bomb)
        flood = threads.submit(output, ada, project, "while True: print('x' * 1000)")
        ended = threads.submit(output, ada, project, "import os; os._exit(7)")
        asked = threads.submit(output, ada, project, "input()")
        text, told = flood.result()
        assert told == {
            "name": "stdout",
            "output_type": "stream",
            "text": ["Output truncated since it exceeded the cell output limit of 1000000 characters"],
        }
        assert len(text["text"]) == 1_000_000
        assert ended.result()[0]["evalue"].startswith("the kernel has ended")
        assert asked.result()[0]["ename"] == "StdinNotImplementedError"
        assert output(ada, project, "1") == [{"data": {"text/plain": "1"}}]
        assert loop.result()[-1]["evalue"] == "stopped since it exceeded the cell time limit of 30 seconds"
        assert forks.result()["event"] in ("jupyter_execute_response", "error")
    deadline = time.monotonic() + 60
    for place in (project, bombed):
        while kernels(ada, place):
            assert time.monotonic() < deadline
        assert output(ada, place, "1") == [{"data": {"text/plain": "1"}}]


@pytest.mark.slow
def test_a_caller_that_hangs_up_ends_its_evaluation_and_nothing_is_kept(hub: ServedHub, ada: Person) -> None:
    project = ada.new_project()
    code = "open('on', 'w').close()\nwhile True: pass"
    body = json.dumps({"project_id": project, "kernel": "python3", "input": code}).encode()
    secret = base64.b64encode(f"{ada.key}:".encode())
    head = b"POST /api/v1/jupyter_execute HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    head += b"Authorization: Basic %b\r\nContent-Length: %d\r\n\r\n"
    with socket.create_connection(("127.0.0.1", hub.port)) as caller:
        caller.sendall(head % (secret, len(body)) + body)
        ada.shell(project, "until test -e on; do sleep 0.01; done", timeout=60)
    deadline = time.monotonic() + 60
    while kernels(ada, project):
        assert time.monotonic() < deadline
    # What the time limit ends is kept.
    assert ada.call("jupyter_execute", hash=hash_of(input=code, kernel="python3", project_id=project))["output"] is None
    assert "call_crashed" not in hub.log_file.read_text()


def kernels(person: Person, project_id: str) -> int:
    """How many processes there are besides the fork server that look like it, which kernels do."""
    script = "pgrep -fc 'inside/[f]ork_server' || true"
    reply = person.call("project_exec", project_id=project_id, command=script, bash=True)
    return int(reply.get("stdout") or 999) - 1
