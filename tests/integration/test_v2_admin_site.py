"""What admins see and change of the site itself, on a served hub."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from support.browsing import WebBrowser
from support.hubs import ServedHub
from support.people import Person, new_person

Sql = Callable[..., list[tuple[object, ...]]]


def ask(person: Person, path: str, **params: Any) -> requests.Response:
    return requests.post(f"{person.hub.url}/api/v2/admin/{path}", auth=(person.key, ""), json=params, timeout=60)


def page(hub: ServedHub) -> requests.Response:
    return requests.get(f"{hub.url}/app?fullscreen=kiosk", timeout=30)


def test_an_admin_changes_the_site_while_it_runs(hub: ServedHub, admin: Person) -> None:
    before = ask(admin, "site").json()
    assert (before["values"]["name"], before["locked"], before["mail"]["host"]) == ("Carrel", [], None)
    changed = {
        "name": "A <new> name",
        "help_email": "desk@example.com",
        "open_signup": True,
        "comm_hosts": ".example.org",
    }
    try:
        assert ask(admin, "site/change", values=changed).status_code == 204
        assert ask(admin, "site").json()["values"] == changed
        public = WebBrowser(hub).call("customize")
        assert (public["siteName"], public["helpEmail"], public["emailSignup"]) == (
            "A <new> name",
            "desk@example.com",
            True,
        )
        shown = page(hub)
        assert "<title>A &lt;new&gt; name</title>" in shown.text
        assert "https://*.example.org" in shown.headers["content-security-policy"]
        hub.stop()
        hub.start()
        assert ask(admin, "site").json()["values"] == changed
    finally:
        ask(admin, "site/change", values=before["values"])
    assert "<title>Carrel</title>" in page(hub).text


def test_what_another_server_process_has_changed_is_noticed(hub: ServedHub, admin: Person, sql: Sql) -> None:
    sql("insert or replace into site_settings (name, value) values ('name', '\"Elsewhere\"')")
    try:
        deadline = time.monotonic() + 30
        while WebBrowser(hub).call("customize")["siteName"] != "Elsewhere":
            assert time.monotonic() < deadline
            threading.Event().wait(0.1)
    finally:
        ask(admin, "site/change", values={"name": "Carrel"})


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"comm_hosts": "lms.example.org https://x.org"}, "'https://x.org' is no host that may embed: write the host"),
        ({"name": "two\nlines"}, "the name is one line"),
        ({"name": 7}, "name is a text"),
        ({"help_email": "nobody"}, "'nobody' is no e-mail address"),
        ({"open_signup": "yes"}, "open_signup is true or false"),
        ({"url": "https://elsewhere.example"}, "url is set by the server's operator"),
    ],
)
def test_a_value_that_cannot_be_is_refused_and_nothing_is_changed(
    admin: Person, values: dict[str, Any], text: str
) -> None:
    before = ask(admin, "site").json()
    refused = ask(admin, "site/change", values={"open_signup": True} | values)
    assert (refused.status_code, text in refused.json()["error"]) == (400, True), refused.text
    assert ask(admin, "site").json() == before


def test_who_signs_up_needs_a_token_once_there_is_one(hub: ServedHub, admin: Person) -> None:
    ask(admin, "site/change", values={"open_signup": True})
    try:
        token = ask(admin, "registration-tokens/create", description="course", limit=1).json()["token"]
        draft = {"firstName": "Sue", "lastName": "Up", "password": "quite an unusual sentence", "terms": True}
        address = f"sue-{hub.port}@example.com"
        without = WebBrowser(hub).call("auth/sign-up", email=address, **draft)
        assert "registrationToken" in without["issues"]
        assert "account_id" in WebBrowser(hub).call("auth/sign-up", email=address, registrationToken=token, **draft)
        [listed] = [one for one in ask(admin, "registration-tokens").json()["tokens"] if one["token"] == token]
        assert (listed["counter"], listed["limit"], listed["description"]) == (1, 1, "course")
        assert ask(admin, "registration-tokens/disable", token=token, disabled=True).status_code == 204
        assert WebBrowser(hub).call("auth/requires-token") is False
        assert ask(admin, "registration-tokens/disable", token="none", disabled=True).status_code == 400
    finally:
        ask(admin, "site/change", values={"open_signup": False})


def test_mails_that_wait_are_read_and_removed(hub: ServedHub, admin: Person) -> None:
    person = new_person(hub, "Mel")
    [mail] = [one for one in ask(admin, "mails").json()["mails"] if one["to"] == person.email_address]
    assert "Welcome" in mail["subject"]
    assert ask(admin, "mails/retry", id=mail["id"]).status_code == 204
    assert ask(admin, "mails/delete", id=mail["id"]).status_code == 204
    assert mail["id"] not in [one["id"] for one in ask(admin, "mails").json()["mails"]]
    gone = ask(admin, "mails/delete", id=mail["id"])
    assert gone.json() == {"error": f"there is no unsent mail {mail['id']}", "code": "mail-not-found"}
    assert ask(admin, "mails/test", to="desk@example.com").json()["code"] == "mail-failed"


def test_health_projects_and_copies(hub: ServedHub, admin: Person) -> None:
    state = ask(admin, "health").json()
    assert (state["database"], [one["name"] for one in state["findings"]][:3]) == (
        "sqlite",
        ["rsync", "disk", "database"],
    )
    assert 0 < state["disk_free"] <= state["disk_total"]
    assert 0 < state["memory_free"] <= state["memory_total"]
    person = new_person(hub, "Pia")
    project = person.new_project("An unusual title")
    for query in ("unusual an", project, person.email_address, person.account_id):
        [found] = ask(admin, "projects", query=query).json()["projects"]
        assert (found["project_id"], found["owners"], found["network"]) == (project, ["Pia Test"], "none")
    assert ask(admin, "projects", query="unusual nothing").json() == {"projects": [], "more": False}
    later = {"scheduled": "2099-01-01T00:00:00Z", "wait_until_done": False}
    copy = person.call(
        "copy_path_between_projects",
        src_project_id=project,
        src_path="a",
        target_project_id=project,
        target_path="b",
        **later,
    )["copy_path_id"]
    [waiting] = [one for one in ask(admin, "copies").json()["copies"] if one["copy_id"] == copy]
    assert (waiting["source_path"], waiting["target_path"], waiting["started"]) == ("a", "b", None)
    assert ask(admin, "copies/cancel", copy_id=copy).status_code == 204
    assert copy not in [one["copy_id"] for one in ask(admin, "copies").json()["copies"]]
