"""Programs that use the Python client of the compatible product work with a served hub: each of its functions."""

import inspect
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cocalc_api
import pytest
from support.live_pages import TextCopy, open_session, token_of
from support.people import Person, new_person, project_key
from support.rpc_clients import Clients, failing

from carrel.hub.api.rpc import hub_functions

EXEC_SECONDS = 20


@pytest.fixture(scope="module")
def api(clients: Clients, ada: Person) -> cocalc_api.Hub:
    return clients.hub(ada)


@pytest.fixture(scope="module")
def inside(clients: Clients, ada: Person, project: str) -> cocalc_api.Project:
    return clients.project(ada, project)


def test_ping_and_test_tell_the_time_and_whose_key_it_is(
    clients: Clients, api: cocalc_api.Hub, ada: Person, project: str
) -> None:
    before = time.time() * 1000
    assert before - 1 <= api.system.ping()["now"] <= time.time() * 1000 + 1
    told = api.system.test()
    assert told.keys() == {"account_id", "server_time"}
    assert told["account_id"] == ada.account_id
    own = clients.project(project_key(ada.hub, ada, project))
    assert own.system.ping().keys() == {"now"}
    told = own.system.test()
    assert told.keys() == {"project_id", "server_time"}
    assert told["project_id"] == project


def test_people_are_found_and_named(clients: Clients, api: cocalc_api.Hub, admin: Person) -> None:
    zoe = new_person(admin.hub, "Zoe")
    nobody = "00000000-0000-4000-8000-000000000000"
    assert api.system.get_names([zoe.account_id, nobody]) == {
        zoe.account_id: {"first_name": "Zoe", "last_name": "Test"},
        nobody: {"first_name": "Deleted", "last_name": "User"},
    }
    (found,) = [one for one in api.system.user_search("zoe") if one["account_id"] == zoe.account_id]
    assert found.keys() == {
        "account_id", "first_name", "last_name", "name", "last_active", "created", "email_address_verified"
    }  # fmt: skip
    (found,) = api.system.user_search(zoe.email_address)
    assert (found["account_id"], found["email_address"]) == (zoe.account_id, zoe.email_address)
    assert api.system.user_search("nobody@example.com") == []
    with failing("Error: Must be an admin to do admin search."):
        api.call("system.userSearch", [{"query": "zoe", "admin": True}])
    assert clients.hub(admin).call("system.userSearch", [{"query": "zoe", "admin": True}])


def test_a_project_lives_from_its_making_to_its_end(api: cocalc_api.Hub) -> None:
    made = api.projects.create_project(title="Mine", description="D")
    assert [(one["title"], one["deleted"]) for one in api.projects.get(project_id=made)] == [("Mine", False)]
    assert api.projects.state(made).keys() == {"state", "time"}
    assert api.projects.state(made)["state"] == "opened"
    assert api.projects.status(made) == {}
    assert api.projects.start(made) is None
    assert api.projects.state(made)["state"] == "running"
    status = api.projects.status(made)
    assert status["project.pid"] > 0
    assert 0 < time.time() * 1000 - status["start_ts"] < 100_000
    assert status["memory"]["rss"] > 1000
    assert [one["project_id"] for one in api.projects.get(state="running", deleted=False)].count(made) == 1
    assert api.projects.stop(made) is None
    assert api.projects.stop(made) is None
    assert api.projects.state(made)["state"] == "opened"
    assert api.projects.touch(made) is None
    assert api.projects.state(made)["state"] == "running"
    assert api.projects.delete(made) is None
    assert [one["deleted"] for one in api.projects.get(all=True, project_id=made)] == [True]
    assert api.projects.state(made)["state"] == "opened"
    with failing(f"Error: project {made} is deleted; undelete it before starting it"):
        api.projects.start(made)


def test_a_state_never_looks_like_a_failure(api: cocalc_api.Hub, sql: Callable[..., Any]) -> None:
    made = api.projects.create_project()
    assert api.projects.get(project_id=made)[0]["title"] == "No Title"
    ended = {"state": "opened", "time": "2026-01-02T03:04:05.678Z", "error": "out of memory"}
    sql("update projects set state = ? where project_id = ?", json.dumps(ended), made)
    assert api.projects.get(project_id=made)[0]["state"] == ended
    assert api.projects.state(made) == {"state": "opened", "time": "2026-01-02T03:04:05.678Z"}


