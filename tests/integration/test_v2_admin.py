"""What admins do over version 2 of the API, on a served hub: who may, what it does, and what the audit says of it."""

import json
from typing import Any

import pytest
import requests
from support.browsing import COOKIE, WebBrowser, signed_in
from support.hubs import ServedHub
from support.people import PASSWORD, Person, new_person

KEPT = "__Host-carrel-kept"
IMPERSONATED = "this is not possible while you are signed in as somebody else"


@pytest.fixture
def grace(hub: ServedHub) -> Person:
    return new_person(hub, "Grace")


@pytest.fixture
def boss(hub: ServedHub) -> Person:
    """A further admin, who has a password."""
    person = new_person(hub, "Boss")
    hub.carrel("account", "grant-admin", person.account_id)
    return person


def by_key(person: Person, path: str, **params: Any) -> requests.Response:
    return requests.post(f"{person.hub.url}/api/v2/{path}", auth=(person.key, ""), json=params, timeout=60)


def test_admins_find_accounts_by_parts_of_names_addresses_and_ids(admin: Person, grace: Person) -> None:
    for query in (grace.account_id, grace.email_address, f"grac {grace.email_address[6:12]}"):
        found = by_key(admin, "admin/accounts/list", query=query).json()
        assert [one["account_id"] for one in found["accounts"]] == [grace.account_id], query
    assert by_key(admin, "admin/accounts/list", query="%").json()["accounts"] == []
    newest = by_key(admin, "admin/accounts/list").json()["accounts"][0]
    assert newest["account_id"] == grace.account_id
    address = by_key(admin, "accounts/get-email-address", account_id=grace.account_id).json()
    assert address == {"email_address": grace.email_address}


def test_a_ban_ends_browsers_and_keys_at_once_and_can_be_taken_back(admin: Person, grace: Person) -> None:
    browser = signed_in(grace)
    token = admin.call("user_auth", account_id=grace.account_id, password="")["auth_token"]
    assert grace.call("ping")["event"] == "pong"
    assert by_key(admin, "accounts/ban", account_id=grace.account_id).json() == {"status": "success"}
    assert browser.call("accounts/profile") == {"profile": {}}
    refused = grace.post("create_project", json={})
    assert (refused.status_code, "BANNED" in refused.text) == (400, True)
    assert WebBrowser(grace.hub).post("embed/session", {"auth_token": token}).status_code == 401
    assert by_key(admin, "accounts/remove-ban", account_id=grace.account_id).json() == {"status": "success"}
    assert grace.call("create_project")["event"] == "project_created"
    assert signed_in(grace).whoever == grace.account_id
    assert browser.whoever is None
    itself = by_key(admin, "accounts/ban", account_id=admin.account_id).json()
    assert itself == {"error": "you cannot do this to your own account"}
    assert "there is no account" in by_key(admin, "accounts/ban", account_id="nobody").json()["error"]


def test_an_admin_is_made_and_unmade_but_the_last_one_stays(admin: Person, grace: Person, boss: Person) -> None:
    assert by_key(grace, "admin/accounts/list").status_code == 403
    assert by_key(boss, "admin/accounts/set-admin", account_id=grace.account_id, admin=True).status_code == 204
    assert by_key(grace, "admin/accounts/list").status_code == 200
    others = [one for one in by_key(admin, "admin/accounts/list").json()["accounts"] if one["is_admin"]]
    for one in others:
        if one["account_id"] != admin.account_id:
            by_key(admin, "admin/accounts/set-admin", account_id=one["account_id"], admin=False)
    assert by_key(grace, "admin/accounts/list").status_code == 403
    last = by_key(admin, "admin/accounts/set-admin", account_id=admin.account_id, admin=False)
    assert (last.status_code, last.json()["code"]) == (400, "last-admin")
    assert by_key(admin, "admin/accounts/list").status_code == 200


def test_an_account_is_made_for_somebody_who_sets_a_password_by_a_link(hub: ServedHub, admin: Person) -> None:
    address = f"new-{hub.port}@example.com"
    draft = {"first_name": "New", "last_name": "Comer", "email_address": address}
    made = by_key(admin, "admin/accounts/create", **draft).json()
    again = by_key(admin, "admin/accounts/create", **draft)
    assert (again.status_code, "already in use" in again.text) == (400, True)
    url = by_key(admin, "admin/accounts/reset-link", account_id=made["account_id"]).json()["url"]
    browser = WebBrowser(hub)
    code = url.rpartition("/auth/password-reset/")[2]
    browser.call("auth/redeem-password-reset", password="quite an unusual sentence", passwordResetId=code)
    assert browser.whoever == made["account_id"]


