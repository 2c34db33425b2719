"""The command line as an operator runs it: answers on stdout, problems in a line on stderr, exit codes that tell."""

import json
import re
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.commands import Done, run
from support.environments import ENVIRONMENT
from support.hubs import ServedHub, free_port, served_hub

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
Carrel = Callable[..., Done]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli") / "data"


@pytest.fixture
def carrel(data_dir: Path) -> Carrel:
    """Runs a command on a data directory that no hub serves."""

    def command(*arguments: str, **variables: str) -> Done:
        return run({"CARREL_DATA_DIR": str(data_dir), "CARREL_DATA_RESERVE_MB": "0"} | variables, *arguments)

    return command


@pytest.fixture(scope="module")
def cli_hub(session_dir: Path) -> Iterator[ServedHub]:
    with served_hub(session_dir / "cli") as hub:
        yield hub


def said(hub: ServedHub, *arguments: str) -> str:
    """What a command beside a running hub has said."""
    done = run(hub.environment, *arguments)
    assert done.returncode == 0, done
    return done.stdout


def answer(done: Done) -> Any:
    """What a command with --json has said: JSON and nothing else, and nothing on stderr."""
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def problem(done: Done, code: int = 1) -> str:
    assert done.returncode == code, done
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


def test_help_and_version_need_no_settings(carrel: Carrel) -> None:
    for arguments in (("--help",), ("serve", "--help"), ("account", "create", "-h"), ("--version",)):
        done = carrel(*arguments, CARREL_NO_SUCH="1")
        assert (done.returncode, done.stderr) == (0, "")
    assert "carrel" in done.stdout


def test_migrate_makes_the_schema_and_check_tells(carrel: Carrel, tmp_path: Path) -> None:
    new = {"CARREL_DATA_DIR": str(tmp_path / "new")}
    assert "run carrel migrate" in problem(carrel("migrate", "--check", **new))
    assert carrel("migrate", **new).stdout.startswith("migrated the schema from nothing to ")
    for arguments in (("migrate", "--check"), ("migrate",)):
        assert carrel(*arguments, **new).stdout.startswith("the schema is up to date (")


def test_an_account_is_made_with_a_key_and_a_password_that_are_shown_once(carrel: Carrel) -> None:
    made = answer(carrel("account", "create", "Op@Example.com", "--admin", "--with-key", "--json"))
    assert set(made) == {"account_id", "email_address", "admin", "password", "api_key"}
    assert (made["email_address"], made["admin"]) == ("op@example.com", True)
    assert re.fullmatch("sk-[0-9A-Za-z]{22}", made["api_key"])
    done = carrel("account", "create", "two@example.com", "--password", "chosen-by-me", "--name", "Two", "Three")
    assert re.fullmatch(rf"account {UUID} \(two@example.com\)\n", done.stdout)
    listed = answer(carrel("account", "list", "--json"))
    assert [(a["email_address"], a["name"], a["admin"]) for a in listed] == [
        ("op@example.com", "Site Operator", True),
        ("two@example.com", "Two Three", False),
    ]
    table = carrel("account", "list").stdout
    assert made["account_id"] in table
    assert made["password"] not in table


def test_an_account_that_may_not_be_is_refused(carrel: Carrel) -> None:
    carrel("account", "create", "taken@example.com")
    assert "This e-mail address is already taken." in problem(carrel("account", "create", "TAKEN@example.com"))
    assert "does not appear to be valid" in problem(carrel("account", "create", "nobody", "--json"))
    assert "between 6 and 64" in problem(carrel("account", "create", "short@example.com", "--password", "x"))
    problem(carrel("account", "create"), code=2)


def test_admins_are_made_and_unmade(carrel: Carrel) -> None:
    account_id = answer(carrel("account", "create", "changing@example.com", "--json"))["account_id"]

    def is_admin() -> bool:
        listed = answer(carrel("account", "list", "--json"))
        return [a["account_id"] for a in listed if a["admin"]].count(account_id) == 1

    assert carrel("account", "grant-admin", "changing@example.com").returncode == 0
    assert is_admin()
    assert carrel("account", "revoke-admin", account_id).returncode == 0
    assert not is_admin()
    assert problem(carrel("account", "grant-admin", "nobody@example.com")) == "carrel: no such email address\n"


