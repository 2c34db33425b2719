"""Callers of a served hub: an account or a project with its key."""

import os
from dataclasses import dataclass
from typing import Any

import requests

from support.commands import run
from support.hubs import ServedHub

PASSWORD = "a password of tests"


@dataclass(frozen=True, slots=True)
class Person:
    """An account of a hub that calls with its own key."""

    hub: ServedHub
    account_id: str
    key: str
    email_address: str

    def call(self, event: str, **params: Any) -> Any:
        """Call an event with JSON parameters; the reply's object."""
        return self.hub.call(event, key=self.key, **params)

    def post(self, event: str, **options: Any) -> requests.Response:
        """POST; `options` are those of `requests.post`."""
        return self.hub.post(event, key=self.key, **options)

    def refusal(self, event: str, **params: Any) -> str:
        """The text of the error with which a handler answers; the reply must be of that kind."""
        response = self.post(event, json=params)
        assert response.status_code == 200, response.text
        reply = response.json()
        assert reply["event"] == "error", reply
        return str(reply["error"])

    def new_project(self, title: str = "") -> str:
        return self.hub.new_project(key=self.key, title=title)

    def write(self, project_id: str, path: str, content: str) -> None:
        reply = self.call("write_text_file_to_project", project_id=project_id, path=path, content=content)
        assert reply["event"] == "file_written_to_project", reply

    def read(self, project_id: str, path: str) -> str:
        reply = self.call("read_text_file_from_project", project_id=project_id, path=path)
        assert reply["event"] == "text_file_read_from_project", reply
        return str(reply["content"])

    def shell(self, project_id: str, script: str, **params: Any) -> Any:
        """Run a script; its output, which must not be an error."""
        reply = self.call("project_exec", project_id=project_id, command=script, bash=True, **params)
        assert reply["event"] == "project_exec_output", reply
        return reply


def admin_of(hub: ServedHub) -> Person:
    return Person(hub, hub.account_id, hub.key, "admin@example.com")


def new_person(hub: ServedHub, name: str, **fields: Any) -> Person:
    """A further account with a key, made by the admin."""
    address = f"{name.lower()}-{os.urandom(6).hex()}@example.com"
    draft: dict[str, Any] = {
        "first_name": name,
        "last_name": "Test",
        "email_address": address,
        "password": PASSWORD,
        "agreed_to_terms": True,
        "get_api_key": True,
    }
    reply = hub.call("create_account", **(draft | fields))
    assert reply["event"] == "account_created", reply
    return Person(hub, reply["account_id"], reply["api_key"], address)


def project_key(hub: ServedHub, owner: Person, project_id: str) -> Person:
    """A key of that project alone, made by the operator for one of its collaborators."""
    made = run(hub.environment, "key", "create", owner.account_id, "--project", project_id)
    assert made.returncode == 0, made
    return Person(hub, owner.account_id, made.stdout.strip(), owner.email_address)
