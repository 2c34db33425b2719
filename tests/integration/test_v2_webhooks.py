"""Webhooks over HTTP: admins make them, and they are told what happens, signed as the documentation says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.hubs import ServedHub
from support.people import Person
from support.receivers import Receiver, receiving
from support.snippets import PythonPrompt, snippets_of
from support.v2 import ask, status_of

(VERIFYING,) = snippets_of(Path(__file__).parents[2] / "docs" / "webhooks.md")
EVENTS = ["account.created", "copy.finished", "document.submitted", "project.state_changed"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def made(admin: Person, receiver: Receiver) -> tuple[str, str]:
    """Id and secret of a webhook for all events."""
    reply = ask(admin, "admin/webhooks/create", url=receiver.url, events=EVENTS)
    assert "secret" not in reply["webhook"]
    return reply["webhook"]["id"], reply["secret"]


def verifying() -> Any:
    prompt = PythonPrompt()
    prompt.run(VERIFYING.code)
    return prompt.names["verified"]


def test_what_happens_is_told_and_signed(hub: ServedHub, admin: Person, ada: Person, receiver: Receiver) -> None:
    webhook, secret = made(admin, receiver)
    project = ada.new_project()
    ada.write(project, "a", "text")
    ada.shell(project, "true")
    ada.call("stop_project", project_id=project)
    ends = {"src_project_id": project, "src_path": "a", "target_project_id": project, "target_path": "b"}
    ada.call("copy_path_between_projects", **ends)
    for submit in (False, True):
        snapshot = ask(ada, "snapshots/make", project_id=project, path="a", submit=submit)
    account_id, _ = hub.new_account("Grace")
    verified = verifying()
    told = [verified(secret, one.headers, one.body)["data"] for one in receiver.wait_for("account.created")]
    assert [one["account_id"] for one in told] == [account_id]
    (copy,) = receiver.wait_for("copy.finished")
    assert copy.told["data"].items() >= (ends | {"error": None}).items()
    (document,) = receiver.wait_for("document.submitted")
    names = ("snapshot_id", "project_id", "path", "account_id", "sha256")
    assert document.told["data"] == {name: snapshot[name] for name in names}
    states = [one.told["data"] for one in receiver.wait_for("project.state_changed", 4)]
    assert {one["state"] for one in states if one["project_id"] == project} == {
        *("starting", "running", "stopping", "opened")
    }
    assert status_of(admin, "admin/webhooks/delete", id=webhook) == 204


def test_a_webhook_is_tried_out_and_told_again(hub: ServedHub, admin: Person, receiver: Receiver) -> None:
    webhook, _ = made(admin, receiver)
    (shown,) = [one for one in ask(admin, "admin/webhooks")["webhooks"] if one["id"] == webhook]
    assert (shown["url"], shown["events"], shown["disabled"]) == (receiver.url, EVENTS, False)
    ask(admin, "admin/webhooks/test", id=webhook)
    first, *_ = receiver.wait_for("ping")
    (delivery,) = ask(admin, "admin/webhooks/deliveries", id=webhook)["deliveries"]
    assert delivery["id"] == first.headers["webhook-id"]
    secret = ask(admin, "admin/webhooks/renew-secret", id=webhook)["secret"]
    ask(admin, "admin/webhooks/send-again", id=delivery["id"])
    again = receiver.wait_for("ping", 2)[1]
    assert verifying()(secret, again.headers, again.body) == first.told
    log = hub.log_file.read_text()
    assert secret not in log
    assert "/told" not in log  # there may be a secret in the address
    ask(admin, "admin/webhooks/delete", id=webhook)
    assert status_of(admin, "admin/webhooks/send-again", id=delivery["id"]) == 404
