"""A served hub for the whole session, and callers of it."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.hubs import ServedHub, free_port, served_hub
from support.people import PASSWORD, Person, admin_of, new_person
from support.rpc_clients import Clients
from support.spec import World


@pytest.fixture(scope="session")
def session_dir() -> Iterator[Path]:
    """A directory of the session that sandboxes of every user can reach."""
    path = Path(tempfile.mkdtemp(prefix="crl-", dir="/tmp"))
    os.chmod(path, 0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def hub(session_dir: Path) -> Iterator[ServedHub]:
    """One hub for all tests of the API; at the end its log must not contain the secrets that it was sent."""
    reachable = f'["127.0.0.2:{free_port()}"]'
    settings = {"CARREL_PROJECTS_DISK_CHECK_S": "0.5", "CARREL_RUNNER_PROXY_ALLOW": reachable}
    settings |= {"CARREL_WEBHOOKS_ALLOW_PRIVATE": "true"}
    with served_hub(session_dir / "data", **settings) as hub:
        yield hub
    log = hub.log_file.read_text()
    assert hub.key not in log
    assert PASSWORD not in log


@pytest.fixture(scope="session")
def admin(hub: ServedHub) -> Person:
    return admin_of(hub)


@pytest.fixture(scope="session")
def sql(hub: ServedHub) -> Callable[..., list[tuple[object, ...]]]:
    """Runs a statement in the hub's database, for what the API has no call for."""

    def run(statement: str, *values: object) -> list[tuple[object, ...]]:
        connection = sqlite3.connect(hub.data_dir / "carrel.sqlite", timeout=15)
        try:
            with connection:
                return connection.execute(statement, values).fetchall()
        finally:
            connection.close()

    return run


@pytest.fixture(scope="session")
def world(hub: ServedHub, sql: Callable[..., list[tuple[object, ...]]], ada: Person, project: str) -> World:
    """The people of the specifications' rows, and a project of the owner that has been started for other tests."""
    world = World.build(hub, sql)
    world.people["owner"], world.names["running"] = ada, project
    return world


@pytest.fixture(scope="session")
def ada(hub: ServedHub) -> Person:
    """An account that is no admin."""
    return new_person(hub, "Ada")


@pytest.fixture(scope="session")
def eve(hub: ServedHub) -> Person:
    """An account that has nothing to do with Ada's projects."""
    return new_person(hub, "Eve")


@pytest.fixture(scope="session")
def project(ada: Person) -> str:
    """A project of Ada that many tests share: what they write there they name after themselves."""
    return ada.new_project("Ada's project")


@pytest.fixture(scope="module")
def clients() -> Iterator[Clients]:
    with ExitStack() as stack:
        yield Clients(stack)
