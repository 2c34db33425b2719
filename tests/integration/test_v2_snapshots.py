"""Snapshots over HTTP: they hold what the live document held, for good, and are for whoever may read the file."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
from support.hubs import ServedHub
from support.live_pages import TextCopy, open_session, scoped_token, token_of
from support.people import Person
from support.snippets import PythonPrompt, snippets_of
from support.v2 import ask, post

from carrel.domain.snapshots import MOST_BYTES, MOST_BYTES_IN_PROJECT, MOST_IN_PROJECT

HOWTO = Path(__file__).parents[2] / "docs" / "embedding-howto.md"
(FETCHING,) = [one for one in snippets_of(HOWTO) if one.language == "python"]


def bytes_of(hub: ServedHub, snapshot_id: str, key: str = "", **headers: str) -> requests.Response:
    auth = (key, "") if key else None
    return requests.get(f"{hub.url}/api/v2/snapshots/{snapshot_id}", auth=auth, headers=headers, timeout=60)


def refusal(who: Person, call: str, /, **params: Any) -> tuple[int, str]:
    reply = post(who.hub, call, params, key=who.key)
    return reply.status_code, reply.json()["code"]


def test_a_snapshot_has_what_was_acknowledged_and_stays_as_it_is(hub: ServedHub, ada: Person, project: str) -> None:
    file = {"project_id": project, "path": "answer.html"}
    ada.write(project, "answer.html", "<b>first")
    session = open_session(hub, token_of(ada))
    with session.live() as page:
        assert page.open(1, project, "answer.html")["t"] == "opened"
        copy = TextCopy(page, 1)
        copy.until(lambda: str(copy.source) == "<b>first")
        copy.write(", edited")
        reply = session.post("snapshots/make", file | {"path": ".//answer.html"})
        assert reply.status_code == 200, reply.text
        made = reply.json()
        copy.write(", again")
        again = ask(ada, "snapshots/make", **file, submit=True)
        copy.write(", and stopped")
        ada.call("stop_project", project_id=project)
    last = ask(ada, "snapshots/make", **file)
    assert bytes_of(hub, last["snapshot_id"], ada.key).content == b"<b>first, edited, again, and stopped"
    content = b"<b>first, edited"
    told = file | {"account_id": ada.account_id, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    assert made.items() >= (told | {"submitted": False}).items()
    ada.shell(project, "rm answer.html")
    ada.call("stop_project", project_id=project)
    got = bytes_of(hub, made["snapshot_id"], ada.key)
    assert got.content == content
    assert got.headers["content-disposition"] == "attachment; filename*=UTF-8''answer.html"
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert ask(ada, "snapshots/get", snapshot_id=made["snapshot_id"]) == made
    _, newest, before, *_ = ask(ada, "snapshots/list", project_id=project)["snapshots"]
    assert (newest, before, newest["submitted"]) == (again, made, True)
    prompt = PythonPrompt()
    prompt.run(FETCHING.code.replace("https://carrel.example.org", hub.url))
    submitted = prompt.names["submitted"]
    assert submitted(again["snapshot_id"], hub.key) == (again, content + b", again")


def test_only_who_may_save_a_file_makes_snapshots_of_it(hub: ServedHub, ada: Person, eve: Person) -> None:
    project = ada.new_project()
    for name in ("mine.txt", "other.txt"):
        ada.write(project, name, name)
    mine, other = ({"project_id": project, "path": f"{name}.txt"} for name in ("mine", "other"))
    scopes: list[dict[str, Any]] = [{"readonly": True}, {"allow": ["run", "export"]}, {"paths": ["other.txt"]}]
    sessions = [open_session(hub, scoped_token(ada, project_id=project, **scope)) for scope in scopes]
    saving = open_session(hub, scoped_token(ada, project_id=project, paths=["mine.txt"], allow=["save"]))
    assert [one.post("snapshots/make", mine).status_code for one in sessions] == [403, 403, 403]
    assert refusal(eve, "snapshots/make", **mine) == (403, "permission-missing")
    assert refusal(ada, "snapshots/make", **mine | {"path": "none"}) == (404, "file-missing")
    assert refusal(ada, "snapshots/make", **mine | {"path": "../x"}) == (400, "path-not-inside")
    made = saving.post("snapshots/make", mine).json()
    assert saving.post("snapshots/make", other).status_code == 403
    assert saving.post("snapshots/get", {"snapshot_id": made["snapshot_id"]}).json() == made
    assert saving.post("snapshots/list", {"project_id": project}).json()["code"] == "not-available-in-embed"
    bearer = {"authorization": f"Bearer {saving.bearer}"}
    assert bytes_of(hub, made["snapshot_id"], **bearer).json()["code"] == "ability-missing"
    for unknown in (made["snapshot_id"], "0" * 36, "none"):
        assert refusal(eve, "snapshots/get", snapshot_id=unknown) == (404, "snapshot-not-found")
        assert bytes_of(hub, unknown, eve.key).json()["code"] == "snapshot-not-found"
    assert bytes_of(hub, made["snapshot_id"]).status_code == 401


def test_what_cannot_be_saved_is_not_kept_as_it_was_before(hub: ServedHub, ada: Person, project: str) -> None:
    ada.write(project, "fixed/notes.txt", "old")
    session = open_session(hub, token_of(ada))
    with session.live() as page:
        assert page.open(1, project, "fixed/notes.txt")["t"] == "opened"
        copy = TextCopy(page, 1)
        copy.until(lambda: str(copy.source) == "old")
        ada.shell(project, "chmod 555 fixed")
        copy.write(" and new")
        reply = session.post("snapshots/make", {"project_id": project, "path": "fixed/notes.txt"})
        assert (reply.status_code, reply.json()["code"]) == (400, "document-refused"), reply.text
        assert "cannot be saved" in reply.json()["error"]
        ada.shell(project, "chmod 755 fixed")


def test_snapshots_are_limited(ada: Person, project: str, sql: Callable[..., list[tuple[object, ...]]]) -> None:
    ada.shell(project, f"truncate -s {MOST_BYTES + 1} too-large.txt")
    assert refusal(ada, "snapshots/make", project_id=project, path="too-large.txt") == (400, "snapshot-too-large")
    project = ada.new_project()
    file = {"project_id": project, "path": "small"}
    ada.write(project, "small", "small")
    first = ask(ada, "snapshots/make", **file)
    copied = (
        "insert into snapshots select lower(hex(randomblob(18))), project_id, s.path, account_id, sha256, ?, submitted,"
        " created, content from snapshots as s, json_each(?) where s.id = ?"
    )
    rest = str([0] * (MOST_IN_PROJECT - 2))
    sql(copied, 0, rest, first["snapshot_id"])
    assert ask(ada, "snapshots/make", **file)["bytes"] == 5
    assert refusal(ada, "snapshots/make", **file) == (400, "snapshots-full")
    sql("delete from snapshots where project_id = ? and id <> ?", project, first["snapshot_id"])
    sql(copied, MOST_BYTES_IN_PROJECT - 9, "[0]", first["snapshot_id"])
    assert refusal(ada, "snapshots/make", **file) == (400, "snapshots-full")
