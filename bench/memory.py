"""Memory of idle running projects: proportional set size (PSS) of all processes of their sandboxes."""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from support.hubs import ServedHub

from bench.client import Client
from bench.execution import _BWRAP
from bench.measure import Row


def run(hub: ServedHub, *, short: bool) -> list[Row]:
    count = 10 if short else 50
    projects = [hub.new_project() for _ in range(count)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda project: Client(hub).call("project_exec", project_id=project, command="true"), projects))
    ours = sandbox_bytes(hub, projects) / count
    bare_processes = [
        subprocess.Popen([*_BWRAP, "/usr/bin/python3", "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
        for _ in range(count)
    ]
    _wait_until_idle(bare_processes)
    bare = sum(tree_bytes(process.pid) for process in bare_processes) / count
    for process in bare_processes:
        process.communicate()
    for project in projects:
        hub.call("stop_project", project_id=project)
    mib = 1 << 20
    return [
        Row(
            f"memory (PSS) of an idle running project, {count} running",
            f"{ours / mib:.1f} MiB",
            f"bwrap python3, waiting: {bare / mib:.1f} MiB",
            f"{ours / bare:.2f}",
            "<= 14 MiB",
            ours <= 14 * mib,
        )
    ]


def _wait_until_idle(processes: list[subprocess.Popen[bytes]]) -> None:
    """Until each interpreter is reading its input: then it has imported what it imports."""
    for process in processes:
        while not any(
            Path(f"/proc/{pid}/wchan").read_text() in ("pipe_read", "anon_pipe_read") for pid in tree(process.pid)
        ):
            if process.poll() is not None:
                raise RuntimeError("the bare sandbox ended")


def sandbox_bytes(hub: ServedHub, projects: list[str]) -> int:
    """PSS of all processes of the projects' sandboxes."""
    return sum(tree_bytes(sandbox_pid(hub, project)) for project in projects)


def sandbox_pid(hub: ServedHub, project: str) -> int:
    return int(json.loads((hub.data_dir / "state" / project / "sandbox.json").read_text())["pid"])


def tree(pid: int) -> list[int]:
    """A process and all that it has started."""
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):  # of the thread that has started them
        for child in children.read_text().split():
            found += tree(int(child))
    return found


def tree_bytes(pid: int) -> int:
    """PSS of a process and all that it has started."""
    total = 0
    for member in tree(pid):
        for line in Path(f"/proc/{member}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) * 1024
    return total
