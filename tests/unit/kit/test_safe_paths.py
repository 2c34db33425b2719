"""Paths from outside reach files inside only, whatever the owner of the directory puts in the way."""

import dataclasses
import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carrel.kit import safe_paths, safe_writes
from carrel.kit.safe_paths import PathLeavesRoot, PathUnusable, Root

MOUNT = "/projects/p1"


@pytest.fixture(params=[True, False], ids=["kernel", "by hand"])
def root(request: pytest.FixtureRequest, home: Path) -> Iterator[Root]:
    with safe_paths.open_root(home, MOUNT) as opened:
        yield dataclasses.replace(opened, kernel_resolves=request.param)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home beside a secret, with every kind of way out."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("secret")
    path = tmp_path / "home"
    (path / "a" / "b").mkdir(parents=True)
    (path / "file").write_text("top")
    (path / "a" / "file").write_text("in a")
    for name, target in {
        "up": "../outside", "up_file": "../outside/file", "abs": str(outside), "etc": "/etc", "root": "/",
        "here": ".", "to_a": "a", "mounted": f"{MOUNT}/a", "mounted_file": f"{MOUNT}/a/file", "mount": MOUNT,
        "near": f"{MOUNT}x/a", "mount_up": f"{MOUNT}/../p1/a", "loop": "loop", "ping": "pong", "pong": "ping",
        "gone": "nowhere/at/all", "gone_out": "../nowhere",
    }.items():  # fmt: skip
        (path / name).symlink_to(target)
    (path / "a" / "back").symlink_to("../file")
    (path / "a" / "out").symlink_to("../../outside/file")
    os.mkfifo(path / "fifo")
    return path


def read(root: Root, text: str) -> str:
    with safe_paths.open_for_reading(root, safe_paths.parse(text, root.mount)) as fd:
        return os.read(fd, 100).decode()


def write(root: Root, text: str, content: str) -> None:
    with safe_paths.place_for_file(root, safe_paths.parse(text, root.mount)) as place:
        safe_writes.replace_file(place, lambda fd: safe_writes.write_all(fd, content.encode()), 0o644)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("file", "top"), ("a/file", "in a"), ("./a//file", "in a"), ("a/../file", "top"), ("a/b/../../file", "top"),
        (f"{MOUNT}/file", "top"), (f"/{MOUNT}//a/file", "in a"), ("here/here/file", "top"), ("to_a/file", "in a"),
        ("a/back", "top"), ("mounted/file", "in a"), ("mounted_file", "in a"), ("mount/a/back", "top"),
        ("mount/mount/mounted/../file", "top"),
    ],
)  # fmt: skip
def test_a_path_inside_is_read(root: Root, path: str, content: str) -> None:
    assert read(root, path) == content


@pytest.mark.parametrize(
    "path",
    [
        "..", "../home/file", "../outside/file", "a/../../outside/file", "a/b/../../../outside/file", "up/file",
        "up_file", "abs/file", "etc/passwd", "root/etc/passwd", "a/out", "near/file", "mount_up/file", "gone_out",
        "/etc/passwd", "/", "/projects", "/projects/p1x/file", "/projects/p1/../p1/file", "/file", "mount/../file",
        "/projects/../projects/p1/file",
    ],
)  # fmt: skip
def test_a_path_that_leaves_is_refused_for_reading_and_writing(root: Root, home: Path, path: str) -> None:
    before = snapshot(home.parent)
    with pytest.raises(PathLeavesRoot):
        read(root, path)
    with pytest.raises(PathLeavesRoot):
        write(root, path, "x")
    assert snapshot(home.parent) == before


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("a\0b", "NUL"), ("x" * 256, "a name in the path is longer than 255 bytes"),
        ("é" * 128, "a name in the path is longer than 255 bytes"), ("a/" * 3000, "longer than 4095 bytes"),
        ("\ud800", "not valid Unicode"), ("fifo", "not a regular file"),
    ],
)  # fmt: skip
def test_a_path_that_no_file_can_have_is_refused_with_the_reason(root: Root, path: str, reason: str) -> None:
    with pytest.raises(PathUnusable, match=reason):
        read(root, path)


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("missing", errno.ENOENT), ("missing/x", errno.ENOENT), ("file/x", errno.ENOTDIR), ("file/", errno.ENOTDIR),
        ("a", errno.EISDIR), ("", errno.EISDIR), ("mounted", errno.EISDIR), ("loop", errno.ELOOP),
        ("ping/x", errno.ELOOP), ("gone", errno.ENOENT),
    ],
)  # fmt: skip
def test_what_cannot_be_read_gives_the_errno_of_the_kernel(root: Root, path: str, number: int) -> None:
    with pytest.raises(OSError, match=r"^\[Errno") as caught:
        read(root, path)
    assert caught.value.errno == number


def test_a_name_of_255_bytes_is_usable(root: Root, home: Path) -> None:
    write(root, "é" * 127 + "x", "long")
    assert (home / ("é" * 127 + "x")).read_text() == "long"


