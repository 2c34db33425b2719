"""Version 2 of the API for programs: projects, who is on them, and what is done in them; every text of the contract."""

from collections.abc import Callable

import requests
from support.hubs import ServedHub
from support.live_pages import open_session, scoped_token, token_of
from support.people import Person, new_person, project_key
from support.v2 import ask, error_of, post

Sql = Callable[..., list[tuple[object, ...]]]
OK = {"status": "ok"}
NOWHERE = "00000000-0000-4000-8000-000000000000"


def test_a_project_is_made_listed_described_and_deleted(hub: ServedHub) -> None:
    ada = new_person(hub, "Ada")
    one = ask(ada, "projects/get-one")
    assert one["title"] == "Untitled Project"
    assert ask(ada, "projects/get-one") == one
    made = ask(ada, "projects/create", title="Second", unknown="ignored")["project_id"]
    assert ask(ada, "projects/get") == [
        {"project_id": made, "title": "Second", "description": "", "name": None},
        one,
    ]
    assert [each["project_id"] for each in ask(ada, "projects/get", limit="1")] == [made]
    assert ask(ada, "projects/update", project_id=made, title="", description="About", name="second") == OK
    assert ask(ada, "projects/get")[0] == {
        "project_id": made,
        "title": "Second",
        "description": "About",
        "name": "second",
    }
    assert ask(ada, "projects/hide", project_id=one["project_id"], hidden=True) is None
    assert ask(ada, "projects/delete", project_id=made) == OK
    assert ask(ada, "projects/get") == []
    assert ask(ada, "projects/restore", project_id=made) == OK
    assert [each["project_id"] for each in ask(ada, "projects/get")] == [made]


def test_a_form_is_taken_as_well(hub: ServedHub, ada: Person) -> None:
    reply = requests.post(f"{hub.url}/api/v2/projects/create", data={"title": "Form"}, auth=(ada.key, ""), timeout=30)
    assert reply.json().keys() == {"project_id"}


def test_a_project_is_started_and_stopped(ada: Person, sql: Sql) -> None:
    made = ask(ada, "projects/create")["project_id"]
    for call, state in (("start", "running"), ("stop", "opened"), ("stop", "opened")):
        assert ask(ada, f"projects/{call}", project_id=made) == OK
        assert f'"state":"{state}"' in str(sql("select state from projects where project_id=?", made)[0][0])
    assert ask(ada, "projects/touch", project_id=made) == {}


def test_only_who_has_signed_in_makes_projects(hub: ServedHub, admin: Person, eve: Person, ada: Person) -> None:
    assert post(hub, "projects/create", {}, key=None).json() == {"error": "user must be signed in"}
    mine = [each["project_id"] for each in ask(ada, "projects/get")]
    assert [each["project_id"] for each in ask(admin, "projects/get", account_id=ada.account_id)] == mine
    assert (
        error_of(eve, "projects/get", account_id=ada.account_id) == "must be logged in and a member of the admin group"
    )


def test_commands_run_as_in_the_first_version(ada: Person, project: str) -> None:
    done = ask(ada, "exec", project_id=project, command="echo", args=["hi"])
    assert done == {"stdout": "hi\n", "stderr": "", "exit_code": 0, "type": "blocking"}
    failed = error_of(ada, "exec", project_id=project, command="exit 3", bash=True)
    assert failed == (
        "Error executing command 'exit 3' with args '' -- command 'exit 3' exited with nonzero code 3 -- stderr=''"
    )
    job = ask(ada, "exec", project_id=project, command="echo", args=["later"], async_call=True)
    ended = ask(ada, "exec", project_id=project, async_get=job["job_id"], async_await=True)
    assert (ended["type"], ended["status"], ended["stdout"]) == ("async", "completed", "later\n")


