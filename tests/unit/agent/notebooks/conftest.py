"""A desk whose notebooks run in real kernels."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.pages import PATIENT, Desk

from carrel.agent.kernels.sessions import Kernels
from carrel.agent.notebooks.extension import running_notebooks
from carrel.agent.spawn import Launcher


class _Over(Exception):
    """Ends the tasks of a test's kernels."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    environment = {
        "HOME": str(tmp_path / "home"),
        "PATH": os.environ["PATH"],
        "TMPDIR": str(tmp_path),
        "CARREL_ENVIRONMENT": f"{sys.prefix}/environment",
    }
    oom_score = os.open("/proc/self/oom_score_adj", os.O_RDWR)
    try:
        async with asyncio.TaskGroup() as tasks:
            kernels = Kernels(Launcher(environment, oom_score), tasks)
            async with Desk(tmp_path, PATIENT, (running_notebooks(kernels),)).running() as desk:
                yield desk
                for session in list(kernels._sessions):
                    await session.shutdown()
            raise _Over
    except* _Over:
        os.close(oom_score)