@pytest.mark.parametrize(
    ("path", "lands"),
    [
        ("new", "new"), ("x/y/z", "x/y/z"), ("to_a/new", "a/new"), ("mounted/n/new", "a/n/new"), ("a/back", "file"),
        ("mounted_file", "a/file"), ("gone", "nowhere/at/all"), (f"{MOUNT}/q/new", "q/new"), ("a/../w", "w"),
    ],
)  # fmt: skip
def test_a_write_lands_where_the_owners_own_write_would(root: Root, home: Path, path: str, lands: str) -> None:
    links = {name: os.readlink(home / name) for name in os.listdir(home) if (home / name).is_symlink()}
    write(root, path, "written")
    assert (home / lands).read_text() == "written"
    assert {name: os.readlink(home / name) for name in links} == links


def test_a_failing_write_leaves_nothing_and_keeps_the_old_file(root: Root, home: Path) -> None:
    def fail(fd: int) -> None:
        os.write(fd, b"half")
        raise OSError(errno.ENOSPC, "full")

    with (
        pytest.raises(OSError, match="full"),
        safe_paths.walk(root, safe_paths.parse("a/file", MOUNT)) as place,
    ):
        safe_writes.replace_file(place, fail, 0o644)
    assert (home / "a" / "file").read_text() == "in a"
    assert sorted(os.listdir(home / "a")) == ["b", "back", "file", "out"]


def test_a_listing_shows_what_links_lead_to_only_if_that_is_inside(root: Root) -> None:
    entries = {e.name: e for e in safe_paths.list_directory(root, safe_paths.parse("", MOUNT), limit=100)}
    assert entries["a"].is_directory
    assert entries["to_a"].is_directory
    assert entries["mounted"].is_directory
    assert not entries["up"].is_directory
    assert not entries["root"].is_directory
    assert entries["mounted_file"].size_bytes == 4
    assert entries["up_file"].size_bytes == len("../outside/file")


def test_a_listing_is_bounded_and_survives_names_that_are_not_utf8(root: Root, home: Path) -> None:
    (home / "a" / "b" / os.fsdecode(b"\xff\xfe")).touch()
    b = safe_paths.parse("a/b", MOUNT)
    assert [e.name for e in safe_paths.list_directory(root, b, limit=9)] == ["��"]
    assert len(safe_paths.list_directory(root, safe_paths.parse("", MOUNT), limit=3)) == 3


def test_a_deep_path_by_hand_ends_in_an_error_and_leaks_no_descriptor(root: Root, home: Path) -> None:
    root = dataclasses.replace(root, kernel_resolves=False)
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(OSError, match="too long"):
        write(root, "d/" * 1000 + "x", "deep")
    assert len(os.listdir("/proc/self/fd")) == before
    subprocess.run(["rm", "-r", home / "d"], check=True)  # too deep for pytest's own clearing up


def snapshot(top: Path) -> dict[str, bytes | str]:
    found: dict[str, bytes | str] = {}
    for folder, names, files in os.walk(top):
        for name in [*names, *files]:
            path = Path(folder, name)
            if path.is_symlink():
                found[str(path)] = os.readlink(path)
            elif path.is_file():
                found[str(path)] = path.read_bytes()
            else:
                found[str(path)] = ""
    return found


_NAMES = (
    "", ".", "..", "a", "b", "file", "up", "up_file", "abs", "etc", "root", "here", "to_a", "mounted", "mounted_file",
    "mount", "near", "mount_up", "loop", "ping", "gone", "gone_out", "back", "out", "fifo", "outside", "projects", "p1",
    "home", "new", "\0", "\ud800", "x" * 300,
)  # fmt: skip
_HOSTILE = st.builds(
    lambda prefix, parts: prefix + "/".join(parts),
    st.sampled_from(["", "/", "//", MOUNT, MOUNT + "/", "../"]),
    st.lists(st.sampled_from(_NAMES), max_size=9),
)
_REFUSALS = (PathLeavesRoot, PathUnusable, OSError)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=_HOSTILE | st.text(max_size=40))
def test_no_path_reads_the_secret_and_both_ways_agree(home: Path, path: str) -> None:
    with safe_paths.open_root(home, MOUNT) as opened:
        outcomes = []
        for kernel_resolves in (True, False):
            try:
                outcomes.append(read(dataclasses.replace(opened, kernel_resolves=kernel_resolves), path))
            except _REFUSALS as error:
                outcomes.append(f"{type(error).__name__} {getattr(error, 'errno', '')}")
    assert outcomes[0] == outcomes[1]
    assert "secret" not in outcomes[0]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=_HOSTILE | st.text(max_size=40))
def test_no_path_writes_outside(home: Path, path: str) -> None:
    with safe_paths.open_root(home, MOUNT) as opened:
        try:
            write(opened, path, "written")
        except _REFUSALS:
            pass
        else:
            assert read(opened, path) == "written"
    assert os.listdir(home.parent / "outside") == ["file"]
    assert (home.parent / "outside" / "file").read_text() == "secret"
    assert sorted(os.listdir(home.parent)) == ["home", "outside"]
