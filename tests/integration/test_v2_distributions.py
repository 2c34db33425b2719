"""Hand-outs and collections over HTTP; what a copy does to files is tested in tests/contracts."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from support.people import Person
from support.v2 import ask, post, status_of

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def source(ada: Person) -> str:
    project_id = ada.new_project("course")
    for path in ("hw/task.md", "hw/data/x.csv"):
        ada.write(project_id, path, f"content of {path}")
    return project_id


def events_of(person: Person, operation_id: str) -> Iterator[tuple[str, Any]]:
    """The events of a stream, until the server ends it."""
    url = f"{person.hub.url}/api/v2/operations/{operation_id}/events"
    with requests.get(url, auth=(person.key, ""), stream=True, timeout=60) as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        name = ""
        for line in reply.iter_lines(decode_unicode=True):
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield name, json.loads(line.removeprefix("data: "))


def outcome(person: Person, ordered: Any) -> dict[str, str]:
    """The state in which each project ends; the stream and the status must tell the same."""
    told = list(events_of(person, ordered["operation_id"]))
    assert [name for name, _ in told[-2:]] == ["progress", "end"]
    states = {data["project_id"]: data["state"] for name, data in told if name == "project"}
    found = ask(person, "projects/operations/status", operation_id=ordered["operation_id"])
    assert {part["project_id"]: part["state"] for part in found["projects"]} == states
    assert told[-2][1] == {"total": found["total"], "left": 0, "counts": found["counts"]}
    return states


def test_a_hand_out_reaches_all_targets_and_keeps_what_students_have(ada: Person, eve: Person, source: str) -> None:
    ann, bob = (ada.new_project(name) for name in ("Ann", "Bob"))
    foreign = eve.new_project()
    ada.write(bob, "hw/task.md", "Bob's own")
    order: dict[str, Any] = {
        "src_project_id": source,
        "path": "hw",
        "target_project_ids": [ann, bob, ann, foreign, "x"],
    }
    ordered = ask(ada, "projects/handout", **order)
    assert (ordered["total"], ordered["refused"].keys()) == (4, {foreign, "x"})
    assert outcome(ada, ordered) == {ann: "done", bob: "done", foreign: "refused", "x": "refused"}
    assert [ada.read(ann, "hw/task.md"), ada.read(bob, "hw/task.md")] == ["content of hw/task.md", "Bob's own"]
    assert ada.read(bob, "hw/data/x.csv") == "content of hw/data/x.csv"

    again = outcome(ada, ask(ada, "projects/handout", **order))
    assert (again[ann], again[bob]) == ("unchanged", "unchanged")
    over = outcome(ada, ask(ada, "projects/handout", **order, overwrite=True, backup=True))
    assert (over[ann], over[bob]) == ("unchanged", "done")
    assert [ada.read(bob, name) for name in ("hw/task.md", "hw/task.md~")] == ["content of hw/task.md", "Bob's own"]


def test_what_is_collected_lies_side_by_side(ada: Person, eve: Person) -> None:
    teacher, ann, bob = (ada.new_project(name) for name in ("teacher", "Ann", "Bob"))
    for project_id in (ann, bob):
        ada.write(project_id, "hw/task.md", f"by {project_id}")
    foreign = eve.new_project()
    order: dict[str, Any] = {
        "src_project_ids": [ann, bob, foreign],
        "target_project_id": teacher,
        "names": {ann: "Ann"},
    }
    ordered = ask(ada, "projects/collect", **order, path="hw", target_path="in/")
    assert outcome(ada, ordered) == {ann: "done", bob: "done", foreign: "refused"}
    assert ada.read(teacher, "in/Ann/task.md") == f"by {ann}"
    assert ada.read(teacher, f"in/{bob}/task.md") == f"by {bob}"
    single = outcome(ada, ask(ada, "projects/collect", **order, path="hw/task.md", target_path="one"))
    assert single == {ann: "done", bob: "done", foreign: "refused"}
    assert ada.read(teacher, "one/Ann/task.md") == f"by {ann}"
    missing = outcome(ada, ask(ada, "projects/collect", **order, path="no", target_path="two"))
    assert missing == {ann: "failed", bob: "failed", foreign: "refused"}


def test_what_cannot_be_ordered_is_told(ada: Person, eve: Person, source: str) -> None:
    mine, order = eve.new_project(), {"path": "hw", "target_path": "x"}
    for whose, wrong in (({"src_project_id": source}, 403), ({"src_project_id": NOBODY}, 403)):
        assert status_of(eve, "projects/handout", **order, **whose, target_project_ids=[mine]) == wrong
    assert status_of(eve, "projects/collect", **order, src_project_ids=[mine], target_project_id=source) == 403
    ends: dict[str, Any] = {"src_project_ids": [source], "target_project_id": source}
    for names in ({source: "../x"}, {source: ""}, {source: "a", mine: "a"}):
        reply = post(ada.hub, "projects/collect", {**order, **ends, "names": names}, key=ada.key)
        assert (reply.status_code, reply.json()["code"]) == (400, "names-invalid")
    for ids in ([], [str(number) for number in range(10_001)]):
        assert status_of(ada, "projects/handout", **order, src_project_id=source, target_project_ids=ids) == 400


def test_an_operation_is_its_requesters_and_can_be_cancelled(
    ada: Person, eve: Person, admin: Person, source: str
) -> None:
    targets = [ada.new_project() for _ in range(40)]
    ada.shell(source, "mkdir -p big/sub; ln -s x big/link; head -c 3000000 /dev/urandom > big/sub/f")  # for rsync
    ordered = ask(ada, "projects/handout", src_project_id=source, path="big", target_project_ids=targets)
    operation: dict[str, Any] = {"operation_id": ordered["operation_id"]}
    for call in ("status", "cancel"):
        assert status_of(eve, f"projects/operations/{call}", **operation) == 404
    url = f"{eve.hub.url}/api/v2/operations/{ordered['operation_id']}/events"
    assert requests.get(url, auth=(eve.key, ""), timeout=30).json()["code"] == "operation-not-found"
    assert requests.get(url, timeout=30).status_code == 401
    listed = ask(admin, "admin/copies")
    assert [one["left"] > 0 for one in listed["operations"] if one["operation_id"] == ordered["operation_id"]] == [True]
    assert [one for one in listed["copies"] if one["target_project_id"] in targets] == []
    ask(ada, "projects/operations/cancel", **operation)
    states = outcome(ada, ordered)
    assert set(states.values()) <= {"done", "cancelled"}
    assert "cancelled" in states.values()
