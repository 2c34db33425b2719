"""Requests per second of one hub on one core (the load comes from the other), against a bare ASGI application.

The load is made by `wrk`.
"""

import base64
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.hubs import ServedHub, free_port

from bench.client import Client
from bench.measure import Row

_LUA = """wrk.method = "POST"
wrk.body = '{body}'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Basic {credentials}"
"""
_BARE = """
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b'{"event":"pong"}'})
"""


def run(hub: ServedHub, *, short: bool) -> list[Row]:
    duration = 1 if short else 5
    client = Client(hub)
    project = hub.new_project()
    client.call("write_text_file_to_project", project_id=project, path="a", content="x")
    copy = client.call(
        "copy_path_between_projects", src_project_id=project, src_path="a", target_project_id=project, target_path="b"
    )
    assert hub.process is not None
    rows = []
    with pinned(hub.process.pid), bare_server(_BARE) as bare:
        for event, params, goal in (
            ("ping", {}, 2000),
            ("copy_path_status", {"copy_path_id": copy["copy_path_id"]}, 1000),
        ):
            alone = rate(bare.port, "/", {}, "", duration)
            ours = rate(hub.port, f"/api/v1/{event}", params, hub.key, duration)
            alone = max(alone, rate(bare.port, "/", {}, "", duration))
            ours = max(ours, rate(hub.port, f"/api/v1/{event}", params, hub.key, duration))
            rows.append(
                Row(
                    f"{event}, one core",
                    f"{ours:.0f}/s",
                    f"bare ASGI {alone:.0f}/s",
                    f"{ours / alone:.2f}",
                    f">= {goal}/s",
                    ours >= goal,
                )
            )
    return rows


@contextmanager
def pinned(pid: int) -> Iterator[None]:
    """Keep all threads of a process on the first core, and ourselves (and our children) on another if there is one."""
    cores = sorted(os.sched_getaffinity(0))
    threads = [int(thread) for thread in os.listdir(f"/proc/{pid}/task")]
    for thread in threads:
        os.sched_setaffinity(thread, {cores[0]})
    os.sched_setaffinity(0, {cores[-1]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, set(cores))
        for thread in (int(thread) for thread in os.listdir(f"/proc/{pid}/task")):
            os.sched_setaffinity(thread, set(cores))


@dataclass(frozen=True)
class Bare:
    """A server without a hub."""

    pid: int
    port: int


@contextmanager
def bare_server(source: str) -> Iterator[Bare]:
    """Serves the application `app` of this source on the first core."""
    port = free_port()
    with tempfile.TemporaryDirectory() as place:
        Path(place, "bare.py").write_text(source)
        command = [sys.executable, "-m", "uvicorn", "bare:app", "--port", str(port), "--no-access-log"]
        command += ["--loop", "uvloop", "--http", "httptools", "--log-level", "error"]
        process = subprocess.Popen(command, cwd=place)
        os.sched_setaffinity(process.pid, {min(os.sched_getaffinity(1))})
        try:
            _wait_for(port)
            yield Bare(process.pid, port)
        finally:
            process.terminate()
            process.wait()


def cpu_seconds(pid: int) -> float:
    """What a process has had of the cores."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _wait_for(port: int) -> None:
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.02)
        else:
            return
    raise TimeoutError("the bare server did not start")


def rate(port: int, path: str, params: Mapping[str, object], key: str, duration: int) -> float:
    """Answers per second; an answer other than 200 ends the benchmark."""
    credentials = base64.b64encode(f"{key}:".encode()).decode()
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_LUA.format(body=json.dumps(params), credentials=credentials))
        script.flush()
        wrk = shutil.which("wrk")
        if wrk is None:
            raise FileNotFoundError("the benchmark needs wrk: apt-get install wrk")
        command = [wrk, "-t1", "-c16", f"-d{duration}s", "-s", script.name, f"http://127.0.0.1:{port}{path}"]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in output:
        raise RuntimeError(output)
    found = re.search(r"Requests/sec:\s+([\d.]+)", output)
    assert found is not None
    return float(found.group(1))
