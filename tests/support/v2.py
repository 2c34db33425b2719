"""Calls of version 2 of the API by key."""

from typing import Any

import requests

from support.hubs import ServedHub
from support.people import Person


def ask(who: Person, path: str, /, **params: Any) -> Any:
    """The reply's JSON; its status must be 200, or 204 (then `None`)."""
    reply = post(who.hub, path, params, key=who.key)
    assert reply.status_code in (200, 204), reply.text
    return reply.json() if reply.content else None


def error_of(who: Person, path: str, /, **params: Any) -> str:
    """The text of an error that is answered with 200."""
    reply = ask(who, path, **params)
    assert reply.keys() == {"error"}, reply
    return str(reply["error"])


def status_of(who: Person, path: str, /, **params: Any) -> int:
    return post(who.hub, path, params, key=who.key).status_code


def post(hub: ServedHub, path: str, params: dict[str, Any], *, key: str | None) -> requests.Response:
    auth = None if key is None else (key, "")
    return requests.post(f"{hub.url}/api/v2/{path}", json=params, auth=auth, timeout=120)
