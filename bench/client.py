"""The HTTP client of the benchmarks: one connection that is kept open, so that the hub is measured and not TCP."""

import base64
import http.client
import json
from typing import Any

from support.hubs import ServedHub


class Client:
    def __init__(self, hub: ServedHub) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=300)
        credentials = base64.b64encode(f"{hub.key}:".encode()).decode()
        self.headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}

    def call(self, event: str, **params: Any) -> Any:
        """The reply's object; an error ends the benchmark."""
        self.connection.request("POST", f"/api/v1/{event}", json.dumps(params), self.headers)
        reply = json.loads(self.connection.getresponse().read())
        if "error" in reply or "reason" in reply:
            raise RuntimeError(f"{event}: {reply}")
        return reply
