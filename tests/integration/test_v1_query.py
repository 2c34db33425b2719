"""The `query` event over HTTP: its envelope, and what a set of it does to a running project."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.hubs import ServedHub, served_hub


@pytest.fixture(scope="module")
def hub() -> Iterator[ServedHub]:
    with tempfile.TemporaryDirectory(prefix="crl-", dir="/tmp", ignore_cleanup_errors=True) as place:
        os.chmod(place, 0o711)
        with served_hub(Path(place) / "data") as hub:
            yield hub


def query(hub: ServedHub, query: Any, **params: Any) -> Any:
    return hub.call("query", query=query, **params)


def state_of(hub: ServedHub, project_id: str) -> str:
    reply = query(hub, {"projects_all": {"project_id": project_id, "state": None}})
    return str(reply["query"]["projects_all"]["state"]["state"])


def test_the_request_is_echoed_with_its_result(hub: ServedHub) -> None:
    reply = query(hub, {"accounts": {"account_id": None, "groups": None}}, id="mine", options=[{"limit": 1}])
    assert reply == {
        "event": "query",
        "id": "mine",
        "query": {"accounts": {"account_id": hub.account_id, "groups": ["admin"]}},
        "multi_response": False,
        "options": [{"limit": 1}],
    }


def test_a_query_may_come_as_a_form(hub: ServedHub) -> None:
    reply = hub.post("query", data={"query": '{"accounts":{"first_name":null}}'}).json()
    assert reply["query"] == {"accounts": {"first_name": "Site"}}


def test_a_refused_query_is_an_error_event(hub: ServedHub) -> None:
    reply = hub.post("query", json={"query": {"api_keys": [{"id": None}]}})
    assert reply.status_code == 200
    assert reply.json()["event"] == "error"
    assert reply.json()["error"] == "FATAL: get queries not allowed for table 'api_keys'"


def test_changefeeds_and_several_responses_are_refused(hub: ServedHub) -> None:
    assert query(hub, {"accounts": {"first_name": None}}, changes="x")["error"] == (
        "changefeeds are not supported over HTTP"
    )
    reply = hub.post("query", json={"query": {"accounts": {"first_name": None}}, "multi_response": True})
    assert (reply.status_code, reply.json()) == (400, {"error": "multi_response queries aren't supported"})


def test_a_blank_key_reads_nothing_while_the_share_server_is_off(hub: ServedHub) -> None:
    wanted = {"public_paths": [{"id": None, "project_id": hub.new_project()}]}
    reply = hub.post("query", key="", json={"query": wanted})
    assert (reply.status_code, reply.json()) == (400, {"error": "No account found. Is your API key wrong?"})


def test_a_blank_key_reads_public_tables_while_the_share_server_is_on(open_dir: Path) -> None:
    with served_hub(open_dir / "data", CARREL_SITE_SHARE_SERVER="true") as hub:
        project_id = hub.new_project()
        query(hub, {"public_paths": {"project_id": project_id, "path": "shared"}})
        wanted = {"public_paths": [{"project_id": project_id, "path": None}]}
        reply = hub.post("query", key="", json={"query": wanted}).json()
        assert reply["query"] == {"public_paths": [{"project_id": project_id, "path": "shared"}]}
        private = hub.post("query", key="", json={"query": {"projects": [{"title": None}]}}).json()
        assert private["error"] == "FATAL: anonymous get queries not allowed for table 'projects'"


def test_action_requests_start_and_stop_a_project_and_are_done_when_the_call_returns(hub: ServedHub) -> None:
    project_id = hub.new_project()
    for action, reached in (("start", "running"), ("stop", "opened"), ("restart", "running")):
        request = {"action": action, "time": f"2026-01-01T00:00:00.{len(action):03d}Z"}
        reply = query(hub, {"projects": {"project_id": project_id, "action_request": request}})
        assert reply["query"] == {}, reply
        assert state_of(hub, project_id) == reached
    stored = query(hub, {"projects_all": {"project_id": project_id, "action_request": None}})
    assert stored["query"]["projects_all"]["action_request"].keys() == {"action", "time", "started", "finished"}


def test_an_action_is_not_repeated_for_the_same_time(hub: ServedHub) -> None:
    project_id = hub.new_project()
    request = {"action": "start", "time": "2026-01-01T00:00:00.000Z"}
    query(hub, {"projects": {"project_id": project_id, "action_request": request}})
    hub.call("stop_project", project_id=project_id)
    query(hub, {"projects": {"project_id": project_id, "action_request": request}})
    assert state_of(hub, project_id) == "opened"


def test_a_deleted_project_is_stopped_refuses_to_start_and_can_be_undeleted(hub: ServedHub) -> None:
    project_id = hub.new_project()
    hub.call("start_project", project_id=project_id)
    query(hub, {"projects": {"project_id": project_id, "deleted": True}})
    assert state_of(hub, project_id) == "opened"
    assert "deleted" in hub.call("start_project", project_id=project_id)["error"]
    listed = query(hub, {"projects_all": [{"project_id": project_id, "deleted": None}]})
    assert listed["query"]["projects_all"] == [{"project_id": project_id, "deleted": True}]
    query(hub, {"projects": {"project_id": project_id, "deleted": False}})
    assert hub.call("start_project", project_id=project_id)["event"] == "success"


def test_a_foreign_project_is_not_readable_by_query(hub: ServedHub) -> None:
    _, other = hub.new_account()
    project_id = hub.new_project()
    wanted = {"projects_all": {"project_id": project_id, "title": None}}
    assert hub.call("query", key=other, query=wanted)["query"] == {}
    assert hub.call("query", key=other, query={"projects_all": [{"project_id": project_id}]})["query"] == {
        "projects_all": []
    }