def test_only_admins_choose_ids(clients: Clients, api: cocalc_api.Hub, admin: Person) -> None:
    chosen = "11111111-1111-4111-8111-111111111111"
    with failing("Error: only admins can specify the project_id"):
        api.call("projects.createProject", [{"project_id": chosen}])
    make = clients.hub(admin).call
    assert make("projects.createProject", [{"project_id": chosen}]) == chosen
    with failing(f"Error: there is a project {chosen} already"):
        make("projects.createProject", [{"project_id": chosen}])


def test_collaborators_come_and_go(clients: Clients, api: cocalc_api.Hub, admin: Person) -> None:
    bob = new_person(admin.hub, "Bob")
    made = api.projects.create_project()
    with failing("Error: must be collaborator on project to get state"):
        clients.hub(bob).projects.state(made)
    assert api.projects.add_collaborator(made, bob.account_id) == {"project_id": [made]}
    assert clients.hub(bob).projects.state(made)["state"] == "opened"
    with failing("Error: Cannot remove an owner. Demote to collaborator first."):
        clients.hub(bob).projects.remove_collaborator(made, api.system.test()["account_id"])
    assert api.projects.remove_collaborator(made, bob.account_id) is None
    with failing("Error: must be an owner to delete a project"):
        clients.hub(bob).projects.delete(made)
    with failing("Error: project_id must be a valid UUID"):
        api.projects.delete("nonsense")


def test_paths_are_copied_when_the_call_returns(api: cocalc_api.Hub, ada: Person, eve: Person) -> None:
    source, target = api.projects.create_project(), api.projects.create_project()
    ada.write(source, "a/b.txt", "content")
    assert api.projects.copy_path_between_projects(source, "a", target) is None
    assert ada.read(target, "a/b.txt") == "content"
    assert api.projects.copy_path_between_projects(source, "a/b.txt", target_path="c.txt") is None
    assert ada.read(source, "c.txt") == "content"
    hers = eve.new_project()
    with failing("Error: user must be collaborator on target project"):
        api.projects.copy_path_between_projects(source, "a", hers)
    with failing("Error: user must be collaborator on source project"):
        api.projects.copy_path_between_projects(hers, "a", source)


def test_queries_read_and_write(clients: Clients, admin: Person) -> None:
    api = clients.hub(new_person(admin.hub, "Query"))
    assert api.db.query({"accounts": {"first_name": None}}) == {"accounts": {"first_name": "Query"}}
    assert api.db.query({"accounts": {"first_name": "W"}}) == {}
    assert api.db.query({"accounts": {"first_name": None}}) == {"accounts": {"first_name": "W"}}
    with pytest.raises(RuntimeError, match=r"^Error: "):
        api.db.query({"no_such_table": {"x": None}})


def test_kernels_are_listed_and_run_code(api: cocalc_api.Hub, inside: cocalc_api.Project, project: str) -> None:
    for kernels in (api.jupyter.kernels(), api.jupyter.kernels(project)):
        assert "python3" in [one["name"] for one in kernels]
    done = api.jupyter.execute("sum(range(a + 1))", "python3", history=["a = 100; print(a)"], project_id=project)
    assert done["output"] == [{"data": {"text/plain": "5050"}}]
    assert done.keys() == {"output", "created"}
    with failing("Error: Jupyter API is not enabled on this server."):
        api.jupyter.execute("1", "python3")
    assert inside.system.jupyter_execute("sum(range(100))", "python3") == [{"data": {"text/plain": "4950"}}]
    assert inside.system.jupyter_execute("print('Hello')", "python3") == [{"name": "stdout", "text": "Hello\n"}]


def test_kernels_that_run_are_listed_and_stopped(clients: Clients, ada: Person) -> None:
    project = ada.new_project()
    inside = clients.project(ada, project)
    assert inside.system.list_jupyter_kernels() == []
    with ThreadPoolExecutor(1) as beside:
        code = "open('started', 'w'); import time; time.sleep(40)"
        running = beside.submit(clients.project(ada, project).system.jupyter_execute, code, "python3")
        inside.system.exec("until [ -e started ]; do sleep 0.02; done", bash=True, timeout=60)
        kernel, origin = inside.system.list_jupyter_kernels()
        assert kernel["connectionFile"].endswith(".json")
        assert inside.system.exec("test", args=["-e", kernel["connectionFile"]])["exit_code"] == 0
        assert (kernel["kernel_name"], origin["kernel_name"], origin["connectionFile"]) == ("python3", "python3", "")
        assert inside.system.stop_jupyter_kernel(kernel["pid"]) == {"success": True}
        (item,) = running.result(EXEC_SECONDS)
    assert (item["ename"], item["evalue"]) == ("KernelDied", "the kernel was stopped")
    assert inside.system.list_jupyter_kernels() == [origin]
    assert inside.system.stop_jupyter_kernel(kernel["pid"]) == {"success": False}
    assert inside.system.stop_jupyter_kernel(origin["pid"]) == {"success": True}
    assert inside.system.list_jupyter_kernels() == []
    assert inside.system.jupyter_execute("1", "python3") == [{"data": {"text/plain": "1"}}]


