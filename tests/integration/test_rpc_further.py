"""Functions of the RPC endpoints that the compatible product has and its Python client does not name."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from support.browsing import WebBrowser
from support.hubs import ServedHub
from support.live_pages import TextCopy, open_session, token_of
from support.people import PASSWORD, Person, new_person
from support.rpc import reply_of

import carrel


def hub_call(who: Person, name: str, *args: Any) -> Any:
    return reply_of(who.hub, "hub", {"name": name, "args": args}, auth=(who.key, ""))


def inside(who: Person, project: str, name: str, argument: Any) -> Any:
    body = {"name": f"system.{name}", "args": [argument], "project_id": project, "timeout": 90_000}
    return reply_of(who.hub, "project", body, auth=(who.key, ""))


def test_what_signs_in_is_managed(hub: ServedHub, admin: Person, sql: Callable[..., Any]) -> None:
    ada = new_person(hub, "Ada")
    assert hub_call(ada, "system.getCustomize", ["siteName"]) == {"siteName": "Carrel"}
    assert "helpEmail" in hub_call(ada, "system.getCustomize")
    (made,) = hub_call(ada, "system.manageApiKeys", {"action": "create", "name": "k"})
    assert made["secret"].startswith("sk-")
    assert hub_call(ada, "system.manageApiKeys", {"action": "get"})[0]["id"] == made["id"]
    assert hub_call(ada, "system.manageApiKeys", {"action": "delete", "id": made["id"]}) is None
    assert hub_call(ada, "system.manageApiKeys", {"action": "x"}) == {"error": "Error: unknown action 'x'"}
    token = hub_call(ada, "system.generateUserAuthToken", {"user_account_id": ada.account_id, "password": PASSWORD})
    assert len(token) == 24
    assert hub_call(ada, "system.revokeUserAuthToken", token) is None
    assert WebBrowser(hub).post("auth/impersonate", {"auth_token": token}).status_code == 401
    refused = hub_call(admin, "system.generateUserAuthToken", {"user_account_id": "nobody"})
    assert refused == {"error": "Error: incorrect password"}
    user = {"user_account_id": ada.account_id}
    assert hub_call(ada, "system.adminResetPasswordLink", user) == {"error": "Error: must be an admin"}
    link = hub_call(admin, "system.adminResetPasswordLink", user)
    hours = "select (julianday(expires) - julianday('now')) * 24 from mailed_links where account_id = ? and kind = ?"
    assert sql(hours, ada.account_id, "password-reset") == [(pytest.approx(24, abs=0.5),)]
    reset = {"passwordResetId": link.removeprefix("/auth/password-reset/"), "password": "correct horse battery"}
    assert WebBrowser(hub).call("auth/redeem-password-reset", **reset) == {"account_id": ada.account_id}
    assert hub_call(ada, "system.sendEmailVerification") is None


def test_programs_report_what_goes_wrong(ada: Person, sql: Callable[..., Any]) -> None:
    assert hub_call(ada, "system.logClientError", {"event": "error", "error": "first"}) is None
    assert hub_call(ada, "system.webappError", {"name": "N", "message": "second", "unknown": 1}) is None
    assert hub_call(ada, "system.userTracking", {"event": "x", "value": {"a": 1}}) is None
    assert hub_call(ada, "system.deletePassport", {"strategy": "none", "id": "1"}) is None
    found = sql("select error from client_error_log where account_id=? order by time", ada.account_id)
    assert found[-2:] == [("error\nfirst",), ("N\nsecond",)]


def test_people_are_invited_and_get_other_roles_and_projects_other_quotas(hub: ServedHub, admin: Person) -> None:
    ada, bob = new_person(hub, "Ada"), new_person(hub, "Bob")
    project = ada.new_project()
    invitation = {"opts": {"project_id": project, "account_id": bob.account_id}}
    assert hub_call(ada, "projects.inviteCollaborator", invitation) is None

    outside = {"opts": {"project_id": project, "to": "x@example.com, y@example.com", "email": "Come"}}
    assert hub_call(ada, "projects.inviteCollaboratorWithoutAccount", outside) is None

    def change(who: Person, target: Person, group: str) -> Any:
        opts = {"project_id": project, "target_account_id": target.account_id, "new_group": group}
        return hub_call(who, "projects.changeUserType", {"opts": opts})

    assert change(bob, bob, "owner") == {"error": "Error: Only project owners can change user types"}
    assert change(ada, ada, "collaborator") == {
        "error": "Error: Cannot change the last owner to collaborator. At least one owner is required."
    }
    assert change(ada, bob, "owner") is None
    assert change(bob, ada, "collaborator") is None
    quotas = {"project_id": project, "cores": 2, "memory": 500, "network": 1, "cpu_shares": 256}
    assert hub_call(ada, "projects.setQuotas", quotas) == {"error": "Error: must be an admin"}
    assert hub_call(admin, "projects.setQuotas", quotas) is None
    (row,) = ada.call("query", query={"projects_all": [{"project_id": project, "settings": None}]})["query"][
        "projects_all"
    ]
    told = {name: row["settings"][name] for name in ("cores", "memory", "network", "network_policy", "cpu_shares")}
    assert told == {"cores": 2, "memory": 500, "network": 1, "network_policy": "proxy", "cpu_shares": 256}


def test_it_is_told_when_a_file_was_opened_and_edited(ada: Person, project: str, sql: Callable[..., Any]) -> None:
    sql("update projects set last_edited=null where project_id=?", project)
    assert hub_call(ada, "db.touch", {"project_id": project, "path": "used.txt", "action": "edit"}) is None
    assert sql("select last_edited is null from projects where project_id=?", project) == [(0,)]
    ada.write(project, "used.txt", "one\n")
    begun = time.time() * 1000 - 1000
    with open_session(ada.hub, token_of(ada)).live() as page:
        assert page.open(1, project, "used.txt")["t"] == "opened"
        copy = TextCopy(page, 1)
        copy.until(lambda: str(copy.source) == "one\n")
        copy.write("two\n")
        copy.until(lambda: {"event": "dirty", "dirty": True} in copy.events)
        copy.until(lambda: copy.events[-1] == {"event": "dirty", "dirty": False})
    hub_call(ada, "db.touch", {"project_id": project})  # writes what was noted meanwhile
    times = {"project_id": project, "path": "used.txt", "edit_times": True}
    told = hub_call(ada, "db.fileUseTimes", times)
    assert told["target_account_id"] == ada.account_id
    assert [len(told[name]) for name in ("access_times", "edit_times")] == [1, 1]
    assert begun < told["access_times"][0] <= told["edit_times"][0]
    others = hub_call(ada, "db.fileUseTimes", times | {"target_account_id": "nobody", "access_times": False})
    assert others == {"target_account_id": "nobody", "edit_times": []}
    assert hub_call(ada, "db.removeBlobTtls", {"uuids": ["x"]}) is None


def test_files_are_handled_inside_a_project(ada: Person) -> None:
    project = ada.new_project()

    def call(name: str, argument: Any) -> Any:
        return inside(ada, project, name, argument)

    assert call("writeTextFileToProject", {"path": "d/a.txt", "content": "text"}) is None
    assert call("readTextFileFromProject", {"path": f"/projects/{project}/d/a.txt"}) == "text"
    assert call("exec", {"command": "ln -s d/a.txt link; touch .hidden", "bash": True})["exit_code"] == 0
    directory, link = call("listing", {"path": ""})
    assert (directory["name"], directory["isdir"], link["name"], link["link_target"]) == ("d", True, "link", "d/a.txt")
    (file,) = call("listing", {"path": f"/projects/{project}/d"})
    assert (file.pop("mtime") > 0, file) == (True, {"name": "a.txt", "size": 4})
    assert ".hidden" in [one["name"] for one in call("listing", {"hidden": True})]
    assert call("realpath", "link") == "d/a.txt"
    assert call("canonicalPaths", ["./d//a.txt", "link", ""]) == ["d/a.txt", "d/a.txt", ""]
    assert call("renameFile", {"src": "d/a.txt", "dest": "d/b.txt"}) is None
    assert call("moveFiles", {"paths": ["d/b.txt"], "dest": f"/projects/{project}"}) is None
    again = call("moveFiles", {"paths": ["b.txt"], "dest": "."})
    assert again == {"error": "Error: EEXIST: file exists: 'b.txt'"}
    assert call("deleteFiles", {"paths": ["d", "link"]}) is None
    assert [one["name"] for one in call("listing", {})] == ["b.txt"]
    for name, argument in [("realpath", "../x"), ("listing", {"path": "/etc"}), ("deleteFiles", {"paths": ["../x"]})]:
        assert call(name, argument)["error"].startswith("Error: ")


def test_a_project_tells_what_it_can_do_and_takes_signals(ada: Person, project: str) -> None:
    told = inside(ada, project, "configuration", {})
    assert told.keys() == {"timestamp", "capabilities"}
    assert (told["capabilities"]["jupyter"], told["capabilities"]["git"]) == (True, True)
    assert inside(ada, project, "version", {}) == carrel.__version__
    job = inside(ada, project, "exec", {"command": "sleep", "args": ["600"], "async_call": True})
    assert inside(ada, project, "signal", {"signal": 9, "pid": job["pid"]}) is None
    ended = inside(ada, project, "exec", {"async_get": job["job_id"], "async_await": True})
    assert (ended["status"], ended["exit_code"]) == ("error", 137)
    gone = inside(ada, project, "signal", {"signal": "TERM", "pids": [job["pid"]]})
    assert gone["error"].endswith("No such process")
    for wrong in ({"pid": -1}, {"signal": "1; true", "pid": 2}, {}):
        assert inside(ada, project, "signal", wrong)["error"].startswith("Error: a signal has a number or a name")
