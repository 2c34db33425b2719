"""What the pages about projects ask for: lists, details, usage, logs; and who may."""

from typing import Any

from support.hubs import ServedHub
from support.people import Person, new_person
from support.v2 import ask, post, status_of


def listed(who: Person, **params: Any) -> dict[str, Any]:
    return {one["project_id"]: one for one in ask(who, "projects/list", **params)["projects"]}


def events_of(who: Person, project_id: str) -> list[dict[str, Any]]:
    """The log without times and ids, the newest first; people by their names."""
    log = ask(who, "projects/log", project_id=project_id)
    return [{"by": log["names"].get(one["account_id"]), **one["event"]} for one in log["entries"]]


def test_the_list_has_all_that_one_is_on(hub: ServedHub) -> None:
    ada, bob = new_person(hub, "Ada"), new_person(hub, "Bob")
    mine, shared, gone = (ask(ada, "projects/create", title=title)["project_id"] for title in ("a", "b", "c"))
    ask(ada, "projects/collaborators/add", project_id=shared, account_id=bob.account_id)
    ask(ada, "projects/delete", project_id=gone)
    ask(ada, "projects/hide", project_id=mine, hidden=True)
    reply = ask(ada, "projects/list")
    assert reply["names"] == {ada.account_id: "Ada Test", bob.account_id: "Bob Test"}
    found = {one["project_id"]: one for one in reply["projects"]}
    assert list(found) == [shared, mine]
    assert found[mine].pop("last_edited") > 0
    assert found[mine] == {
        "project_id": mine,
        "title": "a",
        "state": "opened",
        "role": "owner",
        "hidden": True,
        "people": [ada.account_id],
    }
    assert set(found[shared]["people"]) == {ada.account_id, bob.account_id}
    assert list(listed(ada, deleted=True)) == [gone]
    assert {key: (one["role"], one["hidden"]) for key, one in listed(bob).items()} == {shared: ("collaborator", False)}


def test_states_are_of_what_runs(hub: ServedHub) -> None:
    ada = new_person(hub, "Ada")
    one, _ = (ask(ada, "projects/create")["project_id"] for _ in range(2))
    assert ask(ada, "projects/states") == {"states": {}}
    ask(ada, "projects/start", project_id=one)
    assert ask(ada, "projects/states") == {"states": {one: "running"}}
    ask(ada, "projects/restart", project_id=one)
    assert ask(ada, "projects/states") == {"states": {one: "running"}}
    ask(ada, "projects/stop", project_id=one)
    assert ask(ada, "projects/states") == {"states": {}}


def test_details_say_who_may_what(hub: ServedHub, admin: Person) -> None:
    ada, bob = new_person(hub, "Ada"), new_person(hub, "Bob")
    made = ask(ada, "projects/create", title="T", description="D")["project_id"]
    ask(ada, "projects/collaborators/add", project_id=made, account_id=bob.account_id)
    ask(ada, "projects/describe", project_id=made, title="New", owners_manage=True)
    found = ask(ada, "projects/details", project_id=made)
    assert (found["title"], found["description"], found["state"], found["state_error"]) == ("New", "D", "opened", None)
    assert found["limits"] == {"memory_mb": 1000, "cores": 1.0, "disk_mb": 3000, "processes": 512}
    assert found["people"] == [
        {"account_id": ada.account_id, "name": "Ada Test", "role": "owner"},
        {"account_id": bob.account_id, "name": "Bob Test", "role": "collaborator"},
    ]
    rights = ("role", "can_write", "can_own", "can_manage")
    may = {
        name: [ask(who, "projects/details", project_id=made)[right] for right in rights]
        for name, who in (("ada", ada), ("bob", bob), ("admin", admin))
    }
    assert may == {
        "ada": ["owner", True, True, True],
        "bob": ["collaborator", True, False, False],
        "admin": [None, True, True, True],
    }
    assert status_of(bob, "projects/describe", project_id=made, owners_manage=False) == 403
    assert status_of(bob, "projects/describe", project_id=made, title="x" * 1001) == 400


def test_usage_of_what_runs_and_of_what_does_not(ada: Person) -> None:
    made = ask(ada, "projects/create")["project_id"]
    ada.shell(made, "head -c 5000000 /dev/urandom > blob")
    used = ask(ada, "projects/usage", project_id=made)
    assert 5_000_000 <= used["disk_bytes"] < 100_000_000
    assert 1_000_000 < used["memory_bytes"] < 1_000_000_000
    assert 1 <= used["processes"] < 512
    ada.shell(made, "timeout 1 sh -c 'while :; do :; done' || true")
    assert ask(ada, "projects/usage", project_id=made)["cpu_seconds"] > used["cpu_seconds"] + 0.1
    ask(ada, "projects/stop", project_id=made)
    stopped = ask(ada, "projects/usage", project_id=made)
    assert (stopped["memory_bytes"], stopped["cpu_seconds"], stopped["processes"]) == (None, None, None)