def test_kernels_of_terminals_are_kernels_and_other_processes_are_not(clients: Clients, ada: Person) -> None:
    inside = clients.project(ada, ada.new_project())
    inside.system.exec("touch kernel-mine.json other.json", bash=True)
    start: Any = inside.system.exec("tail -f other.json & exec tail -f kernel-mine.json", bash=True, async_call=True)
    deadline = time.monotonic() + EXEC_SECONDS
    while not (found := inside.system.list_jupyter_kernels()):
        assert time.monotonic() < deadline
    assert found == [{"pid": start["pid"], "connectionFile": "kernel-mine.json"}]
    for pid in (1, 0, -1, 1e30, start["pid"] + 1):
        assert inside.call("system.stopJupyterKernel", [{"pid": pid}]) == {"success": False}
    assert inside.system.stop_jupyter_kernel(start["pid"]) == {"success": True}
    assert inside.system.list_jupyter_kernels() == []


def test_the_history_of_a_document_is_told_and_of_a_file_is_empty(
    api: cocalc_api.Hub, ada: Person, eve: Person, clients: Clients, project: str
) -> None:
    ada.write(project, "history.txt", "one\n")
    assert api.sync.history(project, "history.txt") == {"patches": [], "info": {}}
    assert api.sync.history(project, "no/such/file") == {"patches": [], "info": {}}
    with failing("Error: user must be collaborator on source project"):
        clients.hub(eve).sync.history(project, "history.txt")
    with failing("Error: path must be a file"):
        api.sync.history(project, "../history.txt")


def test_the_history_of_a_document_leads_to_what_it_is(api: cocalc_api.Hub, ada: Person, project: str) -> None:
    ada.write(project, "edited.txt", "one\n")
    with open_session(ada.hub, token_of(ada)).live() as page:
        assert page.open(1, project, "edited.txt")["t"] == "opened"
        copy = TextCopy(page, 1)
        copy.until(lambda: str(copy.source) == "one\n")
        copy.write("two\n")
        copy.until(lambda: {"event": "dirty", "dirty": True} in copy.events)
        copy.until(lambda: copy.events[-1] == {"event": "dirty", "dirty": False})
        told: Any = api.sync.history(project, "edited.txt")
        string_id = told["info"]["string_id"]
        v1 = [ada.call("get_syncdoc_history", string_id=string_id, patches=each)["history"] for each in (False, True)]
    assert told["info"]["users"] == [ada.account_id]
    assert (told["info"]["path"], told["info"]["project_id"]) == ("edited.txt", project)
    messages = [one["mesg"] for one in told["patches"]]
    assert [one["patch"] for one in messages] == ['[[[[1,"one\\n"]],0,0,0,4]]', '[[[[1,"two\\n"]],4,4,0,4]]']
    assert [one["user_id"] for one in messages] == [None, 0]
    assert messages[1]["parents"] == [messages[0]["time"]]
    assert [one["seq"] for one in told["patches"]] == [1, 2]
    patches = [one["patch"] for one in messages]
    assert [one["patch"] for one in v1[1]] == patches
    assert [one["patch_length"] for one in v1[0]] == [len(patch) for patch in patches]
    assert [one.get("account_id") for one in v1[0]] == [None, ada.account_id]
    assert all(one["time_utc"].endswith("Z") for one in v1[0])


