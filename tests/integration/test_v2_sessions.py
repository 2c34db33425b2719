"""Embed sessions over HTTP, on a served hub: every status and text of the contract, cookies, origins, the throttle."""

import re
import threading
import time
from collections.abc import Callable

import pytest
import requests
from support.hubs import ServedHub
from support.live_pages import open_session, post, scoped_token, token_of
from support.people import Person

Sql = Callable[..., list[tuple[object, ...]]]
UNKNOWN = {"error": "unknown or expired token", "code": "auth-token-unknown"}
NO_SESSION = {"error": "unknown or expired session", "code": "embed-session-unknown"}
RESUME = {"x_carrel_resume": "1", "sec_fetch_site": "same-origin"}


def answer(reply: requests.Response) -> tuple[int, object]:
    return reply.status_code, reply.json().get("error")


def test_a_token_opens_a_session(hub: ServedHub, ada: Person, project: str) -> None:
    reply = post(hub, "embed/session", {"auth_token": token_of(ada), "project_id": project, "path": "a.ipynb"})
    assert reply.status_code == 200
    told = reply.json()
    assert told.keys() == {
        *("bearer", "expires_in", "session_expires", "eid", "account_id", "name", "scope", "resume", "ws_ticket")
    }
    assert (told["account_id"], told["name"], told["expires_in"]) == (ada.account_id, "Ada Test", 900)
    assert told["scope"] == {"readonly": False, "allow": ["export", "run", "save"]}
    cookie = reply.headers["set-cookie"]
    assert cookie == (
        f"__Host-carrel-e-{told['eid']}={told['resume']}; Secure; HttpOnly; Path=/; SameSite=None; Partitioned; "
        "Max-Age=43200"
    )
    assert reply.headers["cache-control"] == "no-store"


def test_a_session_for_a_file_starts_its_project_before_the_page_asks(hub: ServedHub, ada: Person, sql: Sql) -> None:
    def state_of(project: str) -> str:
        return str(sql("select state from projects where project_id=?", project)[0][0])

    shown, other = ada.new_project("shown"), ada.new_project("other")
    for body in ({"project_id": other}, {"project_id": shown, "path": "a.ipynb"}):
        assert post(hub, "embed/session", {"auth_token": token_of(ada)} | body).status_code == 200
    deadline = time.monotonic() + 60
    while "running" not in state_of(shown):
        assert time.monotonic() < deadline, state_of(shown)
        threading.Event().wait(0.02)
    assert "opened" in state_of(other)


def test_a_page_that_only_looks_gets_a_session_that_only_looks(hub: ServedHub, ada: Person) -> None:
    told = post(hub, "embed/session", {"auth_token": token_of(ada), "readonly": True}).json()
    assert told["scope"] == {"readonly": True, "allow": ["export"]}


def test_what_is_wrong_with_a_token(hub: ServedHub, ada: Person, eve: Person, project: str, sql: Sql) -> None:
    token = token_of(ada)
    for wrong, file, expected in [
        ("x" * 23, {}, (400, "auth_token must be exactly 24 characters long")),
        ("x" * 24, {}, (401, "unknown or expired token")),
        (token_of(eve), {"project_id": project}, (403, "no access to project")),
        (token, {"project_id": "nope"}, (403, "no access to project")),
        (token, {"project_id": project, "path": "../a"}, (403, "no access to project")),
    ]:
        reply = post(hub, "embed/session", {"auth_token": wrong, **file})
        assert answer(reply) == expected
        assert wrong not in reply.text
        assert "set-cookie" not in reply.headers
    sql("update accounts set banned=true where account_id=?", ada.account_id)
    try:
        assert answer(post(hub, "embed/session", {"auth_token": token})) == (403, "account is not available")
    finally:
        sql("update accounts set banned=false where account_id=?", ada.account_id)


@pytest.mark.parametrize("body", [[], "x", {"auth_token": 1}, {}, {"auth_token": None}, 7])
def test_a_body_that_is_no_call_is_refused(hub: ServedHub, body: object) -> None:
    reply = post(hub, "embed/session", body)
    assert (reply.status_code, reply.json()["code"]) == (400, "bad-request")


