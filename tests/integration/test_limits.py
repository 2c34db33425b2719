"""What an operator sets for a project with `carrel project limit` holds in its sandbox from the next start."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.hubs import ServedHub, served_hub


@pytest.fixture
def hub(open_dir: Path) -> Iterator[ServedHub]:
    settings = {"CARREL_RUNNER_PROXY_ALLOW": '["example.org"]', "CARREL_RUNNER_IMPORTS": '["json", "colorsys"]'}
    with served_hub(open_dir / "data", **settings) as hub:
        yield hub


def said(hub: ServedHub, project_id: str, command: str) -> str:
    reply = hub.call("project_exec", project_id=project_id, command=command, bash=True, err_on_exit=False)
    return str(reply["stdout"])


def test_limits_set_by_the_operator_hold_from_the_next_start(hub: ServedHub) -> None:
    project_id = hub.new_project()
    assert said(hub, project_id, "free -m | awk '/Mem/ {print $2}'; echo $HTTPS_PROXY") == "953\n\n"
    assert said(hub, project_id, "echo $CARREL_IMPORTS") == "json colorsys\n"
    limits = ("--memory-mb", "200", "--processes", "40", "--network", "proxy")
    shown = json.loads(hub.carrel("project", "limit", project_id, *limits, "--json"))
    assert (shown["memory_mb"], shown["processes"], shown["network"], shown["disk_mb"]) == (200, 40, "proxy", 3000)
    hub.call("restart_project", project_id=project_id)
    told = said(hub, project_id, "free -m | awk '/Mem/ {print $2}'; echo $HTTPS_PROXY")
    assert told == "190\nhttp://127.0.0.1:3128\n"
    hog = "python3 -c 'x = bytearray(10**9)'; echo $?"
    assert said(hub, project_id, hog) == "137\n"
    refused = said(hub, project_id, "curl -sS -m 5 https://nowhere.example.com 2>&1")
    assert "403" in refused


def test_limits_of_a_project_that_is_not_there_are_an_error(hub: ServedHub) -> None:
    with pytest.raises(AssertionError, match="there is no project"):
        hub.carrel("project", "limit", "00000000-0000-4000-8000-000000000000", "--cores", "2")