def test_keys_are_made_listed_and_revoked(carrel: Carrel) -> None:
    account_id = answer(carrel("account", "create", "keys@example.com", "--json"))["account_id"]
    made = answer(carrel("key", "create", "keys@example.com", "--name", "mine", "--expires-days", "2", "--json"))
    assert set(made) == {"id", "api_key", "expire"}
    bare = carrel("key", "create", account_id).stdout
    assert re.fullmatch("sk-[0-9A-Za-z]{22}\n", bare)
    listed = answer(carrel("key", "list", "keys@example.com", "--json"))
    assert [(k["name"], k["last_active"]) for k in listed] == [("made at the command line", None), ("mine", None)]
    assert listed[1]["trunc"] == f"sk-...{made['api_key'][-6:]}"
    assert made["api_key"] not in carrel("key", "list").stdout
    assert carrel("key", "revoke", str(made["id"])).stdout == f"key {made['id']} is revoked\n"
    assert problem(carrel("key", "revoke", str(made["id"]))) == f"carrel: no api key with id {made['id']}\n"
    assert problem(carrel("key", "create", "nobody@example.com")) == "carrel: no such email address\n"
    for wrong in ("0", "-1", "1e9"):
        problem(carrel("key", "create", account_id, "--expires-days", wrong), code=2)


def test_projects_are_made_and_listed_without_a_hub(carrel: Carrel) -> None:
    for address in ("owner@example.com", "other@example.com"):
        carrel("account", "create", address)
    project_id = answer(carrel("project", "create", "owner@example.com", "--title", "Mine", "--json"))["project_id"]
    carrel("project", "create", "other@example.com")
    listed = answer(carrel("project", "list", "--of", "owner@example.com", "--json"))
    assert [(p["project_id"], p["title"], p["state"]) for p in listed] == [(project_id, "Mine", "opened")]
    assert len(answer(carrel("project", "list", "--json"))) == 2
    key = carrel("key", "create", "owner@example.com", "--project", project_id)
    assert key.stdout.startswith("sk-")
    text = problem(carrel("key", "create", "other@example.com", "--project", project_id))
    assert f"does not have write access to project {project_id}" in text
    text = problem(carrel("project", "start", project_id, CARREL_HUB_PORT=str(free_port())))
    assert "start it with: carrel serve" in text


def test_projects_are_started_and_stopped_by_the_running_hub(cli_hub: ServedHub) -> None:
    project_id = said(cli_hub, "project", "create", cli_hub.account_id).strip()
    for command, state in (("start", "running"), ("stop", "opened")):
        said(cli_hub, "project", command, project_id)
        listed = json.loads(said(cli_hub, "project", "list", "--json"))
        assert [p["state"] for p in listed if p["project_id"] == project_id] == [state]
    keys = json.loads(said(cli_hub, "key", "list", "--json"))
    assert "command line" not in [key["name"] for key in keys]
    unknown = run(cli_hub.environment, "project", "start", "no-such-project")
    assert problem(unknown) == "carrel: there is no project no-such-project\n"


def test_a_key_made_and_revoked_beside_a_running_hub(cli_hub: ServedHub) -> None:
    made = json.loads(said(cli_hub, "key", "create", cli_hub.account_id, "--json"))
    said(cli_hub, "key", "revoke", str(made["id"]))
    assert cli_hub.post("ping", key=made["api_key"]).status_code == 400


def test_doctor_says_what_is_fine(carrel: Carrel, session_dir: Path) -> None:
    places = {"CARREL_DATA_DIR": str(session_dir / "doctor"), "CARREL_RUNNER_ENVIRONMENT": str(ENVIRONMENT)}
    checks = answer(carrel("doctor", "--json", **places))
    assert {check["name"] for check in checks} >= {"rsync", "disk", "database", "bubblewrap"}
    assert all(check["ok"] for check in checks), checks
    assert carrel("doctor", **places).stdout.startswith("ok    rsync: ")


