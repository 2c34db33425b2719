"""The bubblewrap runner beyond the contract: the proxy, hubs of ordinary users, old records, the machine's checks."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from anyio.abc import SocketAttribute, SocketStream
from support.environments import ENVIRONMENT
from support.sandboxes import STAND_IN, make_spec, open_runner, run

from carrel.domain.execution import ExecSpec
from carrel.domain.ids import new_project_id
from carrel.domain.projects import StartFailed
from carrel.remote.link import AgentLink
from carrel.runners.base import Network, Sandbox
from carrel.runners.bubblewrap.checks import CHECKS
from carrel.runners.bubblewrap.proxy import AllowList, Proxy
from carrel.runners.bubblewrap.runner import BubblewrapRunner
from carrel.runners.bubblewrap.runtime import RuntimeSource
from carrel.runners.settings import RunnerSettings

pytestmark = pytest.mark.anyio

_REPOSITORY = Path(__file__).parents[2]
_REQUEST = """
import socket, sys
with socket.create_connection(("127.0.0.1", 3128), timeout=20) as proxy:
    proxy.sendall(f"CONNECT {sys.argv[1]} HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n".encode() + b"ping")
    proxy.shutdown(socket.SHUT_WR)
    answer = b""
    while data := proxy.recv(4096):
        answer += data
head, _, body = answer.decode().partition("\\r\\n\\r\\n")
print(head.splitlines()[0], "|", body.strip())
"""


@asynccontextmanager
async def _echo_server() -> AsyncIterator[int]:
    async def echo(client: SocketStream) -> None:
        async with client:
            async for data in client:
                await client.send(b"echo of " + data)

    async with (
        await anyio.create_tcp_listener(local_host="127.0.0.1") as listener,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(listener.serve, echo)
        yield listener.extra(SocketAttribute.local_port)
        tasks.cancel_scope.cancel()


async def _connect(sandbox: Sandbox, target: str) -> str:
    return (await run(sandbox, "python3", "-I", "-c", _REQUEST, target)).output.strip()


@pytest.mark.parametrize("backend", [{}, {"use_uvloop": True}], ids=["asyncio", "uvloop"])
def test_the_installed_agent_serves_the_link_on_the_hubs_loops(open_dir: Path, backend: dict[str, bool]) -> None:
    async def main() -> tuple[str, str]:
        with anyio.fail_after(30):
            async with open_runner(open_dir, source=RuntimeSource.installed()) as runner:
                sandbox = await runner.start(make_spec(open_dir))
                async with AgentLink.connect(sandbox.address) as link:
                    result = await link.exec(ExecSpec("id", ("-un",)))
                os.kill(sandbox.pid, signal.SIGKILL)
                return result.stdout, (await sandbox.wait()).reason

    assert anyio.run(main, backend_options=backend) == ("user\n", "killed by signal 9 (SIGKILL)")


async def test_the_proxy_leads_where_it_is_allowed_and_nowhere_else(open_dir: Path) -> None:
    with anyio.fail_after(30):
        async with _echo_server() as port:
            settings = RunnerSettings(proxy_allow=(f"127.0.0.1:{port}", f"localhost:{port + 1}"))
            spec = make_spec(open_dir, network=Network.PROXY)
            async with open_runner(open_dir, settings) as runner:
                sandbox = await runner.start(spec)
                established = "HTTP/1.1 200 Connection established | echo of ping"
                assert await _connect(sandbox, f"127.0.0.1:{port}") == established
                listed = await _connect(sandbox, f"127.0.0.1:{port + 1}")
                assert listed.endswith("is not on the list of allowed hosts")
                private = await _connect(sandbox, f"localhost:{port + 1}")
                assert private.startswith("HTTP/1.1 403 Forbidden")
                assert private.endswith("is not a public address")
                ran = await run(sandbox, "sh", "-c", "echo $HTTPS_PROXY $https_proxy $NO_PROXY")
                assert ran.output == "http://127.0.0.1:3128 http://127.0.0.1:3128 localhost,127.0.0.1,::1\n"


async def test_a_proxy_survives_what_a_tenant_sends(open_dir: Path) -> None:
    hostile = """
