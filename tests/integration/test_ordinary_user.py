"""A hub that runs as an ordinary user: everything works, with one Unix user for all projects."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.hubs import ServedHub, served_hub

UID = 64_123


@pytest.fixture
def hub(open_dir: Path) -> Iterator[ServedHub]:
    data_dir = open_dir / "data"
    data_dir.mkdir(mode=0o711)
    os.chown(data_dir, UID, UID)
    with served_hub(data_dir, UID) as hub:
        yield hub


def test_a_hub_of_an_ordinary_user_writes_runs_and_copies(hub: ServedHub) -> None:
    source, target = hub.new_project(), hub.new_project()
    hub.call("write_text_file_to_project", project_id=source, path="lesson/a.txt", content="hello")
    told = hub.call("project_exec", project_id=source, command="cat lesson/a.txt; id -u; ls /projects", bash=True)
    assert told["stdout"] == f"hello1000\n{source}\n"
    for path in ("lesson", "lesson/a.txt"):
        params = {"src_project_id": source, "src_path": path, "target_project_id": target, "target_path": f"got/{path}"}
        assert hub.call("copy_path_between_projects", **params)["event"] == "success"
    read = hub.call("read_text_file_from_project", project_id=target, path="got/lesson/a.txt")
    assert read["content"] == "hello"
    home = hub.data_dir / "homes" / source[:2] / source
    assert (home.stat().st_uid, home.stat().st_mode & 0o777) == (UID, 0o700)


def test_projects_of_one_user_do_not_see_each_other(hub: ServedHub) -> None:
    mine, other = hub.new_project(), hub.new_project()
    hub.call("write_text_file_to_project", project_id=other, path="secret.txt", content="secret")
    place = hub.data_dir / "homes" / other[:2] / other / "secret.txt"
    told = hub.call(
        "project_exec",
        project_id=mine,
        command=f"cat {place} /projects/{other}/secret.txt /proc/1/root{place}; pgrep -c .",
        bash=True,
        err_on_exit=False,
    )
    assert "secret" not in told["stdout"]
    assert told["stderr"].count("No such file") + told["stderr"].count("Permission denied") == 3
