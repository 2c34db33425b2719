"""The three copy events over HTTP (api-v1 §8.8); what a copy does to files is tested in tests/contracts."""

import os
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.hubs import ServedHub
from support.people import Person, project_key

NOBODY = "00000000-0000-4000-8000-000000000000"
NOTE = "Query copy_path_status with the copy_path_id to learn if the copy operation was successful."
COPY = "copy_path_between_projects"


@pytest.fixture(scope="module")
def source(ada: Person) -> str:
    project_id = ada.new_project("source")
    for path in ("a.txt", "dir/one.txt", "dir/sub/two.txt", "dir/skip.tmp"):
        ada.write(project_id, path, f"content of {path}")
    return project_id


@pytest.fixture
def target(ada: Person) -> str:
    return ada.new_project("target")


def state(person: Person, project_id: str) -> str:
    reply = person.call("query", query={"projects": {"project_id": project_id, "state": None}})
    return str(reply["query"]["projects"]["state"]["state"])


def status(person: Person, copy_path_id: str) -> dict[str, Any]:
    reply = person.call("copy_path_status", copy_path_id=copy_path_id)
    assert reply["event"] == "copy_path_status_response", reply
    data: dict[str, Any] = reply["data"]
    return data


def until_finished(person: Person, copy_path_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 20
    while "finished" not in (found := status(person, copy_path_id)):
        assert time.monotonic() < deadline, found
    return found


def later(**span: float) -> str:
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


def test_a_waiting_copy_has_arrived_when_the_reply_comes(ada: Person, source: str, target: str) -> None:
    reply = ada.call(COPY, src_project_id=source, src_path="a.txt", target_project_id=target, id="x")
    assert reply == {"event": "success", "id": "x", "copy_path_id": reply["copy_path_id"]}
    assert ada.read(target, "a.txt") == "content of a.txt"
    assert (state(ada, source), state(ada, target)) == ("opened", "opened")


def test_a_directorys_contents_are_merged_into_the_target(ada: Person, source: str, target: str) -> None:
    ada.write(target, "new/kept.txt", "kept")
    ends = {"src_project_id": source, "src_path": "dir", "target_project_id": target, "target_path": "new"}
    assert ada.call(COPY, **ends, exclude=["*.tmp"])["event"] == "success"
    assert ada.read(target, "new/sub/two.txt") == "content of dir/sub/two.txt"
    assert ada.read(target, "new/kept.txt") == "kept"
    ada.refusal("read_text_file_from_project", project_id=target, path="new/skip.tmp")
    ada.write(target, "new/one.txt", "newer")
    soon = time.time() + 10  # rsync compares whole seconds
    os.utime(ada.hub.data_dir / "homes" / target[:2] / target / "new/one.txt", (soon, soon))
    ada.call(COPY, **ends)
    assert ada.read(target, "new/one.txt") == "newer"
    ada.call(COPY, **ends, overwrite_newer=True, backup=True, delete_missing=True)
    assert ada.read(target, "new/one.txt") == "content of dir/one.txt"
    assert ada.read(target, "new/one.txt~") == "newer"


def test_the_form_words_of_python_are_understood(ada: Person, source: str, target: str) -> None:
    form = {"src_project_id": source, "src_path": "a.txt", "target_project_id": target, "wait_until_done": False}
    reply = ada.post(COPY, data=form).json()
    assert reply == {
        "event": "copy_path_between_projects_response",
        "id": reply["id"],
        "copy_path_id": reply["copy_path_id"],
        "note": NOTE,
    }
    assert uuid.UUID(reply["copy_path_id"]).version == 4
    done = until_finished(ada, reply["copy_path_id"])
    assert "error" not in done
    assert ada.read(target, "a.txt") == "content of a.txt"


def test_a_copys_record_has_only_what_is_set(ada: Person, source: str, target: str) -> None:
    reply = ada.call(
        COPY, src_project_id=source, src_path="dir", target_project_id=target, exclude=["*.tmp"], backup=True
    )
    data = status(ada, reply["copy_path_id"])
    moments = {name: data[name] for name in ("time", "started", "finished")}
    assert data == moments | {
        "copy_path_id": reply["copy_path_id"],
        "source_project_id": source,
        "source_path": "dir",
        "target_project_id": target,
        "target_path": "dir",
        "overwrite_newer": False,
        "delete_missing": False,
        "backup": True,
        "exclude": ["*.tmp"],
    }
    assert moments["time"] <= moments["started"] <= moments["finished"]
    assert all(len(moment) == 24 and moment.endswith("Z") for moment in moments.values())


def test_a_failed_copy_tells_its_error_in_both_ways(ada: Person, source: str, target: str) -> None:
    text = "ENOENT: no such file or directory, stat 'missing'"
    ends = {"src_project_id": source, "src_path": "missing", "target_project_id": target}
    reply = ada.call(COPY, **ends, id="x")
    assert reply == {"event": "error", "id": "x", "error": text, "copy_path_id": reply["copy_path_id"]}
    assert status(ada, reply["copy_path_id"])["error"] == text
    reply = ada.call(COPY, **ends, wait_until_done=False)
    assert until_finished(ada, reply["copy_path_id"])["error"] == text


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"src_path": "../a.txt"}, "source path must be contained in project home dir"),
        ({"src_path": "/etc/passwd"}, "source path must be contained in project home dir"),
        ({"target_path": "../b"}, "target path must be contained in target project home dir"),
        ({"target_path": "/etc"}, "target path must be contained in target project home dir"),
        ({"src_project_id": "x"}, "src_project_id='x' not valid"),
        ({"target_project_id": ""}, "target_project_id='' not valid"),
        ({"src_project_id": NOBODY}, f"ACCESS BLOCKED -- No read access to source project -- {NOBODY}"),
        ({"target_project_id": NOBODY}, f"ACCESS BLOCKED -- No write access to target project -- {NOBODY}"),
        (
            {"scheduled": "tomorrow"},
            "opts.scheduled = tomorrow is not a valid date. Can't be parsed by Date.parse()",
        ),
        (
            {"scheduled": "9999-12-31T23:59:59Z"},
            "opts.scheduled = 9999-12-31T23:59:59Z is not a valid date. Can't be parsed by Date.parse()",
        ),
    ],
)
def test_what_cannot_be_copied_is_told(ada: Person, source: str, target: str, params: Any, text: str) -> None:
    ends = {"src_project_id": source, "src_path": "a.txt", "target_project_id": target}
    assert ada.refusal(COPY, **(ends | params)) == text


