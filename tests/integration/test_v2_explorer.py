"""The explorer's calls on a served hub: who may call them, within which scope, and what they answer."""

import time
from typing import Any

import pytest
import requests
from support.hubs import ServedHub
from support.live_pages import PageSession, open_session, scoped_token, token_of
from support.people import PASSWORD, Person


def call(person: Person, to: str, /, **body: Any) -> requests.Response:
    return requests.post(f"{person.hub.url}/api/v2/files/{to}", json=body, auth=(person.key, ""), timeout=60)


def ok(reply: requests.Response) -> Any:
    assert reply.ok, reply.text
    return reply.json() if reply.content else None


def listed(person: Person, project: str, path: str = "") -> dict[str, list[Any]]:
    return {entry[0]: entry[1:] for entry in ok(call(person, "list", project_id=project, path=path))["entries"]}


@pytest.fixture(scope="module")
def mine(ada: Person) -> str:
    project = ada.new_project("explored")
    for path in ("dir/a.txt", "dir/sub/b.txt", "other/c.txt"):
        ada.write(project, path, "text")
    return project


def test_a_project_that_has_never_run_is_listed(ada: Person) -> None:
    project = ada.new_project()
    reply = ok(call(ada, "list", project_id=project))
    assert reply.pop("tag")
    assert reply == {"path": "", "complete": True, "may_edit": True, "may_export": True, "entries": [], "open": []}


def test_a_listing_that_has_not_changed_is_not_sent_again(ada: Person, mine: str) -> None:
    first = ok(call(ada, "list", project_id=mine, path="dir"))
    assert {entry[0]: entry[1:3] for entry in first["entries"]} == {"a.txt": ["file", 4], "sub": ["directory", 4096]}
    assert abs(first["entries"][0][3] / 1000 - time.time()) < 600
    again = ok(call(ada, "list", project_id=mine, path="dir", tag=first["tag"]))
    assert again == first | {"entries": None}
    ada.write(mine, "dir/a.txt", "longer text")
    assert ok(call(ada, "list", project_id=mine, path="dir", tag=first["tag"]))["entries"]


def test_making_moving_deleting_restoring(ada: Person) -> None:
    project = ada.new_project()
    assert call(ada, "make", project_id=project, path="new/n.ipynb", content="{}").status_code == 204
    assert call(ada, "make", project_id=project, path="new/dir", directory=True).status_code == 204
    taken = call(ada, "make", project_id=project, path="new/dir", directory=True)
    assert (taken.status_code, taken.json()["code"]) == (409, "file-exists")
    ok(call(ada, "move", project_id=project, moves=[["new/n.ipynb", "new/dir/m.ipynb"]]))
    assert ada.read(project, "new/dir/m.ipynb") == "{}"
    (id_,) = ok(call(ada, "delete", project_id=project, paths=["new/dir"]))["ids"]
    assert listed(ada, project, "new") == {}
    (item,) = ok(call(ada, "trash", project_id=project))["items"]
    assert (item["id"], item["path"], item["kind"]) == (id_, "new/dir", "directory")
    assert ok(call(ada, "restore", project_id=project, ids=[id_])) == {"paths": ["new/dir"]}
    assert ada.read(project, "new/dir/m.ipynb") == "{}"
    ok(call(ada, "delete", project_id=project, paths=["new"]))
    ok(call(ada, "empty-trash", project_id=project))
    assert ok(call(ada, "trash", project_id=project)) == {"items": []}
    assert call(ada, "restore", project_id=project, ids=[id_]).status_code == 404


def test_every_name_can_be_listed_and_used(hub: ServedHub, ada: Person) -> None:
    project = ada.new_project()
    names = ["new\nline", '"quo\'tes"', "<img src=x onerror=alert(1)>", "x" * 255, "\u202egpj.exe", "\uef80\uefff"]
    ada.shell(project, "touch -- $'\\x80\\xff' && chmod 755 .")
    for name in names[:-1]:
        ok(call(ada, "make", project_id=project, path=name))
    assert set(listed(ada, project)) - {".bash_history"} >= set(names)
    for number, name in enumerate(names):
        ok(call(ada, "move", project_id=project, moves=[[name, f"{number}"]]))
    assert {name for name in listed(ada, project) if name.isdecimal()} == {str(number) for number in range(len(names))}


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("list", {}),
    ("make", {"path": "x"}),
    ("move", {"moves": [["dir", "x"]]}),
    ("delete", {"paths": ["dir"]}),
    ("restore", {"ids": ["0" * 13 + "-" + "0" * 16]}),
    ("trash", {}),
    ("empty-trash", {}),
]


