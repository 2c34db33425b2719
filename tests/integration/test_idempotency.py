"""Calls with an `Idempotency-Key` are carried out once, in every dialect; nobody else gets their replies."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from support.people import Person
from support.v2 import ask

Sql = Callable[..., list[tuple[object, ...]]]


def send(who: Person, path: str, params: Any, key: str, **headers: str) -> requests.Response:
    """POST JSON with an idempotency key."""
    return requests.post(
        f"{who.hub.url}/api/{path}",
        json=params,
        auth=(who.key, ""),
        headers={"Idempotency-Key": key, **headers},
        timeout=60,
    )


def replayed(reply: requests.Response) -> bool:
    return reply.headers.get("Idempotent-Replay") == "true"


def titled(sql: Sql, title: str) -> int:
    return len(sql("select 1 from projects where title = ?", title))


CALLS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "v1": ("v1/create_project", lambda title: {"title": title}),
    "compatible": ("v2/projects/create", lambda title: {"title": title}),
    "rpc": ("conat/hub", lambda title: {"name": "projects.createProject", "args": [{"title": title}]}),
}


@pytest.mark.parametrize("dialect", CALLS)
def test_a_call_that_is_sent_again_is_answered_again_and_not_carried_out(ada: Person, sql: Sql, dialect: str) -> None:
    path, params = CALLS[dialect]
    title = f"idempotent {os.urandom(4).hex()}"
    first, again = (send(ada, path, params(title), title) for _ in range(2))
    assert (replayed(first), replayed(again)) == (False, True)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["content-type"] == first.headers["content-type"]
    assert first.headers["x-request-id"] != again.headers["x-request-id"]
    assert titled(sql, title) == 1
    other = send(ada, path, params("another title"), title)
    text = "this Idempotency-Key was used for another request"
    expected = {"v1": {"event": "error", "error": text}, "rpc": {"error": f"Error: {text}"}}
    found = other.json()
    found.pop("id", None)
    assert (other.status_code, found) == (200, expected.get(dialect, {"error": text}))
    assert titled(sql, "another title") == 0


def test_our_own_calls_say_with_their_status_what_is_wrong(ada: Person, eve: Person) -> None:
    project_id, key = ada.new_project(), os.urandom(8).hex()
    describe = {"project_id": project_id, "title": "described"}
    first, again = (send(ada, "v2/projects/describe", describe, key) for _ in range(2))
    assert [(reply.status_code, reply.content, replayed(reply)) for reply in (first, again)] == [
        (204, b"", False),
        (204, b"", True),
    ]
    for path, params in (("v2/projects/describe", describe | {"title": "x"}), ("v2/projects/hide", describe)):
        other = send(ada, path, params | ({"hidden": True} if path.endswith("hide") else {}), key)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    for bad in ("k" * 256, "tab\tin it"):
        reply = send(ada, "v2/projects/describe", describe, bad)
        assert (reply.status_code, reply.json()["code"]) == (400, "idempotency-key-invalid")
    refused, foreign = (send(who, "v2/projects/describe", describe, key) for who in (eve, eve))
    assert (refused.status_code, replayed(refused)) == (403, False)  # her own key, and not Ada's reply
    assert (foreign.status_code, replayed(foreign)) == (403, True)
    query = {"query": {"projects": {"project_id": project_id, "title": "by a query"}}}
    assert [replayed(send(ada, "v2/user-query", query, f"{key}-query")) for _ in range(2)] == [False, True]
    reading = [send(ada, "v2/projects/details", {"project_id": project_id}, key) for _ in range(2)]
    assert [(reply.status_code, replayed(reply)) for reply in reading] == [(200, False)] * 2


def test_a_reply_with_a_secret_is_for_its_caller_alone_and_while_that_may_call(ada: Person, sql: Sql) -> None:
    key, name = f"key-{os.urandom(8).hex()}", f"name {os.urandom(8).hex()}"
    create = {"action": "create", "name": name}
    first, again = (send(ada, "v2/api-keys", create, key) for _ in range(2))
    (made,) = first.json()["response"]
    assert (again.json(), replayed(again)) == (first.json(), True)
    stored = b"".join(value for row in sql("select * from kept_replies") for value in map(as_bytes, row))
    assert len(stored) > 200
    assert [secret for secret in (made["secret"], key, name) if secret.encode() in stored] == []

    second = Person(ada.hub, ada.account_id, made["secret"], ada.email_address)
    title = {"title": name}
    assert [replayed(send(second, "v1/create_project", title, key)) for _ in range(2)] == [False, True]
    ask(ada, "api-keys", action="delete", id=made["id"])
    refused = send(second, "v1/create_project", title, key)
    assert (refused.status_code, replayed(refused)) == (400, False)
    assert titled(sql, name) == 1


def as_bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def test_what_was_carried_out_counts_once_and_what_came_too_often_may_be_sent_again(ada: Person) -> None:
    key = f"message {os.urandom(8).hex()}"
    message = {"to_ids": [ada.account_id], "subject": key, "body": ""}
    first, again = (send(ada, "v2/messages/send", message, key) for _ in range(2))
    assert (first.json()["status"], again.json(), replayed(again)) == ("ok", first.json(), True)
    too_soon = [send(ada, "v2/messages/send", message, f"{key} {number}") for number in range(5)][-1]
    assert "too many requests" in too_soon.json()["error"]
    again = send(ada, "v2/messages/send", message, f"{key} 4")
    assert not replayed(again)


def test_an_admins_program_makes_an_account_once(admin: Person) -> None:
    key = f"{os.urandom(8).hex()}@example.com"
    draft = {"email": key, "password": "nanosecond wire", "terms": True}
    first, again = (send(admin, "v2/auth/sign-up", draft, key) for _ in range(2))
    assert (first.json().keys(), again.json(), replayed(again)) == ({"account_id"}, first.json(), True)


def test_a_second_sending_waits_for_the_first(ada: Person, project: str) -> None:
    count = f"count-{os.urandom(4).hex()}"
    params = {"project_id": project, "command": f"echo x >> {count}; sleep 1; wc -l < {count}", "bash": True}
    with ThreadPoolExecutor(3) as threads:
        replies = list(threads.map(lambda _: send(ada, "v1/project_exec", params, count), range(3)))
    assert sorted(replayed(reply) for reply in replies) == [False, True, True]
    assert {reply.json()["stdout"] for reply in replies} == {"1\n"}


def test_what_fails_is_replayed_and_a_reply_that_is_too_large_is_not_kept(ada: Person) -> None:
    project_id, key = ada.new_project(), os.urandom(8).hex()
    copy = {"src_project_id": project_id, "src_path": "missing", "target_project_id": project_id, "target_path": "new"}
    first = send(ada, "v1/copy_path_between_projects", copy, key)
    ada.write(project_id, "missing", "now it is here")
    again = send(ada, "v1/copy_path_between_projects", copy, key)
    assert first.json()["event"] == "error"
    assert (again.json(), replayed(again)) == (first.json(), True)
    big = {"project_id": project_id, "command": "head -c 300000 /dev/zero | tr '\\0' x; echo x >> ran", "bash": True}
    assert len(send(ada, "v1/project_exec", big, f"{key}-big").json()["stdout"]) == 300_000
    assert "too large to be kept" in send(ada, "v1/project_exec", big, f"{key}-big").json()["error"]
    assert ada.read(project_id, "ran") == "x\n"
