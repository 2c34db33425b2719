"""Real sandboxes for tests, with a stand-in agent that runs what a test tells it."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio

import carrel
from carrel.domain.ids import ProjectId, new_project_id
from carrel.kit.unix_users import UnixUser, current_user
from carrel.runners.base import Network, Resources, Sandbox, SandboxSpec
from carrel.runners.bubblewrap import runner as bubblewrap_runner
from carrel.runners.bubblewrap.runner import BubblewrapRunner
from carrel.runners.bubblewrap.runtime import RuntimeSource
from carrel.runners.settings import RunnerSettings

SMALL = Resources(memory_bytes=200_000_000, cores=2.0, processes=60, tmp_bytes=20_000_000, file_bytes=50_000_000)
_FIRST_UID = 1_000_000 + 100 * os.getpid()  # tests that run at the same time do not share users
_INSIDE = Path(bubblewrap_runner.__file__).parent / "inside"
STAND_IN = RuntimeSource(
    (
        ("__main__.py", _INSIDE / "main.py"),
        ("forward.py", _INSIDE / "forward.py"),
        ("carrel/__init__.py", Path(carrel.__file__)),
        ("carrel/agent", Path(__file__).parent / "stand_in_agent"),
    )
)


def project_user(number: int = 1) -> UnixUser:
    """The user of a project: one of its own under root, else ours."""
    return UnixUser(_FIRST_UID + number, _FIRST_UID + number) if os.geteuid() == 0 else current_user()


def make_spec(
    data_dir: Path,
    *,
    user: UnixUser | None = None,
    project_id: ProjectId | None = None,
    resources: Resources = SMALL,
    network: Network = Network.NONE,
) -> SandboxSpec:
    """A spec with a home of its own below `data_dir`."""
    project_id = project_id or new_project_id()
    user = user or project_user()
    home = data_dir / "homes" / project_id
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    if os.geteuid() == 0:
        os.chown(home, user.uid, user.gid)
    return SandboxSpec(project_id, home, user, resources, network, {"GREETING": "hello"})


@asynccontextmanager
async def open_runner(
    data_dir: Path, settings: RunnerSettings | None = None, *, source: RuntimeSource = STAND_IN
) -> AsyncIterator[BubblewrapRunner]:
    """A runner; every sandbox that runs at the end is stopped."""
    async with BubblewrapRunner(settings or RunnerSettings(), data_dir, source=source) as runner:
        try:
            yield runner
        finally:
            with anyio.CancelScope(shield=True):
                for sandbox in await runner.observe():
                    await runner.stop(sandbox.project_id)


@dataclass(frozen=True)
class Ran:
    code: int
    output: str


async def run(sandbox: Sandbox, *argv: str) -> Ran:
    """Run a command in a sandbox of a stand-in agent."""
    return Ran(**json.loads(await _ask(sandbox, {"argv": list(argv)})))


async def tell(sandbox: Sandbox, python: str) -> None:
    """Have the stand-in agent itself execute `python`, which may be its end."""
    await _ask(sandbox, {"python": python})


async def _ask(sandbox: Sandbox, request: dict[str, object]) -> bytes:
    async with await anyio.connect_unix(sandbox.address) as stream:
        await stream.send(json.dumps(request).encode() + b"\n")
        answer = b""
        try:
            while not answer.endswith(b"\n"):
                answer += await stream.receive()
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            pass
    return answer
