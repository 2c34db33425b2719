"""Calls of the RPC endpoints without the client that people use."""

from typing import Any

import requests

from support.hubs import ServedHub


def post_rpc(hub: ServedHub, endpoint: str, body: dict[str, Any], **options: Any) -> requests.Response:
    """POST to `hub` or `project`; `options` are those of `requests.post`."""
    return requests.post(f"{hub.url}/api/conat/{endpoint}", json=body, timeout=120, **options)


def reply_of(hub: ServedHub, endpoint: str, body: dict[str, Any], **options: Any) -> Any:
    """The reply's JSON; its status must be 200."""
    reply = post_rpc(hub, endpoint, body, **options)
    assert reply.status_code == 200, reply.text
    return reply.json()
