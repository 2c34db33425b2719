"""HTTP API v1 on the wire: methods, bodies, the order of checks, keys and the envelope (api-v1 §1-§4)."""

import base64
import uuid
from typing import Any

import pytest
import requests
from support.hubs import ServedHub
from support.people import Person, new_person, project_key

UNKNOWN_KEY = {"error": "No account found. Is your API key wrong?"}


def url(hub: ServedHub, event: str = "ping") -> str:
    return f"{hub.url}/api/v1/{event}"


def post(hub: ServedHub, event: str = "ping", authorization: str | None = None, **options: Any) -> requests.Response:
    """A call with exactly this Authorization header, or none."""
    headers = {} if authorization is None else {"Authorization": authorization}
    return requests.post(url(hub, event), headers=headers | options.pop("headers", {}), timeout=30, **options)


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
def test_only_post_is_allowed_and_nothing_is_executed_otherwise(hub: ServedHub, admin: Person, method: str) -> None:
    title = f"made by {method}"
    response = requests.request(
        method, url(hub, "create_project"), params={"title": title}, json={"title": title}, auth=(hub.key, "")
    )
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    if method != "HEAD":
        assert response.json() == {"error": "API v1 calls must use POST"}
    found = admin.call("query", query={"projects_all": [{"title": title, "project_id": None}]})
    assert found["query"] == {"projects_all": []}


def test_a_reply_is_json_without_cors_headers(hub: ServedHub) -> None:
    response = hub.post("ping", headers={"Origin": "https://elsewhere.example"})
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert not [name for name in response.headers if name.lower().startswith("access-control")]


def test_no_body_is_an_empty_object(hub: ServedHub) -> None:
    forms: list[dict[str, Any]] = [{}, {"data": b""}, {"json": {}}]
    for options in [*forms, {"data": b"", "headers": {"Content-Type": "application/json"}}]:
        assert hub.post("ping", **options).json()["event"] == "pong"


@pytest.mark.parametrize("body", [b"{", b"nope", b'{"a": "\xff"}', b'{"a": NaN}', b"[" * 100_000, b'{"a": "\\ud800"}'])
def test_json_that_cannot_be_parsed_is_refused(hub: ServedHub, body: bytes) -> None:
    response = hub.post("ping", data=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()) == (400, {"error": "invalid JSON body"})


@pytest.mark.parametrize("body", ["[]", "1", '"text"', "null", "true"])
def test_a_json_body_must_be_an_object(hub: ServedHub, body: str) -> None:
    response = hub.post("ping", data=body, headers={"Content-Type": "application/json; charset=utf-8"})
    assert response.status_code == 400
    assert response.json()["error"].startswith("invalid parameters '")


def test_another_content_type_is_refused(hub: ServedHub) -> None:
    response = hub.post("ping", data=b"<ping/>", headers={"Content-Type": "text/xml"})
    assert response.status_code == 400
    assert "unsupported content type 'text/xml'" in response.json()["error"]


@pytest.mark.parametrize("chunked", [False, True])
def test_more_than_16_mb_are_too_much(hub: ServedHub, chunked: bool) -> None:
    data = (b"x" * 1_000_000 for _ in range(17)) if chunked else b"x" * 17_000_000
    response = hub.post("ping", data=data, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()) == (413, {"error": "request entity too large"})
    assert hub.call("ping")["event"] == "pong"


def test_a_text_file_of_10_mb_fits(ada: Person, project: str) -> None:
    content = "0123456789abcde\n" * 625_000
    ada.write(project, "transport/large.txt", content)
    assert ada.read(project, "transport/large.txt") == content


def test_unknown_and_unfinished_events_are_told_apart(hub: ServedHub) -> None:
    texts = {
        "nonsense": "unknown endpoint 'nonsense'",
        "sign_in": "endpoint 'sign_in' is not part of the HTTP API",
        "local_hub": "endpoint 'local_hub' is not part of the HTTP API",
        "start_metrics": "endpoint 'start_metrics' is not part of the HTTP API",
        "jupyter_start_pool": "unknown message event type 'jupyter_start_pool'",
    }
    for event, text in texts.items():
        response = hub.post(event)
        assert (response.status_code, response.json()) == (400, {"error": text})


def test_cookies_do_not_sign_in(hub: ServedHub) -> None:
    response = requests.post(url(hub), cookies={"remember_me": hub.key, "api_key": hub.key}, timeout=30)
    assert response.status_code == 400


def test_what_is_checked_first_is_reported_first(hub: ServedHub) -> None:
    bad_parameters, bad_key = {"nonsense": 1}, basic("sk-wrong:")
    assert post(hub, "nonsense", json=bad_parameters).json() == {
        "error": "You must provide authentication via an API key."
    }
    assert post(hub, "nonsense", "Digest x", json=bad_parameters).json() == {
        "error": "Unknown authorization type 'Digest'"
    }
    assert post(hub, "nonsense", bad_key, json=bad_parameters).json() == {"error": "unknown endpoint 'nonsense'"}
    assert post(hub, "create_project", bad_key, json=bad_parameters).json() == {
        "error": "invalid parameters 'Error: misc.defaults -- TypeError: got an unexpected argument 'nonsense' '"
    }
    assert post(hub, "create_project", bad_key, json={}).json() == UNKNOWN_KEY


def test_every_failure_before_the_handler_is_400_and_never_401(hub: ServedHub) -> None:
    for header in (None, "", "Digest x", basic("sk-wrong:"), "Bearer sk-wrong", "Basic !!!", "Bearer", "Basic"):
        response = post(hub, "create_project", header, json={})
        assert response.status_code == 400, header
        assert set(response.json()) == {"error"}