import os, socket
keep = []
for data in (b"", b"\\0" * 20000, b"GET / HTTP/1.1\\r\\n\\r\\n", b"CONNECT \\xff:1 HTTP/1.1\\r\\n\\r\\n", b"CONNECT a"):
    with socket.create_connection(("127.0.0.1", 3128)) as proxy:
        proxy.sendall(data)
for _ in range(80):  # more than the proxy serves at once, and more than the sandbox may have threads for
    keep.append(socket.create_connection(("127.0.0.1", 3128)))
for proxy in keep:
    proxy.close()
print("done")
"""
    with anyio.fail_after(30):
        async with _echo_server() as port:
            settings = RunnerSettings(proxy_allow=(f"127.0.0.1:{port}",), proxy_connections=8)
            async with open_runner(open_dir, settings) as runner:
                sandbox = await runner.start(make_spec(open_dir, network=Network.PROXY))
                assert (await run(sandbox, "python3", "-I", "-c", hostile)).output == "done\n"
                while "200 Connection established | echo of ping" not in await _connect(sandbox, f"127.0.0.1:{port}"):
                    await anyio.lowlevel.checkpoint()  # until what was closed has been noticed


async def test_a_proxy_serves_so_many_connections_and_no_more(open_dir: Path) -> None:
    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            proxy = Proxy(AllowList(()), new_project_id(), 2)
            await tasks.start(proxy.serve, open_dir / "p")
            async with (
                await anyio.connect_unix(open_dir / "p"),
                await anyio.connect_unix(open_dir / "p"),
                await anyio.connect_unix(open_dir / "p") as third,
            ):
                assert (await third.receive()).startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
                tasks.cancel_scope.cancel()


async def test_the_proxy_comes_back_with_the_next_hub(open_dir: Path) -> None:
    with anyio.fail_after(30):
        async with _echo_server() as port:
            settings = RunnerSettings(proxy_allow=(f"127.0.0.1:{port}",))
            async with BubblewrapRunner(settings, open_dir, source=STAND_IN) as runner:
                await runner.start(make_spec(open_dir, network=Network.PROXY))
            async with open_runner(open_dir, settings) as runner:
                (sandbox,) = await runner.observe()
                answer = await _connect(sandbox, f"127.0.0.1:{port}")
                assert answer == "HTTP/1.1 200 Connection established | echo of ping"


async def test_without_the_policy_there_is_no_proxy(open_dir: Path) -> None:
    with anyio.fail_after(30):
        async with open_runner(open_dir) as runner:
            sandbox = await runner.start(make_spec(open_dir))
            assert "Connection refused" in await _connect(sandbox, "127.0.0.1:80")


async def test_bubblewraps_own_words_are_the_reason_of_a_failed_start(open_dir: Path) -> None:
    program = open_dir / "bwrap"
    program.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    program.chmod(0o755)
    with anyio.fail_after(30):
        async with open_runner(open_dir, RunnerSettings(bwrap=str(program))) as runner:
            spec = make_spec(open_dir)
            with pytest.raises(StartFailed) as failed:
                await runner.start(spec)
            assert failed.value.reason == "bwrap: No permissions to create new namespace"
            assert await runner.observe() == []
            assert list((open_dir / "run").iterdir()) == []


async def test_an_agent_that_cannot_begin_fails_the_start(open_dir: Path) -> None:
    broken = open_dir / "broken.py"
    broken.write_text("raise SystemExit('the runtime is broken')\n")
    with anyio.fail_after(30):
        async with open_runner(open_dir, source=RuntimeSource((("__main__.py", broken),))) as runner:
            with pytest.raises(StartFailed, match="the runtime is broken"):
                await runner.start(make_spec(open_dir))


async def test_an_agent_that_never_begins_is_given_up_on(open_dir: Path) -> None:
    stuck = open_dir / "stuck.py"
    stuck.write_text("import signal\nsignal.pause()\n")
    settings = RunnerSettings(start_timeout_seconds=0.2)
    with anyio.fail_after(30):
        async with open_runner(open_dir, settings, source=RuntimeSource((("__main__.py", stuck),))) as runner:
            with pytest.raises(StartFailed, match=r"did not begin within 0\.2 s"):
                await runner.start(make_spec(open_dir))
            assert await runner.observe() == []


async def test_a_record_of_before_a_reboot_is_cleared_up(open_dir: Path) -> None:
    with anyio.fail_after(30):
        async with open_runner(open_dir) as runner:
            spec = make_spec(open_dir)
            sandbox = await runner.start(spec)
            record = open_dir / "state" / spec.project_id / "sandbox.json"
            kept = record.read_bytes()
            await runner.stop(spec.project_id)
            boot = Path("/proc/sys/kernel/random/boot_id").read_bytes().strip()
            sandbox.address.parent.mkdir()
            record.write_bytes(kept.replace(boot, b"another boot"))
            assert await runner.observe() == []
            while b"the machine was restarted" not in record.read_bytes() or sandbox.address.parent.exists():  # noqa: ASYNC110
                await anyio.sleep(0.01)  # whoever watches the sandbox may be the one who clears up
            await runner.start(spec)


async def test_old_runtimes_stay_only_for_sandboxes_that_use_them(open_dir: Path) -> None:
    with anyio.fail_after(30):
        async with BubblewrapRunner(RunnerSettings(), open_dir, source=STAND_IN) as runner:
            sandbox = await runner.start(make_spec(open_dir))
            (old,) = (open_dir / "runtime").iterdir()
        async with open_runner(open_dir, source=RuntimeSource.installed()) as runner:
            assert len(list((open_dir / "runtime").iterdir())) == 2
            assert (await run(sandbox, "ls", "/opt/carrel/carrel")).output == "__init__.py\n__pycache__\nagent\n"
            await runner.stop(sandbox.project_id)
        async with open_runner(open_dir, source=RuntimeSource.installed()):
            assert old not in list((open_dir / "runtime").iterdir())


def test_the_machine_has_what_the_runner_needs(open_dir: Path) -> None:
    checks = [check(RunnerSettings(environment=ENVIRONMENT), open_dir) for check in CHECKS]
    assert [check for check in checks if not check.ok] == []


def test_what_is_missing_is_named_with_how_to_mend_it(open_dir: Path) -> None:
    closed = open_dir / "closed"
    closed.mkdir(mode=0o700)
    settings = RunnerSettings(bwrap="no-such-program", python=Path("/opt/python3"), environment=ENVIRONMENT)
    failed = {check.name: check for function in CHECKS if not (check := function(settings, closed / "data")).ok}
    expected = {"bubblewrap", "a sandbox as an ordinary user", "Python for the agent"}
    assert set(failed) == expected | ({"data directory"} if os.geteuid() == 0 else set())
    assert failed["bubblewrap"].mend == "apt-get install bubblewrap"


@pytest.mark.slow
def test_a_hub_of_an_ordinary_user_keeps_the_contract(open_dir: Path) -> None:
    """The contract's tests once more, as a user who may make no control groups."""
    pytest_arguments = [
        "-q", "-p", "no:cacheprovider", "tests/contracts/test_runners.py", "-k", "not ends_with_that_reason",
    ]  # fmt: skip
    command = [sys.executable, "-m", "pytest", *pytest_arguments]
    directory = _REPOSITORY
    if os.geteuid() == 0:
        # The repository may lie in root's home: seen through a mount that only this process has, anyone can read it.
        directory = open_dir / "repository"
        directory.mkdir()
        inside = [str(directory / Path(sys.prefix).relative_to(_REPOSITORY) / "bin" / "python"), *command[1:]]
        drop = ["setpriv", "--reuid", "64999", "--regid", "64999", "--clear-groups", "--", *inside]
        script = 'mount --bind "$1" "$2" && cd "$2" && shift 2 && exec "$@"'
        command = ["unshare", "--mount", "sh", "-c", script, "sh", str(_REPOSITORY), str(directory), *drop]
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"}
    environment["PYTHONPATH"] = str(directory / "src")
    ended = subprocess.run(command, cwd=_REPOSITORY, env=environment, capture_output=True, text=True, timeout=100)
    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-2000:]