def test_doctor_says_what_is_wrong_and_how_to_mend_it(carrel: Carrel) -> None:
    done = carrel("doctor", CARREL_RUNNER_BWRAP="/no/bwrap", CARREL_DATABASE_URL="sqlite:////no/such/dir/x.sqlite")
    assert done.returncode == 1
    assert done.stdout.count("FAIL") >= 2
    assert done.stdout.count("to mend: ") == done.stdout.count("FAIL")
    assert "to mend: carrel environment make /" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"CARREL_HUB_PROT": "1"}, "unknown settings in the environment: CARREL_HUB_PROT"),
        ({"CARREL_HUB_PORT": "many"}, "hub.port: "),
        ({"CARREL_HUB_PORT": "70000"}, "hub.port: "),
        ({"CARREL_HUB_LOG_FORMAT": "xml"}, "hub.log_format: "),
        ({"CARREL_SITE_AUTH_TOKEN_HOURS": "0"}, "site.auth_token_hours: "),
        ({"CARREL_RUNNER_PROXY_ALLOW": "not json"}, "wrong settings"),
        ({"CARREL_DATABASE_URL": "mysql://x/y"}, "the database must be sqlite or postgresql, not mysql"),
        ({"CARREL_DATABASE_URL": "nonsense"}, "wrong settings"),
    ],
)
def test_a_wrong_setting_is_named_by_every_command(carrel: Carrel, variables: dict[str, str], says: str) -> None:
    for arguments in (("serve",), ("account", "list"), ("doctor",)):
        assert says in problem(carrel(*arguments, **variables))


def test_a_setting_outside_of_all_sections_is_taken(carrel: Carrel) -> None:
    assert carrel("account", "list", CARREL_DEV="1").returncode == 0
    assert "dev: " in problem(carrel("account", "list", CARREL_DEV="perhaps"))


def test_a_password_in_a_wrong_database_url_is_not_shown(carrel: Carrel) -> None:
    for url in ("mysql://me:the-password@h/d", "postgresql://me:the-password@[::1/d", "://me:the-password"):
        assert "the-password" not in problem(carrel("migrate", CARREL_DATABASE_URL=url))


def test_a_config_file_is_read_and_checked(carrel: Carrel, tmp_path: Path) -> None:
    config = tmp_path / "carrel.toml"
    config.write_text('[data]\ndir = "/no/such/place"\n[hub]\nprot = 1\n[nope]\nx = 1\n')
    text = problem(carrel("serve", "--config", str(config)))
    assert "hub.prot: " in text
    assert "nope: " in text
    config.write_text("[hub\n")
    assert "wrong settings" in problem(carrel("account", "list", CARREL_CONFIG=str(config)))
    problem(carrel("serve", "--config", "/no/such/file"), code=2)


def test_serve_says_that_its_port_is_taken(carrel: Carrel) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        text = problem(carrel("serve", "--port", str(port)))
    assert text.startswith(f"carrel: cannot listen on 127.0.0.1:{port}: ")
    assert "CARREL_HUB_PORT" in text
    problem(carrel("serve", "--port", "70000"), code=2)


def test_a_second_hub_on_the_same_directory_is_refused(cli_hub: ServedHub) -> None:
    done = run(cli_hub.environment, "serve", "--port", "0")
    assert done.returncode == 1
    assert "carrel: another Carrel serves " in done.stderr
    assert "Traceback" not in done.stderr


def test_serve_warns_once_that_notebooks_have_no_kernels_and_says_what_makes_some(open_dir: Path) -> None:
    place = open_dir / "environment"
    for environment, warnings in ((place, 1), (ENVIRONMENT, 0)):
        hub = ServedHub(open_dir / "data", {"CARREL_RUNNER_ENVIRONMENT": str(environment)})
        hub.log_file.unlink(missing_ok=True)
        hub.start()
        hub.stop()
        lines = [line for line in hub.log_file.read_text().splitlines() if "notebooks_have_no_kernels" in line]
        assert len(lines) == warnings
        assert all(f"carrel environment make {place}" in line for line in lines)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_ends_well_when_it_is_asked_to(open_dir: Path, number: int) -> None:
    hub = ServedHub(open_dir / "data")
    hub.start()
    process = hub.process
    assert process is not None
    hub.stop(number)
    assert process.returncode == 0
    assert "Traceback" not in hub.log_file.read_text()
