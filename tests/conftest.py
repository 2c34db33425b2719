"""Fixtures that every kind of test shares."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def open_dir() -> Iterator[Path]:
    """A short-named directory that sandboxes of every user can reach (under root, pytest's own base is closed)."""
    path = Path(tempfile.mkdtemp(prefix="crl-", dir="/tmp"))
    os.chmod(path, 0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)
