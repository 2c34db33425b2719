"""A program that webhooks tell things: an HTTP server on the loopback that keeps what it is told."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True)
class Request:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        return msgspec.json.decode(self.body)


@dataclass
class Receiver:
    """`answers`: statuses of the next answers; then 204."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    received: list[Request] = field(default_factory=list)
    _news: Condition = field(default_factory=Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/told?by=carrel"

    def take(self, request: Request) -> int:
        with self._news:
            self.received.append(request)
            self._news.notify_all()
            return self.answers.pop(0) if self.answers else 204

    def wait_for(self, type_: str, count: int = 1) -> list[Request]:
        """So many requests of that type, and those that have come meanwhile."""
        deadline = time.monotonic() + 30
        with self._news:
            while len(found := [one for one in self.received if one.told["type"] == type_]) < count:
                assert self._news.wait(max(0.0, deadline - time.monotonic())), [one.told for one in self.received]
        return found


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = receiver.take(Request(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(status)
            self.send_header("location", "/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = False  # it is closed when all of them have ended

    with Server(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
