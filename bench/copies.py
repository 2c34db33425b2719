"""Copies: one file, a tree of 100 files and 10 MB, that tree handed out to 100 projects, and homework to 500."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from support.hubs import ServedHub

from bench.client import Client
from bench.measure import Row, interleaved, milliseconds, seconds

FILES, FILE_BYTES = 100, 100_000
HOMEWORK, HOMEWORK_BYTES = 20, 20_000
RSYNC = ("rsync", "-axs", "--omit-link-times")  # as ours: compressing what does not leave the machine only costs


def make_tree(place: Path, files: int = FILES, file_bytes: int = FILE_BYTES) -> None:
    place.mkdir(parents=True)
    for number in range(files):
        (place / f"file-{number:03d}.bin").write_bytes(os.urandom(file_bytes))


def home(hub: ServedHub, project_id: str) -> Path:
    return hub.data_dir / "homes" / project_id[:2] / project_id


def put_tree(hub: ServedHub, project_id: str, name: str, files: int = FILES, file_bytes: int = FILE_BYTES) -> None:
    """Put a tree into a project's home as if the project had made it."""
    place = home(hub, project_id) / name
    make_tree(place, files, file_bytes)
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
        *_homework(hub, source, scratch, 10 if short else 500, 1 if short else 5),
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
        bare.append(seconds(lambda: _hand_out_bare(scratch, "tree", targets)))
        shutil.rmtree(scratch / "hand-out")
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


def _hand_out_bare(scratch: Path, tree: str, targets: int) -> None:
    place = scratch / "hand-out"
    place.mkdir(exist_ok=True)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda number: _rsync(f"{scratch}/{tree}/", place / str(number)), range(targets)))


def _homework(hub: ServedHub, source: str, scratch: Path, targets: int, rounds: int) -> list[Row]:
    """The operation that hands out: each round to new paths, and then the same once more."""
    put_tree(hub, source, "homework", HOMEWORK, HOMEWORK_BYTES)
    make_tree(scratch / "homework", HOMEWORK, HOMEWORK_BYTES)
    projects, numbers = [hub.new_project() for _ in range(targets)], iter(range(10_000))
    paths: list[str] = []

    def first() -> None:
        paths.append(f"homework-{next(numbers)}")
        _ordered(hub, source, projects, paths[-1])

    def bare() -> None:
        _hand_out_bare(scratch, "homework", targets)

    works: dict[str, Callable[[], None]] = {
        "first": first,
        "again": lambda: _ordered(hub, source, projects, paths[-1]),
        "bare": bare,
        "clear": lambda: shutil.rmtree(scratch / "hand-out"),
    }
    found = interleaved(rounds, works)
    to_bare, to_first = found["first"] / found["bare"], found["again"] / found["first"]
    name = f"homework of {HOMEWORK} files to {targets} projects"
    shown = {work: f"{taken:.2f} s" for work, taken in found.items()}
    return [
        Row(name, shown["first"], f"rsync loop {shown['bare']}", f"{to_bare:.2f}", "<= 1.5x", to_bare <= 1.5),
        Row(
            f"{name}, again",
            shown["again"],
            f"the first {shown['first']}",
            f"{to_first:.2f}",
            "<= 0.3x",
            to_first <= 0.3,
        ),
    ]


def _ordered(hub: ServedHub, source: str, projects: list[str], path: str) -> None:
    order = {"src_project_id": source, "path": "homework", "target_project_ids": projects, "target_path": path}
    ordered = requests.post(f"{hub.url}/api/v2/projects/handout", json=order, auth=(hub.key, ""), timeout=60).json()
    url = f"{hub.url}/api/v2/operations/{ordered['operation_id']}/events"
    with requests.get(url, auth=(hub.key, ""), stream=True, timeout=60) as events:
        (progress, *_) = [line for line in events.iter_lines() if b'"left":0' in line]
    if b"failed" in progress:
        raise RuntimeError(f"copies failed: {progress!r}")