@pytest.mark.parametrize("field", ["src_path", "target_path"])
@pytest.mark.parametrize("path", ["a\x00b", "n" * 100_000, "d/" * 50_000])
def test_an_impossible_path_is_an_error(ada: Person, source: str, target: str, field: str, path: str) -> None:
    ends = {"src_project_id": source, "src_path": "a.txt", "target_project_id": target}
    assert ada.refusal(COPY, **(ends | {field: path}))


def test_another_ones_project_is_neither_read_nor_written(eve: Person, source: str) -> None:
    mine = eve.new_project()
    blocked = f"ACCESS BLOCKED -- No read access to source project -- {source}"
    assert eve.refusal(COPY, src_project_id=source, src_path="a.txt", target_project_id=mine) == blocked
    blocked = f"ACCESS BLOCKED -- No write access to target project -- {source}"
    assert eve.refusal(COPY, src_project_id=mine, src_path="a.txt", target_project_id=source) == blocked


def test_a_project_key_copies_within_its_project(hub: ServedHub, ada: Person, source: str, target: str) -> None:
    key = project_key(hub, ada, source)
    ends = {"src_project_id": source, "src_path": "a.txt"}
    assert key.call(COPY, **ends, target_project_id=source, target_path="c.txt")["event"] == "success"
    blocked = f"ACCESS BLOCKED -- No write access to target project -- {target}"
    assert key.refusal(COPY, **ends, target_project_id=target) == blocked


def test_source_and_target_may_be_the_same(ada: Person, source: str) -> None:
    reply = ada.call(COPY, src_project_id=source, src_path="a.txt", target_project_id=source)
    assert reply["event"] == "success"
    assert ada.read(source, "a.txt") == "content of a.txt"


def test_a_copy_scheduled_in_the_past_runs_now(ada: Person, source: str, target: str) -> None:
    ends = {"src_project_id": source, "src_path": "a.txt", "target_project_id": target}
    for number, moment in enumerate(("2020-01-01", "2020-01-01T10:00:00", "2020-01-01T10:00:00.123+02:00")):
        reply = ada.call(COPY, **ends, target_path=f"{number}", scheduled=moment, wait_until_done=True)
        assert reply["event"] == "copy_path_between_projects_response"
        done = until_finished(ada, reply["copy_path_id"])
        assert "error" not in done
    assert done["scheduled"] == "2020-01-01T08:00:00.123Z"


def test_a_scheduled_copy_waits_for_its_time(ada: Person, source: str, target: str) -> None:
    ends = {"src_project_id": source, "src_path": "a.txt", "target_project_id": target}
    reply = ada.call(COPY, **ends, scheduled=later(seconds=1))
    waiting = status(ada, reply["copy_path_id"])
    assert "started" not in waiting
    assert "finished" not in waiting
    done = until_finished(ada, reply["copy_path_id"])
    assert done["started"] >= done["scheduled"]
    assert ada.read(target, "a.txt") == "content of a.txt"