@pytest.mark.parametrize(("path", "body"), CALLS, ids=[path for path, _ in CALLS])
def test_strangers_may_do_nothing(hub: ServedHub, eve: Person, mine: str, path: str, body: dict[str, Any]) -> None:
    reply = call(eve, path, project_id=mine, **body)
    assert (reply.status_code, reply.json()["code"]) == (403, "permission-missing")
    nobody = requests.post(f"{hub.url}/api/v2/files/{path}", json={"project_id": mine, **body}, timeout=60)
    assert nobody.status_code == 401


@pytest.mark.parametrize(("path", "body"), CALLS[1:5] + CALLS[6:], ids=[path for path, _ in CALLS[1:5] + CALLS[6:]])
def test_who_may_only_look_changes_nothing(
    hub: ServedHub, ada: Person, mine: str, path: str, body: dict[str, Any]
) -> None:
    session = open_session(hub, scoped_token(ada, project_id=mine, readonly=True))
    reply = session.post(f"files/{path}", {"project_id": mine, **body})
    assert (reply.status_code, reply.json()["code"]) in ((403, "permission-missing"), (403, "ability-missing"))
    assert session.post("files/list", {"project_id": mine}).json()["may_edit"] is False


def scoped_names(session: PageSession, project: str, path: str = "") -> set[str]:
    return {entry[0] for entry in ok(session.post("files/list", {"project_id": project, "path": path}))["entries"]}


def test_a_scope_shows_what_is_in_it_and_the_way_there(hub: ServedHub, ada: Person, mine: str) -> None:
    session = open_session(hub, scoped_token(ada, project_id=mine, paths=["dir/sub", "dir/a.txt"]))
    assert scoped_names(session, mine) == {"dir"}
    assert scoped_names(session, mine, "dir") == {"sub", "a.txt"}
    assert scoped_names(session, mine, "dir/sub") == {"b.txt"}
    refused: list[tuple[str, dict[str, Any]]] = [
        ("list", {"path": "other"}),
        ("make", {"path": "dir/new"}),
        ("move", {"moves": [["dir/sub/b.txt", "b.txt"]]}),
        ("delete", {"paths": ["dir/sub/b.txt", "other/c.txt"]}),
        ("trash", {}),
        ("empty-trash", {}),
    ]
    for path, body in refused:
        reply = session.post(f"files/{path}", {"project_id": mine, **body})
        assert (reply.status_code, reply.json()["code"]) == (403, "permission-missing"), path
    ids = ok(session.post("files/delete", {"project_id": mine, "paths": ["dir/sub/b.txt"]}))["ids"]
    assert ok(session.post("files/restore", {"project_id": mine, "ids": ids})) == {"paths": ["dir/sub/b.txt"]}


def test_pages_of_the_site_call_with_their_cookie_and_other_sites_do_not(ada: Person, mine: str) -> None:
    hub = ada.hub
    own = {"origin": hub.url}
    signed = requests.post(
        f"{hub.url}/api/v2/auth/sign-in",
        json={"email": ada.email_address, "password": PASSWORD},
        headers=own,
        timeout=60,
    )
    cookie = signed.headers["set-cookie"].partition(";")[0]
    url, body = f"{hub.url}/api/v2/files/list", {"project_id": mine}
    assert requests.post(url, json=body, headers=own | {"cookie": cookie}, timeout=60).ok
    for origin in ("https://evil.example", "null"):
        reply = requests.post(url, json=body, headers={"origin": origin, "cookie": cookie}, timeout=60)
        assert reply.status_code == 401


@pytest.mark.parametrize("path", ["..", "/etc", "a/../..", "x" * 5000, "\0"])
def test_paths_that_are_none(ada: Person, mine: str, path: str) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [("list", {"path": path}), ("make", {"path": path})]
    for name, body in [*calls, ("delete", {"paths": [path]})]:
        reply = call(ada, name, project_id=mine, **body)
        assert (reply.status_code, reply.json()["code"]) == (400, "path-not-inside"), name


def test_session_tokens_without_a_scope_work_too(hub: ServedHub, ada: Person, mine: str) -> None:
    assert scoped_names(open_session(hub, token_of(ada)), mine, "other") == {"c.txt"}
