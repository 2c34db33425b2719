"""Public paths over HTTP: readable without access to the project, and nothing beside them is."""

from pathlib import Path
from typing import Any

import pytest
from support.hubs import ServedHub, served_hub
from support.people import Person
from support.v2 import post

HIDDEN_ID = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def project(ada: Person) -> str:
    project_id = ada.new_project()
    for path in ("pub/a.txt", "pub/deep/b.txt", "pub/.hidden", "doc/only.md", "doc/secret.md", "secret.txt"):
        ada.write(project_id, path, f"text of {path}")
    ada.shell(project_id, "ln -s ../secret.txt pub/link.txt; ln -s a.txt pub/alias.txt; ln -s /etc/passwd pub/out.txt")
    for path in ("pub", "doc/only.md"):
        publish(ada, project_id, path)
    return project_id


def publish(person: Person, project_id: str, path: str, **fields: Any) -> None:
    reply = person.call("query", query={"public_paths": {"project_id": project_id, "path": path, **fields}})
    assert reply["event"] == "query", reply


def listed(person: Person, project_id: str, path: str, **params: Any) -> list[str]:
    reply = person.call("public_get_directory_listing", project_id=project_id, path=path, **params)
    assert reply["event"] == "public_directory_listing", reply
    return [entry["name"] for entry in reply["result"]["files"]]


@pytest.mark.parametrize("path", ["pub/a.txt", "pub/deep/b.txt", "doc/only.md"])
def test_a_public_file_can_be_read_by_anyone_with_a_key(eve: Person, project: str, path: str) -> None:
    reply = eve.call("public_get_text_file", project_id=project, path=path)
    assert (reply["event"], reply["data"]) == ("public_text_file_contents", f"text of {path}")


@pytest.mark.parametrize("path", ["secret.txt", "doc/secret.md", "pub/../secret.txt", "pub/link.txt", "", "doc"])
def test_what_is_not_public_is_refused_also_behind_a_link(eve: Person, project: str, path: str) -> None:
    text = eve.refusal("public_get_text_file", project_id=project, path=path)
    assert text == f"path '{path}' of project with id '{project}' is not public"


def test_a_link_within_the_public_path_is_followed(eve: Person, project: str) -> None:
    assert eve.call("public_get_text_file", project_id=project, path="pub/alias.txt")["data"] == "text of pub/a.txt"


@pytest.mark.parametrize("path", ["pub/none.txt", "pub/out.txt", "pub/deep"])
def test_a_public_path_without_a_file_does_not_exist(eve: Person, project: str, path: str) -> None:
    text = eve.refusal("public_get_text_file", project_id=project, path=path)
    assert text == f"path (={path}) does not exist"


def test_a_public_file_above_20_mb_is_refused(ada: Person, eve: Person, project: str) -> None:
    ada.shell(project, "head -c 20000001 /dev/zero > pub/big")
    text = eve.refusal("public_get_text_file", project_id=project, path="pub/big")
    assert text == "path (=pub/big) must be at most 20000000 bytes, but it is 20000001 bytes"


def test_an_unpublished_or_deleted_path_is_not_public_any_more(ada: Person, eve: Person, project: str) -> None:
    publish(ada, project, "pub", disabled=True)
    assert "is not public" in eve.refusal("public_get_text_file", project_id=project, path="pub/a.txt")
    ada.call("delete_project", project_id=project)
    assert "is not public" in eve.refusal("public_get_text_file", project_id=project, path="doc/only.md")
    assert eve.refusal("public_get_directory_listing", project_id=project, path="") == "not_public"


def test_a_listing_shows_what_is_public_or_leads_there(eve: Person, project: str) -> None:
    assert listed(eve, project, "") == ["doc", "pub"]
    assert listed(eve, project, "doc") == ["only.md"]
    assert listed(eve, project, "pub") == ["a.txt", "alias.txt", "deep", "link.txt", "out.txt"]
    assert listed(eve, project, "pub", hidden=True)[0] == ".hidden"
    for path in ("nowhere", "..", "pub/a.txt", "/etc"):
        assert listed(eve, project, path) == []