def test_an_admin_goes_on_as_somebody_and_returns(boss: Person, grace: Person) -> None:
    browser = signed_in(boss)
    own = browser.cookies[COOKIE]
    assert browser.call("admin/accounts/sign-in-as", account_id=grace.account_id) == {"account_id": grace.account_id}
    profile = browser.call("accounts/profile")["profile"]
    assert (profile["account_id"], profile["impersonator"], profile["is_admin"]) == (
        grace.account_id,
        "Boss Test",
        False,
    )
    browser.call("projects/create", title="by the admin")
    for path, params in (
        ("accounts/set-password", {"newPassword": "another unusual sentence", "currentPassword": PASSWORD}),
        ("accounts/set-email-address", {"email_address": "boss@example.com", "password": PASSWORD}),
        ("api-keys", {"action": "create"}),
        ("accounts/sign-out", {"all": True}),
        ("accounts/delete", {}),
    ):
        assert browser.call(path, **params) == {"error": IMPERSONATED}, path
    assert browser.post("admin/accounts/list").status_code == 403
    as_grace = dict(browser.cookies)
    assert browser.call("auth/return") == {"account_id": boss.account_id}
    assert browser.cookies == {COOKIE: own}
    assert browser.whoever == boss.account_id
    assert WebBrowser(boss.hub, as_grace).whoever is None
    by_others = signed_in(grace).call("settings/activity", by_others=True)["rows"]
    assert [row for row in by_others if row["impersonator_id"] is None and row["account_id"] == grace.account_id] == []
    seen = {row["procedure"]: row for row in by_others}
    assert seen["v2/projects/create"]["impersonator_id"] == boss.account_id
    assert seen["v2/projects/create"]["ip"] is None
    assert seen["v2/accounts/set-password"]["outcome"] == "only-the-account-itself"
    assert seen["v2/admin/accounts/sign-in-as"]["account_id"] == boss.account_id
    assert (seen["v2/auth/return"]["account_id"], seen["v2/auth/return"]["impersonator_id"]) == (
        grace.account_id,
        boss.account_id,
    )


def test_signing_out_as_somebody_else_leaves_nobody_signed_in(boss: Person, grace: Person) -> None:
    browser = signed_in(boss)
    own = WebBrowser(boss.hub, dict(browser.cookies))
    browser.call("admin/accounts/sign-in-as", account_id=grace.account_id)
    assert set(browser.cookies) == {COOKIE, KEPT}
    browser.call("accounts/sign-out")
    assert (browser.cookies, own.whoever) == ({}, None)


def test_who_is_no_admin_any_more_is_not_signed_in_as_somebody_any_more(
    admin: Person, boss: Person, grace: Person
) -> None:
    browser = signed_in(boss)
    browser.call("admin/accounts/sign-in-as", account_id=grace.account_id)
    by_key(admin, "admin/accounts/set-admin", account_id=boss.account_id, admin=False)
    assert browser.whoever is None


def test_an_account_sees_its_own_rows_and_admins_see_all(admin: Person, ada: Person, grace: Person) -> None:
    ada.new_project("not Grace's")
    grace.new_project("Grace's")
    own = by_key(grace, "settings/activity").json()
    assert [row["procedure"] for row in own["rows"]] == ["v1/create_project", "v1/create_account"]
    assert own["rows"][0]["ip"] == "127.0.0.1"
    assert (own["rows"][1]["ip"], own["rows"][1]["credential"]) == (None, None)
    assert own["names"][grace.account_id] == "Grace Test"
    for wanted, procedures in (
        ({"by_others": True}, ["v1/create_account"]),
        ({"procedure": "v1/create_p"}, ["v1/create_project"]),
        ({"failed": True}, []),
        ({"before": own["rows"][0]["seq"]}, ["v1/create_account"]),
    ):
        found = by_key(grace, "settings/activity", **wanted).json()["rows"]
        assert [row["procedure"] for row in found] == procedures
    everything = by_key(admin, "admin/audit").json()["rows"]
    assert {row["account_id"] for row in everything} >= {ada.account_id, grace.account_id}
    about = by_key(admin, "admin/audit", account=grace.email_address, procedure="v1/create_a").json()["rows"]
    assert [row["account_id"] for row in about] == [admin.account_id]
    assert about[0]["ip"] == "127.0.0.1"
    assert by_key(admin, "admin/audit/verify").json()["broken_at"] is None
    assert "sk-" not in json.dumps(everything)