def test_messages_reach_accounts_by_id_and_by_address(clients: Clients, admin: Person) -> None:
    people = [new_person(admin.hub, name) for name in ("Mia", "Max", "Moe")]
    mia, max_, moe = (clients.hub(one) for one in people)
    addressed = [people[1].account_id, people[2].email_address, "nobody@example.com", people[1].email_address]
    first = mia.messages.send("Hi", "*there*", addressed)
    answer = max_.messages.send("Re", "you", [people[0].account_id], reply_id=first)
    assert 0 < first < answer
    (got,) = moe.messages.get()
    assert got.pop("sent").startswith("20")
    assert got == {
        "id": first,
        "from_id": people[0].account_id,
        "to_ids": sorted([people[1].account_id, people[2].account_id]),
        "subject": "Hi",
        "body": "*there*",
        "thread_id": None,
        "read": False,
        "saved": False,
        "deleted": False,
    }
    assert [(one["id"], one["thread_id"]) for one in mia.messages.get(type="new")] == [(answer, first)]
    assert [one["id"] for one in mia.messages.get(type="sent")] == [first]
    assert mia.messages.get(type="starred") == mia.messages.get(type="liked") == moe.messages.get(offset=1) == []
    assert max_.messages.get(limit=0) == moe.call("messages.get", [{"cutoff": "2200-01-01T00:00:00Z"}]) == []
    assert mia.messages.send("Hi", "there", ["nobody@example.com"]) is None
    with failing("Error: invalid account_id -- nonsense"):
        mia.messages.send("Hi", "there", ["nonsense"])
    with failing(f"Error: there is no message {answer} to answer"):
        moe.messages.send("Re", "not mine", [people[0].account_id], reply_id=answer)
    with failing("Error: limit must be at most 500"):
        mia.messages.get(limit=501)


def test_commands_run_and_fail_as_the_client_expects(inside: cocalc_api.Project) -> None:
    assert inside.system.exec("echo 'hello'") == {"type": "blocking", "stdout": "hello\n", "stderr": "", "exit_code": 0}
    assert inside.system.exec("pwd", cwd="/tmp", path="x")["stdout"] == "/tmp\n"
    assert inside.system.exec("echo $A", bash=True, env={"A": "b"})["stdout"] == "b\n"
    assert inside.system.exec("echo", args=["-n", "two words"])["stdout"] == "two words"
    assert inside.system.exec("echo 12345", bash=True, max_output=3)["stdout"].startswith("123")
    assert inside.call("system.exec", [{"command": "false", "err_on_exit": False}])["exit_code"] == 1
    with failing("Error: command 'echo no >&2; exit 42' exited with nonzero code 42 -- stderr='no\n'"):
        inside.system.exec("echo no >&2; exit 42", bash=True)
    with failing("Error: there are no compute servers here"):
        inside.system.exec("true", compute_server_id=3)


def test_a_call_that_takes_longer_than_its_timeout_is_given_up(inside: cocalc_api.Project) -> None:
    with failing("timeout: no response within 1000 ms (system.exec)"):
        inside.system.exec("sleep 397", timeout=1)
    deadline = time.monotonic() + EXEC_SECONDS
    while inside.system.exec("pgrep -x sleep -a; true", bash=True)["stdout"].count("397"):
        assert time.monotonic() < deadline, "the command goes on"


def test_commands_in_the_background_are_asked_for(inside: cocalc_api.Project) -> None:
    script = "rm -f go; echo first; until [ -e go ]; do sleep 0.02; done; echo second; exit 3"
    started: Any = inside.system.exec(script, bash=True, async_call=True)
    assert (started["type"], started["status"], started["exit_code"]) == ("async", "running", 0)
    job = {"async_get": started["job_id"]}
    deadline = time.monotonic() + EXEC_SECONDS
    while (seen := inside.call("system.exec", [job]))["stdout"] != "first\n":
        assert time.monotonic() < deadline
    assert (seen["status"], "stats" in seen) == ("running", False)
    inside.system.exec("touch go")
    ended = inside.call("system.exec", [job | {"async_await": True, "async_stats": True}])
    assert (ended["stdout"], ended["status"], ended["exit_code"]) == ("first\nsecond\n", "error", 3)
    assert isinstance(ended["stats"], list)
    with failing("Error: Async operation 'nothing' does not exist."):
        inside.call("system.exec", [{"async_get": "nothing"}])


GROUPS = ("system", "projects", "jupyter", "sync", "db", "messages", "org")


def test_no_function_of_the_client_is_forgotten(clients: Clients, ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    called = []

    def call(_hub: cocalc_api.Hub, name: str, *_arguments: Any, **_options: Any) -> Any:
        called.append(name)
        return {"projects": []}

    monkeypatch.setattr(cocalc_api.Hub, "call", call)
    api = clients.hub(ada)
    for functions in (getattr(api, group) for group in GROUPS):
        for name in (name for name in dir(functions) if not name.startswith("_")):
            function = getattr(functions, name)
            required = [one for one in inspect.signature(function).parameters.values() if one.default is one.empty]
            function(*["x"] * len(required))
    assert len(called) > 30
    assert set(called) - {function.name for function in hub_functions()} == set()
