"""A run of tests that is killed leaves nothing behind that it has started without a sandbox."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import anyio
import pytest
from support.processes import marked, until_none

pytestmark = pytest.mark.slow

RUN = """
import asyncio, sys
from contextlib import AsyncExitStack
from pathlib import Path
from support.agents import running_agent
from support.kernels import open_kernels
from support.leftovers import MARK, ended_with_this_run

async def main(directory):
    async with open_kernels(directory) as kernels:
        await kernels.start("python3", str(directory))
        (directory / "agent").mkdir()
        async with running_agent(directory / "agent"):
            print(MARK, flush=True)
            await asyncio.Event().wait()

with ended_with_this_run():
    asyncio.run(main(Path(sys.argv[1])))
"""


def test_kernels_and_agents_end_with_the_run_that_is_killed(open_dir: Path) -> None:
    place = Path(__file__).parents[2]
    command = [sys.executable, "-c", RUN, str(open_dir)]
    environment = os.environ | {"PYTHONPATH": str(place)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as run:
        assert run.stdout is not None
        mark = run.stdout.readline().decode().strip()
        assert len(marked(mark)) >= 3  # agent, fork server, kernel
        run.send_signal(signal.SIGKILL)
    anyio.run(ended, mark)


async def ended(mark: str) -> None:
    with anyio.fail_after(60):
        await until_none(mark)