def test_a_key_is_taken_as_basic_user_or_as_bearer(hub: ServedHub) -> None:
    for header in (basic(f"{hub.key}:"), basic(f"{hub.key}:ignored:x"), f"Bearer {hub.key}", f"bearer {hub.key}"):
        assert post(hub, "get_usernames", header, json={"account_ids": []}).json()["event"] == "usernames"


@pytest.mark.parametrize("key", ["sk-0000000000000000000001", "sk_" + "x" * 24, "x" * 5_000, "é\N{SNOWMAN}", "\x00"])
def test_a_wrong_key_is_unknown(hub: ServedHub, key: str) -> None:
    response = post(hub, "ping", basic(f"{key}:"))
    assert (response.status_code, response.json()) == (400, UNKNOWN_KEY)


def test_a_blank_key_may_ping_and_nothing_else(hub: ServedHub, project: str) -> None:
    assert post(hub, "ping", basic(":")).json()["event"] == "pong"
    for event, params in (
        ("user_search", {"query": "Ada"}),
        ("get_usernames", {"account_ids": []}),
        ("create_project", {}),
        ("touch_project", {"project_id": project}),
        ("project_exec", {"project_id": project, "command": "id"}),
        ("read_text_file_from_project", {"project_id": project, "path": "x"}),
        ("query", {"query": {"accounts": {"account_id": None}}}),
        ("query", {"query": {"public_paths": [{"project_id": project, "path": None}]}}),
    ):
        response = post(hub, event, basic(":"), json=params)
        assert (response.status_code, response.json()) == (400, UNKNOWN_KEY), event


def test_a_banned_accounts_key_says_so(hub: ServedHub, sql: Any) -> None:
    banned = new_person(hub, "Banned")
    sql("update accounts set banned = 1 where account_id = ?", banned.account_id)
    response = banned.post("ping")
    text = "User is BANNED.  If this is a mistake, please contact help@example.com"
    assert (response.status_code, response.json()) == (400, {"error": text})


def test_a_deleted_accounts_key_is_unknown_at_once(hub: ServedHub) -> None:
    gone = new_person(hub, "Gone")
    assert gone.call("ping")["event"] == "pong"
    assert gone.call("delete_account", account_id=gone.account_id)["event"] == "account_deleted"
    assert gone.post("ping").json() == UNKNOWN_KEY


def test_a_project_key_of_someone_who_left_is_unknown(hub: ServedHub, ada: Person) -> None:
    left = new_person(hub, "Left")
    project_id = ada.new_project()
    ada.call("add_collaborator", project_id=project_id, account_id=left.account_id)
    key = project_key(hub, left, project_id)
    ada.call("remove_collaborator", project_id=project_id, account_id=left.account_id)
    assert key.post("ping").json() == UNKNOWN_KEY
    ada.call("add_collaborator", project_id=project_id, account_id=left.account_id)
    assert key.post("ping").json() == UNKNOWN_KEY  # it was deleted


@pytest.mark.parametrize("call_id", ["mine", "", 0, 7, 1.5, True, [1, {"a": None}], {"a": "é"}, "x" * 100_000, 2**70])
def test_an_id_is_echoed_unchanged(hub: ServedHub, call_id: Any) -> None:
    assert hub.call("ping", id=call_id)["id"] == call_id
    assert hub.call("user_auth", account_id="nobody", password="x", id=call_id)["id"] == call_id


def test_without_an_id_the_server_makes_one_up(hub: ServedHub) -> None:
    first, second = hub.call("ping")["id"], hub.call("ping", id=None)["id"]
    assert uuid.UUID(first).version == uuid.UUID(second).version == 4
    assert first != second


def test_an_id_in_a_form_is_echoed_as_text(hub: ServedHub) -> None:
    assert hub.post("ping", data={"id": "17"}).json()["id"] == "17"


def test_event_in_the_body_must_be_that_of_the_url(hub: ServedHub) -> None:
    assert hub.post("ping", json={"event": "ping"}).json()["event"] == "pong"
    response = hub.post("ping", json={"event": "pong"})
    assert response.status_code == 400
    assert response.json()["error"].startswith("invalid parameters")


def test_a_missing_field_and_a_null_one_are_alike(hub: ServedHub) -> None:
    text = "invalid parameters 'Error: misc.defaults -- TypeError: property 'account_id' must be specified: '"
    for params in ({}, {"account_id": None}):
        response = hub.post("delete_account", json=params)
        assert (response.status_code, response.json()) == (400, {"error": text})


def test_a_form_with_python_words_means_what_its_author_meant(ada: Person, project: str) -> None:
    reply = ada.post(
        "project_exec", data={"project_id": project, "command": "false", "err_on_exit": False, "timeout": "5"}
    ).json()
    assert reply["exit_code"] == 1
    reply = ada.post("project_exec", data={"project_id": project, "command": "echo", "args": ["a b", "c"]}).json()
    assert reply["stdout"] == "a b c\n"


def test_plus_in_a_form_is_a_space(hub: ServedHub, admin: Person) -> None:
    reply = hub.post(
        "create_project", data="title=a+b%2Bc", headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    title = admin.call("query", query={"projects": {"project_id": reply.json()["project_id"], "title": None}})
    assert title["query"]["projects"]["title"] == "a b+c"


def test_ping_tells_the_time(hub: ServedHub) -> None:
    reply = hub.call("ping", id="x")
    assert reply == {"event": "pong", "id": "x", "now": reply["now"]}
    assert reply["now"].endswith("Z")
    assert len(reply["now"]) == len("2020-11-03T16:20:54.222Z")
