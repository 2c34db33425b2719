"""A real hub as a process: `carrel serve` on a free port, with an admin and its key."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import requests

from support.environments import ENVIRONMENT

READY_SECONDS = 120
DATABASE = "carrel.sqlite"
_FIRST_UID = 1_000_000_000 + 10_000 * (os.getpid() % 100_000)
"""Hubs of tests that run at the same time do not share the users of their projects, and so no limits of theirs."""


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@dataclass
class ServedHub:
    """Serves `data_dir`; can be killed and served again with the same port, data and keys."""

    data_dir: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    key: str = ""
    account_id: str = ""
    process: subprocess.Popen[bytes] | None = None
    uid: int | None = None
    """Run as this ordinary user instead of the one that runs the tests."""

    @property
    def command(self) -> list[str]:
        become = [] if self.uid is None else ["setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", "--clear-groups"]
        return [*become, sys.executable, "-m", "carrel"]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log_file(self) -> Path:
        return self.data_dir.parent / f"{self.data_dir.name}.log"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CARREL_")}
        own = {"CARREL_DATA_DIR": str(self.data_dir), "CARREL_HUB_PORT": str(self.port), "CARREL_DATA_RESERVE_MB": "0"}
        own |= {"CARREL_RUNNER_ENVIRONMENT": str(ENVIRONMENT), "CARREL_DATA_UID_BASE": str(_FIRST_UID)}
        own |= {"CARREL_RUNNER_IMPORTS": "[]"}  # nobody waits for the first plot, and it takes long to be ready for it
        return kept | own | self.settings

    def carrel(self, *arguments: str) -> str:
        """Run a command of the command line; its output."""
        command = [*self.command, *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def make_admin(self) -> None:
        """Make the admin, in SQLite by a copy of a database in which that has been done."""
        if self.uid is None and "CARREL_DATABASE_URL" not in self.settings:
            database, made = _database_with_admin()
            self.data_dir.mkdir(mode=0o711)
            (self.data_dir / DATABASE).write_bytes(database)
        else:
            made = self._create_admin()
        self.key, self.account_id = made["api_key"], made["account_id"]

    def _create_admin(self) -> dict[str, str]:
        made: dict[str, str] = json.loads(
            self.carrel("account", "create", "admin@example.com", "--admin", "--with-key", "--json")
        )
        return made

    def start(self) -> None:
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen([*self.command, "serve"], env=self.environment, stdout=log, stderr=log)
        self.wait_ready()

    def wait_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            assert self.process is not None
            assert self.process.poll() is None, self.log_file.read_text()
            try:
                if requests.get(f"{self.url}/readyz", timeout=5).ok:
                    return
            except (requests.ConnectionError, requests.Timeout):
                threading.Event().wait(0.01)
        raise AssertionError(f"the hub is not ready after {READY_SECONDS} s: {self.log_file.read_text()}")

    def kill(self) -> None:
        """`kill -9`."""
        self.stop(signal.SIGKILL)

    def stop(self, how: int = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=30)
            self.process = None

    def post(self, event: str, *, key: str | None = None, **options: Any) -> requests.Response:
        """POST with the admin's key, or another; `options` are those of `requests.post`."""
        auth = (self.key if key is None else key, "")
        return requests.post(f"{self.url}/api/v1/{event}", auth=auth, timeout=120, **options)

    def call(self, event: str, *, key: str | None = None, **params: Any) -> Any:
        """Call an event with JSON parameters; the reply's object."""
        return self.post(event, key=key, json=params).json()

    def new_account(self, name: str = "Ada") -> tuple[str, str]:
        """A further account that is no admin: its id and its key."""
        reply = self.call(
            "create_account",
            first_name=name,
            last_name="Test",
            email_address=f"{name.lower()}-{os.urandom(6).hex()}@example.com",
            password="secret-enough",
            agreed_to_terms=True,
            get_api_key=True,
        )
        return reply["account_id"], reply["api_key"]

    def new_project(self, *, key: str | None = None, title: str = "") -> str:
        return str(self.call("create_project", key=key, title=title)["project_id"])


@cache
def _database_with_admin() -> tuple[bytes, dict[str, str]]:
    """A database with an admin and nothing else, and what the command said that has made it."""
    with tempfile.TemporaryDirectory() as place:
        hub = ServedHub(Path(place, "data"))
        made = hub._create_admin()
        return (hub.data_dir / DATABASE).read_bytes(), made


@contextmanager
def served_hub(data_dir: Path, uid: int | None = None, /, **settings: str) -> Iterator[ServedHub]:
    """A hub with an admin; at the end it is stopped, and so is every project that it runs."""
    hub = ServedHub(data_dir, settings, uid=uid)
    hub.make_admin()
    hub.start()
    try:
        yield hub
    finally:
        hub.stop()
        stop_sandboxes(data_dir)


def stop_sandboxes(data_dir: Path) -> None:
    """Kill the sandboxes that a data directory's records name."""
    for record in data_dir.glob("state/*/sandbox.json"):
        pid = json.loads(record.read_text())["pid"]
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