def test_a_page_of_another_site_opens_no_session(hub: ServedHub, ada: Person) -> None:
    for origin in ("https://evil.example", "null", hub.url.replace("http", "https")):
        reply = post(hub, "embed/session", {"auth_token": token_of(ada)}, origin=origin)
        assert (reply.status_code, reply.json()["code"]) == (403, "foreign-origin")


def test_a_bearer_is_renewed_and_the_old_one_works_on(hub: ServedHub, ada: Person) -> None:
    session = open_session(hub, token_of(ada))
    renewed = session.post("embed/refresh").json()
    assert renewed.keys() == {"bearer", "expires_in", "session_expires"}
    assert renewed["session_expires"] == session.reply["session_expires"]
    for bearer in (session.bearer, renewed["bearer"]):
        assert post(hub, "embed/ws-ticket", {}, authorization=f"Bearer {bearer}").status_code == 200


@pytest.mark.parametrize("path", ["embed/refresh", "embed/ws-ticket"])
def test_no_bearer_no_call(hub: ServedHub, ada: Person, path: str) -> None:
    session = open_session(hub, token_of(ada))
    cookie = f"__Host-carrel-e-{session.reply['eid']}={session.reply['resume']}"
    for headers in (
        {},
        {"authorization": "Bearer"},
        {"authorization": "Bearer x"},
        {"authorization": f"Bearer {session.bearer}x"},
        {"authorization": f"Basic {session.bearer}"},
        {"authorization": f"Bearer {ada.key}"},
        {"cookie": cookie},
    ):
        reply = post(hub, path, {}, **headers)
        assert (reply.status_code, reply.json()) == (401, NO_SESSION)


def test_a_bearer_is_no_api_key(hub: ServedHub, ada: Person) -> None:
    session = open_session(hub, token_of(ada))
    assert session.post("embed/token", {"account_id": ada.account_id}).status_code == 403
    for event in ("get_available_upgrades", "create_project", "user_auth", "ping"):
        reply = requests.post(
            f"{hub.url}/api/v1/{event}", headers={"authorization": f"Bearer {session.bearer}"}, timeout=30
        )
        assert reply.status_code == 400, event
        assert "error" in reply.json()


def test_a_session_is_resumed_by_cookie_or_secret(hub: ServedHub, ada: Person) -> None:
    session = open_session(hub, token_of(ada))
    eid, secret = session.reply["eid"], session.reply["resume"]
    cookie = f"__Host-carrel-e-{eid}={secret}; other=1"
    by_cookie = post(hub, "embed/resume", {"eid": eid}, cookie=cookie, **RESUME)
    assert by_cookie.status_code == 200
    assert by_cookie.json()["eid"] == eid
    assert f"__Host-carrel-e-{eid}={by_cookie.json()['resume']};" in by_cookie.headers["set-cookie"]
    by_secret = post(hub, "embed/resume", {"eid": eid, "secret": by_cookie.json()["resume"]}, x_carrel_resume="1")
    assert by_secret.status_code == 200
    assert by_secret.json()["resume"] != by_cookie.json()["resume"]


def test_a_stale_cookie_does_not_stand_in_the_way_of_the_secret(hub: ServedHub, ada: Person) -> None:
    session = open_session(hub, token_of(ada))
    eid = session.reply["eid"]
    body = {"eid": eid, "secret": session.reply["resume"]}
    assert post(hub, "embed/resume", body, cookie=f"__Host-carrel-e-{eid}=stale", **RESUME).status_code == 200


def test_only_a_page_of_the_site_resumes(hub: ServedHub, ada: Person) -> None:
    session = open_session(hub, token_of(ada))
    eid = session.reply["eid"]
    cookie = {"cookie": f"__Host-carrel-e-{eid}={session.reply['resume']}"}
    for headers in (
        {"sec_fetch_site": "same-origin"},
        {"x_carrel_resume": "1"},
        {**RESUME, "sec_fetch_site": "cross-site"},
        {**RESUME, "sec_fetch_site": "same-site"},
        {**RESUME, "origin": "https://evil.example"},
        {**RESUME, "origin": "null"},
    ):
        reply = post(hub, "embed/resume", {"eid": eid}, **cookie, **headers)
        assert (reply.status_code, reply.json()["code"]) == (403, "foreign-origin"), headers
    other = open_session(hub, token_of(ada)).reply["eid"]
    for body in ({"eid": other}, {"eid": eid, "secret": "x"}, {"eid": "unknown", "secret": "x"}):
        reply = post(hub, "embed/resume", body, **RESUME)
        assert (reply.status_code, reply.json()) == (401, NO_SESSION)


