"""Callers of the RPC endpoints: what they are told who have no key that is good for them, and how calls are written."""

from typing import Any

import requests
from support.hubs import ServedHub
from support.people import Person, project_key
from support.rpc import post_rpc, reply_of

NO_HEADER = "You must provide authentication via an API key."
HUB_STRANGER = "must be signed in and MUST provide an api key (cookies are not allowed)"
PROJECT_STRANGER = "must sign in as project or account"


def call(who: Person, endpoint: str, body: dict[str, Any]) -> Any:
    return reply_of(who.hub, endpoint, body, auth=(who.key, ""))


def test_a_call_says_which_project_unless_its_key_does(ada: Person, eve: Person, project: str) -> None:
    own, ping = project_key(ada.hub, ada, project), {"name": "system.test"}
    assert call(ada, "project", ping)["error"].startswith("must specify project_id or use")
    assert call(own, "project", ping)["project_id"] == project
    malformed = ping | {"project_id": "../x"}
    assert call(ada, "project", malformed)["error"] == ("invalid account_id or project_id -- all must be valid uuid's")
    forged = {"name": "system.exec", "args": [{"command": "true", "project_id": eve.new_project()}]}
    assert call(ada, "project", forged | {"project_id": project})["exit_code"] == 0


def test_what_is_no_call_is_told_so(hub: ServedHub, ada: Person) -> None:
    auth = (ada.key, "")
    assert reply_of(hub, "hub", {"name": "system.nothing"}, auth=auth) == {
        "error": "Error: unknown function 'system.nothing'"
    }
    assert reply_of(hub, "hub", {}, auth=auth) == {"error": "Error: unknown function ''"}
    assert reply_of(hub, "hub", {"name": "system.ping"}, auth=auth).keys() == {"now"}
    for wrong in ({"name": 1}, {"name": "system.ping", "args": {}}, {"name": "system.ping", "timeout": "soon"}):
        assert reply_of(hub, "hub", wrong, auth=auth)["error"].startswith("invalid request: ")
    for argument in ("text", 7, None):
        text = reply_of(hub, "hub", {"name": "projects.state", "args": [argument]}, auth=auth)["error"]
        assert text.startswith("Error: invalid parameters ")
    garbage = requests.post(f"{hub.url}/api/conat/hub", data="{", auth=auth, timeout=30)
    assert (garbage.status_code, garbage.json()) == (200, {"error": "invalid request: not JSON"})
    assert requests.get(f"{hub.url}/api/conat/hub", auth=auth, timeout=30).status_code == 405


def test_too_much_at_once_is_refused(hub: ServedHub, ada: Person) -> None:
    body = {"name": "system.ping", "args": ["x" * 17_000_000]}
    assert post_rpc(hub, "hub", body, auth=(ada.key, "")).status_code == 413
