"""Signing in and out with a browser, on a served hub: texts, cookies, origins, and what ends with what."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import requests
from support.browsing import COOKIE, WebBrowser, signed_in
from support.hubs import ServedHub
from support.live_pages import PageSession
from support.people import PASSWORD, Person, new_person, project_key

Sql = Callable[..., list[tuple[object, ...]]]
UNSIGNED = (401, {"error": "must be signed in", "code": "sign-in-required"})
BANNED = "User is BANNED.  If this is a mistake, please contact help@example.com"


@pytest.fixture
def grace(hub: ServedHub) -> Person:
    """An account of this test alone."""
    return new_person(hub, "Grace")


@contextmanager
def banned(person: Person, sql: Sql) -> Iterator[None]:
    change = "update accounts set banned=? where account_id=?"
    sql(change, True, person.account_id)
    yield
    sql(change, False, person.account_id)


def sign_in(hub: ServedHub, person: Person, password: str = PASSWORD, **headers: str) -> requests.Response:
    return WebBrowser(hub).post("auth/sign-in", {"email": person.email_address, "password": password}, **headers)


def test_signing_in_sets_a_cookie_that_no_script_and_no_other_site_gets(hub: ServedHub, grace: Person) -> None:
    reply = sign_in(hub, grace)
    assert (reply.status_code, reply.json()) == (200, {"account_id": grace.account_id})
    value, _, rules = reply.headers["set-cookie"].removeprefix(f"{COOKIE}=").partition("; ")
    assert rules == "Secure; HttpOnly; Path=/; SameSite=Lax; Max-Age=2592000"
    assert len(value) == 16 + 1 + 32
    assert reply.headers["cache-control"] == "no-store"
    assert value.partition(".")[2] not in hub.log_file.read_text()


def test_who_fails_to_sign_in_hears_why_and_gets_no_cookie(hub: ServedHub, grace: Person, sql: Sql) -> None:
    problem = "Problem signing into account -- "
    unknown = WebBrowser(hub).post("auth/sign-in", {"email": "Nobody@example.com", "password": PASSWORD})
    wrong = sign_in(hub, grace, "wrong")
    with banned(grace, sql):
        refused = sign_in(hub, grace)
    for reply, text in [
        (unknown, f"{problem}no account with email address 'nobody@example.com'."),
        (wrong, f"{problem}password for '{grace.email_address}' is incorrect."),
        (refused, BANNED),
    ]:
        assert (reply.status_code, reply.json()) == (200, {"error": text})
        assert "set-cookie" not in reply.headers


def test_a_form_signs_in_too(hub: ServedHub, grace: Person) -> None:
    form = {"email": grace.email_address, "password": PASSWORD, "unknown": "ignored"}
    reply = requests.post(f"{hub.url}/api/v2/auth/sign-in", data=form, timeout=30)
    assert reply.json() == {"account_id": grace.account_id}
    missing = requests.post(f"{hub.url}/api/v2/auth/sign-in", data={"email": "x"}, timeout=30).json()
    assert "'password' must be specified" in missing["error"]


def test_after_five_wrong_passwords_the_right_one_waits_too(hub: ServedHub, grace: Person) -> None:
    for _ in range(5):
        assert "is incorrect" in sign_in(hub, grace, "wrong", x_forwarded_for="198.51.100.20").json()["error"]
    text = f'Too many attempts per minute to sign in as "{grace.email_address}". Wait one minute, then try again.'
    assert sign_in(hub, grace, x_forwarded_for="198.51.100.21").json() == {"error": text}


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://127.0.0.1"])
def test_a_page_of_another_site_can_neither_sign_in_nor_use_the_cookie(
    hub: ServedHub, grace: Person, origin: str
) -> None:
    refused = sign_in(hub, grace, origin=origin)
    assert (refused.status_code, "set-cookie" in refused.headers) == (403, False)
    browser = signed_in(grace)
    for path in ("auth/page-session", "auth/sessions", "auth/sessions/end"):
        reply = browser.post(path, origin=origin)
        assert (reply.status_code, reply.json()) == UNSIGNED, path
    for path in ("projects/get", "accounts/sign-out"):
        assert browser.post(path, origin=origin).json() == {"error": "must be signed in"}
    assert browser.post("accounts/profile", origin=origin).json() == {"profile": {}}
    assert browser.whoever == grace.account_id


def test_a_call_that_names_no_origin_is_not_one_of_a_page(hub: ServedHub, grace: Person) -> None:
    cookie = f"{COOKIE}={signed_in(grace).cookies[COOKIE]}"
    reply = requests.post(f"{hub.url}/api/v2/projects/get", headers={"cookie": cookie}, timeout=30)
    assert reply.json() == {"error": "must be signed in"}


def test_the_cookie_says_who_one_is(hub: ServedHub, grace: Person, ada: Person) -> None:
    everybody: dict[str, object] = {"account_id": grace.account_id, "first_name": "Grace", "last_name": "Test"}
    everybody |= {"name": None, "image": None, "color": None}
    own = everybody | {"is_admin": False, "is_anonymous": False, "email_address": grace.email_address}
    own |= {"email_address_verified": False}
    assert signed_in(grace).call("accounts/profile") == {"profile": own}
    assert signed_in(ada).call("accounts/profile", account_id=grace.account_id) == {"profile": everybody}
    assert WebBrowser(hub).call("accounts/profile") == {"profile": {}}


def test_a_key_works_where_there_is_no_cookie_and_a_cookie_wins(hub: ServedHub, grace: Person, ada: Person) -> None:
    project = grace.new_project("Grace's")
    by_key = requests.post(f"{hub.url}/api/v2/projects/get", auth=(grace.key, ""), timeout=30)
    assert [one["project_id"] for one in by_key.json()] == [project]
    bearer = {"authorization": f"Bearer {grace.key}"}
    assert [one["project_id"] for one in WebBrowser(hub, headers=bearer).call("projects/get")] == [project]
    both = signed_in(grace)
    both.headers = {"authorization": f"Bearer {ada.key}"}
    assert [one["project_id"] for one in both.call("projects/get")] == [project]
    both.cookies[COOKIE] = "stale.cookie"
    assert project not in [one["project_id"] for one in both.call("projects/get")]
    key = project_key(hub, grace, project).key
    refused = requests.post(f"{hub.url}/api/v2/projects/get", auth=(key, ""), timeout=30)
    assert refused.json() == {"error": "not available with a project API key"}


def test_signing_out_ends_this_browser_or_all(hub: ServedHub, grace: Person) -> None:
    first, second, third = (signed_in(grace) for _ in range(3))
    kept = dict(first.cookies)
    reply = first.post("accounts/sign-out")
    assert reply.json() == {"status": "success"}
    gone = "=; Secure; HttpOnly; Path=/; SameSite=Lax; Max-Age=0"
    assert reply.raw.headers.getlist("set-cookie") == [f"{COOKIE}{gone}", f"__Host-carrel-kept{gone}"]
    assert first.cookies == {}
    assert WebBrowser(hub, kept).whoever is None
    assert second.whoever == grace.account_id
    assert second.call("accounts/sign-out", all=True) == {"status": "success"}
    assert third.whoever is None
    assert third.call("accounts/sign-out") == {"error": "must be signed in"}


def test_browsers_are_listed_and_ended(hub: ServedHub, grace: Person, eve: Person) -> None:
    here, there, elsewhere = (signed_in(grace) for _ in range(3))
    here.headers = {"user-agent": "Here"}
    listed = here.call("auth/sessions")["sessions"]
    assert [one["is_current"] for one in listed].count(True) == 1
    assert {one["ip"] for one in listed} == {"127.0.0.1"}
    assert here.cookies[COOKIE].partition(".")[2] not in str(listed)
    assert len(signed_in(eve).call("auth/sessions")["sessions"]) == 1
    theirs = there.cookies[COOKIE].partition(".")[0]
    assert signed_in(eve).call("auth/sessions/end", id=theirs) == {"ended": 0}
    assert here.call("auth/sessions/end", id=theirs) == {"ended": 1}
    assert (there.whoever, elsewhere.whoever) == (None, grace.account_id)
    assert here.call("auth/sessions/end") == {"ended": 1}
    assert (elsewhere.whoever, here.whoever) == (None, grace.account_id)
    for path in ("auth/sessions", "auth/sessions/end", "auth/page-session"):
        reply = WebBrowser(hub).post(path, authorization=f"Bearer {grace.key}")
        assert (reply.status_code, reply.json()) == UNSIGNED, path


def test_a_page_dies_with_the_sign_in_of_its_browser(hub: ServedHub, grace: Person) -> None:
    browser, other = signed_in(grace), signed_in(grace)
    pages = [PageSession(hub, one.call("auth/page-session")) for one in (browser, browser, other)]
    assert [page.post("embed/ws-ticket").status_code for page in pages] == [200] * 3
    browser.call("accounts/sign-out")
    assert [page.post("embed/ws-ticket").status_code for page in pages] == [401, 401, 200]


def test_the_banned_and_the_deleted_are_out_at_once(hub: ServedHub, grace: Person, sql: Sql) -> None:
    browser = signed_in(grace)
    page = PageSession(hub, browser.call("auth/page-session"))
    with banned(grace, sql):
        assert browser.call("projects/get") == {"error": BANNED}
        assert browser.post("auth/page-session").json() == {"error": BANNED, "code": "account-banned"}
        assert page.post("embed/ws-ticket").status_code == 403
    grace.call("delete_account", account_id=grace.account_id)
    assert browser.call("projects/get") == {"error": "must be signed in"}
    assert browser.call("accounts/profile") == {"profile": {}}
    assert page.post("embed/ws-ticket").status_code == 401
    text = f"Problem signing into account -- no account with email address '{grace.email_address}'."
    assert sign_in(hub, grace).json() == {"error": text}