def test_files_are_written_and_copied(ada: Person, eve: Person, project: str) -> None:
    write = {"project_id": project, "path": "v2/a.txt", "content": "x"}
    assert error_of(ada, "projects/write-text-file", **(write | {"path": ""})) == "must specify a 'path'"
    assert error_of(ada, "projects/write-text-file", project_id=project, path="a") == "must include content of file"
    assert ask(ada, "projects/write-text-file", **write) == OK
    target = ask(ada, "projects/create")["project_id"]
    copy = {"src_project_id": project, "path": "v2/a.txt", "target_project_id": target}
    assert ask(ada, "projects/copy-path", **copy) == {"copy_id": ""}
    assert ada.read(target, "v2/a.txt") == "x"
    wrong = ask(ada, "projects/copy-path", **(copy | {"path": "nothing"}), wait_until_done="False")["copy_id"]
    assert ask(ada, "projects/copy-path-status", copy_id=wrong).keys() == {"started", "finished", "copy_error"}
    assert error_of(ada, "projects/copy-path-status", copy_id=NOWHERE) == "copy_id not found"
    theirs = ask(eve, "projects/create")["project_id"]
    into, out = copy | {"target_project_id": theirs}, copy | {"src_project_id": theirs}
    assert error_of(ada, "projects/copy-path", **into) == "must be a collaborator on target project"
    assert error_of(ada, "projects/copy-path", **out) == "must be a collaborator on source project"


def test_what_is_public_can_be_copied_and_nothing_else(ada: Person, eve: Person, project: str) -> None:
    for path in ("pub/a.txt", "secret.txt"):
        ada.write(project, path, path)
    ada.shell(project, "ln -s ../secret.txt pub/link")
    reply = ada.call("query", query={"public_paths": {"project_id": project, "path": "pub"}})
    assert reply["event"] == "query", reply
    found = ada.call("query", query={"public_paths": [{"project_id": project, "id": None, "path": None}]})
    (public_id,) = [one["id"] for one in found["query"]["public_paths"] if one["path"] == "pub"]
    target = ask(eve, "projects/create")["project_id"]
    copy = {"src_project_id": project, "target_project_id": target, "public_id": public_id}
    assert ask(eve, "projects/copy-path", **copy, path="pub/a.txt") == {"copy_id": ""}
    assert eve.read(target, "pub/a.txt") == "pub/a.txt"
    for path in ("secret.txt", "pub/../secret.txt", "pub/link", "publication", "", "."):
        assert error_of(eve, "projects/copy-path", **copy, path=path) == "path is not public"
    assert error_of(eve, "projects/copy-path", **(copy | {"public_id": "0" * 40}), path="pub/a.txt") == (
        "path is not public"
    )


def test_people_come_go_and_change_roles(hub: ServedHub, ada: Person, admin: Person, eve: Person) -> None:
    made = ask(ada, "projects/create")["project_id"]
    bob = new_person(hub, "Bob")
    at = {"project_id": made}
    assert ask(ada, "projects/collaborators/add", **at, account_id=bob.account_id) == OK
    people = [
        {"account_id": who.account_id, "first_name": name, "last_name": "Test"}
        for who, name in ((ada, "Ada"), (bob, "Bob"))
    ]
    for who in (ada, bob, admin):
        assert ask(who, "projects/collaborators/list", **at) == people
    promote = {**at, "target_account_id": bob.account_id, "new_group": "owner"}
    demote = {**at, "target_account_id": ada.account_id, "new_group": "collaborator"}
    change = "projects/collaborators/change-user-type"
    assert error_of(bob, change, **promote) == "Only project owners can change user types"
    assert error_of(ada, change, **demote) == (
        "Cannot change the last owner to collaborator. At least one owner is required."
    )
    assert error_of(ada, change, **(promote | {"new_group": "admin"})) == "new_group must be 'owner' or 'collaborator'"
    assert error_of(ada, change, **(promote | {"target_account_id": eve.account_id})) == (
        f"account {eve.account_id} is not on the project"
    )
    assert ask(ada, change, **promote) == OK
    assert ask(bob, change, **demote) == OK
    assert error_of(ada, "projects/collaborators/remove", **at, account_id=bob.account_id) == (
        "Cannot remove an owner. Demote to collaborator first."
    )
    assert ask(bob, "projects/describe", **at, owners_manage=True) is None
    assert error_of(ada, "projects/collaborators/add", **at, account_id=eve.account_id) == (
        "Only owners can manage collaborators when this setting is enabled"
    )
    assert ask(ada, "projects/collaborators/remove", **at, account_id=ada.account_id) == OK
    assert ask(bob, "projects/collaborators/list", **at) == [people[1]]


