"""Commands and project starts."""

import shutil
import subprocess

from support.hubs import ServedHub

from bench.client import Client
from bench.measure import Row, interleaved, milliseconds

_BWRAP = (
    "bwrap", "--unshare-all", "--uid", "1000", "--gid", "1000", "--ro-bind", "/usr", "/usr",
    "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--symlink", "usr/bin", "/bin",
    "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--",
)  # fmt: skip


def run(hub: ServedHub, *, short: bool) -> list[Row]:
    client = Client(hub)
    return [_round_trip(client, hub.new_project(), 10 if short else 100), _cold_start(client, hub, 3 if short else 20)]


def _round_trip(client: Client, project: str, rounds: int) -> Row:
    client.call("start_project", project_id=project)
    found = interleaved(
        rounds,
        {
            "ours": lambda: client.call("project_exec", project_id=project, command="true"),
            "bare": lambda: subprocess.run(["true"], check=True, capture_output=True),
        },
    )
    over = found["ours"] - found["bare"]
    return Row(
        "project_exec true",
        milliseconds(found["ours"]),
        f"subprocess {milliseconds(found['bare'])}",
        f"+{milliseconds(over)}",
        "<= +8 ms",
        over <= 0.008,
    )


def _cold_start(client: Client, hub: ServedHub, rounds: int) -> Row:
    projects = iter([hub.new_project() for _ in range(rounds + 1)])
    python = shutil.which("python3", path="/usr/bin") or "python3"
    found = interleaved(
        rounds,
        {
            "ours": lambda: client.call("project_exec", project_id=next(projects), command="true"),
            "bare": lambda: subprocess.run([*_BWRAP, python, "-c", "pass"], check=True),
        },
    )
    return Row(
        "cold project start to first exec reply",
        milliseconds(found["ours"]),
        f"bwrap python3 -c pass {milliseconds(found['bare'])}",
        f"{found['ours'] / found['bare']:.2f}",
        "<= 200 ms",
        found["ours"] <= 0.2,
    )