def test_a_browser_keeps_eight_sessions(hub: ServedHub, ada: Person) -> None:
    sessions = [open_session(hub, token_of(ada)) for _ in range(8)]
    cookies = "; ".join(f"__Host-carrel-e-{one.reply['eid']}={one.reply['resume']}" for one in sessions)
    reply = post(hub, "embed/session", {"auth_token": token_of(ada)}, cookie=f"{cookies}; __Host-carrel-e-;=; a=b")
    assert reply.status_code == 200
    dropped = re.findall(r"__Host-carrel-e-(\w+)=; Secure; [^,]*Max-Age=0", reply.headers["set-cookie"])
    assert dropped == [sessions[0].reply["eid"]]


def test_revoking_the_token_ends_the_session(hub: ServedHub, ada: Person) -> None:
    token = token_of(ada)
    session = open_session(hub, token)
    ada.call("revoke_auth_token", auth_token=token)
    assert session.post("embed/ws-ticket").status_code == 401
    assert post(hub, "embed/session", {"auth_token": token}).json() == UNKNOWN


def test_a_scoped_token_says_what_it_may(hub: ServedHub, ada: Person, project: str) -> None:
    token = scoped_token(ada, project_id=project, paths=["./a//b/", "c.txt"], readonly=True)
    session = open_session(hub, token, project_id=project, path="a/b/c.ipynb")
    assert session.reply["scope"] == {
        "readonly": True,
        "allow": ["export"],
        "project_id": project,
        "paths": ["a/b", "c.txt"],
    }
    refused = post(hub, "embed/session", {"auth_token": token, "project_id": project, "path": "d"})
    assert answer(refused) == (403, "no access to project")


def test_scoped_tokens_that_are_not_made(hub: ServedHub, ada: Person, eve: Person, project: str) -> None:
    mine = {"account_id": ada.account_id}
    for key, body, status in [
        (eve.key, mine, 403),
        (eve.key, {"account_id": eve.account_id, "project_id": project}, 403),
        ("", mine, 401),
        ("sk-nobody", mine, 401),
        (ada.key, {}, 400),
        (ada.key, mine | {"path": "a"}, 400),
        (ada.key, mine | {"paths": ["a"]}, 400),
        (ada.key, mine | {"project_id": project, "paths": ["../a"]}, 400),
        (ada.key, mine | {"project_id": "x"}, 400),
        (ada.key, mine | {"allow": ["own"]}, 400),
        (ada.key, mine | {"ttl_s": 43201}, 400),
        (ada.key, mine | {"ttl_s": 0}, 400),
        (ada.key, mine | {"origins": ["https://not-listed.example"]}, 400),
    ]:
        reply = requests.post(f"{hub.url}/api/v2/embed/token", json=body, auth=(key, ""), timeout=30)
        assert (reply.status_code, set(reply.json())) == (status, {"error", "code"}), body
    reply = requests.post(f"{hub.url}/api/v2/embed/token", json=mine, timeout=30)
    assert reply.status_code == 401


def test_bad_tokens_are_throttled_and_good_ones_never(hub: ServedHub, ada: Person) -> None:
    session_of = {"x_forwarded_for": "198.51.100.7"}
    statuses = [post(hub, "embed/session", {"auth_token": "y" * 24}, **session_of).status_code for _ in range(31)]
    assert statuses == [401] * 30 + [429]
    reply = post(hub, "embed/session", {"auth_token": "y" * 24}, **session_of)
    assert answer(reply) == (429, "too many attempts")
    assert 0 < int(reply.headers["retry-after"]) <= 60
    assert post(hub, "embed/session", {"auth_token": token_of(ada)}, **session_of).status_code == 200
    elsewhere = post(hub, "embed/session", {"auth_token": "y" * 24}, x_forwarded_for="198.51.100.8")
    assert elsewhere.status_code == 401
