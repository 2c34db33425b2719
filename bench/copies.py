"""Copies: one file, a tree of 100 files and 10 MB, and that tree handed out to 100 projects."""

import os
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from support.hubs import ServedHub

from bench.client import Client
from bench.measure import Row, interleaved, milliseconds, seconds

FILES, FILE_BYTES = 100, 100_000
RSYNC = ("rsync", "-axs", "--omit-link-times")  # as ours: compressing what does not leave the machine only costs


def make_tree(place: Path) -> None:
    place.mkdir(parents=True)
    for number in range(FILES):
        (place / f"file-{number:03d}.bin").write_bytes(os.urandom(FILE_BYTES))


def home(hub: ServedHub, project_id: str) -> Path:
    return hub.data_dir / "homes" / project_id[:2] / project_id


def put_tree(hub: ServedHub, project_id: str, name: str) -> None:
    """Put a tree into a project's home as if the project had made it."""
    place = home(hub, project_id) / name
    make_tree(place)
    owner = home(hub, project_id).stat()
    for path in (place, *place.iterdir()):
        os.chown(path, owner.st_uid, owner.st_gid)


def run(hub: ServedHub, scratch: Path, *, short: bool) -> list[Row]:
    client = Client(hub)
    source, target = hub.new_project(), hub.new_project()
    client.call("write_text_file_to_project", project_id=source, path="one.ipynb", content="x" * 20_000)
    client.call("write_text_file_to_project", project_id=target, path="there", content="")
    put_tree(hub, source, "tree")
    make_tree(scratch / "tree")
    (scratch / "one.ipynb").write_text("x" * 20_000)
    return [
        _one_file(client, source, target, scratch, 5 if short else 40),
        _tree(client, source, target, scratch, 2 if short else 15),
        _hand_out(hub, client, source, scratch, 10 if short else 100),
    ]


def _copy(client: Client, source: str, path: str, target: str, target_path: str) -> None:
    client.call(
        "copy_path_between_projects",
        src_project_id=source,
        src_path=path,
        target_project_id=target,
        target_path=target_path,
        overwrite_newer=True,
    )


def _one_file(client: Client, source: str, target: str, scratch: Path, rounds: int) -> Row:
    numbers = iter(range(10_000))
    (scratch / "out").mkdir()
    found = interleaved(
        rounds,
        {
            "ours": lambda: _copy(client, source, "one.ipynb", target, f"one/{next(numbers)}.ipynb"),
            "rsync": lambda: _rsync(scratch / "one.ipynb", scratch / "out" / f"{next(numbers)}.ipynb"),
            "cp": lambda: subprocess.run(
                ["cp", "-p", scratch / "one.ipynb", scratch / "out" / f"{next(numbers)}.cp"], check=True
            ),
        },
    )
    ratio = found["ours"] / found["rsync"]
    return Row(
        "copy of one file, over HTTP, waiting",
        milliseconds(found["ours"]),
        f"rsync {milliseconds(found['rsync'])}, cp {milliseconds(found['cp'])}",
        f"{ratio:.2f} of rsync",
        "<= 30 ms and <= 3x",
        found["ours"] <= 0.030 and ratio <= 3,
    )


def _rsync(source: Path | str, target: Path) -> None:
    subprocess.run([*RSYNC, str(source), str(target)], check=True)


def _tree(client: Client, source: str, target: str, scratch: Path, rounds: int) -> Row:
    numbers = iter(range(10_000))
    found = interleaved(
        rounds,
        {
            "ours": lambda: _copy(client, source, "tree", target, f"trees/{next(numbers)}"),
            "rsync": lambda: _rsync(f"{scratch}/tree/", scratch / f"tree-{next(numbers)}"),
        },
    )
    return Row(
        "copy of a tree (100 files, 10 MB), waiting",
        milliseconds(found["ours"]),
        f"rsync {milliseconds(found['rsync'])}",
        f"{found['ours'] / found['rsync']:.2f}",
    )


def _hand_out(hub: ServedHub, client: Client, source: str, scratch: Path, targets: int) -> Row:
    projects = [hub.new_project() for _ in range(targets)]
    ours, bare = [], []
    for attempt in range(3):
        ours.append(seconds(lambda attempt=attempt: _hand_out_ours(client, source, projects, f"work-{attempt}")))  # type: ignore[misc]
        bare.append(seconds(lambda attempt=attempt: _hand_out_bare(scratch, targets, attempt)))  # type: ignore[misc]
    found, baseline = sorted(ours)[1], sorted(bare)[1]
    ratio = found / baseline
    return Row(
        f"hand-out of the tree to {targets} projects",
        f"{found:.2f} s",
        f"rsync loop, 2 at a time: {baseline:.2f} s",
        f"{ratio:.2f}",
        "<= 1.5x",
        ratio <= 1.5,
    )


def _hand_out_ours(client: Client, source: str, projects: list[str], path: str) -> None:
    waiting = {
        client.call(
            "copy_path_between_projects",
            src_project_id=source,
            src_path="tree",
            target_project_id=project,
            target_path=path,
            wait_until_done=False,
        )["copy_path_id"]
        for project in projects
    }
    while waiting:
        pending = client.call("copy_path_status", src_project_id=source, pending=True)["data"]
        waiting &= {copy["copy_path_id"] for copy in pending}
        time.sleep(0.02)
    failed = client.call("copy_path_status", src_project_id=source, failed=True)["data"]
    if failed:
        raise RuntimeError(f"copies failed: {failed[:2]}")


def _hand_out_bare(scratch: Path, targets: int, attempt: int) -> None:
    place = scratch / f"hand-out-{attempt}"
    place.mkdir()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda number: _rsync(f"{scratch}/tree/", place / str(number)), range(targets)))
    shutil.rmtree(place)
