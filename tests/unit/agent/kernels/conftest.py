"""The kernels of a project, with one that runs."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.kernels import open_kernels

from carrel.agent.kernels.sessions import Kernels, KernelSession


@pytest.fixture
async def kernels(open_dir: Path) -> AsyncIterator[Kernels]:
    async with open_kernels(open_dir) as kernels:
        yield kernels


@pytest.fixture
async def session(kernels: Kernels, open_dir: Path) -> KernelSession:
    """A forked kernel."""
    return await kernels.start("python3", str(open_dir / "home"))
