"""Accounts, auth tokens and the search for users over HTTP (api-v1 §8.2-§8.4)."""

import os
import uuid
from typing import Any

import pytest
from support.hubs import ServedHub
from support.people import PASSWORD, Person, new_person, project_key

DRAFT: dict[str, Any] = {
    "first_name": "Grace",
    "last_name": "Hopper",
    "email_address": "grace@example.com",
    "password": PASSWORD,
    "agreed_to_terms": True,
}
NOBODY = "00000000-0000-4000-8000-000000000000"


def address() -> str:
    return f"x{os.urandom(6).hex()}@example.com"


def test_create_account_makes_an_account_and_a_key_that_works(hub: ServedHub) -> None:
    where = address()
    reply = hub.call("create_account", **DRAFT | {"email_address": where.upper(), "get_api_key": "my app"})
    assert set(reply) == {"event", "id", "account_id", "api_key"}
    assert reply["event"] == "account_created"
    assert len(reply["api_key"]) == 25
    assert reply["api_key"].startswith("sk-")
    found = hub.call("user_search", key=reply["api_key"], query=where)["results"]
    assert [(a["account_id"], a["email_address"]) for a in found] == [(reply["account_id"], where)]


def test_without_get_api_key_there_is_no_key(hub: ServedHub) -> None:
    reply = hub.call("create_account", **DRAFT | {"email_address": address(), "get_api_key": False})
    assert set(reply) == {"event", "id", "account_id"}


def test_a_long_name_is_cut(hub: ServedHub) -> None:
    person = new_person(hub, "Long", first_name="n" * 100_000)
    names = hub.call("get_usernames", account_ids=[person.account_id])["usernames"]
    assert names == {person.account_id: {"first_name": "n" * 254, "last_name": "Test"}}


def test_all_problems_are_told_at_once(hub: ServedHub, ada: Person) -> None:
    reply = hub.call(
        "create_account",
        first_name="",
        last_name="",
        email_address=ada.email_address.upper(),
        password="short",
        agreed_to_terms=False,
        id="x",
    )
    assert reply == {
        "event": "account_creation_failed",
        "id": "x",
        "reason": {
            "first_name": "Enter your first name.",
            "last_name": "Enter your last name.",
            "email_address": "This e-mail address is already taken.",
            "password": "Password must be between 6 and 64 characters in length.",
            "agreed_to_terms": "Agree to the Terms of Service.",
        },
    }


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("password", "", "Password must be specified."),
        ("password", "12345", "Password must be between 6 and 64 characters in length."),
        ("password", "x" * 65, "Password must be between 6 and 64 characters in length."),
        ("email_address", "nobody", "Email address does not appear to be valid."),
        ("email_address", "a b@example.com", "Email address does not appear to be valid."),
        ("email_address", "a@example.com\nBcc: b@example.com", "Email address does not appear to be valid."),
        ("email_address", "a@b@example.com", "Email address does not appear to be valid."),
        ("email_address", "@" * 100_000, "Email address does not appear to be valid."),
    ],
)
def test_a_bad_field_is_named(hub: ServedHub, field: str, value: str, text: str) -> None:
    reply = hub.call("create_account", **DRAFT | {"email_address": address(), field: value})
    assert reply["event"] == "account_creation_failed"
    assert reply["reason"] == {field: text}


@pytest.mark.parametrize("field", sorted(DRAFT))
def test_all_five_fields_are_required(hub: ServedHub, field: str) -> None:
    response = hub.post("create_account", json={name: value for name, value in DRAFT.items() if name != field})
    assert response.status_code == 400
    assert f"property '{field}' must be specified" in response.json()["error"]


def test_passwords_of_6_and_of_64_characters_are_fine(hub: ServedHub) -> None:
    for password in ("123456", "é" * 64):
        person = new_person(hub, "Pass", password=password)
        assert person.call("user_auth", account_id=person.account_id, password=password)["event"] == "user_auth_token"


