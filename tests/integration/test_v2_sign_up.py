"""Signing up, mailed links, passwords, addresses, API keys, on a hub that sends its mails to a real server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from support.browsing import COOKIE, WebBrowser, signed_in
from support.hubs import ServedHub, served_hub
from support.live_pages import scoped_token, token_of
from support.mailboxes import Mailbox, eventually, smtp_server
from support.people import PASSWORD, Person, admin_of, new_person

NEW = "nanosecond wire"
SUCCESS = {"status": "success"}
UNSIGNED = {"error": "must be signed in"}


@pytest.fixture(scope="module")
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture(scope="module")
def hub(session_dir: Path, mailbox: Mailbox) -> Iterator[ServedHub]:
    with smtp_server(mailbox) as port:
        settings = {"CARREL_MAIL_HOST": "127.0.0.1", "CARREL_MAIL_PORT": str(port), "CARREL_MAIL_START_TLS": "false"}
        with served_hub(session_dir / "open", CARREL_SITE_OPEN_SIGNUP="true", **settings) as hub:
            yield hub


@pytest.fixture
def grace(hub: ServedHub) -> Person:
    return new_person(hub, "Grace")


def sign_up(browser: WebBrowser, email: str, **others: object) -> requests.Response:
    body = {"email": email, "password": NEW, "firstName": "Ada", "lastName": "New", "terms": True}
    return browser.post("auth/sign-up", body | others)


def by_key(person: Person, path: str, **params: object) -> object:
    return requests.post(f"{person.hub.url}/api/v2/{path}", json=params, auth=(person.key, ""), timeout=60).json()


def test_who_signs_up_is_signed_in_and_verifies_the_address(hub: ServedHub, mailbox: Mailbox) -> None:
    browser = WebBrowser(hub)
    reply = sign_up(browser, "Ada@Example.com")
    account_id = reply.json()["account_id"]
    assert browser.whoever == account_id
    assert sign_up(WebBrowser(hub), "ada@example.com").json() == {"account_id": account_id}
    link = urlsplit(mailbox.link_to("ada@example.com", "Welcome to Carrel"))
    assert f"{link.scheme}://{link.netloc}{link.path}" == f"{hub.url}/auth/verify"
    told = parse_qs(link.fragment)
    proof = {"email_address": told["email"][0], "token": told["token"][0]}
    assert browser.call("auth/redeem-verify-email", **proof | {"token": "x"}) == {"error": "token is too short"}
    wrong = {"error": "tokens do not match"}
    assert browser.call("auth/redeem-verify-email", **proof | {"token": "x" * 16}) == wrong
    assert browser.call("accounts/profile")["profile"]["email_address_verified"] is False
    assert WebBrowser(hub).call("auth/redeem-verify-email", **proof) == {}
    assert browser.call("accounts/profile")["profile"]["email_address_verified"] is True
    assert proof["token"] not in hub.log_file.read_text()


def test_what_is_wrong_with_signing_up(hub: ServedHub, grace: Person) -> None:
    reply = sign_up(WebBrowser(hub), "nobody", password="password1", terms="false")
    assert reply.json() == {
        "issues": {
            "email": "Email address does not appear to be valid.",
            "terms": "You must agree to the terms of usage.",
            "password": "Your password is too easy to guess. This is a very common password. "
            "Add another word or two. Uncommon words are better.",
        }
    }
    assert "set-cookie" not in reply.headers
    taken = sign_up(WebBrowser(hub), grace.email_address).json()
    assert taken == {"issues": {"email": f'Email address "{grace.email_address}" already in use.'}}
    long = sign_up(WebBrowser(hub), "long@example.com", password="x" * 65).json()
    assert long == {"issues": {"password": "Your password must be at most 64 characters long."}}
    foreign = WebBrowser(hub, headers={"origin": "https://evil.example"})
    assert sign_up(foreign, "foreign@example.com").status_code == 403
    assert foreign.cookies == {}


def test_a_program_of_an_admin_makes_accounts_for_others(hub: ServedHub, grace: Person) -> None:
    def make(key: str, email: str) -> requests.Response:
        body = {"email": email, "password": NEW, "terms": True}
        return requests.post(f"{hub.url}/api/v2/auth/sign-up", json=body, auth=(key, ""), timeout=30)

    made = make(hub.key, "made@example.com")
    assert made.json().keys() == {"account_id"}
    assert "set-cookie" not in made.headers
    taken = {"issues": {"email": 'Email address "made@example.com" already in use.'}}
    assert make(hub.key, "made@example.com").json() == taken
    admins = {"issues": {"api": "Only users in the group 'admin' are allowed to create new users."}}
    assert make(grace.key, "other@example.com").json() == admins
    assert make("sk-nobody", "other@example.com").json() == {"error": "No account found. Is your API key wrong?"}


def test_a_registration_token_is_asked_for_while_there_are_some(hub: ServedHub) -> None:
    browser, admin = WebBrowser(hub), admin_of(hub)
    assert browser.call("auth/requires-token") is False
    admin.call("query", query={"registration_tokens": {"token": "welcome", "disabled": False}})
    try:
        assert browser.call("auth/requires-token") is True
        missing = {"issues": {"registrationToken": "No registration token provided"}}
        assert sign_up(browser, "token@example.com").json() == missing
        assert "account_id" in sign_up(browser, "token@example.com", registrationToken="welcome").json()
    finally:
        admin.call("query", query={"registration_tokens": {"token": "welcome"}}, options=[{"delete": True}])


def test_a_forgotten_password_is_set_anew_by_mail(hub: ServedHub, grace: Person, mailbox: Mailbox) -> None:
    before, here = signed_in(grace), WebBrowser(hub)
    told = here.call("auth/password-reset", email=grace.email_address.upper())
    assert told == {"success": f"Password reset email successfully sent to {grace.email_address}."}
    unknown = {"error": 'There is no account with email "nobody@example.com".'}
    assert here.call("auth/password-reset", email="nobody@example.com") == unknown
    link = mailbox.link_to(grace.email_address, "Carrel Password Reset")
    assert link.startswith(f"{hub.url}/app?forgot=")
    code = link.rpartition("=")[2]
    weak = here.call("auth/redeem-password-reset", passwordResetId=code, password="password1")
    assert "easy to guess" in weak["error"]
    reset = here.post("auth/redeem-password-reset", {"passwordResetId": code, "password": NEW})
    assert reset.json() == {"account_id": grace.account_id}
    assert (before.whoever, here.whoever) == (None, grace.account_id)
    again = here.call("auth/redeem-password-reset", passwordResetId=code, password=NEW)
    assert again == {"error": "Password reset no longer valid."}
    assert signed_in(grace, NEW).whoever == grace.account_id


def test_a_password_is_changed_and_other_browsers_are_signed_out(grace: Person) -> None:
    here, there = signed_in(grace), signed_in(grace)
    assert here.call("auth/has-password") == {"hasPassword": True}
    wrong = here.call("accounts/set-password", currentPassword="wrong", newPassword=NEW)
    assert wrong == {"error": "Current password is incorrect."}
    assert here.call("accounts/set-password", currentPassword=PASSWORD, newPassword=NEW) == SUCCESS
    assert (here.whoever, there.whoever) == (grace.account_id, None)
    assert by_key(grace, "accounts/set-password", currentPassword=NEW, newPassword=PASSWORD) == SUCCESS
    assert here.whoever is None


def test_an_address_is_changed(hub: ServedHub, grace: Person, mailbox: Mailbox) -> None:
    browser, address = signed_in(grace), f"new-{grace.email_address}"
    for email, password, error in [
        ("nobody", PASSWORD, "email address is not valid"),
        (address, "short", "password must be at least 6 characters"),
        (address, "wrong password", "password is incorrect"),
        ("admin@example.com", PASSWORD, 'email address "admin@example.com" is already in use by another account'),
    ]:
        reply = browser.call("accounts/set-email-address", email_address=email, password=password)
        assert reply == {"error": error}
    assert browser.call("accounts/set-email-address", email_address=address, password=PASSWORD) == SUCCESS
    assert browser.call("accounts/profile")["profile"]["email_address"] == address
    mailbox.wait_for(address, "Confirm your e-mail address")
    assert browser.call("accounts/send-verification-email") == SUCCESS
    mailbox.wait_for(address, "Confirm your e-mail address")


def test_names_are_changed_and_found(hub: ServedHub, grace: Person) -> None:
    browser, eve = signed_in(grace), new_person(hub, "Eve")
    user_name = f"hopper-{grace.account_id[:8]}"
    assert browser.call("accounts/set-name", first_name="Rear", last_name="Admiral", username=user_name) == SUCCESS
    names = {"first_name": "Rear", "last_name": "Admiral"}
    nobody = "0f8fad5b-d9cb-469f-a165-70867728950e"
    assert browser.call("accounts/get-names", account_ids=[grace.account_id, nobody]) == {
        "names": {grace.account_id: names, nobody: {"first_name": "Deleted", "last_name": "User"}}
    }
    found = signed_in(eve).call("accounts/search", query="rear admiral")
    mine = next(one for one in found if one["account_id"] == grace.account_id)
    assert mine | names | {"name": user_name} == mine
    assert "email_address" not in mine
    assert signed_in(eve).call("accounts/search", query=grace.email_address)[0]["email_address"] == grace.email_address
    for change, error in [
        ({"first_name": " "}, "first_name must be nonempty"),
        ({"username": "-x"}, "a name has 1 to 39 letters and digits, with single dashes between them"),
        ({"username": user_name.upper()}, f"the name '{user_name.upper()}' is already taken"),
        ({"account_id": grace.account_id, "first_name": "X"}, "must be logged in and a member of the admin group"),
    ]:
        assert signed_in(eve).post("accounts/set-name", change).json() == {"error": error}
    assert by_key(admin_of(hub), "accounts/set-name", account_id=eve.account_id, first_name="Eva") == SUCCESS


def test_an_account_is_deleted_by_itself(hub: ServedHub, grace: Person) -> None:
    browser = signed_in(grace)
    assert browser.call("accounts/delete") == SUCCESS
    assert browser.cookies == {}
    assert by_key(grace, "projects/get") == {"error": "No account found. Is your API key wrong?"}
    assert browser.call("auth/password-reset", email=grace.email_address) == {
        "error": f'There is no account with email "{grace.email_address}".'
    }


def test_what_everybody_may_know(hub: ServedHub) -> None:
    browser = WebBrowser(hub)
    asked = browser.call("customize", fields=["siteName", "helpEmail", "emailSignup", "database"])
    assert asked == {"siteName": "Carrel", "helpEmail": "help@example.com", "emailSignup": True}
    assert "termsOfServiceURL" not in browser.call("customize")
    strength = browser.call("auth/password-strength", password="password1")
    assert (strength["score"], "common" in strength["help"]) == (0, True)
    assert browser.call("auth/password-strength", password=NEW)["score"] >= 3
    assert browser.call("auth/password-strength", password="")["score"] == 0


def test_keys_of_an_account(hub: ServedHub, grace: Person) -> None:
    browser = signed_in(grace)
    created = browser.call("api-keys", action="create", name="My course", expire="2100-01-01T00:00:00Z")["response"]
    assert len(created) == 1
    made = created[0]
    assert made.keys() == {"id", "account_id", "name", "trunc", "created", "expire", "secret"}
    assert (made["name"], made["expire"]) == ("My course", "2100-01-01T00:00:00.000Z")
    assert made["trunc"] == f"{made['secret'][:3]}...{made['secret'][-6:]}"
    assert hub.call("ping", key=made["secret"])["event"] == "pong"
    assert hub.call("create_project", key=made["secret"])["event"] == "project_created"
    listed = browser.call("api-keys", action="get")["response"]
    assert [key["name"] for key in listed] == ["My course", "created with the account"]
    assert "secret" not in str(listed)
    assert listed[0]["last_active"] >= listed[0]["created"]
    assert browser.call("api-keys", action="edit", id=made["id"], name="Renamed") == {}
    assert browser.call("api-keys", action="get", id=made["id"])["response"][0]["name"] == "Renamed"
    eve = signed_in(new_person(hub, "Eve"))
    for action in ("get", "edit", "delete"):
        refused = eve.call("api-keys", action=action, id=made["id"], name="Stolen")
        assert refused == {"error": f"no api key with id {made['id']}"}
    assert browser.call("api-keys", action="delete", id=made["id"]) == {}
    assert "No account found" in hub.call("create_project", key=made["secret"])["error"]
    assert browser.call("api-keys", action="use") == {"error": "unknown action 'use'"}


def test_keys_of_a_project(hub: ServedHub, grace: Person) -> None:
    project, eve = grace.new_project("Grace's"), new_person(hub, "Eve")
    made = signed_in(grace).call("api-keys", action="create", name="robot", project_id=project)["response"][0]
    assert made["project_id"] == project
    assert signed_in(grace).call("api-keys", action="get")["response"][0]["name"] != "robot"
    refused = {"error": "user must be collaborator on project to manage project_id api keys"}
    for project_id in (project, "nope"):
        assert signed_in(eve).call("api-keys", action="get", project_id=project_id) == refused
    grace.call("add_collaborator", project_id=project, account_id=eve.account_id)
    assert [key["name"] for key in by_key(eve, "api-keys", action="get", project_id=project)["response"]] == ["robot"]  # type: ignore[index]
    assert hub.call("touch_project", key=made["secret"], project_id=project)["event"] == "success"
    assert by_key(eve, "api-keys", action="delete", id=made["id"], project_id=project) == {}
    assert "No account found" in hub.call("touch_project", key=made["secret"], project_id=project)["error"]


def test_an_auth_token_signs_a_browser_in(hub: ServedHub, grace: Person) -> None:
    token, browser = token_of(grace), WebBrowser(hub)
    foreign = browser.post("auth/impersonate", {"auth_token": token}, origin="https://evil.example")
    assert (foreign.status_code, browser.cookies) == (403, {})
    assert browser.call("auth/impersonate", auth_token=token) == {"account_id": grace.account_id}
    assert (COOKIE in browser.cookies, browser.whoever) == (True, grace.account_id)
    assert browser.call("auth/sessions")["sessions"][0]["impersonator_id"] == hub.account_id
    for wrong, status in [("x" * 23, 400), ("x" * 24, 401), (scoped_token(grace, readonly=True), 401)]:
        assert WebBrowser(hub).post("auth/impersonate", {"auth_token": wrong}).status_code == status
    grace.call("revoke_auth_token", auth_token=token)
    assert browser.whoever is None


def test_each_mail_that_is_refused_waits_for_an_admin_and_is_sent_again(hub: ServedHub, mailbox: Mailbox) -> None:
    admin, owner, person = admin_of(hub), new_person(hub, "Owner"), new_person(hub, "Refuse")
    project, stranger = owner.new_project("Ours"), "refuse-a-stranger@example.com"
    person.call("query", query={"accounts": {"other_settings": {"i18n": "de-AT"}}})
    admin.call("forgot_password", email_address=person.email_address)
    person.call("send_verification_email", account_id=person.account_id)
    owner.call("invite_collaborator", project_id=project, account_id=person.account_id, email="Come")
    asked = {"email": "Come", "title": "Ours", "link2proj": "https://x.example/"}
    owner.call("invite_noncloud_collaborators", project_id=project, to=stranger, **asked)
    subjects = {
        "Welcome to Carrel",
        "Carrel: Neues Passwort",
        "Carrel: Bestätigen Sie Ihre E-Mail-Adresse",
        "Invitation to Carrel for collaborating in project 'Ours'",
        "Carrel Invitation",
    }

    def refused() -> list[dict[str, Any]]:
        mails = requests.post(f"{hub.url}/api/v2/admin/mails", json={}, auth=(hub.key, ""), timeout=30).json()["mails"]
        return [one for one in mails if one["to"] in (person.email_address, stranger) and one["error"]]

    waiting = eventually(refused, lambda found: {mail["subject"] for mail in found} == subjects)
    assert all("no such mailbox here" in mail["error"] for mail in waiting)
    mailbox.refuses = False
    try:
        for mail in waiting:
            retry = requests.post(
                f"{hub.url}/api/v2/admin/mails/retry", json={"id": mail["id"]}, auth=(hub.key, ""), timeout=30
            )
            assert retry.status_code == 204
        for mail in waiting:
            assert mailbox.wait_for(mail["to"], mail["subject"]).split() == mail["body"].split()
    finally:
        mailbox.refuses = True
    assert eventually(refused, lambda found: not found) == []
