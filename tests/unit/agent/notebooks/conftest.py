"""A desk whose notebooks run in real kernels."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.pages import PATIENT, Desk
from support.plain_kernels import PlainKernels

from carrel.agent.notebooks.extension import running_notebooks


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def kernels() -> AsyncIterator[PlainKernels]:
    kernels = PlainKernels()
    yield kernels
    await kernels.close()


@pytest.fixture
async def desk(tmp_path: Path, kernels: PlainKernels) -> AsyncIterator[Desk]:
    async with Desk(tmp_path, PATIENT, (running_notebooks(kernels),)).running() as desk:
        yield desk