def test_quotas_are_for_admins_and_restart_what_runs(admin: Person, ada: Person) -> None:
    made = ask(ada, "projects/create")["project_id"]
    assert error_of(ada, "projects/set-admin-quotas", project_id=made, memory_limit=500) == (
        "must be logged in and a member of the admin group"
    )
    for limit, text in (("memory_limit", "memory"), ("cpu_limit", "cores"), ("disk_quota", "disk_quota")):
        assert error_of(admin, "projects/set-admin-quotas", project_id=made, **{limit: 1e-9}).startswith(f"{text} must")
    ada.shell(made, "touch /tmp/before")
    given = {"memory_limit": "512", "cpu_limit": 0.5, "internet": "true", "cpu_request": 0.25, "idle_timeout": 60}
    assert ask(admin, "projects/set-admin-quotas", project_id=made, **given) == {"status": "success"}
    query = {"projects": {"project_id": made, "settings": None, "state": None}}
    row = ask(ada, "user-query", query=query)["query"]["projects"]
    wanted = {"memory": 512, "cores": 0.5, "network": 1, "network_policy": "proxy", "cpu_shares": 256, "mintime": 60}
    assert row["settings"].items() >= wanted.items()
    assert row["state"]["state"] == "running"
    assert "before" not in ada.shell(made, "ls /tmp")["stdout"]


def test_queries_answer_as_in_the_first_version(hub: ServedHub, ada: Person) -> None:
    query = {"accounts": {"first_name": None}}
    assert ask(ada, "user-query", query=query) == {"query": {"accounts": {"first_name": "Ada"}}}
    assert error_of(ada, "user-query", query={"nothing": {"a": None}}).startswith("FATAL")
    assert post(hub, "user-query", {"query": query}, key=None).json() == {"error": "must be signed in"}


def test_a_projects_key_acts_on_its_project_alone(hub: ServedHub, ada: Person, project: str) -> None:
    key = project_key(hub, ada, project)
    assert ask(key, "exec", project_id=project, command="echo", args=["by key"])["stdout"] == "by key\n"
    assert ask(key, "projects/start", project_id=project) == OK
    other = ask(ada, "projects/create")["project_id"]
    assert error_of(key, "projects/start", project_id=other) == "must be a collaborator to start project"
    for path in ("projects/get", "projects/create", "projects/get-one"):
        assert error_of(key, path) == "not available with a project API key"
    assert error_of(key, "projects/delete", project_id=project) == "not available with a project API key"


def test_an_embed_session_acts_within_its_scope(hub: ServedHub, ada: Person, project: str) -> None:
    def by(token: str, path: str, /, **params: object) -> object:
        return open_session(hub, token).post(path, {"project_id": project, **params}).json()

    run, write = {"command": "echo", "args": ["hi"]}, {"path": "embed.txt", "content": "x"}
    whole = token_of(ada)
    assert by(whole, "exec", **run)["stdout"] == "hi\n"  # type: ignore[index]  # an object
    assert by(whole, "projects/write-text-file", **write) == OK
    scoped = {
        "for paths": scoped_token(ada, project_id=project, paths=["v2"]),
        "to look": scoped_token(ada, project_id=project, readonly=True),
        "elsewhere": scoped_token(ada, project_id=ask(ada, "projects/create")["project_id"]),
    }
    for what, token in scoped.items():
        for path, params in (("exec", run), ("projects/write-text-file", write), ("projects/stop", {})):
            assert by(token, path, **params).keys() == {"error"}, (what, path)  # type: ignore[attr-defined]
    for path in ("projects/get", "projects/delete", "projects/list"):
        assert "error" in by(whole, path)  # type: ignore[operator]
