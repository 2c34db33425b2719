"""Hostile input and hostile projects: each gets a clear error, and everybody else is served as before."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from support.hubs import ServedHub
from support.people import Person, new_person, project_key

LONG = "x" * 100_000
NOBODY = "00000000-0000-4000-8000-000000000000"
CALLS_BEFORE = 50
SLOWER = 100
"""How many times as long as before anybody else may wait: one project makes the machine busy, and holds nobody up."""


def reference(hub: ServedHub, project: str) -> dict[str, dict[str, Any]]:
    """A harmless call of each event, whose fields are then replaced by hostile ones."""
    copy = {"src_project_id": project, "src_path": "x", "target_project_id": project, "target_path": "y"}
    person = {"project_id": project, "account_id": NOBODY}
    return {
        "ping": {},
        "create_account": {
            "first_name": "A",
            "last_name": "B",
            "email_address": "taken",
            "password": "short",
            "agreed_to_terms": False,
            "token": "t",
            "get_api_key": False,
            "usage_intent": "u",
        },
        "delete_account": {"account_id": NOBODY},
        "user_auth": {"account_id": NOBODY, "password": "p"},
        "revoke_auth_token": {"auth_token": "t"},
        "user_search": {"query": "q", "active": "a", "limit": 1},
        "get_usernames": {"account_ids": [NOBODY]},
        "create_project": {"title": "t", "description": "d", "image": "i", "license": "l"},
        "touch_project": {"project_id": project},
        "disconnect_from_project": {"project_id": project},
        "add_collaborator": person | {"token_id": "t"},
        "invite_collaborator": person
        | {"title": "t", "link2proj": "l", "replyto": "r", "replyto_name": "n", "subject": "s"},
        "remove_collaborator": person,
        "project_exec": {
            "project_id": project,
            "command": "true",
            "args": ["a"],
            "path": "",
            "timeout": 1,
            "max_output": 10,
            "aggregate": "a",
            "env": {"A": "b"},
        },
        "read_text_file_from_project": {"project_id": project, "path": "p"},
        "write_text_file_to_project": {"project_id": project, "path": "p", "content": "c"},
        "copy_path_between_projects": copy | {"exclude": ["e"], "timeout": 5, "bwlimit": "1", "scheduled": "s"},
        "copy_path_status": {"copy_path_id": "c", "src_path": "p", "limit": 1, "offset": 0},
        "copy_path_delete": {"copy_path_id": "c"},
    }


VALUES: dict[str, Any] = {
    "long": LONG,
    "empty": "",
    "nul": "a\x00b",
    "unicode": "\ufffe\U0010ffff\u202e\u0000\r\n",
    "sql": "'; drop table accounts; --",
    "shell": "$(touch /tmp/pwned) `id` ; id | id && id",
    "format": "%s%n{0}{}%(x)s",
    "huge": 10**300,
    "negative": -(10**299),
    "fraction": 1e-300,
    "big integer": 2**63,
    "true": True,
    "list": [1, "a", None, {"b": []}],
    "long list": ["a"] * 10_000,
    "empty list": [],
    "object": {"a": {"b": LONG}},
    "deep": json.loads("[" * 90 + "]" * 90),
    "path": "../../../../etc/passwd",
    "option": "--help",
}


def answered(response: requests.Response) -> bool:
    """Whether it is one of the answers that the API has: never a crash, always a JSON object."""
    body = response.json()
    return response.status_code in (200, 400) and isinstance(body, dict) and ("event" in body or "error" in body)


def answer_seconds(other: Person) -> float:
    """How long somebody waits for a call that the hub answers by itself, and for one that asks the database."""
    started = time.monotonic()
    for event, params in (("ping", {}), ("user_search", {"query": "x"})):
        assert other.call(event, **params)["event"] != "error"
    return time.monotonic() - started


@contextmanager
def others_served(hub: ServedHub, other: Person) -> Iterator[None]:
    """Meanwhile somebody else keeps calling; each answer must come about as soon as the slowest of those before."""
    before = max(answer_seconds(other) for _ in range(CALLS_BEFORE))
    took: list[float] = []
    stop = threading.Event()

    def call() -> None:
        while not stop.is_set():
            took.append(answer_seconds(other))
            stop.wait(0.02)

    thread = threading.Thread(target=call)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    assert took
    assert max(took) < SLOWER * before, (before, sorted(took)[-5:])


def memory_mb(hub: ServedHub) -> float:
    assert hub.process is not None
    status = Path(f"/proc/{hub.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@pytest.mark.parametrize("kind", VALUES)
def test_any_value_in_any_field_gets_an_answer(hub: ServedHub, ada: Person, project: str, kind: str) -> None:
    for event, params in reference(hub, project).items():
        for field in params:
            hostile = params | {field: VALUES[kind]}
            response = ada.post(event, json=hostile)
            assert answered(response), (event, field, kind, response.status_code, response.text[:500])
    assert hub.call("ping")["event"] == "pong"


@pytest.mark.parametrize("kind", ["long", "nul", "unicode", "sql", "option"])
def test_any_text_in_any_field_of_a_form_gets_an_answer(hub: ServedHub, ada: Person, project: str, kind: str) -> None:
    for event, params in reference(hub, project).items():
        for field in params:
            response = ada.post(event, data={**params, field: VALUES[kind]})
            assert answered(response), (event, field, response.text[:500])


def test_unknown_fields_of_any_length_are_refused(ada: Person) -> None:
    for name in (LONG, "", "\x00", "__class__", "a" * 1_000_000):
        response = ada.post("ping", json={name: 1})
        assert response.status_code == 400
        assert response.json()["error"].startswith("invalid parameters")


@pytest.mark.parametrize(
    "body",
    [
        '{"id": ' + "[" * 5_000 + "]" * 5_000 + "}",
        '{"id": ' + '{"a":' * 150 + "1" + "}" * 150 + "}",
        "{" * 1_000_000,
        '{"id": ' + "9" * 100_000 + "}",
        '{"id": 1e999}',
        '{"id": "\\ud800"}',
        '{"id": "\\udc00\\ud800"}',
        '{"id": Infinity}',
        "\ufeff{}",
        '{"id": 1}{"id": 2}',
        '{"id": "' + "\\" * 1_001 + '"}',
    ],
)
def test_strange_json_is_refused_as_invalid(hub: ServedHub, body: str) -> None:
    response = hub.post("ping", data=body.encode(), headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()) == (400, {"error": "invalid JSON body"})


def test_of_duplicate_keys_the_last_counts(ada: Person, eve: Person, project: str) -> None:
    mine = eve.new_project()
    for first, second, refused in ((mine, project, True), (project, mine, False)):
        body = f'{{"project_id": "{first}", "command": "true", "project_id": "{second}"}}'
        reply = eve.post("project_exec", data=body, headers={"Content-Type": "application/json"}).json()
        assert (reply["event"] == "error") == refused


@pytest.mark.parametrize(
    "form",
    [
        b"a=1&" * 20_000,
        b"args[" * 10_000 + b"=1",
        b"args[0][0][0][0][0][0][0][0][0][0][0][0][0][0]=1",
        b"id[__proto__][x]=1",
        b"id=%ED%A0%80",
        b"%00=%00",
        b"=&=&=",
        b"id[999999999]=1&id[]=2",
        b"&&&;;;",
        b"id=" + b"%" * 100_000,
    ],
)
def test_strange_forms_get_an_answer(hub: ServedHub, form: bytes) -> None:
    response = hub.post("ping", data=form, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answered(response)


def test_strange_headers_get_an_answer(hub: ServedHub) -> None:
    strange: tuple[dict[str, str | bytes], ...] = (
        {"Authorization": "Basic " + "A" * 30_000},
        {"Authorization": b"Basic \xff\xfe"},
        {"Authorization": "Bearer \t "},
        {"Authorization": "x" * 1_000},
        {"Authorization": f"Bearer {hub.key}", "Content-Type": "application/json; charset=utf-16"},
        {"Authorization": f"Bearer {hub.key}", "Content-Type": b"\xff"},
        {"Authorization": f"Bearer {hub.key}", "X-Forwarded-For": "'; drop table x, " * 50},
    )
    for headers in strange:
        assert answered(requests.post(f"{hub.url}/api/v1/ping", data=b"{}", headers=headers, timeout=30))


def test_strange_paths_of_events_get_an_answer(hub: ServedHub) -> None:
    for event in (
        "",
        "%00",
        "..%2F..%2Fhealthz",
        "ping/",
        "ping%20",
        "a" * 10_000,
        "%ff%fe",
        "PING",
        "ping;x",
        "__init__",
    ):
        response = hub.post(event)
        assert response.status_code == 400, event
        assert response.json()["error"].startswith("unknown endpoint '")


def test_a_project_cannot_reach_anothers_files_by_any_event(ada: Person, eve: Person, project: str) -> None:
    ada.write(project, "secret.txt", "the secret of Ada")
    mine = eve.new_project()
    eve.shell(
        mine,
        f"""ln -s ../../{project[:2]}/{project}/secret.txt a; ln -s /projects/{project}/secret.txt b
        ln -s /proc/1/root/ c; ln -s /proc/self/fd d; ln -s .. e; mkdir f; ln -s ../../{project[:2]} f/g""",
    )
    direct = [
        f"../../{project[:2]}/{project}/secret.txt",
        f"/projects/{project}/secret.txt",
        f"../{project}/secret.txt",
    ]
    below = [
        f"c/projects/{project}/secret.txt",
        "d/3",
        f"e/{project}/secret.txt",
        f"f/g/{project}/secret.txt",
        "a",
        "b",
    ]
    for path in direct + below:
        text = eve.refusal("read_text_file_from_project", project_id=mine, path=path)
        assert text.startswith("Error: E"), (path, text)
        text = eve.refusal("write_text_file_to_project", project_id=mine, path=path, content="overwritten")
        assert text.startswith("Error: E"), (path, text)
        copied = eve.call(
            "copy_path_between_projects", src_project_id=mine, src_path=path, target_project_id=mine, target_path="out"
        )
        assert copied["event"] == "error" or path in ("a", "b"), (path, copied)
    found = eve.shell(
        mine, "cat -- a b out c/projects/*/secret.txt 2>&1; cat /proc/*/environ | tr '\\0' ' '", err_on_exit=False
    )
    assert "the secret of Ada" not in found["stdout"]
    assert ada.read(project, "secret.txt") == "the secret of Ada"


def test_a_projects_key_is_of_no_use_elsewhere(hub: ServedHub, ada: Person, eve: Person, project: str) -> None:
    key = project_key(hub, eve, eve.new_project())
    for event in ("read_text_file_from_project", "write_text_file_to_project", "project_exec", "touch_project"):
        params = reference(hub, project)[event]
        assert "must have write access" in (text := key.refusal(event, **params)) or "access to project" in text


def quota(sql: Callable[..., object], project_id: str, **settings: int) -> None:
    sql("update projects set settings = ? where project_id = ?", json.dumps(settings), project_id)


def test_a_flood_of_output_is_bounded(hub: ServedHub, ada: Person) -> None:
    project_id, before = ada.new_project(), memory_mb(hub)
    ada.shell(project_id, "true")
    with others_served(hub, new_person(hub, "Other")):
        reply = ada.call(
            "project_exec", project_id=project_id, command="yes | head -c 300000000", max_output=100, timeout=60
        )
        assert reply["stdout"] == "y\n" * 50 + " (truncated at 100 characters)"
        text = ada.refusal("project_exec", project_id=project_id, command="yes", args=["y"], timeout=1)
        assert text.endswith("killed command 'yes y'")
        with ThreadPoolExecutor(4) as threads:
            floods = [f"yes {number} | head -c 20000000" for number in range(4)]
            list(threads.map(lambda flood: ada.shell(project_id, flood, aggregate=1, timeout=60), floods))
    assert memory_mb(hub) - before < 400


def test_many_floods_at_the_same_time_are_refused_before_the_hub_is_full(hub: ServedHub, ada: Person) -> None:
    project_id, before = ada.new_project(), memory_mb(hub)
    ada.shell(project_id, "true")

    def flood(number: int) -> str:
        reply = ada.call("project_exec", project_id=project_id, command=f"yes {number} | head -c 20000000; sleep 3")
        return str(reply.get("error", "served"))

    with others_served(hub, new_person(hub, "Other")), ThreadPoolExecutor(20) as threads:
        told = list(threads.map(flood, range(20)))
    assert any("too much output is waiting to be answered" in text for text in told)
    assert memory_mb(hub) - before < 400
    assert flood(0) == "served"


def test_a_fork_bomb_hits_its_own_projects_limit(hub: ServedHub, ada: Person, sql: Callable[..., object]) -> None:
    project_id = ada.new_project()
    quota(sql, project_id, processes=60)
    with others_served(hub, new_person(hub, "Other")):
        text = ada.refusal("project_exec", project_id=project_id, command="f() { f | f; }; f", timeout=2)
        assert "killed command" in text or "exited with nonzero code" in text
        ada.call("project_exec", project_id=project_id, command="f() { f | f & }; f", timeout=2)
        assert ada.call("restart_project", project_id=project_id)["event"] == "success"
    assert ada.shell(project_id, "echo alive")["stdout"] == "alive\n"


def test_a_memory_hog_is_killed_in_its_own_project(hub: ServedHub, ada: Person, sql: Callable[..., object]) -> None:
    project_id = ada.new_project()
    quota(sql, project_id, memory=150)
    hog = "x = []\nwhile True: x.append(bytearray(10**6))"
    with others_served(hub, new_person(hub, "Other")):
        reply = ada.call("project_exec", project_id=project_id, command="python3", args=["-c", hog], err_on_exit=False)
        assert reply["exit_code"] == 137
        reply = ada.call("project_exec", project_id=project_id, command="head -c 200m /dev/zero > /tmp/x; ls -s /tmp/x")
        assert reply["event"] in ("project_exec_output", "error")
    assert ada.call("restart_project", project_id=project_id)["event"] == "success"
    assert ada.shell(project_id, "echo alive")["stdout"] == "alive\n"


def test_a_disk_filler_is_stopped_and_told_why(hub: ServedHub, ada: Person, sql: Callable[..., object]) -> None:
    project_id = ada.new_project()
    quota(sql, project_id, disk_quota=20)
    with others_served(hub, new_person(hub, "Other")):
        script = "i=0; while true; do head -c 5000000 /dev/zero > file$i; i=$((i+1)); sleep 0.05; done"
        text = ada.refusal("project_exec", project_id=project_id, command=script, timeout=60)
    assert "connection to the project was lost: disk quota exceeded: " in text
    reply = ada.call("query", query={"projects": {"project_id": project_id, "state": None}})
    assert reply["query"]["projects"]["state"]["error"].startswith("disk quota exceeded")
    ada.shell(project_id, "rm file*")
    one = ada.shell(project_id, "head -c 100000000 /dev/zero > one; stat -c %s one", err_on_exit=False)
    assert int(one["stdout"]) <= 20_000_000


def test_a_project_that_kills_its_own_agent_starts_again(ada: Person) -> None:
    project_id = ada.new_project()
    text = ada.refusal("project_exec", project_id=project_id, command="kill -9 -1 ")
    assert "connection to the project was lost: " in text
    assert ada.shell(project_id, "echo alive")["stdout"] == "alive\n"
