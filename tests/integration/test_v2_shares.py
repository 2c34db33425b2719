"""Shares over HTTP: what is public is seen by whoever may, nothing beside it, and nothing of it acts for the site."""

import io
import threading
import zipfile
from typing import Any

import pytest
import requests
from support.hubs import ServedHub
from support.people import Person
from support.v2 import ask, post

from carrel.domain.ids import path_id

HOSTILE = {"page.html": "<script>alert(1)</script>", "drawing.svg": "<svg onload='alert(1)'/>", "code.py": "1 < 2"}


def publish(person: Person, project: str, path: str, **fields: Any) -> str:
    reply = person.call("query", query={"public_paths": {"project_id": project, "path": path, **fields}})
    assert reply["event"] == "query", reply
    return path_id(project, path)


def fetched(who: Person, address: str, **headers: str) -> requests.Response:
    return requests.get(f"{who.hub.url}/api/v2/share/{address}", auth=(who.key, ""), headers=headers, timeout=60)


@pytest.fixture(scope="module")
def shared(ada: Person) -> tuple[str, str]:
    """A project of Ada's, and the share of one directory in it."""
    project = ada.new_project("A project that shares")
    for name, text in HOSTILE.items():
        ada.write(project, f"pub/{name}", text)
    ada.write(project, "pub/deep/b.txt", "text of b")
    ada.write(project, "pub/.hidden", "")
    ada.write(project, "own/secret.txt", "secret")
    links = {"out": "../own/secret.txt", "home": "..", "etc": "/etc/passwd", "alias": "deep/b.txt", "none": "nowhere"}
    ada.shell(project, "; ".join(f"ln -s {to} pub/{name}" for name, to in links.items()) + "; mkfifo pub/pipe")
    ada.call("stop_project", project_id=project)
    return project, publish(ada, project, "pub", description="Notes on sharing", unlisted=False)


def test_a_share_is_looked_at_while_its_project_does_not_run(eve: Person, shared: tuple[str, str]) -> None:
    project, share = shared
    seen = ask(eve, "share/look", id=share)
    assert (seen["project_id"], seen["file"][:2], seen["complete"]) == (project, ["pub", "directory"], True)
    assert seen["share"]["project_title"] == "A project that shares"
    names = sorted((name, kind) for name, kind, _, _ in seen["entries"])
    files = [(name, "file") for name in ("alias", *sorted(HOSTILE))]
    assert names == sorted([*files, ("deep", "directory"), ("none", "other"), ("pipe", "other")])
    assert ask(eve, "share/look", id=share, path="deep/b.txt")["file"][:3] == ["b.txt", "file", 9]
    assert fetched(eve, f"{share}/raw/alias").text == "text of b"


@pytest.mark.parametrize("path", ["out", "home", "home/own", "etc", "../own/secret.txt", "/etc/passwd", "none", "a\0b"])
def test_nothing_beside_a_share_is_seen(eve: Person, shared: tuple[str, str], path: str) -> None:
    assert post(eve.hub, "share/look", {"id": shared[1], "path": path}, key=eve.key).status_code == 404
    address = path.replace("..", "%2e%2e").replace("\0", "%00")
    assert fetched(eve, f"{shared[1]}/raw/{address}").status_code == 404
    assert fetched(eve, f"{shared[1]}/zip/{address}").status_code == 404


def test_a_directory_comes_as_a_zip_file_without_what_links_lead_out_to(eve: Person, shared: tuple[str, str]) -> None:
    reply = fetched(eve, f"{shared[1]}/zip/")
    assert reply.headers["content-disposition"] == "attachment; filename*=UTF-8''pub.zip"
    with zipfile.ZipFile(io.BytesIO(reply.content)) as archive:
        assert archive.read("pub/alias") == b"text of b"
        assert not {"pub/out", "pub/etc"}.intersection(archive.namelist())
        assert b"secret" not in b"".join(archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize("query", ["", "?show"])
@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_shared_is_no_page_of_this_site(eve: Person, shared: tuple[str, str], name: str, query: str) -> None:
    reply = fetched(eve, f"{shared[1]}/raw/{name}{query}")
    assert reply.text == HOSTILE[name]
    headers = reply.headers
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert (headers["x-content-type-options"], headers["x-robots-tag"]) == ("nosniff", "noindex")
    is_text = headers["content-type"] == "text/plain; charset=utf-8" and headers["content-disposition"] == "inline"
    assert is_text if query else headers["content-disposition"].startswith("attachment")


def test_who_may_see_a_share(hub: ServedHub, ada: Person, eve: Person) -> None:
    project = ada.new_project()
    ada.write(project, "a/b", "text")
    share = publish(ada, project, "a")
    page = f"{hub.url}/share/{share}"
    assert post(hub, "share/look", {"id": share}, key=None).status_code == 401  # the site does not share with everybody
    assert requests.get(f"{hub.url}/api/v2/share/{share}/raw/b", timeout=60).status_code == 401
    assert "x-robots-tag" not in requests.get(page, timeout=60).headers
    publish(ada, project, "a", unlisted=True)
    assert requests.get(page, timeout=60).headers["x-robots-tag"] == "noindex"
    assert ask(eve, "share/look", id=share)["share"]["id"] == share
    for change in ({"disabled": True}, {"disabled": False}):
        publish(ada, project, "a", **change)
        status = post(hub, "share/look", {"id": share}, key=eve.key).status_code
        assert status == (404 if change["disabled"] else 200)
    ada.call("delete_project", project_id=project)
    assert post(hub, "share/look", {"id": share}, key=eve.key).status_code == 404
    assert post(hub, "share/look", {"id": "../" + share}, key=eve.key).status_code == 404


def test_the_list_is_searched_and_comes_in_pages(ada: Person, eve: Person) -> None:
    project = ada.new_project("Lecture %_ notes")
    for number in range(52):
        publish(ada, project, f"chapter-{number}", description="all of zebras")
    publish(ada, project, "chapter-unlisted", unlisted=True)
    publish(ada, project, "chapter-off", disabled=True)
    first = ask(eve, "share/list", search="ZEBRAS %_")
    rest = ask(eve, "share/list", search="ZEBRAS %_", before=first["next"])
    paths = [one["path"] for one in first["shares"] + rest["shares"]]
    assert (len(first["shares"]), rest["next"]) == (50, None)
    assert sorted(paths) == sorted(f"chapter-{number}" for number in range(52))
    assert ask(eve, "share/list", search="zebras nowhere")["shares"] == []


def test_a_share_is_copied_into_a_project_of_ones_own(eve: Person, shared: tuple[str, str]) -> None:
    project, share = shared
    target = eve.new_project()
    params = {"src_project_id": project, "path": "pub/deep", "target_path": "mine", "public_id": share}
    copy = ask(eve, "projects/copy-path", target_project_id=target, wait_until_done=False, **params)
    while (status := ask(eve, "projects/copy-path-status", **copy))["finished"] is None:
        threading.Event().wait(0.05)
    assert status["copy_error"] is None
    assert eve.read(target, "mine/b.txt") == "text of b"
