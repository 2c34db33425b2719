"""What the hub writes about its calls: each crash once, with the id of its request, and never a secret."""

import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from support.hubs import ServedHub, served_hub
from support.mailboxes import eventually
from support.people import PASSWORD, admin_of, new_person, project_key


@pytest.fixture(scope="module", params=["text", "json"])
def own_hub(request: pytest.FixtureRequest, session_dir: Path) -> Iterator[ServedHub]:
    """A hub whose database the tests may break."""
    with served_hub(session_dir / f"log-{request.param}", CARREL_HUB_LOG_FORMAT=request.param) as hub:
        yield hub


def break_database(hub: ServedHub, *tables: str) -> None:
    connection = sqlite3.connect(hub.data_dir / "carrel.sqlite", timeout=15)
    with connection:
        for table in tables:
            connection.execute(f"alter table {table} rename to {table}_gone")
    connection.close()


def mend_database(hub: ServedHub, *tables: str) -> None:
    connection = sqlite3.connect(hub.data_dir / "carrel.sqlite", timeout=15)
    with connection:
        for table in tables:
            connection.execute(f"alter table {table}_gone rename to {table}")
    connection.close()


def test_no_secret_reaches_the_log_not_even_when_calls_crash(own_hub: ServedHub) -> None:
    admin, secrets = admin_of(own_hub), {own_hub.key, PASSWORD}
    person = new_person(own_hub, "Log")
    project_id = person.new_project("the title of the project")
    key = project_key(own_hub, person, project_id)
    token = person.call("user_auth", account_id=person.account_id, password=PASSWORD)["auth_token"]
    wrong, content, command, env = (f"secret-{os.urandom(8).hex()}" for _ in range(4))
    secrets |= {person.key, key.key, token, wrong, content, command, env}

    def calls() -> list[Any]:
        return [
            own_hub.post("ping", key=f"sk-{wrong}"),
            requests.post(f"{own_hub.url}/api/v1/ping", headers={"Authorization": f"Bearer {wrong}"}, timeout=30),
            person.post("user_auth", json={"account_id": admin.account_id, "password": wrong}),
            person.post("revoke_auth_token", json={"auth_token": token}),
            person.post("write_text_file_to_project", json={"project_id": project_id, "path": "x", "content": content}),
            key.post(
                "project_exec", json={"project_id": project_id, "command": f"echo {command}; exit 1", "env": {"A": env}}
            ),
            admin.post(
                "create_account",
                json={
                    "first_name": "A",
                    "last_name": "B",
                    "email_address": f"{os.urandom(8).hex()}@example.com",
                    "password": wrong,
                    "agreed_to_terms": True,
                    "get_api_key": True,
                },
            ),
            person.post("ping", data=wrong.encode(), headers={"Content-Type": "application/json"}),
        ]

    secrets.add(calls()[6].json()["api_key"])
    tables = ("collaborators", "auth_tokens", "mails", "password_locks")
    break_database(own_hub, *tables)
    assert {response.status_code for response in calls()} == {400, 500}
    mend_database(own_hub, *tables)
    log = own_hub.log_file.read_text()
    assert "call_crashed" in log
    assert [secret for secret in secrets if secret in log] == []


def test_a_crash_is_logged_once_and_answered_without_details(own_hub: ServedHub) -> None:
    before = own_hub.log_file.read_text()
    break_database(own_hub, "copy_paths")
    given = own_hub.post("copy_path_status", json={"copy_path_id": "x", "id": {"mine": 1}})
    made_up = own_hub.post("copy_path_status", json={"copy_path_id": "x"})
    mend_database(own_hub, "copy_paths")
    log = own_hub.log_file.read_text()[len(before) :]
    for response in (given, made_up):
        assert response.status_code == 500
        assert log.count(f"{response.headers['x-request-id']}") == 2  # the crash, and that the call came to a 500
    assert given.json() == {"error": "internal error", "id": {"mine": 1}}
    assert made_up.json() == {"error": "internal error", "id": made_up.headers["x-request-id"]}
    assert log.count("call_crashed") == 2
    assert "no such table" in log


def test_a_crash_before_the_handler_is_answered_alike(own_hub: ServedHub) -> None:
    person = new_person(own_hub, "Early")
    break_database(own_hub, "api_keys")
    response = person.post("ping", json={"id": "mine"})
    mend_database(own_hub, "api_keys")
    assert (response.status_code, response.json()) == (500, {"error": "internal error", "id": "mine"})
    assert response.headers["x-request-id"] in own_hub.log_file.read_text()
    assert person.call("ping")["event"] == "pong"


def test_a_crash_outside_of_calls_is_logged_with_the_requests_own_id(own_hub: ServedHub) -> None:
    break_database(own_hub, "api_keys")
    response = requests.get(f"{own_hub.url}/readyz", headers={"X-Request-Id": "asked-if-ready"}, timeout=30)
    mend_database(own_hub, "api_keys")
    assert (response.status_code, response.headers["x-request-id"]) == (500, "asked-if-ready")
    assert eventually(lambda: own_hub.log_file.read_text().count("asked-if-ready"), bool) == 1


def test_json_lines_are_json(session_dir: Path, own_hub: ServedHub) -> None:
    if own_hub.settings["CARREL_HUB_LOG_FORMAT"] == "json":
        lines = [json.loads(line) for line in own_hub.log_file.read_text().splitlines()]
        assert {"event", "level", "timestamp"} <= set(lines[0])
    else:
        assert "[info     ] hub_starting" in own_hub.log_file.read_text()