def test_a_banned_address_is_told_from_a_taken_one(hub: ServedHub, sql: Any) -> None:
    banned = new_person(hub, "Banned")
    sql("update accounts set banned = 1 where account_id = ?", banned.account_id)
    reply = hub.call("create_account", **DRAFT | {"email_address": banned.email_address})
    assert reply["reason"] == {"email_address": "This e-mail address is banned."}


def test_an_ordinary_caller_may_not_create_accounts_while_sign_up_is_closed(ada: Person) -> None:
    reply = ada.call("create_account", **DRAFT | {"first_name": ""})
    assert reply["event"] == "account_creation_failed"
    assert reply["reason"]["other"] == "Signing up via email/password is disabled."


def test_a_new_account_is_sent_a_welcome_that_is_kept_without_a_mail_server(hub: ServedHub, sql: Any) -> None:
    person = new_person(hub, "Mail")
    assert sql('select subject, sent from mails where "to" = ?', person.email_address) == [("Welcome to Carrel", None)]


def test_an_account_may_delete_itself_and_its_address_is_free_again(hub: ServedHub) -> None:
    person = new_person(hub, "Self")
    assert person.call("delete_account", account_id=person.account_id, id="x") == {
        "event": "account_deleted",
        "id": "x",
    }
    again = hub.call("create_account", **DRAFT | {"email_address": person.email_address})
    assert again["event"] == "account_created"
    assert hub.call("user_search", query=person.account_id)["results"] == []


def test_deleting_twice_or_a_stranger_succeeds_for_an_admin(hub: ServedHub) -> None:
    person = new_person(hub, "Twice")
    for account_id in (person.account_id, person.account_id, NOBODY, "no uuid"):
        assert hub.call("delete_account", account_id=account_id)["event"] == "account_deleted"


def test_nobody_else_may_delete_an_account_known_or_not(ada: Person, eve: Person) -> None:
    text = "you may only delete your own account or an account that you created"
    for account_id in (ada.account_id, NOBODY):
        assert eve.refusal("delete_account", account_id=account_id) == text
    assert ada.call("ping")["event"] == "pong"


def test_a_deleted_account_stays_on_its_projects(hub: ServedHub, ada: Person) -> None:
    person, project_id = new_person(hub, "Stays"), ada.new_project()
    ada.call("add_collaborator", project_id=project_id, account_id=person.account_id)
    person.call("delete_account", account_id=person.account_id)
    users = ada.call("query", query={"projects": {"project_id": project_id, "users": None}})["query"]["projects"][
        "users"
    ]
    assert set(users) == {ada.account_id, person.account_id}


def test_an_account_gets_a_token_for_itself_with_its_password(ada: Person) -> None:
    reply = ada.call("user_auth", account_id=ada.account_id, password=PASSWORD)
    assert set(reply) == {"event", "id", "auth_token"}
    assert reply["event"] == "user_auth_token"
    assert len(reply["auth_token"]) == 24
    assert reply["auth_token"].isalnum()


def test_whoever_knows_the_password_gets_a_token(ada: Person, eve: Person) -> None:
    assert eve.call("user_auth", account_id=ada.account_id, password=PASSWORD)["event"] == "user_auth_token"


def test_an_admin_needs_no_password(hub: ServedHub, ada: Person) -> None:
    assert hub.call("user_auth", account_id=ada.account_id, password="")["event"] == "user_auth_token"


def test_an_empty_password_is_wrong_for_everyone_else(hub: ServedHub, ada: Person) -> None:
    caller = new_person(hub, "Empty")
    assert caller.refusal("user_auth", account_id=ada.account_id, password="") == "incorrect password"


