"""A desk whose notebooks run in real kernels."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.kernels import open_kernels
from support.pages import PATIENT, Desk

from carrel.agent.notebooks.extension import running_notebooks


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with (
        open_kernels(tmp_path) as kernels,
        Desk(tmp_path, PATIENT, (running_notebooks(kernels),)).running() as desk,
    ):
        yield desk
