"""Kernels: forked in the sandbox of a served hub, against ipykernel started by jupyter_client without a sandbox."""

import statistics
import time
from contextlib import ExitStack
from pathlib import Path
from subprocess import DEVNULL

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from support.environments import ENVIRONMENT
from support.hubs import ServedHub
from support.notebooks import code, notebook
from support.people import new_person

from bench import live
from bench.measure import Row, milliseconds, seconds
from bench.memory import sandbox_bytes, sandbox_pid, tree, tree_bytes

_READY_SECONDS = 300
_QUIET_SAMPLES = 20
_MIB = 1 << 20


class Cold(KernelManager):
    """The python3 of the projects' environment, started as a program."""

    @property
    def kernel_spec(self) -> KernelSpec:
        argv = [f"{ENVIRONMENT}/bin/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")

    def start_ready(self) -> None:
        """Start it, and wait until it has answered."""
        self.start_kernel(stdout=DEVNULL, stderr=DEVNULL)
        client = self.client()
        client.start_channels()
        client.wait_for_ready(timeout=_READY_SECONDS)
        client.stop_channels()

    @property
    def bytes(self) -> int:
        """PSS of its processes."""
        assert isinstance(self.provisioner, LocalProvisioner)
        assert self.provisioner.pid is not None
        return tree_bytes(self.provisioner.pid)


def run(hub: ServedHub, *, short: bool) -> list[Row]:
    person = new_person(hub, "Ada")
    project_id = person.new_project()
    names = [f"n{number}.ipynb" for number in range(3 if short else 10)]
    with ExitStack() as stack:
        pages = []
        for name in names:
            person.write(project_id, name, notebook(code("1")))
            pages.append(stack.enter_context(live.opened(hub, person, project_id, name)))
        pages[0].run("cell-0")  # from now on there is a process to fork from
        _wait_until_idle(hub, project_id)
        rows = [_start(pages[0], 2 if short else 15), _memory(hub, project_id, pages)]
    person.call("stop_project", project_id=project_id)
    return rows


def _start(page: live.Notebook, rounds: int) -> Row:
    forked, cold = [], []
    for _ in range(rounds):
        page.call("kernel.shutdown")
        forked.append(seconds(lambda: page.call("kernel.start")))
        manager = Cold()
        cold.append(seconds(manager.start_ready))
        manager.shutdown_kernel(now=True)
    ours, baseline = statistics.median(forked), statistics.median(cold)
    return Row(
        "kernel start to its first answer",
        milliseconds(ours),
        f"ipykernel by jupyter_client {milliseconds(baseline)}",
        f"{ours / baseline:.2f}",
        "<= 200 ms",
        ours <= 0.2,
    )


def _memory(hub: ServedHub, project_id: str, pages: list[live.Notebook]) -> Row:
    """What one more kernel takes; of the forked ones, what they share is the project's and not theirs."""
    _wait_until_idle(hub, project_id)
    before = sandbox_bytes(hub, [project_id])
    for page in pages[1:]:
        page.run("cell-0")
    _wait_until_idle(hub, project_id)
    ours = (sandbox_bytes(hub, [project_id]) - before) / len(pages[1:])
    managers = [Cold() for _ in pages[1:]]
    for manager in managers:
        manager.start_ready()
    baseline = sum(manager.bytes for manager in managers) / len(managers)
    for manager in managers:
        manager.shutdown_kernel(now=True)
    return Row(
        f"memory (PSS) of an idle kernel, {len(managers)} running",
        f"{ours / _MIB:.1f} MiB",
        f"ipykernel by jupyter_client {baseline / _MIB:.1f} MiB",
        f"{ours / baseline:.2f}",
    )


def _wait_until_idle(hub: ServedHub, project_id: str) -> None:
    """Until all processes of the sandbox have slept for a while: libraries are imported for kernels to come."""
    quiet = 0
    while quiet < _QUIET_SAMPLES:
        states = [_state(pid) for pid in tree(sandbox_pid(hub, project_id))]
        quiet = quiet + 1 if all(state == "S" for state in states) else 0
        time.sleep(0.05)


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