def test_a_listing_can_be_cut_and_ordered_by_time(ada: Person, eve: Person, project: str) -> None:
    ada.shell(project, "touch -d '2020-01-01 UTC' pub/a.txt; touch -d '2030-01-01 UTC' pub/deep/b.txt pub/deep")
    reply = eve.call("public_get_directory_listing", project_id=project, path="pub", start=1, limit=2)
    assert [entry["name"] for entry in reply["result"]["files"]] == ["alias.txt", "deep"]
    assert reply["result"]["more"] is True
    assert listed(eve, project, "pub", time=True)[0] == "deep"
    files = eve.call("public_get_directory_listing", project_id=project, path="pub")["result"]["files"]
    assert files[0] == {"name": "a.txt", "mtime": 1577836800, "size": len("text of pub/a.txt")}
    assert files[2] == {"name": "deep", "mtime": 1893456000, "isdir": True}


def test_a_project_without_public_paths_is_not_told_from_one_that_is_not_there(ada: Person, eve: Person) -> None:
    for project_id in (ada.new_project(), HIDDEN_ID, "no id"):
        assert eve.refusal("public_get_directory_listing", project_id=project_id, path="") == "not_public"


def test_a_blank_key_reads_public_paths_only_while_the_share_server_is_on(
    hub: ServedHub, eve: Person, project: str, open_dir: Path
) -> None:
    params = {"project_id": project, "path": "pub/a.txt"}
    refused = hub.post("public_get_text_file", key="", json=params)
    assert (refused.status_code, refused.json()) == (400, {"error": "No account found. Is your API key wrong?"})
    with served_hub(open_dir / "data", CARREL_SITE_SHARE_SERVER="true") as shared:
        project_id = shared.new_project()
        shared.call("write_text_file_to_project", project_id=project_id, path="a/b", content="hello")
        shared.call("write_text_file_to_project", project_id=project_id, path="c/d", content="members")
        for path, fields in (("a", {}), ("c", {"authenticated": True})):
            shared.call("query", query={"public_paths": {"project_id": project_id, "path": path, **fields}})
        got = shared.call("public_get_text_file", key="", project_id=project_id, path="a/b")
        assert got["data"] == "hello"
        refused = shared.call("public_get_text_file", key="", project_id=project_id, path="c/d")
        assert "is not public" in refused["error"]
        assert shared.call("public_get_text_file", project_id=project_id, path="c/d")["data"] == "members"
        listed = {key: post(shared, "share/list", {}, key=key).json()["shares"] for key in (None, shared.key)}
        assert {key: [one["path"] for one in found] for key, found in listed.items()} == {
            None: ["a"],
            shared.key: ["c", "a"],
        }
        looks = [post(shared, "share/look", {"id": one["id"]}, key=None) for one in listed[shared.key]]
        assert [look.status_code for look in looks] == [401, 200]


def test_what_is_public_is_copied_into_ones_own_project_and_nothing_else_is(
    ada: Person, eve: Person, project: str
) -> None:
    own = eve.new_project()
    ends = {"src_project_id": project, "target_project_id": own}
    copy = "copy_public_path_between_projects"
    assert eve.call(copy, **ends, src_path="pub/deep", target_path="got")["event"] == "success"
    assert eve.read(own, "got/b.txt") == "text of pub/deep/b.txt"
    for path in ("secret.txt", "pub/../secret.txt", "doc"):
        expected = f"path '{path}' of project with id '{project}' is not public"
        assert eve.refusal(copy, **ends, src_path=path) == expected
    for missing in ("src_project_id", "target_project_id", "src_path"):
        given = {**ends, "src_path": "pub"} | {missing: None}
        assert eve.refusal(copy, **given) == f"{missing} must be defined"
    others = ends | {"target_project_id": project}
    assert eve.refusal(copy, **others, src_path="pub") == f"user must have write access to target project {project}"