def test_the_log_tells_who_did_what(hub: ServedHub, admin: Person) -> None:
    ada, bob = new_person(hub, "Ada"), new_person(hub, "Bob")
    made = ask(ada, "projects/create")["project_id"]
    at = {"project_id": made}
    person = {"account_id": bob.account_id}
    ask(ada, "projects/describe", **at, title="New")
    ask(ada, "projects/update", **at, description="D")
    ask(ada, "projects/collaborators/add", **at, **person)
    ask(ada, "projects/collaborators/change-user-type", **at, target_account_id=bob.account_id, new_group="owner")
    ask(bob, "projects/start", **at)
    ask(ada, "projects/stop", **at)
    ask(ada, "projects/touch", **at)  # what is told a moment later is in the log by now
    ask(ada, "projects/delete", **at)
    ask(ada, "projects/restore", **at)
    told = [one for one in events_of(ada, made) if one["event"] != "start_project" or one["by"] == "Bob Test"]
    assert told[::-1] == [
        {"by": "Ada Test", "event": "set", "title": "New"},
        {"by": "Ada Test", "event": "set", "description": "D"},
        {"by": "Ada Test", "event": "add_collaborator", **person},
        {"by": "Ada Test", "event": "change_collaborator", **person, "group": "owner"},
        {"by": "Bob Test", "event": "start_project"},
        {"by": "Ada Test", "event": "stop_project"},
        {"by": "Ada Test", "event": "delete_project"},
        {"by": "Ada Test", "event": "undelete_project"},
    ]


def test_the_log_is_read_page_by_page(ada: Person) -> None:
    made = ask(ada, "projects/create")["project_id"]
    for number in range(5):
        ask(ada, "projects/describe", project_id=made, title=str(number))
    read: list[str] = []
    before = None
    for size in (2, 2, 1):
        page = ask(ada, "projects/log", project_id=made, limit=2, before=before)
        assert len(page["entries"]) == size
        read += [one["event"]["title"] for one in page["entries"]]
        before = page["next"]
    assert (read, before) == (["4", "3", "2", "1", "0"], None)


def test_a_start_that_fails_says_why(ada: Person, admin: Person) -> None:
    made = ask(ada, "projects/create")["project_id"]
    ask(admin, "projects/set-admin-quotas", project_id=made, memory_limit=1)
    failed = ask(ada, "projects/start", project_id=made)
    assert failed["error"].startswith(f"unable to start project {made} -- "), failed
    found = ask(ada, "projects/details", project_id=made)
    assert found["state"] == "opened"
    assert found["state_error"]
    assert {"by": None, "event": "project_ended", "reason": found["state_error"]} in events_of(ada, made)


def test_nobody_else_is_told_anything(hub: ServedHub, eve: Person, project: str) -> None:
    calls: dict[str, dict[str, Any]] = {
        "details": {},
        "describe": {"title": "x"},
        "hide": {"hidden": True},
        "usage": {},
        "log": {},
    }
    for name, params in calls.items():
        body = {"project_id": project, **params}
        assert status_of(eve, f"projects/{name}", **body) == 403, name
        assert post(hub, f"projects/{name}", body, key=None).status_code == 401, name
    assert project not in listed(eve)
    for name in ("list", "states"):
        assert post(hub, f"projects/{name}", {}, key=None).status_code == 401, name


def test_people_are_invited_by_address(hub: ServedHub, eve: Person) -> None:
    ada, bob = new_person(hub, "Ada"), new_person(hub, "Bob")
    made = ask(ada, "projects/create", title="Shared")["project_id"]
    invite = "projects/collaborators/invite"
    assert ask(ada, invite, project_id=made, email_address=bob.email_address.upper()) == {"added": True}
    assert made in listed(bob)
    for address in ("nobody", "new@example.com"):  # the second one: this hub does not know its address
        assert status_of(ada, invite, project_id=made, email_address=address) == 400
    assert status_of(eve, invite, project_id=made, email_address=bob.email_address) == 403
    assert status_of(eve, "projects/collaborators/join", token="x" * 24) == 400