def test_a_wrong_password_locks_the_pair_and_nobody_else(hub: ServedHub, ada: Person, eve: Person) -> None:
    caller = new_person(hub, "Guess")
    assert caller.refusal("user_auth", account_id=ada.account_id, password="wrong") == "incorrect password"
    for password in ("wrong", PASSWORD):
        text = caller.refusal("user_auth", account_id=ada.account_id, password=password)
        assert text == "banned -- please wait at least 60s before trying again"
    assert caller.call("user_auth", account_id=eve.account_id, password=PASSWORD)["event"] == "user_auth_token"
    assert eve.call("user_auth", account_id=ada.account_id, password=PASSWORD)["event"] == "user_auth_token"


@pytest.mark.parametrize("account_id", [NOBODY, "no uuid", "", "x" * 100_000])
def test_an_unknown_account_has_an_incorrect_password(hub: ServedHub, account_id: str) -> None:
    caller = new_person(hub, "Unknown")
    assert caller.refusal("user_auth", account_id=account_id, password=PASSWORD) == "incorrect password"
    if account_id == NOBODY:
        assert hub.call("user_auth", account_id=str(uuid.uuid4()), password="")["error"] == "incorrect password"


def test_an_auth_token_is_no_api_key(hub: ServedHub, ada: Person) -> None:
    token = ada.call("user_auth", account_id=ada.account_id, password=PASSWORD)["auth_token"]
    response = hub.post("ping", key=token)
    assert (response.status_code, response.json()["error"]) == (400, "No account found. Is your API key wrong?")


def test_revoking_succeeds_for_known_and_unknown_tokens(ada: Person, eve: Person, sql: Any) -> None:
    count = "select count(*) from auth_tokens where account_id = ?"
    before = sql(count, ada.account_id)
    token = ada.call("user_auth", account_id=ada.account_id, password=PASSWORD)["auth_token"]
    for presented in (token, token, "unknown", ""):
        assert eve.call("revoke_auth_token", auth_token=presented, id="x") == {"event": "success", "id": "x"}
    assert sql(count, ada.account_id) == before


def test_a_project_key_is_not_an_account(hub: ServedHub, ada: Person, project: str) -> None:
    key = project_key(hub, ada, project)
    for event, params in (
        ("create_account", DRAFT),
        ("delete_account", {"account_id": ada.account_id}),
        ("user_auth", {"account_id": ada.account_id, "password": PASSWORD}),
        ("user_search", {"query": "Ada"}),
        ("create_project", {}),
        ("delete_project", {"project_id": project}),
        ("add_collaborator", {"project_id": project, "account_id": ada.account_id}),
        ("invite_collaborator", {"project_id": project, "account_id": ada.account_id}),
        ("remove_collaborator", {"project_id": project, "account_id": ada.account_id}),
    ):
        assert key.refusal(event, **params) == "not available with a project API key", event


@pytest.fixture(scope="module")
def club(hub: ServedHub, sql: Any) -> dict[str, Person]:
    """Three accounts with a strange last name, the last of them the most recently active, one of them unlisted."""
    people = {}
    for number, name in enumerate(("Zoe", "Zacharias", "Zelda")):
        people[name] = new_person(hub, name, last_name="Quuxley")
        sql(
            "update accounts set last_active = ? where account_id = ?",
            f"2099-01-0{number + 1} 00:00:00.000000",
            people[name].account_id,
        )
    sql("update accounts set unlisted = 1 where account_id = ?", people["Zacharias"].account_id)
    return people


def found(person: Person | ServedHub, **params: Any) -> list[str]:
    return [row["account_id"] for row in person.call("user_search", **params)["results"]]


def test_names_are_found_by_any_part_in_any_case_most_active_first(club: dict[str, Person], ada: Person) -> None:
    zoe, zelda = club["Zoe"].account_id, club["Zelda"].account_id
    assert found(ada, query="quux") == [zelda, zoe]
    assert found(ada, query="UXLEY z") == [zelda, zoe]
    assert found(ada, query="zo quux; nobody-is-called-so") == [zoe]
    assert found(ada, query="zoe quux, zelda quux\nx-x-x") == [zelda, zoe]
    assert found(ada, query="quux", limit=1) == [zelda]
    assert found(ada, query="quux", limit=0) == []
    assert found(ada, query="quux", only_email=True) == []
    assert found(ada, query="%") == found(ada, query="") == []