def test_a_scheduled_copy_can_be_deleted_and_others_cannot(ada: Person, eve: Person, source: str, target: str) -> None:
    ends = {"src_project_id": source, "src_path": "a.txt", "target_project_id": target}
    copy_id = ada.call(COPY, **ends, scheduled=later(days=1))["copy_path_id"]
    blocked = f"ACCESS BLOCKED -- No read access to source project -- {source}"
    assert eve.refusal("copy_path_delete", copy_path_id=copy_id) == blocked
    assert eve.refusal("copy_path_status", copy_path_id=copy_id) == blocked
    reply = ada.call("copy_path_delete", copy_path_id=copy_id, id="x")
    text = f"copy_path_id = '{copy_id}' deleted"
    assert reply == {"event": "copy_path_status_response", "id": "x", "data": text}
    assert ada.refusal("copy_path_status", copy_path_id=copy_id) == f"Can't find copy operation with ID={copy_id}"
    done = ada.call(COPY, **ends)["copy_path_id"]
    for gone in (copy_id, done, NOBODY, "x"):
        text = f"Copy operation '{gone}' either does not exist or already finished"
        assert ada.refusal("copy_path_delete", copy_path_id=gone) == text
    for params in ({}, {"copy_path_id": ""}):
        assert ada.refusal("copy_path_delete", **params) == "ERROR: copy_path_id missing"


def test_lists_of_copies_and_every_filter(ada: Person, source: str, target: str) -> None:
    ends = {"src_project_id": source, "target_project_id": target}
    good = ada.call(COPY, **ends, src_path="a.txt")["copy_path_id"]
    bad = ada.call(COPY, **ends, src_path="no.txt")["copy_path_id"]
    waiting = ada.call(COPY, **ends, src_path="a.txt", scheduled=later(days=1))["copy_path_id"]

    def ids(**params: Any) -> list[str]:
        reply = ada.call("copy_path_status", target_project_id=target, **params)
        assert reply["event"] == "copy_path_status_response", reply
        return [copy["copy_path_id"] for copy in reply["data"]]

    assert ids() == ids(pending=True) == [waiting]
    assert ids(pending=False) == [bad, good]
    assert ids(failed=True) == ids(failed=True, pending=True) == [bad]
    assert ids(pending=False, src_project_id=source, src_path="a.txt") == [good]
    assert ids(pending=False, src_path="none") == []
    assert ids(pending=False, src_project_id=target) == []
    assert ids(pending=False, limit=1) == [bad]
    assert ids(pending=False, limit=1, offset=1) == [good]
    assert ids(pending=False, limit=0) == ids(pending=False, offset=100_000) == []
    assert ids(copy_path_id=good) == [waiting]  # with a project it is ignored
    listed = ada.call("copy_path_status", src_project_id=source, target_project_id=target, pending=False)["data"]
    assert listed[1] == status(ada, good)
    ada.call("copy_path_delete", copy_path_id=waiting)


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({}, "'copy_path_id' (UUID) of a copy operation or 'src_project_id/target_project_id' must be defined"),
        ({"copy_path_id": NOBODY}, f"Can't find copy operation with ID={NOBODY}"),
        ({"copy_path_id": "x"}, "Can't find copy operation with ID=x"),
        ({"src_project_id": "x"}, "invalid src_project_id=x"),
        ({"target_project_id": "x"}, "invalid target_project_id=x"),
        ({"src_project_id": NOBODY}, f"ACCESS BLOCKED -- No read access to source project -- {NOBODY}"),
        ({"target_project_id": NOBODY}, f"ACCESS BLOCKED -- No write access to target project -- {NOBODY}"),
        ({"src_project_id": NOBODY, "limit": 1001}, "ILLEGAL VALUE limit='1001' (must be in [0, 1000])"),
        ({"src_project_id": NOBODY, "limit": -1}, "ILLEGAL VALUE limit='-1' (must be in [0, 1000])"),
        ({"src_project_id": NOBODY, "offset": 1000001}, "ILLEGAL VALUE offset='1000001' (must be in [0, 100000])"),
    ],
)
def test_a_wrong_question_about_copies_is_told(ada: Person, params: Any, text: str) -> None:
    assert ada.refusal("copy_path_status", **params) == text


def test_a_copy_with_a_timeout_still_arrives_if_it_is_quick(ada: Person, source: str, target: str) -> None:
    ends = {"src_project_id": source, "src_path": "dir", "target_project_id": target}
    for timeout in (0, 30, 1e200, -1):
        assert ada.call(COPY, **ends, timeout=timeout)["event"] == "success", timeout


def test_a_waiting_copy_is_killed_after_its_timeout(ada: Person, source: str, target: str) -> None:
    ada.write(source, "slow/big", "x" * 5_000_000)
    ends = {"src_project_id": source, "src_path": "slow", "target_project_id": target}
    reply = ada.call(COPY, **ends, timeout=1, bwlimit=100)
    assert reply["event"] == "error"
    assert "took longer than 1 seconds" in reply["error"]
    assert status(ada, reply["copy_path_id"])["error"] == reply["error"]


def test_a_senseless_bandwidth_is_an_error_of_the_copy(ada: Person, source: str, target: str) -> None:
    ends = {"src_project_id": source, "src_path": "dir", "target_project_id": target}
    for bwlimit in ("fast", "--delete", "1\x00"):
        assert ada.refusal(COPY, **ends, bwlimit=bwlimit)
