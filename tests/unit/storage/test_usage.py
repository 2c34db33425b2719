"""What a home takes is counted whatever its project puts into it."""

import os
from pathlib import Path

import pytest

from carrel.storage.homes import Home
from carrel.storage.settings import DataSettings
from carrel.storage.usage import free_bytes, usage_bytes

pytestmark = pytest.mark.anyio


def fill(path: os.PathLike[str] | str, size_bytes: int = 40_000) -> None:
    with open(path, "wb") as file:
        file.write(os.urandom(size_bytes))
        os.fsync(file.fileno())


async def test_files_count_once_and_links_lead_nowhere(home: Home) -> None:
    empty = await usage_bytes(home)
    (home.path / "sub").mkdir()
    fill(home.path / "sub" / os.fsdecode(b"\xff\n"))
    os.link(home.path / "sub" / os.fsdecode(b"\xff\n"), home.path / "again")
    (home.path / "out").symlink_to("/usr")
    (home.path / "up").symlink_to("..")
    (home.path / "sub").chmod(0)
    assert 40_000 <= await usage_bytes(home) - empty < 60_000


async def test_a_tree_deeper_than_any_path_is_counted_to_its_end_without_leaking_descriptors(home: Home) -> None:
    depth, top = 400, os.open(home.path, os.O_PATH)
    fd = top
    for _ in range(depth):
        os.mkdir("deeper" * 5, dir_fd=fd)
        child = os.open("deeper" * 5, os.O_PATH, dir_fd=fd)
        os.close(fd)
        fd = child
    file = os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=fd)
    os.write(file, b"x" * 4_000_000)
    os.fsync(file)
    os.close(file)
    os.close(fd)
    fill(home.path / "beside")
    before = len(os.listdir("/proc/self/fd"))
    assert await usage_bytes(home) >= 4_040_000
    assert len(os.listdir("/proc/self/fd")) == before


async def test_counting_is_bounded(home: Home) -> None:
    for number in range(20):
        fill(home.path / str(number), 5000)
    assert await usage_bytes(home, max_entries=5) < await usage_bytes(home) / 2


async def test_free_space_leaves_out_the_reserve(data_settings: DataSettings, home: Home) -> None:
    free = await free_bytes(data_settings)
    assert free > 0
    assert await free_bytes(data_settings.model_copy(update={"reserve_mb": 10**9})) == 0


async def test_what_lies_beside_the_home_counts_as_well(home: Home, tmp_path: Path) -> None:
    alone = await usage_bytes(home)
    fill(tmp_path / "log")
    assert 40_000 <= await usage_bytes(home, beside=tmp_path) - alone < 60_000
    assert await usage_bytes(home, beside=tmp_path / "missing") == alone