def test_rows_have_names_and_times_but_no_addresses(club: dict[str, Person], ada: Person) -> None:
    row = ada.call("user_search", query="Zoe Quuxley", active="6 months")["results"][0]
    assert row == {
        "account_id": club["Zoe"].account_id,
        "first_name": "Zoe",
        "last_name": "Quuxley",
        "last_active": 4070908800000,
        "created": row["created"],
    }


def test_an_address_finds_its_account_and_shows_it(club: dict[str, Person], ada: Person) -> None:
    zoe, hidden = club["Zoe"], club["Zacharias"]
    rows = ada.call("user_search", query=f"Zoe <{zoe.email_address.upper()}>")["results"]
    assert [(row["account_id"], row["email_address"]) for row in rows] == [(zoe.account_id, zoe.email_address)]
    assert found(ada, query=hidden.email_address) == [hidden.account_id]
    assert found(ada, query=zoe.email_address[:-1]) == []


def test_the_limit_is_for_names_only(club: dict[str, Person], ada: Person) -> None:
    zoe, zelda = club["Zoe"], club["Zelda"]
    query = f"{zoe.email_address}, {zelda.email_address}; quuxley"
    assert found(ada, query=query, limit=1) == [zelda.account_id, zoe.account_id, zelda.account_id]


def test_a_uuid_finds_that_account(club: dict[str, Person], ada: Person) -> None:
    assert found(ada, query=club["Zacharias"].account_id) == [club["Zacharias"].account_id]
    assert found(ada, query=str(uuid.uuid4())) == []


def test_an_admins_search_looks_into_addresses_too(club: dict[str, Person], hub: ServedHub, ada: Person) -> None:
    zoe = club["Zoe"]
    rows = hub.call("user_search", query=zoe.email_address[:10], admin=True)["results"]
    assert [(row["account_id"], row["email_address"], row["banned"]) for row in rows] == [
        (zoe.account_id, zoe.email_address, False)
    ]
    assert set(found(hub, query="quuxley", admin=True)) == {person.account_id for person in club.values()}
    text = "must be logged in and a member of the admin group"
    assert ada.refusal("user_search", query="quuxley", admin=True) == text


def test_a_caller_who_is_no_admin_gets_at_most_50(hub: ServedHub, ada: Person, sql: Any) -> None:
    sql(
        """with recursive n(i) as (select 1 union all select i + 1 from n where i < 60)
        insert into accounts (account_id, first_name, last_name, created, groups, banned, deleted, unlisted)
        select printf('00000000-0000-4000-9000-%012d', i), 'Many', 'Fold', '2020-01-01 00:00:00.000000', '[]', 0, 0, 0
        from n"""
    )
    assert len(found(ada, query="many fold", limit=1000)) == 50
    assert len(found(ada, query="many fold")) == 20
    assert len(found(hub, query="many fold", limit=1000)) == 60


def test_usernames_of_known_and_unknown_accounts(ada: Person) -> None:
    reply = ada.call("get_usernames", account_ids=[ada.account_id, NOBODY])
    assert reply["usernames"] == {ada.account_id: {"first_name": "Ada", "last_name": "Test"}, NOBODY: {}}
    assert ada.call("get_usernames", account_ids=[], id="x") == {"event": "usernames", "id": "x", "usernames": {}}


def test_a_wrong_account_id_is_named_with_the_whole_list(ada: Person) -> None:
    text = ada.refusal("get_usernames", account_ids=[ada.account_id, "wrong"])
    assert text == f'invalid uuid wrong in account_ids -- ["{ada.account_id}","wrong"]'
