"""Every attempt of `support/escape_checks.py` must fail in a sandbox, as the tenant makes it.

The agent's own program is tested with it: what a tenant's process can do to the agent that started it counts too.
"""

import json
import os
import platform
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import anyio
import pytest
from support import escape_checks
from support.sandboxes import make_spec, open_runner, project_user

from carrel.domain.execution import ExecSpec
from carrel.kit import seccomp
from carrel.remote.link import AgentLink
from carrel.runners.bubblewrap.runtime import RuntimeSource

_SECRET = "the-hubs-own-secret"
_SOURCE = Path(escape_checks.__file__)


@pytest.fixture(scope="module")
def report() -> Iterator[dict[str, dict[str, object]]]:
    """What the checks found in one sandbox beside another, on a host with things to find."""
    data_dir = Path(tempfile.mkdtemp(prefix="crl-", dir="/tmp"))
    data_dir.chmod(0o711)
    marker = "visible-from-outside"
    watched = subprocess.Popen(["sh", "-c", "read word", marker], stdin=subprocess.PIPE)
    os.environ["CARREL_TEST_SECRET"] = _SECRET
    try:
        with (
            socket.create_server(("127.0.0.1", 0)) as tcp,
            socket.socket(socket.AF_UNIX) as abstract,
            socket.socket(socket.AF_UNIX) as unix,
        ):
            abstract.bind(f"\0{data_dir}")
            abstract.listen()
            unix.bind(str(data_dir / "open"))
            (data_dir / "open").chmod(0o777)
            unix.listen()
            facts = {
                "data": str(data_dir),
                "marker": marker,
                "host_pid": watched.pid,
                "host_secret": _SECRET,
                "tcp_port": tcp.getsockname()[1],
                "abstract": str(data_dir),
                "unix_socket": str(data_dir / "open"),
                "system_calls": seccomp.numbers(platform.machine()),
            }
            yield anyio.run(_check, data_dir, facts)
    finally:
        del os.environ["CARREL_TEST_SECRET"]
        watched.communicate(b"\n")
        shutil.rmtree(data_dir, ignore_errors=True)


async def _check(data_dir: Path, facts: dict[str, object]) -> dict[str, dict[str, object]]:
    with anyio.fail_after(60):
        async with open_runner(data_dir, source=RuntimeSource.installed()) as runner:
            other_spec, spec = make_spec(data_dir, user=project_user(2)), make_spec(data_dir)
            secret = other_spec.home / "secret"
            secret.write_text(_SECRET)
            secret.chmod(0o644)
            other, sandbox = await runner.start(other_spec), await runner.start(spec)
            async with AgentLink.connect(sandbox.address) as link:
                agent = await link.exec(ExecSpec(script="echo $PPID"))
                facts |= {
                    "other": str(secret),
                    "other_id": other.project_id,
                    "other_agent": str(other.address),
                    "own": f"{spec.home}/.",
                    "own_id": spec.project_id,
                    "agent": int(agent.stdout),
                }
                command = ("-I", "-c", _SOURCE.read_text(), json.dumps(facts))
                ran = await link.exec(ExecSpec("python3", command, timeout_seconds=50))
    found: dict[str, dict[str, object]] = json.loads(ran.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("name", list(escape_checks.CHECKS))
def test_a_tenant_cannot(report: dict[str, dict[str, tuple[bool, str]]], name: str) -> None:
    refused, happened = report["checks"][name]
    assert refused, happened


@pytest.mark.parametrize("name", list(escape_checks.INFORMATION))
def test_what_a_tenant_can_see_is_known(
    report: dict[str, dict[str, object]], name: str, record_property: Callable[[str, object], None]
) -> None:
    record_property(name, report["information"][name])
    assert name in report["information"]


def test_the_memory_that_a_tenant_sees_is_its_own(report: dict[str, dict[str, str]]) -> None:
    assert report["information"]["the memory, as bounded"].split()[1] == str(200_000_000 // 1024)
