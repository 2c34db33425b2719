"""What a `kill -9` leaves: nothing acknowledged is lost, what runs goes on, and the next call mends the rest."""

import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from support.databases import PostgresDatabases
from support.disks import small_disk
from support.hubs import ServedHub, served_hub
from support.processes import marked

ROUNDS = 20
TREE_FILES = 40
PATIENCE_SECONDS = 60

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
def hub(open_dir: Path) -> Iterator[ServedHub]:
    with served_hub(open_dir / "data") as hub:
        yield hub


def home(hub: ServedHub, project_id: str) -> Path:
    return hub.data_dir / "homes" / project_id[:2] / project_id


def run_in(hub: ServedHub, project_id: str, command: str, **params: Any) -> Any:
    return hub.call("project_exec", project_id=project_id, command=command, bash=True, **params)


def state_of(hub: ServedHub, project_id: str) -> dict[str, Any]:
    reply = hub.call("query", query={"projects_all": {"project_id": project_id, "state": None}})
    state: dict[str, Any] = reply["query"]["projects_all"]["state"]
    return state


def wait_for(what: str, reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not reached():
        assert time.monotonic() < deadline, f"not reached: {what}"
        threading.Event().wait(0.02)


def request_copies(hub: ServedHub, source: str, target: str, number: int, acknowledged: dict[str, str]) -> None:
    """Ask for copies of files and trees until the hub is gone; note those that it acknowledged."""
    for turn in range(100):
        path = ("one.txt", "tree")[turn % 2]
        params: dict[str, Any] = {
            "src_project_id": source,
            "src_path": path,
            "target_project_id": target,
            "target_path": f"round-{number}/{turn}-{path}",
            "wait_until_done": False,
        }
        try:
            reply = hub.call("copy_path_between_projects", **params)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            return
        acknowledged[reply["copy_path_id"]] = f"round-{number}/{turn}-{path}"


def is_complete(place: Path, source: Path) -> bool:
    if not place.is_dir():
        return place.read_bytes() == (source / "one.txt").read_bytes()
    found = {path.name: path.read_bytes() for path in place.iterdir()}
    return found == {path.name: path.read_bytes() for path in (source / "tree").iterdir()}


def test_a_hub_killed_during_copies_loses_no_acknowledged_copy_and_no_running_project(hub: ServedHub) -> None:
    source, target, running = hub.new_project(), hub.new_project(), hub.new_project()
    hub.call("write_text_file_to_project", project_id=source, path="one.txt", content="one" * 10_000)
    run_in(hub, source, f"mkdir tree; for i in $(seq {TREE_FILES}); do head -c 50000 /dev/urandom > tree/$i; done")
    hub.call("stop_project", project_id=source)
    sleeper = int(run_in(hub, running, "nohup sleep 100000 >/dev/null 2>&1 & echo $!")["stdout"])
    chance = random.Random(20_261_123)
    for number in range(ROUNDS):
        acknowledged: dict[str, str] = {}
        asking = threading.Thread(target=request_copies, args=(hub, source, target, number, acknowledged))
        asking.start()
        threading.Event().wait(chance.uniform(0.01, 0.3))
        hub.kill()
        asking.join()
        hub.start()
        assert run_in(hub, running, f"kill -0 {sleeper} && cat /proc/{sleeper}/comm")["stdout"] == "sleep\n"
        for copy_id, path in acknowledged.items():
            copy = finished_copy(hub, copy_id)
            assert copy.get("error") is None
            assert is_complete(home(hub, target) / path, home(hub, source)), path


def finished_copy(hub: ServedHub, copy_id: str) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def finished() -> bool:
        found.update(hub.call("copy_path_status", copy_path_id=copy_id)["data"])
        return "finished" in found

    wait_for(f"copy {copy_id} is finished", finished)
    return found


def test_a_stop_goes_on_after_its_hub_was_killed(hub: ServedHub) -> None:
    project_id = hub.new_project()
    run_in(hub, project_id, "(trap '' TERM; while :; do sleep 1; done) >/dev/null 2>&1 &")
    with ThreadPoolExecutor(1) as pool:
        stopping = pool.submit(hub.call, "stop_project", project_id=project_id)
        wait_for("it stops", lambda: state_of(hub, project_id)["state"] == "stopping")
        hub.kill()
        assert isinstance(stopping.exception(), requests.RequestException)
    hub.start()
    wait_for("it has stopped", lambda: state_of(hub, project_id)["state"] == "opened")


def test_no_rsync_outlives_a_killed_hub(hub: ServedHub) -> None:
    source, target = hub.new_project(), hub.new_project()
    run_in(hub, source, "mkdir tree; head -c 30000000 /dev/urandom > tree/big; echo > tree/small")
    marker = f"--bwlimit={random.randint(500, 899)}"
    params = {"src_project_id": source, "src_path": "tree", "target_project_id": target, "bwlimit": marker[10:]}
    copy_id = hub.call("copy_path_between_projects", wait_until_done=False, **params)["copy_path_id"]
    written = home(hub, target)
    # One that is still starting may miss the death of its hub; such are ended when the next hub starts.
    wait_for("rsync writes", lambda: any(path.is_file() and path.stat().st_size for path in written.rglob("*")))
    hub.kill()
    wait_for("rsync is gone", lambda: not marked(marker))
    hub.start()
    wait_for("rsync runs again", lambda: bool(marked(marker)))
    assert "finished" not in hub.call("copy_path_status", copy_path_id=copy_id)["data"]


def test_a_hand_out_goes_on_after_its_hub_was_killed(hub: ServedHub) -> None:
    source, targets = hub.new_project(), [hub.new_project() for _ in range(12)]
    run_in(hub, source, "mkdir tree; ln -s x tree/link; head -c 3000000 /dev/urandom > tree/big")  # for rsync

    def asked(call: str, **params: Any) -> Any:
        return requests.post(f"{hub.url}/api/v2/projects/{call}", json=params, auth=(hub.key, ""), timeout=60).json()

    order = {"src_project_id": source, "path": "tree", "target_project_ids": targets}
    operation_id = asked("handout", **order)["operation_id"]

    def counts() -> dict[str, int]:
        found: dict[str, int] = asked("operations/status", operation_id=operation_id)["counts"]
        return found

    wait_for("some have it", lambda: counts().get("done", 0) > 0)
    hub.kill()
    hub.start()
    wait_for("all have it", lambda: counts() == {"done": 12})
    places = [hub.data_dir / "homes" / project_id[:2] / project_id / "tree" / "big" for project_id in targets]
    assert {place.stat().st_size for place in places} == {3_000_000}


def test_a_hub_that_is_told_to_stop_gives_its_copies_back(hub: ServedHub) -> None:
    source, target = hub.new_project(), hub.new_project()
    run_in(hub, source, "mkdir tree; head -c 1500000 /dev/urandom > tree/big; echo > tree/small")
    params = {"src_project_id": source, "src_path": "tree", "target_project_id": target, "bwlimit": "1000"}
    copy_id = hub.call("copy_path_between_projects", wait_until_done=False, **params)["copy_path_id"]
    hub.stop(signal.SIGTERM)
    hub.start()
    assert "error" not in finished_copy(hub, copy_id)
    assert (home(hub, target) / "tree" / "big").stat().st_size == 1_500_000


def test_a_project_whose_agent_is_killed_becomes_opened_with_the_reason_and_the_next_call_starts_it(
    hub: ServedHub,
) -> None:
    project_id = hub.new_project()
    assert run_in(hub, project_id, "echo one")["stdout"] == "one\n"
    assert state_of(hub, project_id)["state"] == "running"
    agents = [pid for pid in marked("--listen-fd") if project_id in Path(f"/proc/{pid}/environ").read_text()]
    assert agents
    for pid in agents:
        os.kill(pid, signal.SIGKILL)
    wait_for("the project is opened", lambda: state_of(hub, project_id)["state"] == "opened")
    assert "killed" in state_of(hub, project_id)["error"] or "ended" in state_of(hub, project_id)["error"]
    assert run_in(hub, project_id, "echo two")["stdout"] == "two\n"
    assert state_of(hub, project_id)["state"] == "running"
    assert "error" not in state_of(hub, project_id)


def test_a_project_that_dies_while_the_hub_is_down_is_opened_when_the_hub_comes_back(hub: ServedHub) -> None:
    project_id = hub.new_project()
    run_in(hub, project_id, "true")
    hub.kill()
    for pid in marked("--listen-fd"):
        if project_id in Path(f"/proc/{pid}/environ").read_text():
            os.kill(pid, signal.SIGKILL)
    wait_for("the agent is gone", lambda: not any(project_id in _environ(pid) for pid in marked("--listen-fd")))
    hub.start()
    assert state_of(hub, project_id)["state"] == "opened"
    assert run_in(hub, project_id, "echo again")["stdout"] == "again\n"


def _environ(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/environ").read_text()
    except OSError:
        return ""


def check_that_calls_are_carried_out_once(*hubs: ServedHub) -> None:
    """Sent to both hubs at the same time, several times each, with the same key."""

    def create(hub: ServedHub) -> tuple[str, str]:
        headers = {"Idempotency-Key": "by two hubs"}
        reply = hub.post("create_project", json={"title": "one", "id": "x"}, headers=headers)
        return reply.text, reply.headers.get("idempotent-replay", "false")

    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(create, [*hubs] * 4))
    assert len({text for text, _ in replies}) == 1, replies
    assert sorted(replay for _, replay in replies) == ["false"] + ["true"] * 7


def test_two_hubs_share_a_postgresql_database_and_one_goes_on_when_the_other_is_killed(
    open_dir: Path, postgres_databases: PostgresDatabases
) -> None:
    url = postgres_databases.migrated()
    settings = {"CARREL_DATABASE_URL": url, "CARREL_COPIES_LEASE_S": "2"}
    with served_hub(open_dir / "data", **settings) as first:
        second = ServedHub(first.data_dir, settings, key=first.key, account_id=first.account_id)
        second.start()
        try:
            source, target = first.new_project(), second.new_project()
            assert run_in(first, source, "mkdir tree; echo hello > tree/a; echo > tree/b")["exit_code"] == 0
            shared = run_in(second, source, "cat tree/a; pgrep -c python3")["stdout"]
            assert shared == "hello\n1\n"
            params: dict[str, Any] = {
                "src_project_id": source,
                "src_path": "tree",
                "target_project_id": target,
                "wait_until_done": False,
            }
            check_that_calls_are_carried_out_once(first, second)
            asked = [first.call("copy_path_between_projects", target_path=str(n), **params) for n in range(20)]
            first.kill()
            for number, reply in enumerate(asked):
                assert "error" not in finished_copy(second, reply["copy_path_id"])
                assert (home(second, target) / str(number) / "a").read_text() == "hello\n"
            assert run_in(second, source, "echo still")["stdout"] == "still\n"
        finally:
            second.stop()


@pytest.fixture
def disk(open_dir: Path) -> Iterator[Path]:
    with small_disk(open_dir / "disk", 48) as place:
        yield place


def test_a_full_disk_gives_clear_errors_and_when_there_is_room_again_all_goes_on(disk: Path) -> None:
    with served_hub(disk / "data") as hub:
        source, target = hub.new_project(), hub.new_project()
        hub.call("write_text_file_to_project", project_id=source, path="a.txt", content="precious")
        filler = disk / "filler"
        filled = subprocess.run(["dd", "if=/dev/zero", f"of={filler}", "bs=64k"], capture_output=True, text=True)
        assert "No space left" in filled.stderr
        written = hub.call("write_text_file_to_project", project_id=source, path="a.txt", content="x" * 1_000_000)
        assert "space" in written["error"].lower() or "ENOSPC" in written["error"]
        read = hub.call("read_text_file_from_project", project_id=source, path="a.txt")
        assert read["content"] == "precious"
        assert hub.call("ping")["event"] == "pong"
        filler.unlink()
        params = {"src_project_id": source, "src_path": "a.txt", "target_project_id": target}
        assert hub.call("copy_path_between_projects", **params)["event"] == "success"
        assert (home(hub, target) / "a.txt").read_text() == "precious"


def test_a_project_that_fills_the_shared_disk_is_stopped_and_the_others_go_on(disk: Path) -> None:
    settings = {"CARREL_PROJECTS_DISK_CHECK_S": "0.1", "CARREL_DATA_RESERVE_MB": "20"}
    with served_hub(disk / "data", **settings) as hub:
        filler, other = hub.new_project(), hub.new_project()
        assert run_in(hub, other, "echo before")["stdout"] == "before\n"
        forever = "while true; do head -c 400000 /dev/zero >> big; sleep 0.05; done"
        reply = run_in(hub, filler, forever, timeout=30)
        assert "connection to the project was lost" in reply["error"]
        wait_for("the filler is stopped", lambda: state_of(hub, filler)["state"] == "opened")
        assert "the server's disk is full" in state_of(hub, filler)["error"]
        assert run_in(hub, other, "echo after")["stdout"] == "after\n"
        wait_for("it has made room", lambda: "error" not in run_in(hub, filler, "rm -f big"))
        write = partial(hub.call, "write_text_file_to_project", project_id=other, path="a", content="x")
        wait_for("there is room again", lambda: write()["event"] == "file_written_to_project")
