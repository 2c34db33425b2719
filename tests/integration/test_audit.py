"""Which calls of a served hub leave which rows in its audit."""

import json
from typing import Any

import pytest
import requests
from support.browsing import WebBrowser, signed_in
from support.hubs import ServedHub
from support.people import Person, new_person
from support.rpc import reply_of


@pytest.fixture
def grace(hub: ServedHub) -> Person:
    """An account of this test alone, so that the rows about it are this test's."""
    return new_person(hub, "Grace")


def rows_about(hub: ServedHub, *options: str) -> list[dict[str, Any]]:
    """The oldest first, without what is the same or different in all of them."""
    found = json.loads(hub.carrel("audit", "list", "--json", *options))
    return list(reversed(found))


def brief(rows: list[dict[str, Any]]) -> list[tuple[str, str, str | None, str | None]]:
    return [(row["procedure"], row["outcome"], row["account_id"], row["target_account_id"]) for row in rows]


def test_a_call_that_may_change_something_leaves_a_row_and_one_that_reads_does_not(
    hub: ServedHub, admin: Person, grace: Person
) -> None:
    project = grace.new_project("audited")
    grace.write(project, "a.txt", "content-of-grace")
    grace.read(project, "a.txt")
    grace.call("ping")
    grace.call("query", query={"accounts": {"first_name": None}})
    grace.call("query", query={"accounts": {"first_name": "Grace M."}})
    assert grace.call("delete_project", project_id=admin.new_project())["event"] == "error"
    made, *own = rows_about(hub, "--account", grace.account_id)
    assert (made["procedure"], made["account_id"]) == ("v1/create_account", admin.account_id)
    assert [(row["procedure"], row["outcome"], row["target_project_id"]) for row in own] == [
        ("v1/create_project", "ok", project),
        ("v1/write_text_file_to_project", "ok", project),
        ("v1/query", "ok", None),
        ("v1/delete_project", "permission-missing", own[3]["target_project_id"]),
    ]
    assert {row["account_id"] for row in own} == {grace.account_id}
    assert {row["ip"] for row in own} == {"127.0.0.1"}
    assert len({row["credential"] for row in own}) == 1
    assert own[0]["credential"].startswith("key ")
    assert len({row["request_id"] for row in own}) == len(own)
    assert "content-of-grace" not in json.dumps(own)


def test_calls_of_the_rpc_endpoints_leave_rows_too(hub: ServedHub, admin: Person) -> None:
    heidi = new_person(hub, "Heidi")
    project, auth = heidi.new_project(), (heidi.key, "")
    for name, argument in (
        ("system.ping", {}),
        ("db.userQuery", {"query": {"accounts": {"first_name": None}}}),
        ("projects.stop", {"project_id": project}),
        ("projects.stop", {"project_id": admin.new_project()}),
    ):
        reply_of(hub, "hub", {"name": name, "args": [argument]}, auth=auth)
    reply_of(hub, "project", {"name": "system.exec", "args": [{"command": "true"}], "project_id": project}, auth=auth)
    rows = rows_about(hub, "--account", heidi.account_id)[2:]
    assert [(row["procedure"], row["outcome"]) for row in rows] == [
        ("rpc/hub/projects.stop", "ok"),
        ("rpc/hub/projects.stop", "permission-missing"),
        ("rpc/project/system.exec", "ok"),
    ]
    assert rows[2]["target_project_id"] == project


def test_signing_in_and_failing_to_leave_rows_and_strangers_leave_none(hub: ServedHub, grace: Person) -> None:
    before = json.loads(hub.carrel("audit", "verify", "--json"))["rows"]
    stranger = WebBrowser(hub)
    stranger.call("auth/sign-in", email="nobody@example.com", password="wrong")
    stranger.call("accounts/sign-out")
    stranger.call("auth/sign-up", email=grace.email_address, password="wrong")
    requests.post(f"{hub.url}/api/v1/create_project", auth=("sk-unknown", ""), json={}, timeout=30)
    assert json.loads(hub.carrel("audit", "verify", "--json"))["rows"] == before
    stranger.call("auth/sign-in", email=grace.email_address, password="wrong")
    browser = signed_in(grace)
    browser.post("auth/page-session")
    browser.call("accounts/sign-out")
    _, *rows = rows_about(hub, "--account", grace.account_id)
    me = grace.account_id
    assert brief(rows) == [
        ("v2/auth/sign-in", "sign-in-failed", None, me),
        ("v2/auth/sign-in", "ok", me, None),
        ("v2/auth/page-session", "ok", me, None),
        ("v2/accounts/sign-out", "ok", me, None),
    ]
    assert rows[3]["credential"].startswith("browser ")


def test_tokens_leave_rows_about_whom_they_sign_in(hub: ServedHub, admin: Person, grace: Person) -> None:
    token = admin.call("user_auth", account_id=grace.account_id, password="")["auth_token"]
    WebBrowser(hub).post("embed/session", {"auth_token": token})
    _, *rows = rows_about(hub, "--account", grace.account_id)
    assert brief(rows) == [
        ("v1/user_auth", "ok", admin.account_id, grace.account_id),
        ("v2/embed/session", "ok", grace.account_id, None),
    ]
    assert token not in json.dumps(rows)


def test_the_chain_of_a_served_hub_is_whole(hub: ServedHub, grace: Person) -> None:
    grace.new_project()
    verdict = json.loads(hub.carrel("audit", "verify", "--json"))
    [last] = rows_about(hub, "--limit", "1")
    assert verdict == {"rows": last["seq"], "hash": last["hash"], "broken_at": None}


def test_an_upload_is_one_row_when_its_file_is_there(hub: ServedHub, grace: Person) -> None:
    project = grace.new_project()
    for offset in (0, 3):
        url = f"{hub.url}/api/v2/uploads/{project}/{'ab' * 16}?path=b.bin&size=6&offset={offset}"
        reply = requests.put(url, data=b"abc", auth=(grace.key, ""), timeout=30)
        assert reply.status_code == 200, reply.text
    rows = rows_about(hub, "--account", grace.account_id, "--procedure", "v2/uploads")
    assert [(row["outcome"], row["target_project_id"]) for row in rows] == [("ok", project)]
