"""The owner of the directory swaps parts of it while paths are resolved: nothing outside is ever read or touched."""

import dataclasses
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.racers import racer

from carrel.kit import openat2, safe_paths, safe_writes
from carrel.kit.safe_paths import PathLeavesRoot

ROUNDS = 10_000


@pytest.fixture
def arena() -> Iterator[Path]:
    """In memory where there is such a file system: ten thousand durable writes are not what is tested."""
    path = Path(tempfile.mkdtemp(prefix="crl-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    (path / "outside").mkdir()
    (path / "outside" / "file").write_text("secret")
    (path / "home" / "d").mkdir(parents=True)
    (path / "home" / "d" / "file").write_text("inside")
    (path / "home" / "swapped").symlink_to("../outside")
    yield path
    shutil.rmtree(path)


@pytest.mark.slow
@pytest.mark.parametrize("kernel_resolves", [openat2.is_available(), False], ids=["kernel", "by hand"])
def test_a_directory_swapped_for_a_link_outwards_never_leads_there(arena: Path, kernel_resolves: bool) -> None:
    outcomes: dict[str, int] = {"inside": 0, "refused": 0, "missing": 0, "secret": 0}
    home = arena / "home"
    with safe_paths.open_root(home, "/projects/p1") as opened, racer(home / "d", home / "swapped"):
        root = dataclasses.replace(opened, kernel_resolves=kernel_resolves)
        file, new = safe_paths.parse("d/file", root.mount), safe_paths.parse("d/deep/new", root.mount)
        for turn in range(ROUNDS):
            try:
                with safe_paths.open_for_reading(root, file) as fd:
                    outcomes[os.read(fd, 100).decode()] += 1
                with safe_paths.place_for_file(root, new) as place:
                    safe_writes.replace_file(place, lambda fd: safe_writes.write_all(fd, b"x"), 0o600 + turn % 8)
            except PathLeavesRoot:
                outcomes["refused"] += 1
            except OSError:
                outcomes["missing"] += 1
    assert outcomes["secret"] == 0
    assert outcomes["inside"] > 0
    assert outcomes["refused"] > 0
    assert sorted(os.listdir(arena)) == ["home", "outside"]
    assert os.listdir(arena / "outside") == ["file"]
    assert (arena / "outside" / "file").read_text() == "secret"
